"""Encrypts what Temporal keeps: payloads and the texts of failures, with AES-256-GCM and keys of a file.

The file lies with the worker and the API alone. Each key has an id, which stands in clear in the payloads that it
encrypts and is bound to them as associated data, and a time from which it encrypts; all of them decrypt.

What was written without a key is read as it is, so that promotions from before go on. What names an unknown key raises
while the engine's task is decoded: the task fails and comes again, and the promotion waits for its key.
"""

import base64
import logging
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from google.protobuf.message import DecodeError
from pydantic import Field, ValidationError
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

from domain.values import Frozen, Moment, iso

_LOG = logging.getLogger(__name__)

ENCRYPTED = b"binary/encrypted"
_KEY_ID = "encryption-key-id"
_NONCE = 12
"""Bytes, random each time: NIST SP 800-38D allows 2^32 payloads a key, some forty million promotions."""


class PayloadKeysUnusable(Exception):
    """The file of payload keys can't be used; `str()` says why."""


class PayloadUnreadable(Exception):
    """A payload can't be decrypted; `str()` says why."""


class PayloadKey(Frozen):
    """One key: 32 bytes as base64, used for encryption from `since` on."""

    id: Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
    key: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{43}=$")]
    since: Moment

    @classmethod
    def new(cls, since: datetime) -> Self:
        key = base64.urlsafe_b64encode(AESGCM.generate_key(256)).decode()
        return cls(id=secrets.token_hex(8), key=key, since=since)

    @property
    def secret(self) -> bytes:
        return base64.urlsafe_b64decode(self.key)

    def cipher(self) -> AESGCM:
        return AESGCM(self.secret)


class KeyRing(Frozen):
    """The file's content: every key that may have encrypted something which is still kept, oldest first."""

    keys: Annotated[tuple[PayloadKey, ...], Field(min_length=1)]

    @classmethod
    def of(cls, file: Path) -> Self:
        """The keys in the file. Raises PayloadKeysUnusable."""
        try:
            return cls.model_validate_json(file.read_bytes())
        except OSError as error:
            raise PayloadKeysUnusable(f"{file} can't be read: {error.strerror}") from error
        except ValidationError as error:
            why = f"{file} holds no payload keys; `prodgate keys payload rotate` makes them"
            raise PayloadKeysUnusable(why) from error

    def encrypting(self, now: datetime) -> PayloadKey:
        """The newest key whose time has come; the first one, where none's has."""
        due = [key for key in self.keys if key.since <= now]
        return max(reversed(due), key=lambda key: key.since) if due else self.keys[0]  # of two of one second, the later


def rotate(file: Path, now: datetime, after: timedelta) -> str:
    """Add a key that encrypts once every process had time to read it; the first one at once. One sentence says so.

    Raises PayloadKeysUnusable, OSError.
    """
    before = KeyRing.of(file).keys if file.exists() else ()
    key = PayloadKey.new(now + after if before else now)
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(file.name + ".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as written:
        written.write(KeyRing(keys=(*before, key)).model_dump_json(indent=2) + "\n")
    draft.replace(file)
    return f"{key.id} encrypts from {iso(key.since)} on, {len(before) + 1} decrypt; they are in {file}"


class PayloadKeys:
    """The keys of a file, and its new ones as soon as it was replaced."""

    def __init__(self, file: Path) -> None:
        """Raises PayloadKeysUnusable."""
        self._file = file
        self._seen = self._mark()
        self._read()

    def encrypting(self) -> tuple[str, AESGCM]:
        """The id and the cipher of the key that encrypts now."""
        self._look()
        key = self._ring.encrypting(datetime.now(UTC)).id
        return key, self._ciphers[key]

    def named(self, key: str) -> AESGCM:
        """The cipher of the key of that id. Raises PayloadUnreadable."""
        self._look()
        if key not in self._ciphers:
            raise PayloadUnreadable(f"A payload was encrypted with the key {key[:16]!r}, which is not known here")
        return self._ciphers[key]

    def wrapping(self) -> tuple[str, bytes]:
        """The id of the key that encrypts now, and the key, for whoever derives others from it."""
        self._look()
        key = self._ring.encrypting(datetime.now(UTC))
        return key.id, key.secret

    def secret(self, named: str) -> bytes:
        """The key of that id. Raises PayloadUnreadable."""
        self._look()
        for key in self._ring.keys:
            if key.id == named:
                return key.secret
        raise PayloadUnreadable(f"The key {named[:16]!r} is not known here")

    def _look(self) -> None:
        try:
            if (mark := self._mark()) != self._seen:
                self._seen = mark
                self._read()
        except PayloadKeysUnusable as error:  # half replaced, or gone: what is in memory is still good
            _LOG.error("%s; the keys that were read before stay in use", error)

    def _mark(self) -> tuple[int, int]:
        try:
            found = self._file.stat()
        except OSError as error:
            raise PayloadKeysUnusable(f"{self._file} can't be read: {error.strerror}") from error
        return found.st_mtime_ns, found.st_ino

    def _read(self) -> None:
        self._ring = KeyRing.of(self._file)
        self._ciphers = {key.id: key.cipher() for key in self._ring.keys}


@dataclass(frozen=True)
class EncryptingCodec(PayloadCodec):
    """Encrypts payloads where there are keys; without, it still refuses to pass on what is encrypted.

    The SDK drops a signal and rejects an update that it can't read, where it should wait for the key.
    """

    keys: PayloadKeys | None

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [_encrypted(payload, *self.keys.encrypting()) for payload in payloads] if self.keys else list(payloads)

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """The payloads in clear. Raises PayloadUnreadable."""
        return [self._decrypted(payload) for payload in payloads]

    def _decrypted(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != ENCRYPTED:
            return payload
        if self.keys is None:
            raise PayloadUnreadable("A payload is encrypted, and this process has no payload keys")
        key = payload.metadata.get(_KEY_ID, b"")
        cipher = self.keys.named(key.decode(errors="replace"))
        try:
            return Payload.FromString(cipher.decrypt(payload.data[:_NONCE], payload.data[_NONCE:], _bound(key)))
        except (InvalidTag, ValueError, DecodeError) as error:
            raise PayloadUnreadable("A payload was changed after its encryption") from error


def _encrypted(payload: Payload, key: str, cipher: AESGCM) -> Payload:
    nonce, named = os.urandom(_NONCE), key.encode()
    sealed = nonce + cipher.encrypt(nonce, payload.SerializeToString(), _bound(named))
    return Payload(metadata={"encoding": ENCRYPTED, _KEY_ID: named}, data=sealed)


def _bound(key: bytes) -> bytes:
    """The associated data: the payload's metadata."""
    return ENCRYPTED + b"\0" + key
