"""A change of somebody's preferences on its way into the record, however long Git is away.

The API never writes to the record. The change is refused where others were kept meanwhile.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.preferences import PreferenceActivities
    from domain.preferences import KeptPreferences, PreferencesChange
    from workflows import options


def preferences_change_of(change_id: str) -> str:
    """The workflow's id: one for each change."""
    return f"preferences/{change_id}"


@workflow.defn
class KeepPreferences:
    """Ends with the commit, or with what refuses it."""

    @workflow.run
    async def run(self, change: PreferencesChange) -> KeptPreferences:
        """Record the change."""
        return await workflow.execute_activity_method(
            PreferenceActivities.keep_preferences, change, **options.recording("keeps somebody's preferences")
        )
