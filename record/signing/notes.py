"""Signed notes (https://c2sp.org/signed-note): a text, and under it a line for each key that signed it, by Ed25519."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ED25519 = b"\x01"
"""The specification's signature type of Ed25519."""

LARGEST = 200_000
"""Bytes of a note at most: enough for the 16 signatures that each reader must take, of the largest kind there is."""

_SIGNATURE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_VERIFIER = re.compile(r"([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})")


class NotANote(Exception):
    """The bytes are no signed note, or the text no verifier key; `str()` says why."""


class NoteUnproven(Exception):
    """No key that is believed signed the note; `str()` says why."""


@dataclass(frozen=True)
class VerifierKey:
    """A public key under a name, as those who check notes are given it: `name+id+key`."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """The first four bytes of the hash of name, type and key."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_base64(_ED25519 + self.public)}"

    @classmethod
    def read(cls, text: str) -> Self:
        """The key that the text spells. Raises NotANote."""
        found = _VERIFIER.fullmatch(text)
        key = _decoded(found[3]) if found else b""
        if found is None or key[:1] != _ED25519 or len(key) != 33 or cls(found[1], key[1:]).id.hex() != found[2]:
            raise NotANote(f"{text[:80]!r} is no verifier key of Ed25519, such as name+1234abcd+AbCd…")
        return cls(found[1], key[1:])

    def check(self, text: str, signature: bytes) -> None:
        """Raise NoteUnproven unless the key signed the text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except (InvalidSignature, ValueError) as error:
            raise NoteUnproven(f"the signature of {self.name} is forged") from error


@dataclass(frozen=True)
class SignedNote:
    """A note as it was read: its text, which says nothing before a signature is checked, and its signatures."""

    text: str
    signatures: tuple[tuple[str, bytes, bytes], ...]
    """Name, key id and signature of each line."""

    @classmethod
    def read(cls, data: bytes) -> Self:
        """The note that the bytes spell. Raises NotANote."""
        try:
            whole = data[: LARGEST + 1].decode()
        except UnicodeDecodeError as error:
            raise NotANote("it is not UTF-8") from error
        text, empty, lines = whole.rpartition("\n\n")
        if len(data) > LARGEST or not empty or not lines.endswith("\n") or _CONTROL.search(whole):
            raise NotANote("a note is lines of text, an empty line, and lines of signatures")
        return cls(text + "\n", tuple(_signature(line) for line in lines[:-1].split("\n")))

    def signed_by(self, keys: Iterable[VerifierKey]) -> VerifierKey:
        """The key of these that signed it. Raises NoteUnproven, also where one of them is named and did not."""
        known = {(key.name, key.id): key for key in keys}
        signed = None
        for name, id_, signature in self.signatures:
            if (key := known.get((name, id_))) is not None:
                key.check(self.text, signature)
                signed = key
        if signed is None:
            raise NoteUnproven("no key that is believed signed it")
        return signed


def signed_note(text: str, name: str, key: Ed25519PrivateKey) -> bytes:
    """The text, which ends with its line, as a note that the key signed under the name."""
    verifier = VerifierKey(name, key.public_key().public_bytes_raw())
    return f"{text}\n— {name} {_base64(verifier.id + key.sign(text.encode()))}\n".encode()


def _signature(line: str) -> tuple[str, bytes, bytes]:
    found = _SIGNATURE.fullmatch(line)
    signature = _decoded(found[2]) if found else b""
    if found is None or len(signature) < 5:
        raise NotANote(f"{line[:40]!r} is no line of a signature")
    return found[1], signature[:4], signature[4:]


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""
