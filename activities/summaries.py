"""The follower `summaries`: mails each person the summary of their day, at the hour that they chose."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from activities.leading import BEHIND, Lease
from activities.planning import now
from clients.channel import ChannelDown
from clients.mail.channel import Mail
from domain.announcement import Announcement, Channel, Event
from domain.audience import Audience, Contact, with_delegates
from domain.escalation import waiting_from
from domain.following import CallReport, Followed
from domain.roles import ALL, Requester, same_address
from domain.summary import WINDOW, Summary, SummaryLine, due, is_kept, keeps_escalations, kept, waits_for
from domain.ticket import PromotionRequest, State
from record.errors import RecordUnavailable
from record.facts.acts import ActReader
from record.facts.delegations import DelegationReader
from record.git.outbox import escalations
from record.git.preferences import preferences_of, with_preferences
from record.git.summaries import SummaryNotes
from record.index.diff import Comparer
from record.index.query import MAX_LIMIT, Sort, TicketQuery, every, pages
from record.people.directory import DirectoryReader

_LOG = logging.getLogger(__name__)

SUMMARIES = Followed(name="summaries")
LOOK_EVERY = 60.0
"""Seconds between two looks at whose hour has come."""


@dataclass(frozen=True)
class SummarySetup:
    """The mail server that summaries go out by, over a conversation of their own; hours are of `zone`."""

    mail: Mail
    zone: tzinfo
    look_every: float = LOOK_EVERY


@dataclass(frozen=True)
class Summaries:
    """Mails summaries for as long as it leads. One that a crash repeats has the same id."""

    setup: SummarySetup
    acts: ActReader
    directory: DirectoryReader
    comparer: Comparer
    delegations: DelegationReader
    now: Callable[[], datetime] = now

    async def follow(self, lease: Lease) -> None:
        """Go on until cancelled."""
        loop, done, behind = asyncio.get_running_loop(), 0, BEHIND.labels(SUMMARIES.name)
        with ThreadPoolExecutor(1, SUMMARIES.name) as thread:
            try:
                while True:
                    lease.check()
                    try:
                        found = await loop.run_in_executor(thread, self._due)
                        behind.set(len(found))
                        for summary, contact in found:
                            if await self._mail(summary, contact, lease):
                                await loop.run_in_executor(thread, self._note, contact, summary.day)
                                done += 1
                                behind.dec()
                    except (RecordUnavailable, ChannelDown) as error:
                        _LOG.warning("%s wait: %s", SUMMARIES.name, error)
                    lease.details = CallReport(called=done)
                    await self.setup.mail.rest()
                    await pause(self.setup.look_every)
            finally:
                behind.set(0)
                await self.setup.mail.close()

    async def _mail(self, summary: Summary, contact: Contact, lease: Lease) -> bool:
        """Mail one summary, unless it says nothing; whether it needs no further attempt. Raises ChannelDown."""
        if not summary.waiting and not summary.happened:
            return True
        message = self.setup.mail.summary(summary, contact)
        delivery = await self.setup.mail.send(message, contact.person.email, lease.check)
        if delivery.failure is None:
            return True
        _LOG.warning("%s could not mail %s: %s", SUMMARIES.name, contact.person.email, delivery.failure)
        return False

    # -- beside -----------------------------------------------------------------------------------------------------

    def _due(self) -> list[tuple[Summary, Contact]]:
        """The summaries whose hour has come. Raises RecordUnavailable."""
        repository, at = self.acts.repository, self.now()
        repository.fetch(self.setup.look_every)
        notes, days = self._notes(), dict[str, date]()
        contacts: dict[str, Contact] = {}
        for person in self.directory.current().people:
            address = same_address(person.email)
            day = due(preferences_of(repository, person), notes.last(address), at, self.setup.zone)
            if day is not None and person.owner is None:
                days[address], contacts[address] = day, Contact(person=person)
        return list(self._made(days, contacts, at)) if days else []

    def _notes(self) -> SummaryNotes:
        notes = SummaryNotes(self.acts.repository)
        notes.open()
        return notes

    def _note(self, contact: Contact, day: date) -> None:
        self._notes().note(same_address(contact.person.email), day)

    def _made(
        self, days: dict[str, date], contacts: dict[str, Contact], at: datetime
    ) -> Iterator[tuple[Summary, Contact]]:
        """A summary for each of these people, of all tenants where the directory names them."""
        waiting: dict[str, list[SummaryLine]] = {each: [] for each in days}
        happened: dict[str, list[SummaryLine]] = {each: [] for each in days}
        audiences: dict[str, Audience] = {}
        for ticket, news in self._tickets(at - WINDOW):
            tenant = ticket.metadata.tenant
            if tenant not in audiences:
                audiences[tenant] = self._audience(tenant)
            requester, audience = self.acts.submitted(ticket.id)[0], audiences[tenant]
            for contact in audience.contacts:
                address = same_address(contact.person.email)
                if address not in days or contact.silent:
                    continue
                contacts[address] = contact
                if news:
                    said = kept(ticket, contact, audience, at - WINDOW, requester)
                    happened[address] += [SummaryLine(said=each, audience=audience) for each in said]
                elif waits_for(ticket, contact, requester, at):
                    line = SummaryLine(said=self._waiting(ticket, requester), audience=audience)
                    waiting[address].append(line)
                if not news and keeps_escalations(contact.preferences):
                    told = self._escalated(ticket, requester, at - WINDOW)
                    kept_ones = (each for each in told if is_kept(each, contact, audience))
                    happened[address] += [SummaryLine(said=each, audience=audience) for each in kept_ones]
        for address, contact in contacts.items():
            yield Summary.of(days[address], waiting[address], happened[address]), contact

    def _audience(self, tenant: str) -> Audience:
        """Everybody whom the directory names there, and who may vote there for somebody, with what they prefer."""
        directory, book = self.directory.current(), self.delegations.current()
        found = with_delegates(directory.audience(tenant), book.handed(directory, tenant))
        return with_preferences(self.acts.repository, found)

    def _waiting(self, ticket: PromotionRequest, requester: Requester | None) -> Announcement:
        tenant = ticket.metadata.tenant
        return Announcement(
            event=Event.REMINDER,
            number=len(ticket.status.history),
            at=ticket.metadata.created_at,
            ticket=ticket,
            requester=requester,
            comparison=self.comparer.comparison(ticket, lambda other: other.metadata.tenant == tenant),
        )

    def _escalated(
        self, ticket: PromotionRequest, requester: Requester | None, since: datetime
    ) -> Iterator[Announcement]:
        """The times since then that a rule asked people about a ticket that waits, as the mails' outbox has them."""
        for each in escalations(self.acts.repository, ticket.id):
            mailed = each.channel is Channel.MAIL and each.event is Event.ESCALATED
            if mailed and each.at >= since and each.number >= waiting_from(ticket):
                yield Announcement(
                    event=each.event,
                    number=each.number,
                    turn=each.turn,
                    at=each.at,
                    ticket=ticket,
                    requester=requester,
                    escalates_to=each.escalates_to,
                )

    def _tickets(self, since: datetime) -> Iterator[tuple[PromotionRequest, bool]]:
        """The pending tickets, then those that changed since, told apart. Costs nothing for what ended long ago."""
        page = self.acts.index.page
        yield from ((ticket, False) for ticket in every(page, State.PENDING))
        for ticket in pages(page, TicketQuery(scope=ALL, sort=Sort.RECENT, limit=MAX_LIMIT)):
            if ticket.last.at < since - timedelta(seconds=1):
                return
            yield ticket, True


async def pause(seconds: float) -> None:
    """Wait, unless this was cancelled already: the library of the mail server may have lost that."""
    if (task := asyncio.current_task()) and task.cancelling():
        raise asyncio.CancelledError
    await asyncio.sleep(seconds)
