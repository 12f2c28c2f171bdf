"""The ledger: a promotion's ticket, changed at once and recorded in order, one transition at a time, whoever asks."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.record import RecordActivities
    from domain.change import Change, Proof, Revision
    from domain.ticket import SYSTEM_NAME, PromotionRequest
    from workflows import options, shown
    from workflows.creation import InitialState
    from workflows.story import BrokenPromotion


class Ledger:
    """Holds one value, the ticket, and the revision of its file."""

    def __init__(self, begun: InitialState) -> None:
        self.ticket = begun.ticket
        self.revision = begun.revision
        self.never: ApplicationError | None = None
        self._unrecorded = begun.queue()
        self._recording = asyncio.Lock()

    @property
    def recorded(self) -> Revision:
        """The revision of a ticket that is in the record."""
        if self.revision is None:
            raise BrokenPromotion(f"{self.ticket.id} is not recorded yet")
        return self.revision

    async def record_creation(self) -> None:
        """Return when the ticket is recorded; raise what keeps it from ever becoming one."""
        workflow.set_current_details(shown.details(self.ticket))
        try:
            await self.record()
        except ActivityError as error:
            kind = getattr(error.cause, "type", None)  # TicketExists, or Unproven: nothing else ends this activity
            self.never = ApplicationError(str(error.cause), type=kind, non_retryable=True)
            await workflow.wait_condition(workflow.all_handlers_finished)
            raise self.never from error

    async def created(self) -> None:
        """Wait until the ticket is in the record, or never will be."""
        await workflow.wait_condition(lambda: self.revision is not None or self.never is not None)

    def become(self, ticket: PromotionRequest, by: str = SYSTEM_NAME, proof: Proof | None = None) -> None:
        """Make this the ticket, at once; it is recorded with whatever is recorded next."""
        self.ticket = ticket
        self._unrecorded.append((ticket, by, proof))
        shown.show(ticket)

    async def advance(self, ticket: PromotionRequest) -> None:
        """Make this the ticket, by the service itself, at once; return when it is recorded."""
        self.become(ticket)
        await self.record()

    async def record(self) -> None:
        """Commit whatever isn't committed yet."""
        async with self._recording:
            if self.never:
                raise self.never
            while self._unrecorded:
                ticket, by, proof = self._unrecorded[0]
                change = Change(ticket=ticket, base=self.revision, actor_name=by, proof=proof)
                summary = f"commits {ticket.last.action} by {ticket.last.by}"
                recorded = await workflow.execute_activity_method(
                    RecordActivities.record_change, change, **options.recording(summary)
                )
                self.revision = recorded.revision
                self._unrecorded.popleft()

    async def settled(self) -> None:
        """Wait until the ticket is recorded as it is."""
        await workflow.wait_condition(lambda: not self._unrecorded)

    async def unchanged_until(self, until: datetime | None, summary: str, disturbed: Callable[[], bool]) -> bool:
        """Wait for the moment, None for ever; True where it came before the ticket changed or something disturbed."""
        held = self.ticket
        left = None if until is None else until - workflow.now()
        if left is not None and left <= timedelta(0):
            return True
        try:
            await workflow.wait_condition(
                lambda: self.ticket is not held or disturbed(),
                timeout=left,
                timeout_summary=summary if left is not None else None,
            )
        except TimeoutError:
            return self.ticket is held
        return False
