"""Draws the faults of a run from its seed: the same seed, minutes and parts give the same plan."""

import random
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tests.chaos.proxy import Network


class Kind(StrEnum):
    """Everything that is done to a part, or to the path to it."""

    KILL = "kill"
    FULL = "full-disk"
    CLOCK = "clock-jump"
    SLOW = "slow"
    CUT = "cut"
    BLACKHOLE = "blackhole"
    LOST_ANSWERS = "lost-answers"

    @property
    def network(self) -> Network | None:
        """The state of a path under this fault; None for what happens to a part itself."""
        return Network(self.value) if self.value in set(Network) else None


PATH = (Kind.SLOW, Kind.CUT, Kind.BLACKHOLE, Kind.LOST_ANSWERS)
LASTS = {Kind.KILL: (0.0, 4.0), Kind.FULL: (3.0, 8.0), Kind.CLOCK: (5.0, 15.0)}
LASTS |= dict.fromkeys(PATH, (2.0, 10.0))
"""Seconds, at least and at most. A part that was killed starts again after them."""

JUMPS = (-3_600.0, -90.0, -5.0, 5.0, 90.0, 3_600.0)
"""Seconds that a clock jumps by, there and back."""


@dataclass(frozen=True)
class Fault:
    """One fault: `at` and `seconds` are seconds, `amount` is a delay in seconds or the jump of a clock."""

    at: float
    victim: str
    kind: Kind
    seconds: float
    amount: float = 0.0

    def __str__(self) -> str:
        by = f"  by {self.amount:+.2f} s" if self.amount else ""
        return f"{self.at:7.1f} s  {self.victim:<18} {self.kind:<13} for {self.seconds:4.1f} s{by}"

    @classmethod
    def read(cls, line: str) -> "Fault":
        """The fault of a line as a run prints it. Raises ValueError."""
        found = _LINE.fullmatch(line.strip())
        if not found:
            raise ValueError(f"No fault, such as {str(EXAMPLE).strip()!r}: {line!r}")
        at, victim, kind, seconds, amount = found.groups()
        return cls(float(at), victim, Kind(kind), float(seconds), float(amount or 0))


_LINE = re.compile(r"([\d.]+) s +(\S+) +(\S+) +for +([\d.]+) s(?: +by ([+-][\d.]+) s)?")
EXAMPLE = Fault(2.0, "worker-1", Kind.CLOCK, 8.0, 3_600.0)


def together(named: Iterable[Fault], others: Iterable[Fault]) -> tuple[Fault, ...]:
    """The named faults, and of the others those whose victim has none of the named at that time."""
    kept = tuple(named)
    left = (each for each in others if not any(_meet(each, other) for other in kept))
    return tuple(sorted((*kept, *left), key=lambda fault: fault.at))


def _meet(one: Fault, other: Fault) -> bool:
    return one.victim == other.victim and one.at <= other.at + other.seconds and other.at <= one.at + one.seconds


def drawn(seed: int, seconds: float, victims: Mapping[str, Iterable[Kind]], every: float) -> tuple[Fault, ...]:
    """The plan: a fault each `every` seconds or so, none twice before each was there once, a victim's one at a time."""
    chance = random.Random(seed)  # noqa: S311  drawn again alike
    pairs = _bag(chance, [(victim, kind) for victim, kinds in victims.items() for kind in kinds])
    busy: dict[str, float] = {}
    found: list[Fault] = []
    at = chance.uniform(0.3, 1.0) * every
    while at < seconds:
        victim, kind = next(pairs)
        fault = Fault(round(max(at, busy.get(victim, 0.0)), 1), victim, kind, *_extent(chance, kind))
        busy[victim] = fault.at + fault.seconds + 0.5
        if fault.at < seconds:
            found.append(fault)
        at += chance.uniform(0.5, 1.5) * every
    return tuple(sorted(found, key=lambda fault: fault.at))


def _bag(chance: random.Random, pairs: list[tuple[str, Kind]]) -> Iterator[tuple[str, Kind]]:
    while True:
        yield from chance.sample(pairs, len(pairs))


def _extent(chance: random.Random, kind: Kind) -> tuple[float, float]:
    seconds = round(chance.uniform(*LASTS[kind]), 1)
    if kind is Kind.SLOW:
        return seconds, round(chance.uniform(0.05, 1.5), 2)
    return seconds, chance.choice(JUMPS) if kind is Kind.CLOCK else 0.0
