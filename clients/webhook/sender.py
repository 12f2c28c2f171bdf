"""Sends one signed message to an address that a file names, and lets that address lead to no place of ours.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import asyncio
import base64
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import httpx
from pydantic import TypeAdapter
from standardwebhooks import Webhook as Secret

from clients.addresses import NotAllowed, Resolve, calling, judged, resolved
from clients.channel import Allowed
from clients.events import CONTENT_TYPE
from clients.http import reason, retry_after
from clients.secrets_file import SecretsUnusable, read_secrets_file
from clients.tls import context
from domain.webhooks import Address, Network, Webhook

CONNECT_WITHIN = 5.0
"""Seconds to find and reach the receiver."""

ANSWER_WITHIN = 15.0
"""Seconds for one message, all in all; Standard Webhooks asks for 15 to 30."""


SECRET_BYTES = range(24, 65)
"""The lengths of a secret that Standard Webhooks allows."""


class NotSent(Exception):
    """No answer came; `str()` says why."""


@dataclass(frozen=True)
class ReceiverAnswer:
    """A receiver's answer; `wait` are the seconds after which it wants to be asked again."""

    status: int
    wait: float | None = None

    @property
    def failure(self) -> str | None:
        """The reason why the message does not count as delivered."""
        return None if httpx.codes.is_success(self.status) else f"The receiver answered {self.status}"


@dataclass(frozen=True)
class WebhookSender:
    """Posts messages. `secrets` are those of each webhook by `Webhook.secret`; each of several signs.

    `allowed` are the networks besides the public ones, and those that are called without TLS.
    """

    secrets: Mapping[str, tuple[Secret, ...]] = field(repr=False)
    allowed: tuple[Network, ...] = ()
    ca_bundle: Path | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    resolve: Resolve = resolved

    async def post(self, webhook: Webhook, identity: str, body: str, may: Allowed) -> ReceiverAnswer:
        """One attempt. Raises NotSent."""
        headers = self._signed(webhook, identity.replace(".", "_"), body)
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                url = httpx.URL(webhook.url)
                address = await judged(url, self.allowed, self.resolve, "webhooks")
                may()
                return await self._posted(url, address, headers, body)
        except NotAllowed as error:
            raise NotSent(str(error)) from error
        except TimeoutError as error:
            raise NotSent(f"No answer within {ANSWER_WITHIN:g} s") from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
            raise NotSent(reason(error)) from error

    def _signed(self, webhook: Webhook, identity: str, body: str) -> dict[str, str]:
        secrets = self.secrets.get(webhook.secret, ())
        if not secrets:
            raise NotSent(f"The settings have no secret {webhook.secret}")
        now = self.now()
        signatures = [secret.sign(identity, now, body) for secret in secrets]
        return {
            "content-type": CONTENT_TYPE,
            "webhook-id": identity,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signatures),
        }

    async def _posted(self, url: httpx.URL, address: Address, headers: dict[str, str], body: str) -> ReceiverAnswer:
        """Post; of the answer's body nothing is read."""
        timeout = httpx.Timeout(ANSWER_WITHIN, connect=CONNECT_WITHIN)
        async with calling("POST", url, address, headers, self._tls, timeout, body) as answer:
            return ReceiverAnswer(answer.status_code, retry_after(answer.headers, self.now()))

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Made once: reading the system's authorities takes as long as a message."""
        return context(self.ca_bundle, None)


_FORM = TypeAdapter(dict[str, str | list[str]])


def read_secrets(file: Path) -> dict[str, tuple[Secret, ...]]:
    """The secrets in a JSON file: `whsec_…`, or a list of them, by `<tenant>/<name>`. Raises SecretsUnusable."""
    given = read_secrets_file(file, _FORM)
    return {name: tuple(_secret(name, each) for each in _listed(said)) for name, said in given.items()}


def _listed(said: str | list[str]) -> list[str]:
    return [said] if isinstance(said, str) else said


def _secret(name: str, said: str) -> Secret:
    prefix, mark, text = said.partition("whsec_")
    try:
        secret = base64.b64decode(text, validate=True)
    except ValueError:
        secret = b""
    if prefix or not mark or len(secret) not in SECRET_BYTES:
        raise SecretsUnusable(f"the secret {name} must be whsec_ and 24 to 64 bytes in base64")
    return Secret(secret)
