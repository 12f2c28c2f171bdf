"""The change of a document's template: somebody's, signed by the API, committed however long Git is away.

The API never writes to the record. The change is refused where another version was recorded meanwhile.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.templates import TemplateActivities
    from domain.templates import RecordedTemplate, TemplateChange
    from workflows import options


def template_change_of(kind: str, change_id: str) -> str:
    """The workflow's id: one for each change that somebody signed."""
    return f"templates/{kind}/{change_id}"


@workflow.defn
class TemplateEdit:
    """Ends with the commit, or with what refuses it."""

    @workflow.run
    async def run(self, change: TemplateChange) -> RecordedTemplate:
        """Record the change."""
        return await workflow.execute_activity_method(
            TemplateActivities.commit_template, change, **options.recording(f"commits the template {change.kind}")
        )
