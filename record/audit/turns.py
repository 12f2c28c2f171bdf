"""Follows the requests of each target along the branch, for an audit that goes through it commit by commit."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice, pairwise, takewhile

from domain import lifecycle, line
from domain.coverage import Deployed
from domain.line import Place
from domain.standard import LONGEST, PastEvent, goes_back, stopped, went_well
from domain.ticket import Action, PromotionRequest, State
from domain.versions import Direction, direction
from record.index import schema
from record.index.entries import prints

LOOKED = timedelta(minutes=10)
"""The longest an act may look at the record before its commit: a launch takes minutes, a decision waits for Git."""


@dataclass(slots=True)
class _Request:
    """A request as the branch has it, with the places of its entries by their prints."""

    ticket: PromotionRequest
    places: dict[bytes, int] = field(default_factory=dict)

    def place(self, entry: int) -> int | None:
        """The place of an entry of the ticket's history."""
        return self.places.get(prints(self.ticket.status.history)[entry])


@dataclass(frozen=True, slots=True)
class _Left:
    """A request that was about to come and is not any more: it was deployed, or it was not to be."""

    ticket_id: str
    version: str
    approved: int
    place: int
    at: datetime


@dataclass(slots=True)
class TargetSoFar:
    """The requests and deployments of one target in one environment, up to a commit of the line."""

    requests: dict[str, _Request] = field(default_factory=dict)
    """Those that are not closed."""
    deployed: dict[str, _Left] = field(default_factory=dict)
    """By ticket, in the branch's order."""
    gone: list[_Left] = field(default_factory=list)
    """Those that were not to be, the last few minutes' alone."""
    past: list[PastEvent] = field(default_factory=list)
    """The ends of attempts, those of the last year that a rule may ask for."""

    def note(self, ticket: PromotionRequest, place: int, *, signed: bool = True, broke: bool = False) -> None:
        """The next commit of the line, by its number, made the ticket what it is now.

        `signed` tells that the service signs, and others than the requester approved; what `broke` a rule ends no
        attempt.
        """
        known = self.requests.get(ticket.id) or _Request(ticket)
        before, known.ticket = known.ticket, ticket
        self.requests[ticket.id] = known
        new = [
            n for n, each in enumerate(prints(ticket.status.history)) if known.places.setdefault(each, place) == place
        ]
        if not broke:
            self._end(ticket, new, signed)
        if ticket.state is State.DEPLOYED:
            self.deployed.setdefault(ticket.id, self._left(ticket, place))
        elif _comes(before) and not _comes(ticket):
            recent = (each for each in self.gone if each.at >= ticket.last.at - LOOKED)
            self.gone = [*recent, self._left(ticket, place)]
        if ticket.state in lifecycle.CLOSED:
            del self.requests[ticket.id]
            self._forget(ticket.last.at)

    def _end(self, ticket: PromotionRequest, entries: Iterable[int], signed: bool) -> None:
        """Keep the ends of attempts among these entries of the ticket; a closed one that comes again ends none anew."""
        known = {(each.ticket_id, each.at, each.failed) for each in self.past} if entries else set()
        for entry in (ticket.status.history[n] for n in entries):
            failed, refused = (
                entry.action is Action.FAILED,
                entry is ticket.last and ticket.hold is None and stopped(ticket),
            )
            ends = failed or refused or entry.action is Action.DEPLOYED
            if ends and (ticket.id, entry.at, failed) not in known:
                clean = signed and not failed and went_well(ticket)
                self.past.append(PastEvent.of(ticket, entry.at, clean=clean, failed=failed, stopped=refused))
        if len(self.past) > _MOST_PAST:
            self.past = list(_thinned(self.past))

    def pasts(self, since: datetime) -> Iterator[tuple[tuple[PastEvent, ...], str | None]]:
        """The past at any time since then, as whoever looked may have read it, with production's version."""
        past = tuple(self.past)
        while True:
            yield past, next((each.version for each in reversed(past) if each.deployed), None)
            if not past or past[-1].at < since:
                return
            past = past[:-1]

    def before(self, ticket_id: str) -> "TargetSoFar":
        """The target as it is now, as far as `put_back` needs it to undo what becomes of one request."""
        known = {each: _Request(found.ticket, dict(found.places)) for each, found in self._one(ticket_id)}
        gone = [each for each in self.gone if each.ticket_id == ticket_id]
        return TargetSoFar(known, dict(self.deployed), gone, [*self.past])

    def put_back(self, ticket_id: str, then: "TargetSoFar") -> None:
        """Forget what became of the request since then; of all others nothing."""
        self.requests.pop(ticket_id, None)
        self.requests |= then.requests
        since = {each: left for each, left in self.deployed.items() if each != ticket_id}
        self.deployed = then.deployed | since
        self.gone = [*then.gone, *(each for each in self.gone if each.ticket_id != ticket_id)]
        later = (each for each in self.past if each.ticket_id != ticket_id and each not in then.past)
        self.past = [*then.past, *later]

    def _one(self, ticket_id: str) -> Iterator[tuple[str, _Request]]:
        if (found := self.requests.get(ticket_id)) is not None:
            yield ticket_id, found

    def _forget(self, now: datetime) -> None:
        """Forget deployments that no request which is open, or comes, can be about; the last one stays."""
        oldest = min((known.place(0) or 0 for known in self.requests.values()), default=None)
        while len(self.deployed) > 1:
            first, second = islice(self.deployed.values(), 2)
            if (oldest is not None and first.place >= oldest) or second.at >= now - LOOKED:
                return
            del self.deployed[first.ticket_id]

    def _left(self, ticket: PromotionRequest, place: int) -> _Left:
        approved = self.approved(ticket)
        return _Left(
            ticket.id, ticket.spec.target.version, place if approved is None else approved, place, ticket.last.at
        )

    def approved(self, ticket: PromotionRequest) -> int | None:
        """The place of the ticket's last approval, where it was noted."""
        history = ticket.status.history
        return self._noted(ticket, (n for n, entry in enumerate(history) if entry.action is Action.APPROVED), max)

    def voted(self, ticket: PromotionRequest) -> int | None:
        """The place of the first vote of the approval that stands, where it was noted."""
        return self._noted(ticket, ticket.votes, min)

    def _noted(
        self, ticket: PromotionRequest, entries: Iterable[int], pick: Callable[[Iterable[int]], int]
    ) -> int | None:
        known, found = self.requests.get(ticket.id), tuple(entries)
        return _Request(ticket, known.places).place(pick(found)) if known is not None and found else None

    def since(self, place: int) -> tuple[Deployed, ...]:
        """The deployments after that place."""
        found = takewhile(lambda each: each.place > place, reversed(self.deployed.values()))
        return tuple(
            Deployed(ticket_id=each.ticket_id, version=each.version, approved=each.approved, deployed=each.place)
            for each in found
        )

    def line(self) -> tuple[Place, ...]:
        """The target's line."""
        return line.ordered(self._places())

    def _places(self) -> Iterator[Place]:
        for known in self.requests.values():
            entered = line.entered(known.ticket)
            place = None if entered is None else known.place(entered)
            if place is not None:
                state, deploys = known.ticket.state, line.deploys(known.ticket)
                yield Place(ticket_id=known.ticket.id, position=place, state=state, deploys=deploys)

    def ahead_of(self, ticket_id: str) -> tuple[str, ...]:
        """The requests that entered the line before this one did; of those that entered by one commit, none did."""
        places = {place.ticket_id: place.position for place in self.line()}
        own = places.get(ticket_id, 0)
        return tuple(each for each, position in places.items() if position < own)

    def others(self, ticket: PromotionRequest) -> Iterator[PromotionRequest]:
        """The other requests that are not closed."""
        return (known.ticket for known in self.requests.values() if known.ticket.id != ticket.id)

    def shown(self, since: datetime, described: str | None) -> set[str]:
        """The versions that were in production, or about to come, at any time from then on.

        `described` is what the catalogue says of production before the first deployment.
        """
        found = {known.ticket.spec.target.version for known in self.requests.values() if _comes(known.ticket)}
        found |= {each.version for each in self.gone if each.at >= since}
        for each in reversed(self.deployed.values()):
            found.add(each.version)
            if each.at < since:
                return found
        return found | {described or ""}

    def newer(self, ticket: PromotionRequest, newer: str | None, since: datetime) -> bool:
        """True where that request is newer and stood approved, after the ticket was made, at any time from `since` on.

        What was deployed stands for good.
        """
        created = self.requests[ticket.id].place(0) if ticket.id in self.requests else None
        version, found = self._stood(newer, since)
        if created is None or version is None or found is None or found <= created:
            return False
        return direction(ticket.spec.target.version, version) is Direction.NEWER

    def _stood(self, ticket_id: str | None, since: datetime) -> tuple[str | None, int | None]:
        """The version of an approved request, and the place of its approval."""
        known = self.requests.get(ticket_id or "")
        if known is not None and _comes(known.ticket):
            return known.ticket.spec.target.version, self.approved(known.ticket)
        left = (*(each for each in self.gone if each.at >= since), *self.deployed.values())
        return next(((each.version, each.approved) for each in left if each.ticket_id == ticket_id), (None, None))


_MOST_PAST = 512
"""Ends of attempts on one target, after which those are forgotten that can't count."""


def _thinned(past: Sequence[PastEvent]) -> Iterator[PastEvent]:
    """Those that may still count: failures, ways back, what people stopped, the first clean one of each day; of a year.

    Whatever is recent, too.
    """
    last, days = past[-1].at, set[object]()
    production = next((each for each in reversed(past) if each.deployed), None)
    deployed = [each for each in past if not each.stopped]
    back = {id(each) for pair in pairwise(deployed) if goes_back(pair[0].version, pair[1]) for each in pair}
    for each in past:
        days = set() if each.failed else days
        keeps = each.failed or each.stopped or id(each) in back
        first = each.clean and each.at.date() not in days
        days |= {each.at.date()} if each.clean else set()
        counts = each.at >= last - LONGEST - LOOKED and (keeps or first)
        if each is production or counts or each.at >= last - LOOKED:
            yield each


def _comes(ticket: PromotionRequest) -> bool:
    return ticket.state in {State.APPROVED, State.DEPLOYING, State.VERIFYING}


@dataclass(slots=True)
class TargetsSoFar:
    """Every target, whoever's: names that differ in case are one."""

    known: dict[str, TargetSoFar] = field(default_factory=dict)

    def of(self, ticket: PromotionRequest) -> TargetSoFar:
        return self.known.setdefault(schema.what_of(ticket), TargetSoFar())
