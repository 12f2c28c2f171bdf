"""An act on a passkey on its way into the record: signed by the API, committed however long Git is away.

The API never writes to the record.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.passkeys import PasskeyActivities
    from domain.passkeys import PasskeyChange, RecordedPasskey
    from workflows import options


def passkey_change_of(change: PasskeyChange) -> str:
    """The workflow's id: one for each act on a passkey."""
    act = "registered" if change.passkey.withdrawn is None else "withdrawn"
    return f"passkeys/{change.passkey.id}/{act}"


@workflow.defn
class ChangePasskey:
    """Ends with the commit, or with what refuses it."""

    @workflow.run
    async def run(self, change: PasskeyChange) -> RecordedPasskey:
        """Record the act."""
        return await workflow.execute_activity_method(
            PasskeyActivities.commit_passkey, change, **options.recording("commits a passkey")
        )
