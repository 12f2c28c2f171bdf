"""What a promotion makes of its submission: its first ticket, and the changes that are recorded of it."""

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from domain import lifecycle
    from domain.change import Change, Proof, Revision
    from domain.decision import Submission
    from domain.errors import RuleViolation
    from domain.ticket import PromotionRequest


def created(submission: Submission) -> PromotionRequest:
    """The submission's ticket. One that the rules refuse was sent past the API, and fails the workflow."""
    try:
        return lifecycle.create(submission)
    except RuleViolation as violation:
        raise ApplicationError(str(violation), type=type(violation).__name__, non_retryable=True) from violation


def change_of(
    submission: Submission, base: Revision | None, ticket: PromotionRequest, by: str, proof: Proof | None
) -> Change:
    """One transition to record, with what only the submission says."""
    requester, decide_by = submission.asked_by, submission.decide_by
    return Change(ticket=ticket, base=base, actor_name=by, proof=proof, requester=requester, decide_by=decide_by)
