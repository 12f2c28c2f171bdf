"""The store of documents as the settings ask for it, and the keys of a file that wrap those of its documents."""

import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from clients.store.documents import ObjectDocuments
from clients.store.sealing import DocumentSealer, KeyUnknown
from engine.codec import PayloadKeys, PayloadUnreadable
from settings import Settings

_PURPOSE = b"prodgate documents of "
_ID, _NONCE = 16, 12
"""Bytes of a key's id in hex, and of a nonce: random, for each tenant's key wraps some thousands a year."""


@dataclass(frozen=True)
class FileKeyWrapper:
    """Wraps with a key a tenant, derived (HKDF, RFC 5869) from one of the file's; the newest wraps, all unwrap."""

    keys: PayloadKeys

    async def wrap(self, tenant: str, key: bytes) -> bytes:
        """The id of the file's key, a nonce, and the encrypted key."""
        named, secret = self.keys.wrapping()
        nonce = os.urandom(_NONCE)
        return named.encode() + nonce + _of(tenant, secret).encrypt(nonce, key, tenant.encode())

    async def unwrap(self, tenant: str, wrapped: bytes) -> bytes:
        """The key. Raises KeyUnknown."""
        named, nonce, sealed = wrapped[:_ID], wrapped[_ID : _ID + _NONCE], wrapped[_ID + _NONCE :]
        try:
            secret = self.keys.secret(named.decode(errors="replace"))
            return _of(tenant, secret).decrypt(nonce, sealed, tenant.encode())
        except PayloadUnreadable as error:
            raise KeyUnknown(f"its key {named.decode(errors='replace')!r} is not known here") from error
        except (InvalidTag, ValueError) as error:
            raise KeyUnknown("it was encrypted for another tenant, or changed since") from error


def _of(tenant: str, secret: bytes) -> AESGCM:
    """The tenant's own key."""
    return AESGCM(HKDF(SHA256(), 32, None, _PURPOSE + tenant.encode()).derive(secret))


def documents(settings: Settings) -> ObjectDocuments:
    """The store. Raises PayloadKeysUnusable; a store that is away is not asked yet."""
    keys = settings.documents_keys
    sealer = DocumentSealer(FileKeyWrapper(PayloadKeys(keys)) if keys is not None else None)
    return ObjectDocuments(settings.documents_url or _folder(settings), sealer)


def _folder(settings: Settings) -> str:
    """The URL of the folder that is used where none is named; made at the first start."""
    folder = (settings.data_dir / "documents").absolute()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder.as_uri()
