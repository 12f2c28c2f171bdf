"""The watch over AWX: compares every recent job of the template with the record, and tells what is wrong."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.awx_watch import WatchActivities
    from domain.watch import JobComparison, Window
    from workflows import options, shown

WATCH = "awx-watch"
"""The schedule's id, and its runs' with the time behind it."""


@workflow.defn
class AwxWatch:
    """One comparison. Its result and its details stand in the Temporal UI."""

    @workflow.run
    async def run(self) -> JobComparison:
        """Jobs that no ticket explains, and tickets whose job never ran."""
        window = Window(since=workflow.now() - options.WATCHED, now=workflow.now())
        comparison = await workflow.execute_activity_method(
            WatchActivities.compare_jobs, window, **options.looking("holds AWX's jobs against the record")
        )
        workflow.set_current_details(shown.comparison(comparison))
        return comparison
