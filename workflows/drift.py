"""The look for drift: holds the record against the promotions that run, and tells where they differ."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.drift import DriftActivities
    from domain.drift import DriftReport
    from workflows import options

DRIFT_WATCH = "drift-watch"
"""The schedule's id, and its runs' with the time behind it."""


@workflow.defn
class DriftWatch:
    """One comparison; it mends nothing. Its result and its details stand in the Temporal UI."""

    @workflow.run
    async def run(self) -> DriftReport:
        """The differences, as `prodgate reconcile` prints them."""
        report = await workflow.execute_activity_method(
            DriftActivities.find_drift, **options.looking("holds the record against the promotions that run")
        )
        lines = [f"- {each.kind} {each.subject}: {each.found}; {each.mend}" for each in report.first]
        workflow.set_current_details("\n".join([str(report), *lines]))
        return report
