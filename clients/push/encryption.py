"""Encrypts a message for one browser, so that its push service can't read it: RFC 8291 over RFC 8188, `aes128gcm`."""

import base64
import os

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

LONGEST = 3_993
"""Bytes of a message: what RFC 8291, section 4, lets an application expect that a push service takes."""

_RECORD = 4_096
"""Bytes of the one record that a message is; more than any has."""

_LAST = b"\x02"
"""The delimiter of the last record (RFC 8188, section 2)."""


def unpadded(text: str) -> bytes:
    """The bytes of base64url without padding. Raises ValueError."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def text_of(data: bytes) -> str:
    """The bytes as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def encrypted(message: bytes, p256dh: str, auth: str) -> bytes:
    """The body that only the browser with these keys can read. Raises ValueError for a key that is none."""
    return sealed(message, p256dh, auth, ec.generate_private_key(ec.SECP256R1()), os.urandom(16))


def sealed(message: bytes, p256dh: str, auth: str, own: ec.EllipticCurvePrivateKey, salt: bytes) -> bytes:
    """The same with a key and a salt that are given: both must be new for each message."""
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unpadded(p256dh))
    shown = public_bytes(own)
    info = b"WebPush: info\0" + unpadded(p256dh) + shown
    secret = _derived(own.exchange(ec.ECDH(), theirs), unpadded(auth), info, 32)
    key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", 12)
    head = salt + _RECORD.to_bytes(4) + len(shown).to_bytes(1) + shown
    return head + AESGCM(key).encrypt(nonce, message + _LAST, None)


def public_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public half, as 65 bytes of an uncompressed point."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)
