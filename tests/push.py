"""A push service and browsers, as RFC 8030 and RFC 8291 describe them, for tests; other people's run the real ones."""

import asyncio
import json
import secrets
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Self

import trustme
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from clients.push.channel import WebPush
from clients.push.encryption import public_bytes, text_of, unpadded
from clients.push.key import PushKey
from clients.push.sender import PushSender
from domain import browsers
from domain.roles import Person
from tests.clients.announcing import LETTERS
from tests.domain.builders import JEAN, NOW

LOOPBACK = (ip_network("127.0.0.0/8"),)


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True)
class Browser:
    """The side of RFC 8291 that reads: written from the specification, and held by its example."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=_new_key)
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    @property
    def p256dh(self) -> str:
        return text_of(public_bytes(self.key))

    @property
    def auth(self) -> str:
        return text_of(self.secret)

    def opened(self, body: bytes) -> bytes:
        """The message. Raises InvalidTag where it is not for this browser."""
        salt, size, known = body[:16], int.from_bytes(body[16:20]), body[20]
        sender, records = body[21 : 21 + known], body[21 + known :]
        assert len(records) <= size
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        info = b"WebPush: info\x00" + public_bytes(self.key) + sender
        ikm = HKDF(SHA256(), 32, self.secret, info).derive(self.key.exchange(ec.ECDH(), theirs))
        key = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\x00").derive(ikm)
        nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\x00").derive(ikm)
        plain = AESGCM(key).decrypt(nonce, records, None).rstrip(b"\x00")
        assert plain.endswith(b"\x02")
        return plain[:-1]


@dataclass(frozen=True)
class Delivered:
    """A message that the service took: for which browser, the headers that it came with, and its body."""

    token: str
    heads: Mapping[str, str]
    body: bytes


@dataclass
class PushService:
    """Takes messages as RFC 8030 says, from the holder of the key that a browser subscribed with (RFC 8292).

    `status` is what it answers instead, after `pause` seconds, with `headers`. `ended` are subscriptions that it had.
    """

    folder: Path
    public: str
    port: int = 0
    status: int | None = None
    pause: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)
    asked: int = 0
    ended: set[str] = field(default_factory=set)
    taken: list[Delivered] = field(default_factory=list)
    waiting: dict[tuple[str, str], Delivered] = field(default_factory=dict)
    """The messages that a browser which is away will get: one a topic."""

    @property
    def ca(self) -> Path:
        return self.folder / "push-ca.pem"

    @property
    def origin(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def endpoint(self, token: str) -> str:
        return f"{self.origin}/push/{token}"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Self]:
        """Serve over TLS for as long as the context lasts."""
        authority, tls = trustme.CA(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("127.0.0.1").configure_cert(tls)
        authority.cert_pem.write_to_path(str(self.ca))
        app = web.Application(client_max_size=4_096)
        app.router.add_post("/push/{token}", self._take)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.port, ssl_context=tls).start()
        self.port = self.port or runner.addresses[0][1]
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        self.asked += 1
        body, token = await request.read(), request.match_info["token"]
        await asyncio.sleep(self.pause)
        status = self.status or self._judged(request, token)
        if status != 201:
            return web.Response(status=status, headers=self.headers)
        message = Delivered(token, {name.lower(): value for name, value in request.headers.items()}, body)
        self.taken.append(message)
        self.waiting[token, request.headers.get("Topic", secrets.token_hex(8))] = message
        return web.Response(status=201, headers={"Location": f"{self.origin}/message/{len(self.taken)}"})

    def _judged(self, request: web.Request, token: str) -> int:
        """The status by the specifications: 410 for what has ended, 400 or 403 for what is not as it must be."""
        heads = request.headers
        if token in self.ended:
            return 410
        topic = heads.get("Topic", "x")
        well = (
            heads.get("TTL", "").isdigit(),
            heads.get("Content-Encoding") == "aes128gcm",
            heads.get("Urgency", "normal") in {"very-low", "low", "normal", "high"},
            len(topic) <= 32 and topic.replace("-", "").replace("_", "").isalnum(),
        )
        if not all(well):
            return 400
        return 201 if self._is_proven(heads.get("Authorization", "")) else 403

    def _is_proven(self, authorization: str) -> bool:
        named = dict(each.split("=", 1) for each in authorization.removeprefix("vapid ").split(", "))
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unpadded(self.public))
        try:
            claims = jwt.decode(named["t"], ECKey.import_key(point), algorithms=["ES256"]).claims
        except (JoseError, KeyError):
            return False
        left = datetime.fromtimestamp(claims["exp"], UTC) - datetime.now(UTC)
        proven = named["k"] == self.public and claims["aud"] == self.origin and timedelta() < left < timedelta(days=1)
        return bool(proven and claims["sub"].startswith(("mailto:", "https:")))


def body_of(browser: Browser, where: str, **fields: Any) -> dict[str, Any]:
    """The body that the console sends of a browser."""
    keys = {"p256dh": browser.p256dh, "auth": browser.auth}
    return {"endpoint": where, "keys": keys, "name": "Firefox, Linux", "language": "en"} | fields


def known(browser: Browser, endpoint: str, person: Person = JEAN, **fields: Any) -> browsers.Browser:
    """The browser as the record has it."""
    body = browsers.BrowserBody.model_validate(body_of(browser, endpoint, **fields))
    return browsers.Browser.of(person, body, NOW)


def read(browser: Browser, message: Delivered) -> Any:
    """The notification that the browser shows of it."""
    return json.loads(browser.opened(message.body))


def push_key() -> PushKey:
    return PushKey(_new_key(), "mailto:ops@cab-i.com")


async def forget_nothing(browser: browsers.Browser) -> None:
    """Keep the browser."""
    del browser


def channel(key: PushKey, ca: Path | None = None, **fields: Any) -> WebPush:
    """A channel that may call this machine, unless it is said otherwise."""
    forget = fields.pop("forget", forget_nothing)
    given: dict[str, Any] = {"key": key, "allowed": LOOPBACK, "ca_bundle": ca} | fields
    return WebPush(PushSender(**given), LETTERS, forget)
