"""Finds what good files say of service accounts that can't be so together, whichever file says it."""

from collections.abc import Iterable, Iterator, Mapping

from domain.roles import same_address
from record.people.members import PLATFORM, TENANTS, AccountKind, Fault, Member, Membership


def disputes(memberships: Iterable[Membership]) -> Mapping[str, Fault]:
    """The reason for each dispute over a service account, by the account's address, comparable.

    Neither file need be wrong by itself, so none is set aside for it: an older state of one could bring back people who
    have left. It is the account that stands for nothing meanwhile.
    """
    everybody = [(_path(each), member) for each in memberships for member in each.members]
    people = {mark for _, member in everybody if member.kind is AccountKind.PERSON for mark in _marks(member)}
    services = {mark for _, member in everybody if member.kind is AccountKind.SERVICE for mark in _marks(member)}
    found: dict[str, Fault] = {}
    for path, member in everybody:
        for why in _faults(member, people, services):
            found.setdefault(same_address(member.email), Fault(path, f"{member.email} {why}"))
    return found


def _faults(member: Member, people: set[str], services: set[str]) -> Iterator[str]:
    if member.owner is None:
        return
    if not people.isdisjoint(_marks(member)):
        yield "is a person's address or subject, and can't be a service account's as well"
    if same_address(member.owner) in services:
        yield f"is owned by {member.owner}, which is a service account itself"
    elif same_address(member.owner) not in people:
        yield f"is owned by {member.owner}, whom no file knows"


def _marks(member: Member) -> frozenset[str]:
    """The marks that tell who somebody is: no address is a subject's spelling, and none is empty."""
    subject = {f"sub {member.subject}"} if member.subject else set()
    return member.addresses | subject


def _path(membership: Membership) -> str:
    return PLATFORM if membership.tenant is None else f"{TENANTS}/{membership.tenant}.yaml"
