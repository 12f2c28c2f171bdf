"""The start of a promotion: from a submission, or from the record where the engine has lost it."""

from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from domain.change import Resumed
from domain.decision import Submission
from domain.ticket import PromotionRequest
from workflows import shown
from workflows.promotion import Promotion


def submitted(
    submission: Submission, task_queue: str, details: str | None = None
) -> WithStartWorkflowOperation[Promotion, PromotionRequest]:
    """The start that goes with the update `submit`: once for a number, whoever else was given it.

    `details` are for whoever looks at the workflow in the Temporal UI.
    """
    return WithStartWorkflowOperation(
        Promotion.run,
        submission,
        id=submission.id,
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
        search_attributes=shown.at_start(submission),
        static_summary=shown.summary(submission.target, submission.tenant),
        static_details=details,
    )


async def resume(client: Client, resumed: Resumed, task_queue: str, *, first: bool = False) -> None:
    """Have a recorded ticket's promotion go on; one that runs is left alone.

    Raises WorkflowAlreadyStartedError where it is to be the `first` that the engine knows of, and one has ended.
    """
    ticket, reuse = resumed.ticket, WorkflowIDReusePolicy
    await client.start_workflow(
        Promotion.run,
        resumed,
        id=ticket.id,
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=reuse.REJECT_DUPLICATE if first else reuse.ALLOW_DUPLICATE,
        search_attributes=shown.at_resume(ticket),
        static_summary=shown.summary(ticket.spec.target, ticket.metadata.tenant),
    )
