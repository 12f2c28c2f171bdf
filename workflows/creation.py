"""The first value of a promotion."""

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from domain import lifecycle
    from domain.decision import Submission
    from domain.errors import RuleViolation
    from domain.ticket import PromotionRequest


def created(submission: Submission) -> PromotionRequest:
    """The submission's ticket. One that the rules refuse was sent past the API, and fails the workflow."""
    try:
        return lifecycle.create(submission)
    except RuleViolation as violation:
        raise ApplicationError(str(violation), type=type(violation).__name__, non_retryable=True) from violation
