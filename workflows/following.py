"""The followers of the record: a workflow each, which has one activity lead, in whichever worker is free.

It takes no message. Its pending activity shows how far the follower is, and its last failure why it stands still.
"""

from temporalio import workflow
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

with workflow.unsafe.imports_passed_through():
    from activities.leading import LeadingActivities
    from domain.following import Followed
    from workflows import options


@workflow.defn
class Follow:
    """One shift after the other, each in a run of its own."""

    @workflow.run
    async def run(self, followed: Followed) -> None:
        """Have somebody lead for a shift, then go on in a new run."""
        await workflow.execute_activity_method(
            LeadingActivities.lead, followed, **options.leading(f"leads {followed.name}")
        )
        workflow.continue_as_new(followed)


async def keep_following(client: Client, task_queue: str, followed: Followed) -> None:
    """Make sure that somebody follows; where it is done already, nothing happens."""
    await client.start_workflow(
        Follow.run,
        followed,
        id=followed.name,
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        static_summary=f"{followed.name} follows the record",
    )
