"""The beginning of a promotion: a submission that becomes a ticket, or a recorded ticket that it goes on from."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from domain import lifecycle
    from domain.change import Proof, Resumed, Revision
    from domain.decision import Jws, Submission
    from domain.errors import RuleViolation
    from domain.roles import Requester
    from domain.signing import proof_of
    from domain.ticket import PromotionRequest


@dataclass(eq=False)
class Transition:
    """A ticket after one transition, the name of whoever acted, and what proves it: their signature, or AWX's word.

    `dropped` says why it was taken back: the record will never have it.
    """

    ticket: PromotionRequest
    by: str
    proof: Proof | None = None
    finding: Jws | None = None
    contract: Jws | None = None
    dropped: ApplicationError | None = None


@dataclass(frozen=True)
class InitialState:
    """A promotion's first state; `key` is its submission's, None where it goes on from the record."""

    ticket: PromotionRequest
    requester: Requester | None
    decide_by: datetime
    revision: Revision | None = None
    key: str | None = None
    unrecorded: tuple[Transition, ...] = ()
    decided: tuple[str, ...] = ()

    @classmethod
    def of(cls, begun: Submission | Resumed) -> "InitialState":
        """Begins from the workflow's input. A submission that the rules refuse came past the API, and fails it."""
        if isinstance(begun, Resumed):
            return cls(begun.ticket, begun.requester, begun.decide_by, begun.revision, decided=begun.decided)
        try:
            ticket = lifecycle.create(begun)
        except RuleViolation as violation:
            raise ApplicationError(str(violation), type=type(violation).__name__, non_retryable=True) from violation
        first = Transition(ticket, begun.requester.name, proof_of(begun), begun.evidence, begun.contract)
        return cls(ticket, begun.asked_by, begun.decide_by, key=begun.key, unrecorded=(first,))

    def resumed(self, ticket: PromotionRequest, revision: Revision, decided: tuple[str, ...]) -> Resumed:
        """The input of the next run: the ticket as recorded, and the decisions that were taken."""
        return Resumed(
            ticket=ticket, revision=revision, requester=self.requester, decide_by=self.decide_by, decided=decided
        )

    def queue(self) -> deque[Transition]:
        """The transitions that are still to be recorded."""
        return deque(self.unrecorded)
