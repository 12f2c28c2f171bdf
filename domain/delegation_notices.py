"""Decides what the people of a delegation are told: that it begins, and that somebody ended it before its time."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from domain.delegations import Delegation
from domain.roles import PersonName, same_address
from domain.values import Email, Frozen


class DelegationEvent(StrEnum):
    """An event of a delegation that its people are mailed about."""

    BEGUN = "delegation-begun"
    WITHDRAWN = "delegation-withdrawn"


class ToldOfDelegation(Frozen):
    """An event that somebody was mailed about, or wants no mail about."""

    event: DelegationEvent
    to: Email


class DelegationNotes(Frozen):
    """Everything that was told of one delegation."""

    told: tuple[ToldOfDelegation, ...] = ()

    def has(self, event: DelegationEvent, to: str) -> bool:
        """Tells whether that was told to whoever has the address."""
        return any(each.event is event and same_address(each.to) == same_address(to) for each in self.told)

    def with_(self, event: DelegationEvent, to: str) -> "DelegationNotes":
        """The same, with that told."""
        return DelegationNotes(told=(*self.told, ToldOfDelegation(event=event, to=same_address(to))))


class DelegationNotice(Frozen):
    """One thing to say of a delegation: the names of its people and, where it counts for some tenants alone, of these.

    `ended_by` is who ended it before its time.
    """

    event: DelegationEvent
    delegation: Delegation
    giver: PersonName
    delegate: PersonName
    ended_by: PersonName | None = None
    tenants: tuple[PersonName, ...] = ()

    @property
    def id(self) -> str:
        """The same for every attempt to say it, and nothing else's."""
        return f"{self.event}.{self.delegation.id}"


def due(
    given: Delegation, notes: DelegationNotes, now: datetime, patience: timedelta
) -> Iterator[tuple[DelegationEvent, Email]]:
    """The events of it that have to be told now, each with whom.

    The delegate hears that it begins, for as long as it stands, and then that somebody ended it. The giver hears that
    another did. Nobody hears of what they did themselves, nor, after `patience`, of an end.
    """
    if given.stands(now) and not notes.has(DelegationEvent.BEGUN, given.to):
        yield DelegationEvent.BEGUN, given.to
    ended = given.withdrawn
    if ended is None or ended.at >= given.until or not ended.at <= now < ended.at + patience:
        return
    heard = (given.to,) if notes.has(DelegationEvent.BEGUN, given.to) else ()
    for address in _others((given.giver, *heard), ended.by):
        if not notes.has(DelegationEvent.WITHDRAWN, address):
            yield DelegationEvent.WITHDRAWN, address


def may_be_due(given: Delegation, now: datetime, patience: timedelta) -> bool:
    """Tells whether anything may be due of it, without a look at what was told: of most that were made, nothing is."""
    return given.stands(now) or (given.withdrawn is not None and given.withdrawn.at <= now < given.ended + patience)


def _others(addresses: Iterable[str], by: str) -> Iterator[str]:
    return (each for each in addresses if same_address(each) != same_address(by))
