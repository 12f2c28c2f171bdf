"""Finds what falls due without a change of the record: reminders, warnings, and whom rules ask while nobody decides."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from domain import escalation, lifecycle
from domain.announcement import Channel, Event, Plan, next_due, reminders_by
from domain.delivery import EventRef, TicketAnnouncements
from domain.emergencies import Debt
from domain.errors import RuleViolation
from domain.escalation import EscalationStep, waiting_from, waits_since
from domain.ticket import PromotionRequest, State
from domain.values import shifted
from record.facts.acts import ActReader
from record.facts.controls import Controls
from record.facts.line import UNREADABLE
from record.index.query import every, owed

_LOG = logging.getLogger(__name__)

FallenDue = tuple[str, EventRef, TicketAnnouncements]
"""A ticket, what is to be said of it, and what was said before as it is to be kept then."""


@dataclass(frozen=True)
class Reminders:
    """Finds what one channel has to say because time has passed. `known` is what it has said of a ticket so far."""

    channel: Channel
    acts: ActReader
    controls: Controls
    plan: Plan
    known: Callable[[str], TicketAnnouncements]

    def due(self, now: datetime) -> Iterator[FallenDue]:
        """Everything that fell due. Costs what pending tickets and open debts cost, however many ended.

        Whoever takes it notes each before the next: what is due depends on what was said.
        """
        if not self.channel.for_systems:
            yield from self._overdue(now)
        for ticket in every(self.acts.index.page, State.PENDING):
            if not self.channel.for_systems:
                yield from self._reminders(ticket, now)
            yield from self._escalated(ticket, Event.ESCALATED, waits_since(ticket), now)

    def expires(self, ticket: PromotionRequest, signed: datetime | None) -> datetime:
        """Until when somebody has to decide: what the record proves of it, else what this installation says."""
        return lifecycle.decide_by(ticket, signed or shifted(ticket.metadata.created_at, self.plan.expiry))

    def _reminders(self, ticket: PromotionRequest, now: datetime) -> Iterator[FallenDue]:
        known, expires = self.known(ticket.id), self.expires(ticket, self.acts.submitted(ticket.id)[1])
        while (due := next_due(ticket, expires, self.plan, known.reminded, known.warned)) and due[0] <= now:
            turn = reminders_by(ticket, self.plan, now) if due[1] is Event.REMINDER else 0
            warned = known.warned or due[1] is Event.EXPIRING
            known = known.model_copy(update={"reminded": max(turn, known.reminded), "warned": warned})
            number = len(ticket.status.history)
            yield ticket.id, EventRef(event=due[1], number=number, turn=turn, at=now), known
            known = self.known(ticket.id)

    def _overdue(self, now: datetime) -> Iterator[FallenDue]:
        """Emergencies that nobody has answered for in time, each once; then whom rules ask further."""
        for debt in owed(self.acts.index.page):
            known, ticket = self.known(debt.ticket_id), self.acts.index.get(debt.ticket_id)
            if ticket is None or not debt.is_overdue(now):
                continue
            if not any(each.event is Event.OVERDUE for each in known.progress):
                number = len(ticket.status.history)
                yield ticket.id, EventRef(event=Event.OVERDUE, number=number, at=now), known
            yield from self._escalated(ticket, Event.OVERDUE, debt.answer_by, now)

    def _escalated(self, ticket: PromotionRequest, event: Event, since: datetime, now: datetime) -> Iterator[FallenDue]:
        """The steps of the rules as they are now whose people were not asked since the waiting began."""
        begun, number = waiting_from(ticket), len(ticket.status.history)
        for step in escalation.due(self._steps(ticket), since, self.known(ticket.id).escalated(event, begun), now):
            known = self.known(ticket.id)
            turn = len(known.escalated(event, begun)) + 1
            said = EventRef(event=event, number=number, turn=turn, at=now, escalates_to=step.asked)
            yield ticket.id, said, known

    def _steps(self, ticket: PromotionRequest) -> tuple[EscalationStep, ...]:
        """The steps that rules have for the ticket. What can't be read asks nobody until it can."""
        try:
            return self.controls.escalation_of(ticket)
        except (RuleViolation, *UNREADABLE) as error:
            _LOG.warning("nobody is asked further about %s: %s", ticket.id, error)
            return ()


def is_moot(now: PromotionRequest | None, said: EventRef) -> bool:
    """Tells whether a rule asked somebody to see to what is decided, or answered, or waits anew meanwhile."""
    if said.escalates_to is None or now is None:
        return False
    if said.event is Event.OVERDUE:
        return Debt.of(now) is None
    return now.state is not State.PENDING or waiting_from(now) > said.number
