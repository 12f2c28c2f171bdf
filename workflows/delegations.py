"""An act on a delegation on its way into the record: signed by the API, committed however long Git is away.

The API never writes to the record.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.delegations import DelegationActivities
    from domain.delegations import DelegationChange, RecordedDelegation
    from workflows import options


def delegation_change_of(change: DelegationChange) -> str:
    """The workflow's id: one for each act on a delegation."""
    act = "given" if change.delegation.withdrawn is None else "withdrawn"
    return f"delegations/{change.delegation.id}/{act}"


@workflow.defn
class ChangeDelegation:
    """Ends with the commit, or with what refuses it."""

    @workflow.run
    async def run(self, change: DelegationChange) -> RecordedDelegation:
        """Record the act."""
        return await workflow.execute_activity_method(
            DelegationActivities.commit_delegation, change, **options.recording("commits a delegation")
        )
