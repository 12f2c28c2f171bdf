"""The company's rules: which of them hold for a request, and what its approval takes.

A rule says for which requests it holds (`Match`), and of these what an approval takes, when nothing is launched, and
more. Each part is taken from the most specific rule that says something of it; freezes add up, so that a rule of a
tenant takes none of the platform's away. Without a rule, one approval by cpi or cpi_admin is enough.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Annotated, TypeVar

from pydantic import Field, StringConstraints, model_validator

from domain.calendars import ChangeWindow, Freeze, holding, opens, within
from domain.roles import Person, Role, same_address
from domain.ticket import Impact, Target, TargetType
from domain.values import Email, Frozen, Moment, Reason, Tenant, iso, same_name

T = TypeVar("T")

RuleName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
"""A rule's name, which is its file's: `rules/<name>.yaml`."""

GroupName = RuleName
Pattern = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9*?._-]{1,128}$")]
"""A target's name, in which `*` stands for any characters and `?` for one."""

MOST_VOTES = 10
_VOTING = frozenset({Role.CPI, Role.CPI_ADMIN})


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
        named = [_letters(each) for each in self.names if fnmatchcase(same_name(target.name), same_name(each))]
        parts = (
            (self.names, max(named, default=0)),
            (self.tenants, int(tenant in self.tenants)),
            (self.types, int(target.type in self.types)),
            (self.impacts, int(impact in self.impacts)),
        )
        return None if any(given and not fits for given, fits in parts) else tuple(fits for _, fits in parts)


def _letters(pattern: str) -> int:
    """Letters of its own, and one more: a pattern of stars alone is more specific than none."""
    whole = 1_000 if not {"*", "?"} & set(pattern) else 0
    return 1 + whole + sum(letter not in "*?" for letter in pattern)


class Need(Frozen):
    """Votes that an approval takes: so many people who hold the role in the tenant, or are in the group."""

    role: Role | None = None
    group: GroupName | None = None
    count: Annotated[int, Field(ge=1, le=MOST_VOTES)] = 1

    @model_validator(mode="after")
    def _names_one(self) -> "Need":
        if (self.role is None) is (self.group is None):
            raise ValueError("name a role or a group, one of the two")
        if self.role is not None and self.role not in _VOTING:
            raise ValueError(f"{self.role} never approves; name cpi or cpi_admin")
        return self

    def __str__(self) -> str:
        who = self.group or (self.role.value if self.role else "")
        return f"{self.count} of {who}"


EVERYDAY = (Need(role=Role.CPI),)
"""The approval without a rule: one by cpi or cpi_admin."""


class Rule(Frozen):
    """One file of rules. A part that is None says nothing, and leaves it to less specific rules."""

    name: RuleName
    match: Match = Match()
    approvals: Annotated[tuple[Need, ...] | None, Field(min_length=1, max_length=MOST_VOTES)] = None
    freezes: Annotated[tuple[Freeze, ...], Field(max_length=100)] = ()
    windows: Annotated[tuple[ChangeWindow, ...] | None, Field(min_length=1, max_length=100)] = None

    @model_validator(mode="after")
    def _can_be_counted(self) -> "Rule":
        if sum(need.count for need in self.approvals or ()) > MOST_VOTES:
            raise ValueError(f"an approval takes at most {MOST_VOTES} people")
        return self


class Applied(Frozen):
    """What holds for one request, each part with the rule that it is of; None where no rule says anything of it."""

    approvals: tuple[Need, ...] = EVERYDAY
    approvals_of: RuleName | None = None
    freezes: tuple[tuple[RuleName, Freeze], ...] = ()
    windows: tuple[ChangeWindow, ...] | None = None
    windows_of: RuleName | None = None
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
    return Applied(
        approvals=approvals or EVERYDAY,
        approvals_of=first[0] if first else None,
        freezes=tuple((rule.name, freeze) for _, rule in ranked for freeze in rule.freezes),
        windows=windows,
        windows_of=second[0] if second else None,
        undecided=tuple(sorted({*first, *second})) if len(first) > 1 or len(second) > 1 else (),
    )


def _first(ranked: Ranked, part: Callable[[Rule], T | None]) -> tuple[T | None, tuple[str, ...]]:
    """The part as the most specific rule has it, and the names of all that are as specific and say otherwise."""
    saying = [(rank, rule, said) for rank, rule in ranked if (said := part(rule)) is not None]
    if not saying:
        return None, ()
    rank, rule, said = saying[0]
    others = [other.name for r, other, it in saying[1:] if r == rank and it != said]
    return said, (rule.name, *others)


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


class Vote(Frozen):
    """A vote as it counts now: who gave it, as the directory has them."""

    person: Person
    delegate_of: Person | None = None

    @property
    def identities(self) -> frozenset[str]:
        """Everybody who voted by it: whoever handed their vote on has voted, too."""
        return self.person.identities | (self.delegate_of.identities if self.delegate_of else frozenset())

    @property
    def entitled(self) -> Person:
        """The person whose right it is."""
        return self.delegate_of or self.person


Groups = dict[str, frozenset[str]]
"""Comparable addresses of each group's members."""


def entitled(person: Person, need: Need, tenant: str, groups: Groups) -> bool:
    """Tells whether the person's vote counts for the need: cpi_admin votes wherever cpi does."""
    if person.owner is not None:
        return False
    if need.group is not None:
        return not groups.get(need.group, frozenset()).isdisjoint(person.addresses)
    roles = {need.role, Role.CPI_ADMIN}
    return any(grant.role in roles and grant.reaches(tenant) for grant in person.grants)


def missing(needs: Sequence[Need], votes: Sequence[Vote], tenant: str, groups: Groups) -> tuple[Need, ...]:
    """The votes that are missing, as needs with what their counts lack; nothing where the approval is complete.

    Each person counts once, for the need where most votes find a place: a maximum matching of people and places.
    """
    places = [need for need in needs for _ in range(need.count)]
    people = _distinct(votes)
    fits = [[entitled(vote.entitled, need, tenant, groups) for need in places] for vote in people]
    taken: dict[int, int] = {}
    for number in range(len(people)):
        _seat(number, fits, taken, set())
    left: dict[Need, int] = {}
    for place, need in enumerate(places):
        if place not in taken:
            left[need] = left.get(need, 0) + 1
    return tuple(need.model_copy(update={"count": count}) for need, count in left.items())


def _seat(number: int, fits: Sequence[Sequence[bool]], taken: dict[int, int], tried: set[int]) -> bool:
    """Find the voter a place, moving others to other places where that helps."""
    for place, fit in enumerate(fits[number]):
        if fit and place not in tried:
            tried.add(place)
            if place not in taken or _seat(taken[place], fits, taken, tried):
                taken[place] = number
                return True
    return False


def _distinct(votes: Sequence[Vote]) -> list[Vote]:
    """One vote of each person: two that have an address or a subject in common are one's."""
    found: list[Vote] = []
    for vote in votes:
        if all(vote.identities.isdisjoint(other.identities) for other in found):
            found.append(vote)
    return found


def satisfiable(needs: Sequence[Need], people: Iterable[Person], tenant: str, groups: Groups) -> tuple[Need, ...]:
    """The votes that nobody could give, if all these people voted; `people` are without the requester."""
    return missing(needs, [Vote(person=person) for person in people], tenant, groups)


def group_of(addresses: Iterable[Email]) -> frozenset[str]:
    """A group's members, comparable."""
    return frozenset(map(same_address, addresses))
