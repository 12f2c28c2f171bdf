"""Puts what people prefer into the record."""

import asyncio
from dataclasses import dataclass

from temporalio import activity
from temporalio.exceptions import ApplicationError

from domain.errors import PreferencesChanged
from domain.preferences import KeptPreferences, PreferencesChange
from record.errors import RecordUnavailable
from record.git.preferences import keep
from record.git.repository import Repository


@dataclass
class PreferenceActivities:
    """Writes preferences, which give nobody a right."""

    repository: Repository

    @activity.defn
    async def keep_preferences(self, change: PreferencesChange) -> KeptPreferences:
        """Keep the preferences. Running it twice is harmless: what stands there already is not written again.

        Fails for good as `PreferencesChanged`, and as `RecordUnavailable` until Git can be reached.
        """
        try:
            await asyncio.to_thread(keep, self.repository, change)
        except PreferencesChanged as error:
            raise ApplicationError(str(error), type=type(error).__name__, non_retryable=True) from error
        except RecordUnavailable as error:
            raise ApplicationError(str(error), type="RecordUnavailable") from error
        return KeptPreferences(revision=change.preferences.revision)
