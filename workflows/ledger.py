"""The ledger: a promotion's ticket, changed at once and recorded in order, one transition at a time, whoever asks."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.record import RecordActivities
    from domain import lifecycle
    from domain.change import Change, Proof, Revision, RuleApproval, SetBack
    from domain.clearance import Lapsed, Superseded, Verdict
    from domain.decision import Jws
    from domain.deployment import LaunchRefused, NotLaunched
    from domain.errors import StaleDecision
    from domain.ticket import SYSTEM_NAME, Action, PromotionRequest, State
    from workflows import options, shown
    from workflows.creation import InitialState, Transition
    from workflows.story import BrokenPromotion


_AFTER = StaleDecision("What this was decided on was taken back: look again")
"""The refusal of what was built on a transition that the record won't have."""


class Ledger:
    """Holds one value, the ticket, and the revision of its file."""

    def __init__(self, begun: InitialState) -> None:
        self.ticket = begun.ticket
        self.revision = begun.revision
        self._recorded = None if begun.revision is None else begun.ticket
        self._drops = 0
        self.never: ApplicationError | None = None
        self._approval: RuleApproval | None = None
        self._unrecorded = begun.queue()
        self._recording = asyncio.Lock()

    def show(self, *, overdue: bool = False) -> None:
        """Bring the details in the Temporal UI to the ticket as it is; `overdue` tells that nobody answered."""
        workflow.set_current_details(shown.details(self.ticket, overdue=overdue))

    @property
    def recorded(self) -> Revision:
        """The revision of a ticket that is in the record."""
        if self.revision is None:
            raise BrokenPromotion(f"{self.ticket.id} is not recorded yet")
        return self.revision

    async def record_creation(self) -> None:
        """Return when the ticket is recorded; raise what keeps it from ever becoming one."""
        self.show()
        try:
            await self.record()
        except ActivityError as error:
            kind = getattr(error.cause, "type", None)  # TicketExists, or Unproven: nothing else ends this activity
            self.never = ApplicationError(str(error.cause), type=kind, non_retryable=True)
            await workflow.wait_condition(workflow.all_handlers_finished)
            raise self.never from error

    async def approve_by_rule(self) -> None:
        """Approve the ticket that was just recorded, where a rule of the company does and nobody has decided yet."""
        said, self._approval = self._approval, None
        if said is not None and self.ticket.last.action is Action.CREATED:
            await self.advance(lifecycle.approve_by_rule(self.ticket, said.rule, said.facts, workflow.now()))

    async def heed(self, said: Verdict | NotLaunched | None, decide_by: datetime) -> None:
        """Do what a look found against the ticket. `decide_by` is until when its submission was to be decided on."""
        now = workflow.now()
        match said:
            case Lapsed():
                allowed = decide_by - self.ticket.metadata.created_at
                await self.advance(lifecycle.lapse(self.ticket, said.reason, now + allowed, now))
            case Superseded():
                await self.advance(lifecycle.supersede(self.ticket, said.newer, now))
            case LaunchRefused():
                if self.ticket.state is State.APPROVED:
                    self.become(lifecycle.start(self.ticket, None, now))
                await self.advance(lifecycle.fail(self.ticket, said.reason, now))
            case _:
                pass

    async def created(self) -> None:
        """Wait until the ticket is in the record, or never will be."""
        await workflow.wait_condition(lambda: self.revision is not None or self.never is not None)

    def become(self, ticket: PromotionRequest, by: str = SYSTEM_NAME, proof: Proof | None = None) -> Transition:
        """Make this the ticket, at once; it is recorded with whatever is recorded next."""
        transition = Transition(ticket, by, proof)
        self._adopt(transition)
        return transition

    def _adopt(self, transition: Transition) -> None:
        self.ticket = transition.ticket
        self._unrecorded.append(transition)
        shown.show(self.ticket, same_state=self.ticket.last.action in lifecycle.SAME_STATE)

    async def advance(self, ticket: PromotionRequest, finding: Jws | None = None) -> bool:
        """Make this the ticket, by the service itself, at once; True once it is recorded, False where it never will be.

        Then the ticket is the recorded one again, and is taken on from there after a pause.
        """
        transition = Transition(ticket, SYSTEM_NAME, finding=finding)
        self._adopt(transition)
        try:
            await self.record(transition)
        except ApplicationError as dropped:
            if dropped is not transition.dropped:
                raise
            until = workflow.now() + options.not_now(self._drops)
            self._drops += 1
            await self.unchanged_until(until, "looks again", lambda: False)
            return False
        self._drops = 0
        return True

    async def record(self, transition: Transition | None = None) -> None:
        """Commit whatever isn't committed yet. Raises the failure of the transition that the record won't have."""
        async with self._recording:
            if self.never:
                raise self.never
            while self._unrecorded:
                try:
                    await self._record(self._unrecorded[0])
                except ActivityError as error:
                    self._take_back(error)
        if transition is not None and transition.dropped:
            raise transition.dropped

    async def _record(self, transition: Transition) -> None:
        ticket = transition.ticket
        change = Change(
            ticket=ticket,
            base=self.revision,
            actor_name=transition.by,
            proof=transition.proof,
            finding=transition.finding,
            contract=transition.contract,
        )
        summary = f"commits {ticket.last.action} by {ticket.last.by}"
        recorded = await workflow.execute_activity_method(
            RecordActivities.record_change, change, **options.recording(summary)
        )
        self.revision, self._recorded = recorded.revision, ticket
        self._approval = recorded.approval
        self._unrecorded.popleft()

    def _take_back(self, error: ActivityError) -> None:
        """Go on from the recorded ticket, without what the record won't have, and what was built on it."""
        why = error.cause
        if self._recorded is None or not isinstance(why, ApplicationError) or why.type not in options.TAKEN_BACK:
            raise error
        workflow.logger.error("%s of %s is taken back: %s", self._unrecorded[0].ticket.last.action, self.ticket.id, why)
        for transition in self._unrecorded:
            transition.dropped = ApplicationError(str(_AFTER), type=type(_AFTER).__name__, non_retryable=True)
        self._unrecorded[0].dropped = ApplicationError(why.message, type=why.type, non_retryable=True)
        self._unrecorded.clear()
        if why.details:
            back = SetBack.model_validate(why.details[0])
            self._recorded, self.revision = back.ticket, back.revision
        self.ticket = self._recorded
        shown.show(self.ticket)

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
