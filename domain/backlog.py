"""The deliveries that wait: in order for a ticket and a destination, and no destination waits for another.

A line is what one destination is still to be told of one ticket. A place is where lines lead: a mailbox, a Slack
channel, a topic. A place that took nothing rests, longer each time; the other places go on, and it has a share of its
own of what may wait.
"""

from collections import Counter, OrderedDict, deque
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.delivery import EventRef

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(minutes=15)
"""The rest after a first failure, doubled up to the longest: a channel comes back in seconds, in hours or never."""

MOST_AT_ONE_PLACE = 1_000
"""Deliveries that wait for a place that takes nothing: the share of one that is away, so that no other loses by it."""

Key = tuple[str, str]
"""A line's name: the ticket's id and the destination."""


@dataclass
class Pause:
    """A rest after failures: its end, and the number of failures in a row."""

    until: datetime | None = None
    failures: int = 0

    def fail(self, now: datetime, at_least: timedelta | None = None) -> None:
        """Rest from now on, as long as the other side asked where it did."""
        pause = min(FIRST_PAUSE * (1 << min(self.failures, 12)), LONGEST_PAUSE)
        self.failures += 1
        self.until = now + max(pause, at_least or timedelta(0))

    def end(self) -> None:
        self.until, self.failures = None, 0

    def over(self, now: datetime) -> bool:
        return self.until is None or self.until <= now


@dataclass
class Backlog:
    """Everything that waits for delivery. `channel` rests where nothing at all could be delivered."""

    channel: Pause = field(default_factory=Pause)
    _lines: dict[Key, deque[EventRef]] = field(default_factory=dict)
    _places: OrderedDict[str, OrderedDict[Key, None]] = field(default_factory=OrderedDict)
    _pauses: dict[str, Pause] = field(default_factory=dict)
    _place_of: dict[Key, str] = field(default_factory=dict)
    _waiting: Counter[str] = field(default_factory=Counter)
    """The deliveries of each place."""

    def __len__(self) -> int:
        return self._waiting.total()

    @property
    def moving(self) -> int:
        """The deliveries to places that take what they are told."""
        return len(self) - sum(self._waiting[place] for place in self._pauses)

    def crowded(self, place: str) -> bool:
        """Tells whether as much waits for a place that takes nothing as may."""
        return place in self._pauses and self._waiting[place] >= MOST_AT_ONE_PLACE

    def __iter__(self) -> Iterator[tuple[Key, EventRef]]:
        """Everything that waits."""
        return iter([(key, said) for key, line in self._lines.items() for said in line])

    def put(self, key: Key, said: EventRef, place: str) -> None:
        """Add what comes last in its line; the place is where the line leads unless it stands there already."""
        line = self._lines.setdefault(key, deque())
        line.append(said)
        if len(line) == 1:
            self._place_of[key] = place
            self._places.setdefault(place, OrderedDict())[key] = None
        self._waiting[self._place_of[key]] += 1

    def next(self, now: datetime, busy: Container[str] = ()) -> tuple[Key, EventRef] | None:
        """Picks what to deliver now: the places take turns, and so do the lines of one place. None for nothing.

        A place that is `busy` is not picked.
        """
        if not self.channel.over(now):
            return None
        for place, lines in self._places.items():
            if place not in busy and self._rest(place).over(now):
                key = next(iter(lines))
                lines.move_to_end(key)
                self._places.move_to_end(place)
                return key, self._lines[key][0]
        return None

    def done(self, key: Key) -> None:
        """Remove the first of a line: it was delivered, or given up. The place has no need to rest."""
        self.channel.end()
        self._pauses.pop(self._place_of[key], None)
        self._drop_first(key)

    def failed(self, key: Key, now: datetime, at_least: timedelta | None = None) -> None:
        """Let the line's place rest, and it alone."""
        self._pauses.setdefault(self._place_of[key], Pause()).fail(now, at_least)

    def place_of(self, key: Key) -> str:
        """The place that a line leads to."""
        return self._place_of[key]

    def expire(self, before: datetime, busy: Container[str] = ()) -> list[tuple[Key, EventRef]]:
        """Remove and return what was to be said before that moment; in each line it is the oldest.

        Of a `busy` place, which is being told, nothing is removed.
        """
        gone: list[tuple[Key, EventRef]] = []
        for key in [each for each, place in self._place_of.items() if place not in busy]:
            while (line := self._lines.get(key)) and line[0].at < before:
                gone.append((key, line[0]))
                self._drop_first(key)
        return gone

    def due_at(self, now: datetime) -> datetime | None:
        """The time at which the next rest ends; None where nothing rests."""
        pauses = [self.channel, *map(self._rest, self._places)] if self._lines else []
        return min((each.until for each in pauses if each.until and each.until > now), default=None)

    @property
    def oldest(self) -> datetime | None:
        return min((line[0].at for line in self._lines.values()), default=None)

    def _rest(self, place: str) -> Pause:
        return self._pauses.get(place) or Pause()

    def _drop_first(self, key: Key) -> None:
        line = self._lines[key]
        line.popleft()
        self._waiting[self._place_of[key]] -= 1
        if line:
            return
        del self._lines[key]
        place = self._place_of.pop(key)
        del self._places[place][key]
        if not self._places[place]:
            del self._places[place], self._waiting[place]
