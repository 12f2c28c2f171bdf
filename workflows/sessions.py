"""The end of a session that the identity provider tells of: put on the record's list, however long Git is away.

The API never writes to the record, and answers the provider as soon as the engine has this.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.sessions import SessionActivities
    from domain.sessions import Revocation
    from workflows import options


def logout_of(key: str) -> str:
    """The workflow's id. It is started once for a logout token, so that no token counts twice."""
    return f"logouts/{key}"


@workflow.defn
class Logout:
    """Ends with the commit."""

    @workflow.run
    async def run(self, entry: Revocation) -> None:
        """Record the entry."""
        await workflow.execute_activity_method(
            SessionActivities.revoke_session, entry, **options.recording("puts the session on the list of revoked ones")
        )
