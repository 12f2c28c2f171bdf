"""Puts the browsers in which people are notified into the record."""

import asyncio
from dataclasses import dataclass

from temporalio import activity
from temporalio.exceptions import ApplicationError

from clients.push.channel import WebPush
from domain.browsers import Browser, BrowserChange, EndpointRefused, PushOff, TooManyBrowsers
from record.errors import RecordUnavailable
from record.git.browsers import keep_browser
from record.git.repository import Repository


@dataclass
class BrowserActivities:
    """Writes browsers; `push` is None where no key is set up, and no browser is taken then."""

    push: WebPush | None
    repository: Repository

    @activity.defn
    async def keep_browser(self, change: BrowserChange) -> None:
        """Add a browser or remove one. Running it twice is harmless: what stands there already is not written again.

        Fails for good as `PushOff`, `EndpointRefused` or `TooManyBrowsers`, and as `RecordUnavailable` until Git can be
        reached.
        """
        try:
            if change.added:
                await self._check(change.added)
            await asyncio.to_thread(keep_browser, self.repository, change)
        except (PushOff, EndpointRefused, TooManyBrowsers) as error:
            raise ApplicationError(str(error), type=type(error).__name__, non_retryable=True) from error
        except RecordUnavailable as error:
            raise ApplicationError(str(error), type="RecordUnavailable") from error

    async def _check(self, browser: Browser) -> None:
        """Raise PushOff or EndpointRefused."""
        if self.push is None:
            raise PushOff
        await self.push.sender.check(browser)
