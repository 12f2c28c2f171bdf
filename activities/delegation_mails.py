"""The follower `delegation-mails`: mails the people of a delegation when it begins, and when somebody ended it."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from activities.leading import BEHIND, Lease
from activities.planning import now
from activities.summaries import LOOK_EVERY, pause
from clients.channel import ChannelDown
from clients.mail.channel import Mail
from domain.audience import Contact
from domain.delegation_notices import DelegationEvent, DelegationNotice, due, may_be_due
from domain.delegations import Delegation
from domain.following import CallReport, Followed
from domain.preferences import MailTime
from domain.roles import same_address
from record.errors import RecordUnavailable
from record.facts.delegations import DelegationBook, DelegationReader
from record.git.delegation_notes import DelegationJournal
from record.git.preferences import preferences_of
from record.git.repository import Repository
from record.people.directory import Directory, DirectoryReader

_LOG = logging.getLogger(__name__)

DELEGATION_MAILS = Followed(name="delegation-mails")

Due = tuple[DelegationNotice, Contact]


@dataclass(frozen=True)
class DelegationMailSetup:
    """The mail server that they go out by, over a conversation of their own; ends are told for `patience`."""

    mail: Mail
    patience: timedelta
    look_every: float = LOOK_EVERY


@dataclass(frozen=True)
class DelegationMails:
    """Mails for as long as it leads, and notes each mail after it. One that a crash repeats has the same id."""

    setup: DelegationMailSetup
    repository: Repository
    delegations: DelegationReader
    directory: DirectoryReader
    now: Callable[[], datetime] = now

    async def follow(self, lease: Lease) -> None:
        """Go on until cancelled."""
        loop, done, behind = asyncio.get_running_loop(), 0, BEHIND.labels(DELEGATION_MAILS.name)
        with ThreadPoolExecutor(1, DELEGATION_MAILS.name) as thread:
            try:
                while True:
                    lease.check()
                    try:
                        found = await loop.run_in_executor(thread, self._due)
                        behind.set(len(found))
                        for notice, contact in found:
                            if await self._mail(notice, contact, lease):
                                await loop.run_in_executor(thread, self._note, notice, contact)
                                done += 1
                                behind.dec()
                    except (RecordUnavailable, ChannelDown) as error:
                        _LOG.warning("%s wait: %s", DELEGATION_MAILS.name, error)
                    lease.details = CallReport(called=done)
                    await self.setup.mail.rest()
                    await pause(self.setup.look_every)
            finally:
                behind.set(0)
                await self.setup.mail.close()

    async def _mail(self, notice: DelegationNotice, contact: Contact, lease: Lease) -> bool:
        """Mail it, unless they want no such mail; whether it needs no further attempt. Raises ChannelDown."""
        if contact.silent or contact.preferences.mailed(notice.event) is MailTime.OFF:
            return True
        message, to = self.setup.mail.delegation(notice, contact), contact.person.email
        delivery = await self.setup.mail.send(message, to, lease.check)
        for refused in (each.refused for each in delivery.receipts if each.refused is not None):
            _LOG.error("%s can't tell %s of %s: %s", DELEGATION_MAILS.name, to, notice.id, refused)
        if delivery.failure is not None:
            _LOG.warning("%s could not tell %s of %s: %s", DELEGATION_MAILS.name, to, notice.id, delivery.failure)
        return delivery.failure is None

    # -- beside -----------------------------------------------------------------------------------------------------

    def _due(self) -> list[Due]:
        """Everything that has to be told now. Raises RecordUnavailable."""
        self.repository.fetch(self.setup.look_every)
        at, directory, book = self.now(), self.directory.current(), self.delegations.current()
        found = [each.delegation for each in book.proven]
        found = [each for each in found if may_be_due(each, at, self.setup.patience)]
        return list(self._told(found, book, directory, at)) if found else []

    def _told(self, found: list[Delegation], book: DelegationBook, directory: Directory, at: datetime) -> Iterator[Due]:
        notes, counting = self._notes(), _counting(book, directory)
        for given in found:
            for event, address in due(given, notes.of(given.id), at, self.setup.patience):
                contact = self._contact(directory, address)
                gives = event is DelegationEvent.WITHDRAWN or given.id in counting
                if contact is not None and gives:  # one that gives nothing yet is told once it does
                    yield _notice(event, given, directory), contact

    def _contact(self, directory: Directory, address: str) -> Contact | None:
        """Whoever has the address, told as all files of tenants say; None for nobody, and for a service."""
        person = directory.person(address)
        if person is None or person.owner is not None or same_address(person.email) != same_address(address):
            return None
        everywhere = (each for tenant in directory.tenants for each in directory.audience(tenant).contacts)
        entries = [each for each in everywhere if same_address(each.person.email) == same_address(address)]
        return Contact(
            person=person,
            language=next((each.language for each in entries if each.language), None),
            silent=bool(entries) and all(each.silent for each in entries),
            preferences=preferences_of(self.repository, person),
        )

    def _notes(self) -> DelegationJournal:
        notes = DelegationJournal(self.repository)
        notes.open()
        return notes

    def _note(self, notice: DelegationNotice, contact: Contact) -> None:
        notes, identity = self._notes(), notice.delegation.id
        notes.note(identity, notes.of(identity).with_(notice.event, contact.person.email))


def _counting(book: DelegationBook, directory: Directory) -> frozenset[str]:
    """The delegations whose giver may approve somewhere that they reach."""
    return frozenset(each.delegation.id for tenant in directory.tenants for each in book.handed(directory, tenant))


def _notice(event: DelegationEvent, given: Delegation, directory: Directory) -> DelegationNotice:
    ended = given.withdrawn
    return DelegationNotice(
        event=event,
        delegation=given,
        giver=_name(directory, given.giver),
        delegate=_name(directory, given.to),
        ended_by=_name(directory, ended.by) if ended is not None else None,
        tenants=tuple(
            directory.tenants[each].display_name if each in directory.tenants else each for each in given.tenants or ()
        ),
    )


def _name(directory: Directory, address: str) -> str:
    person = directory.person(address)
    return person.name if person is not None else address
