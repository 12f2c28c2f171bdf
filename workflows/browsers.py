"""A browser in which somebody is notified, or is no more, on its way into the record, however long Git is away.

The API never writes to the record, and calls no address that a browser names: the worker judges it.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.browsers import BrowserActivities
    from domain.browsers import BrowserChange
    from workflows import options


def browser_change_of(change_id: str) -> str:
    """The workflow's id: one for each change."""
    return f"browsers/{change_id}"


@workflow.defn
class KeepBrowser:
    """Ends with the commit, or with what refuses it."""

    @workflow.run
    async def run(self, change: BrowserChange) -> None:
        """Record the change."""
        await workflow.execute_activity_method(
            BrowserActivities.keep_browser, change, **options.recording("keeps a browser in which somebody is notified")
        )
