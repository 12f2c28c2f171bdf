"""The company's rules: which of them hold for a request, and what its approval takes.

A rule says for which requests it holds (`Match`), and of these what an approval takes, when nothing is launched, and
more. Each part is taken from the most specific rule that says something of it; freezes add up, so that a rule of a
tenant takes none of the platform's away. Without a rule, one approval by cpi or cpi_admin is enough.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Annotated, Literal, TypeVar

from pydantic import Field, StrictBool, StringConstraints, model_validator

from domain.calendars import ChangeWindow, Freeze, holding, opens, within
from domain.emergencies import EmergencyRule
from domain.escalation import Escalation, EscalationStep, check_steps
from domain.standard import StandardRule
from domain.ticket import Impact, Target, TargetType
from domain.values import Frozen, Moment, Reason, Tenant, iso, same_name
from domain.values import RuleName as RuleName
from domain.votes import EVERYDAY, MOST_VOTES, Need, counted

T = TypeVar("T")

Pattern = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9*?._-]{1,128}$")]
"""A target's name, in which `*` stands for any characters and `?` for one."""


class Match(Frozen):
    """The requests for which a rule holds; a part that is left out holds for every request."""

    tenants: Annotated[tuple[Tenant, ...], Field(max_length=1_000)] = ()
    types: tuple[TargetType, ...] = ()
    names: Annotated[tuple[Pattern, ...], Field(max_length=1_000)] = ()
    impacts: tuple[Impact, ...] = ()

    def specificity(self, tenant: str, target: Target, impact: Impact) -> tuple[int, ...] | None:
        """The rank of the match, the greater the more specific; None where the rule does not hold for the request.

        A name counts before a tenant, that before a type, that before an impact. Of two patterns the one with more
        letters of its own is more specific.
        """
        named = [_letters(each) for each in self.naming((target.name,))]
        parts = (
            (self.names, max(named, default=0)),
            (self.tenants, int(tenant in self.tenants)),
            (self.types, int(target.type in self.types)),
            (self.impacts, int(impact in self.impacts)),
        )
        return None if any(given and not fits for given, fits in parts) else tuple(fits for _, fits in parts)

    def naming(self, targets: Iterable[str]) -> tuple[Pattern, ...]:
        """The patterns that one of these targets fits."""
        names = set(map(same_name, targets))
        return tuple(
            pattern
            for pattern, form in ((each, same_name(each)) for each in self.names)
            if form in names or any(fnmatchcase(name, form) for name in names)
        )


def _letters(pattern: str) -> int:
    """Letters of its own, and one more: a pattern of stars alone is more specific than none."""
    whole = 1_000 if not {"*", "?"} & set(pattern) else 0
    return 1 + whole + sum(letter not in "*?" for letter in pattern)


class Rule(Frozen):
    """One file of rules. A part that is None says nothing, and leaves it to less specific rules."""

    name: RuleName
    match: Match = Match()
    approvals: Annotated[tuple[Need, ...] | None, Field(min_length=1, max_length=MOST_VOTES)] = None
    freezes: Annotated[tuple[Freeze, ...], Field(max_length=100)] = ()
    windows: Annotated[tuple[ChangeWindow, ...] | None, Field(min_length=1, max_length=100)] = None
    strand: Literal["allow"] | None = None
    """Says that its `approvals` may leave open requests to nobody, for whoever tries the rule before it is merged."""
    standard: StandardRule | Literal[False] | None = None
    supersede: StrictBool | None = None
    emergency: EmergencyRule | Literal[False] | None = None
    escalation: Escalation | Literal[False] | None = None
    passkey: Literal["required", False] | None = None

    @model_validator(mode="after")
    def _can_be_counted(self) -> "Rule":
        check_steps(self.escalation or ())
        if counted(self.approvals or ()) > MOST_VOTES:
            raise ValueError(f"an approval takes at most {MOST_VOTES} people")
        return self


class Applied(Frozen):
    """The rules that hold for one request, each part with the rule that it is of; None where no rule speaks of it."""

    approvals: tuple[Need, ...] = EVERYDAY
    approvals_of: RuleName | None = None
    strands: bool = False
    """Tells whether that rule may leave a request to nobody."""
    freezes: tuple[tuple[RuleName, Freeze], ...] = ()
    windows: tuple[ChangeWindow, ...] | None = None
    windows_of: RuleName | None = None
    standard: StandardRule | None = None
    standard_of: RuleName | None = None
    supersede: bool | None = None
    """True where a newer version closes older requests; None where the platform's own word counts."""
    emergency: EmergencyRule | None = None
    emergency_of: RuleName | None = None
    escalation: tuple[EscalationStep, ...] = ()
    """Those who are asked next while nobody decides."""
    escalation_of: RuleName | None = None
    passkey: bool = False
    """True where a vote takes the voter's passkey."""
    passkey_of: RuleName | None = None
    undecided: tuple[RuleName, ...] = ()
    """Rules that are as specific as one another, and say different things of one part: nothing may go on meanwhile."""


Ranked = Sequence[tuple[tuple[int, ...], Rule]]
"""Rules that hold for a request, with the ranks of their matches, the most specific first."""


def applied(rules: Iterable[Rule], tenant: str, target: Target, impact: Impact) -> Applied:
    """The rules that hold for a tenant's request."""
    ranked = [(rank, rule) for rule in rules if (rank := rule.match.specificity(tenant, target, impact)) is not None]
    ranked.sort(key=lambda each: (each[0], each[1].name), reverse=True)
    approvals, first = _first(ranked, lambda rule: rule.approvals)
    windows, second = _first(ranked, lambda rule: rule.windows)
    standard, third = _first(ranked, lambda rule: rule.standard)
    supersede, fourth = _first(ranked, lambda rule: rule.supersede)
    emergency, fifth = _first(ranked, lambda rule: rule.emergency)
    escalation, sixth = _first(ranked, lambda rule: rule.escalation)
    passkey, seventh = _first(ranked, lambda rule: rule.passkey)
    named = (first, second, third, fourth, fifth, sixth, seventh)
    if standard and first and third and _rank(ranked, first) > _rank(ranked, third):
        standard = None  # who asks for votes more specifically means them
    return Applied(
        approvals=approvals or EVERYDAY,
        approvals_of=first[0] if first else None,
        strands=any(rule.strand == "allow" for _, rule in ranked if rule.name in first[:1]),
        freezes=tuple((rule.name, freeze) for _, rule in ranked for freeze in rule.freezes),
        windows=windows,
        windows_of=second[0] if second else None,
        standard=standard or None,
        standard_of=third[0] if standard else None,
        supersede=supersede,
        emergency=emergency or None,
        emergency_of=fifth[0] if emergency else None,
        escalation=escalation or (),
        escalation_of=sixth[0] if escalation else None,
        passkey=passkey == "required",
        passkey_of=seventh[0] if passkey else None,
        undecided=tuple(sorted({name for names in named if len(names) > 1 for name in names})),
    )


def _first(ranked: Ranked, part: Callable[[Rule], T | None]) -> tuple[T | None, tuple[str, ...]]:
    """The part as the most specific rule has it, and the names of all that are as specific and say otherwise."""
    saying = [(rank, rule, said) for rank, rule in ranked if (said := part(rule)) is not None]
    if not saying:
        return None, ()
    rank, rule, said = saying[0]
    others = [other.name for r, other, it in saying[1:] if r == rank and it != said]
    return said, (rule.name, *others)


def _rank(ranked: Ranked, names: tuple[str, ...]) -> tuple[int, ...]:
    """The rank of the first of these rules."""
    return next(rank for rank, rule in ranked if rule.name == names[0])


class Closed(Frozen):
    """A time in which nothing is launched: by which rule, until when, and why.

    `reason` is None outside of change windows, `until` None where nothing opens within a year.
    """

    rule: RuleName
    reason: Reason | None
    until: Moment | None

    def __str__(self) -> str:
        until = f"until {iso(self.until)}" if self.until else "for a year at least"
        why = f": {self.reason}" if self.reason else ""
        return f"nothing is launched {until}, by the rule {self.rule}{why}"


def closed(held: Applied, at: datetime) -> Closed | None:
    """Tells what keeps anything from being launched at the moment, None for nothing: a freeze before windows."""
    freezes = tuple(freeze for _, freeze in held.freezes)
    holds = [(rule, freeze.reason) for rule, freeze in held.freezes if holding((freeze,), at)]
    if not holds and (held.windows is None or within(held.windows, at)):
        return None
    rule, reason = holds[0] if holds else (held.windows_of or "", None)
    return Closed(rule=rule, reason=reason, until=opens(freezes, held.windows, at))
