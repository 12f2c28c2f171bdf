"""The key by which push services know this installation (VAPID, RFC 8292): made once, read from its file."""

import os
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from joserfc import jwt
from joserfc.jwk import ECKey

from clients.push.encryption import public_bytes, text_of

SHOWN_FOR = timedelta(hours=12)
"""The life of a proof; a push service refuses more than 24 hours."""


class PushKeyUnusable(Exception):
    """The key's file can't be used; `str()` says why."""


@dataclass(frozen=True)
class PushKey:
    """The private key. `contact` is the address by which a push service reaches whoever runs this: https or mailto."""

    key: ec.EllipticCurvePrivateKey = field(repr=False)
    contact: str

    @classmethod
    def read(cls, file: Path, contact: str) -> Self:
        """The key in the file, PEM. Raises PushKeyUnusable."""
        try:
            key = load_pem_private_key(file.read_bytes(), None)
        except OSError as error:
            raise PushKeyUnusable(f"{file} can't be read: {error.strerror}") from error
        except (ValueError, TypeError) as error:
            raise PushKeyUnusable(f"{file} holds no key; `prodgate push key` makes one") from error
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
            raise PushKeyUnusable(f"{file} holds a key that is not of the curve P-256")
        return cls(key, contact)

    @property
    def public(self) -> str:
        """The public half, as browsers want it: base64url."""
        return text_of(public_bytes(self.key))

    def proof(self, service: str, now: datetime) -> str:
        """The `Authorization` for a push service, by its origin (RFC 8292, sections 2 and 3)."""
        claims = {"aud": service, "exp": int((now + SHOWN_FOR).timestamp()), "sub": self.contact}
        token = jwt.encode({"alg": "ES256", "typ": "JWT"}, claims, ECKey.import_key(_pem(self.key)))
        return f"vapid t={token}, k={self.public}"


def make(file: Path) -> str:
    """Make a key in a file that is not there yet; the public half. Raises OSError."""
    key = ec.generate_private_key(ec.SECP256R1())
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
        written.write(_pem(key))
    return text_of(public_bytes(key))


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
