"""Votes: how many people have to approve a request, who of them counts, and which votes are missing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from domain.roles import Person, Role, same_address
from domain.values import Email, Frozen

GroupName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
"""A group's name, as `platform.yaml: spec.groups` has it."""

MOST_VOTES = 10
_VOTING = frozenset({Role.CPI, Role.CPI_ADMIN})


class Need(Frozen):
    """Votes that an approval takes: so many people who hold the role in the tenant, or are in the group.

    A group narrows who of those that may approve counts; it gives nobody the right.
    """

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

Groups = Mapping[str, frozenset[str]]
"""Comparable addresses of each group's members."""


def group_of(addresses: Iterable[Email]) -> frozenset[str]:
    """A group's members, comparable."""
    return frozenset(map(same_address, addresses))


def counted(needs: Iterable[Need]) -> int:
    """The number of people whom the needs ask for."""
    return sum(need.count for need in needs)


def told(needs: Iterable[Need]) -> str:
    """The votes as people read them: `2 of cpi and 1 of security`."""
    return " and ".join(map(str, needs))


class Poll(Frozen):
    """The votes for one request of a tenant, and what its approval takes.

    `voters` gave the votes that stand, and may approve the request now, as the directory has them.
    """

    needs: tuple[Need, ...] = EVERYDAY
    voters: tuple[Person, ...] = ()
    tenant: str = ""
    groups: Groups = Field(default_factory=dict)

    def missing(self, *more: Person) -> tuple[Need, ...]:
        """The votes that are missing, if these people voted as well; nothing where the approval is complete."""
        return missing(self.needs, (*self.voters, *more), self.tenant, self.groups)

    def missing_after(self, person: Person) -> tuple[Need, ...]:
        """The votes that are missing once the person has voted: one that they gave for somebody else is gone then."""
        others = tuple(each for each in self.voters if same_address(each.voter) != same_address(person.voter))
        return missing(self.needs, (*others, person), self.tenant, self.groups)

    def known_by(self, subject_of: Callable[[str], str | None]) -> "Poll":
        """The same with the sign-ins by which the voters acted, where their entries name none."""
        return self.model_copy(update={"voters": tuple(each.known_by(subject_of) for each in self.voters)})

    def has(self, person: Person) -> bool:
        """Tells whether a vote of the person stands, by whatever address."""
        return not all(person.identities.isdisjoint(voter.identities) for voter in self.voters)

    def is_needed(self, person: Person) -> bool:
        """Tells whether the person's vote would fill a place that is left."""
        return counted(self.missing(person)) < counted(self.missing())


def entitled(person: Person, need: Need, tenant: str, groups: Groups) -> bool:
    """Tells whether the person's vote counts for the need: cpi_admin votes wherever cpi does."""
    if person.owner is not None:
        return False
    if need.group is not None:
        return same_address(person.email) in groups.get(need.group, ())  # an alias gives nothing
    roles = {need.role, Role.CPI_ADMIN}
    return any(grant.role in roles and grant.reaches(tenant) for grant in person.grants)


def missing(needs: Sequence[Need], voters: Iterable[Person], tenant: str, groups: Groups) -> tuple[Need, ...]:
    """The votes that are missing, as needs with what their counts lack; nothing where the approval is complete.

    Each person counts once, for the need where most votes find a place: a maximum matching of people and places.
    """
    places = [need for need in needs for _ in range(need.count)]
    people = _distinct(voters)
    fits = [[entitled(person, need, tenant, groups) for need in places] for person in people]
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


def _distinct(voters: Iterable[Person]) -> list[Person]:
    """Each person once: two that have an address or a subject in common are one."""
    found: list[Person] = []
    for person in voters:
        if all(person.identities.isdisjoint(other.identities) for other in found):
            found.append(person)
    return found
