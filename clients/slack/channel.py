"""Slack: one thread a ticket in the tenant's channel, its first message kept at what the ticket is now.

What people typed travels as `plain_text`, which Slack does not interpret; the fallback text is escaped.
https://docs.slack.dev/reference/methods/chat.postMessage
"""

import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from clients.channel import Allowed, ChannelDown
from clients.http import reason
from clients.letters import Letters
from clients.slack.blocks import blocks_of, fallback, reply_of
from domain.announcement import Announcement
from domain.audience import Audience
from domain.delivery import DeliveryResult, OutgoingMessage, Receipt, Thread

ANSWER_WITHIN = 3
"""Seconds that Slack may take for one call."""

_FOR_GOOD = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_too_long", "msg_blocks_too_long", "no_text"})
"""The errors of what Slack never takes; anything else can be mended in Slack or in the settings, and is tried again."""

_ONE_CHANNEL = frozenset({"channel_not_found", "not_in_channel", "is_archived", "restricted_action", "no_permission"})
"""The errors that concern one channel alone, until somebody mends it; anything else is as wrong for the others."""

_FIRST_IS_GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})


@dataclass
class Slack:
    """The channel. `channel` is for tenants that have none of their own; `decides` shows buttons that decide."""

    client: AsyncWebClient
    channel: str
    letters: Letters
    decides: bool = False
    _not_before: float = field(default=0.0)

    def destinations(self, said: Announcement, audience: Audience) -> tuple[str, ...]:
        """One: the ticket's thread, in whatever channel that is."""
        del said, audience
        return ("thread",)

    def place(self, to: str, thread: Thread | None, audience: Audience) -> str:
        """The channel."""
        del to
        return thread.channel if thread else audience.slack_channel or self.channel

    async def deliver(self, outgoing: OutgoingMessage, audience: Audience, allowed: Allowed) -> DeliveryResult:
        """Say it in the ticket's thread, and bring its first message up to date. Raises ChannelDown."""
        if (wait := self._not_before - time.monotonic()) > 0:
            raise ChannelDown("Slack asked to wait", retry_after=wait)
        receipts: list[Receipt] = []
        thread = outgoing.thread
        try:
            if thread is None:
                thread = await self._open(outgoing, audience, receipts, allowed)
            else:
                await self._continue(outgoing, audience, thread, receipts, allowed)
        except (SlackClientError, aiohttp.ClientError, OSError, TimeoutError) as error:
            why = f"Slack takes no message: {self._sentence(error)}"
            if not receipts and self._code(error) not in _ONE_CHANNEL:
                raise ChannelDown(why, self._retry_after(error)) from error
            return DeliveryResult(receipts=tuple(receipts), failure=why, thread=thread)
        return DeliveryResult(receipts=tuple(receipts), thread=thread)

    async def rest(self) -> None:
        """Nothing is held between two calls."""

    async def close(self) -> None:
        """Nothing is held between two calls."""

    async def _open(
        self, outgoing: OutgoingMessage, audience: Audience, receipts: list[Receipt], allowed: Allowed
    ) -> Thread | None:
        """Post the first message, as the ticket is now."""
        said, facts = outgoing.announcement, self.letters.facts(outgoing.announcement, audience, None)
        channel = audience.slack_channel or self.channel
        allowed()
        posted = await self._call(
            "chat.postMessage",
            said.id,
            receipts,
            channel=channel,
            text=fallback(facts),
            blocks=blocks_of(facts, decides=self.decides),
            metadata=_metadata(said.id),
            unfurl_links=False,
        )
        return Thread(channel=posted["channel"], ts=posted["ts"]) if posted else None

    async def _continue(
        self, outgoing: OutgoingMessage, audience: Audience, thread: Thread, receipts: list[Receipt], allowed: Allowed
    ) -> None:
        """Post a reply, then update the first message: what an earlier attempt did is not done again."""
        said, facts = outgoing.announcement, self.letters.facts(outgoing.announcement, audience, None)
        done = {receipt.id for receipt in outgoing.done}
        if said.id not in done:
            allowed()
            await self._call(
                "chat.postMessage",
                said.id,
                receipts,
                channel=thread.channel,
                thread_ts=thread.ts,
                reply_broadcast=said.event.of_time,
                text=fallback(facts),
                blocks=reply_of(facts),
                metadata=_metadata(said.id),
                unfurl_links=False,
            )
        if f"{said.id}.first" not in done and not said.event.of_time:
            allowed()
            await self._call(
                "chat.update",
                f"{said.id}.first",
                receipts,
                channel=thread.channel,
                ts=thread.ts,
                text=fallback(facts),
                blocks=blocks_of(facts, decides=self.decides),
            )

    async def _call(self, method: str, step: str, receipts: list[Receipt], **message: Any) -> Any:
        """Slack's answer, None where it refuses for good; either is a receipt of the step."""
        try:
            answer = await self.client.api_call(method, json=message)
        except SlackApiError as error:
            code = str(error.response.get("error"))
            if code not in _FOR_GOOD | _FIRST_IS_GONE:
                raise
            refused = code if code in _FOR_GOOD else None
            receipts.append(Receipt(to=str(message["channel"]), id=step, refused=refused))
            return None
        receipts.append(Receipt(to=f"{answer['channel']}/{answer['ts']}", id=step))
        return answer

    def _retry_after(self, error: BaseException) -> float | None:
        """The seconds that Slack asks to wait; nothing is sent to it meanwhile, whatever ticket it is about."""
        if not isinstance(error, SlackApiError) or error.response.status_code != 429:
            return None
        seconds = float(error.response.headers.get("Retry-After", 30))
        self._not_before = time.monotonic() + seconds
        return seconds

    @staticmethod
    def _code(error: BaseException) -> str | None:
        return str(error.response.get("error")) if isinstance(error, SlackApiError) else None

    def _sentence(self, error: BaseException) -> str:
        return self._code(error) or reason(error)


def _metadata(identity: str) -> dict[str, Any]:
    """The metadata that lets a reader of the channel drop a repeat."""
    return {"event_type": "prodgate_announcement", "event_payload": {"id": identity}}


def web_client(token: str, api_url: str) -> AsyncWebClient:
    """A client that tries each call once: the engine repeats it, when Slack says that it may."""
    return AsyncWebClient(token, base_url=api_url, timeout=ANSWER_WITHIN, retry_handlers=[])
