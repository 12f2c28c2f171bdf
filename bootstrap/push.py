"""Web push as the settings ask for it: the key, and the channel that the worker notifies browsers by."""

import asyncio
import logging

from clients.letters import Letters
from clients.push.channel import WebPush
from clients.push.key import PushKey, PushKeyUnusable
from clients.push.sender import PushSender
from domain.browsers import Browser, BrowserChange
from record.errors import RecordUnavailable
from record.git.browsers import keep_browser
from record.git.repository import Repository
from settings import Settings, SettingsError, variable

_LOG = logging.getLogger(__name__)


def push_key(settings: Settings) -> PushKey | None:
    """The key; None where none is set. Raises SettingsError where it can't be used."""
    if settings.push_key is None:
        return None
    https = settings.public_url.startswith("https:")
    try:
        return PushKey.read(settings.push_key, settings.public_url if https else f"mailto:{settings.mail_from}")
    except PushKeyUnusable as error:
        raise SettingsError(f"{variable('push_key')}: {error}") from error


def public_push_key(settings: Settings) -> str | None:
    """The half of it that browsers are given."""
    key = push_key(settings)
    return None if key is None else key.public


def web_push(settings: Settings, key: PushKey, letters: Letters, repository: Repository) -> WebPush:
    """The channel; browsers whose subscriptions end are taken out of the record."""

    async def forget(browser: Browser) -> None:
        change = BrowserChange(addresses=(browser.email,), removed=browser.id)
        try:
            await asyncio.to_thread(keep_browser, repository, change)
        except RecordUnavailable as error:  # the next announcement finds it ended again
            _LOG.warning("a browser whose subscription has ended stays for now: %s", error)

    return WebPush(PushSender(key, settings.push_allow, settings.push_ca_bundle), letters, forget)
