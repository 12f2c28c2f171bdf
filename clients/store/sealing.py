"""Encrypts documents with AES-256-GCM: each with a key of its own, which its tenant's key wraps.

A sealed document is MAGIC, two bytes with the length of the wrapped key, the wrapped key, a nonce, and the ciphertext.
It is bound to its tenant and its name as associated data: under another name, or of another tenant, it opens for
nobody.
"""

import os
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.storage import DocumentDamaged

MAGIC = b"PRODGATE-SEALED-1\n"
_NONCE = 12


class KeyUnknown(Exception):
    """A document's key can't be unwrapped here; `str()` says why."""


class KeyWrapper(Protocol):
    """Wraps the keys of documents with a key a tenant: `bootstrap.documents` has one over a file, a KMS is another."""

    async def wrap(self, tenant: str, key: bytes) -> bytes:
        """The key, readable by whoever has the tenant's."""

    async def unwrap(self, tenant: str, wrapped: bytes) -> bytes:
        """The key. Raises KeyUnknown."""


@dataclass(frozen=True)
class DocumentSealer:
    """Seals documents where there are keys; opens what was sealed, and passes on what was kept in clear."""

    wrapper: KeyWrapper | None

    async def seal(self, tenant: str, name: str, content: bytes) -> bytes:
        """The document as it is kept."""
        if self.wrapper is None:
            return content
        key, nonce = AESGCM.generate_key(256), os.urandom(_NONCE)
        wrapped = await self.wrapper.wrap(tenant, key)
        sealed = AESGCM(key).encrypt(nonce, content, _bound(tenant, name))
        return MAGIC + len(wrapped).to_bytes(2) + wrapped + nonce + sealed

    async def open(self, tenant: str, name: str, kept: bytes) -> bytes:
        """The content. Raises DocumentDamaged."""
        if not kept.startswith(MAGIC):
            return kept
        if self.wrapper is None:
            raise DocumentDamaged("The stored file is encrypted, and this process has no keys of documents")
        begin = len(MAGIC) + 2
        end = begin + int.from_bytes(kept[len(MAGIC) : begin])
        nonce, sealed = kept[end : end + _NONCE], kept[end + _NONCE :]
        try:
            key = await self.wrapper.unwrap(tenant, kept[begin:end])
            return AESGCM(key).decrypt(nonce, sealed, _bound(tenant, name))
        except KeyUnknown as error:
            raise DocumentDamaged(f"The stored file can't be decrypted: {error}") from error
        except (InvalidTag, ValueError) as error:
            raise DocumentDamaged from error


def _bound(tenant: str, name: str) -> bytes:
    """The associated data."""
    return MAGIC + f"{tenant}/{name}".encode()
