"""A person's new address of a calendar, or its end, on its way into the record, however long Git is away.

The API never writes to the record.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.feeds import FeedActivities
    from domain.feeds import FeedChange
    from workflows import options


def feed_change_of(change_id: str) -> str:
    """The workflow's id: one for each change."""
    return f"calendars/{change_id}"


@workflow.defn
class KeepFeed:
    """Ends with the commit."""

    @workflow.run
    async def run(self, change: FeedChange) -> None:
        """Record the change."""
        await workflow.execute_activity_method(
            FeedActivities.keep_feed, change, **options.recording("keeps the address of somebody's calendar")
        )
