"""A software authenticator, which answers as WebAuthn's say, and passkeys that it made."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from domain.assertions import Assertion, to_base64url
from domain.decision import Decision
from domain.passkeys import Passkey, decision_challenge, id_of, passkey_challenge, registration_challenge
from domain.roles import Person
from domain.signing import claims_of
from record.people.passkeys import text_of
from record.signing.authenticators import NewCredential, Site
from tests.domain.builders import NOW
from tests.record.building import git, person_commits

SITE = Site(rp_id="gate.cab-i.com", origin="https://gate.cab-i.com")
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """An authenticator with one key on the curve P-256. What it says of itself may be false."""

    site: Site = SITE
    flags: int = PRESENT | VERIFIED
    count: int = 0
    credential: bytes = field(default_factory=lambda: os.urandom(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def public_key(self) -> bytes:
        """The COSE key (RFC 9053, section 7.1.1)."""
        numbers = self.key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def registers(self, challenge: bytes, **page: Any) -> NewCredential:
        """The answer to a registration."""
        inside = b"\0" * 16 + len(self.credential).to_bytes(2, "big") + self.credential + self.public_key
        attestation = {"fmt": "none", "attStmt": {}, "authData": self._data(ATTESTED) + inside}
        return NewCredential(
            credential=to_base64url(self.credential),
            client_data=to_base64url(self._client("webauthn.create", challenge, page)),
            attestation=to_base64url(cbor2.dumps(attestation)),
        )

    def answers(self, challenge: bytes, asked: datetime, **page: Any) -> Assertion:
        """The answer to a challenge."""
        client, data = self._client("webauthn.get", challenge, page), self._data()
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return Assertion(
            passkey=id_of(to_base64url(self.credential)),
            asked=asked,
            authenticator_data=to_base64url(data),
            client_data=to_base64url(client),
            signature=to_base64url(signature),
        )

    def confirms(self, made: Decision, asked: datetime | None = None, **page: Any) -> Decision:
        """The decision with the answer that it takes, not signed yet."""
        asked = asked or made.at
        answer = self.answers(decision_challenge(claims_of(made), asked), asked, **page)
        return made.model_copy(update={"passkey": answer})

    def _data(self, more: int = 0) -> bytes:
        relying = hashlib.sha256(self.site.rp_id.encode()).digest()
        return relying + bytes([self.flags | more]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: bytes, page: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": to_base64url(challenge), "origin": self.site.origin, "crossOrigin": False}
        return json.dumps(said | page).encode()


def passkey(person: Person, device: Authenticator, at: datetime = NOW, **fields: Any) -> Passkey:
    """The person's passkey on the device, as nobody has confirmed it."""
    credential = to_base64url(device.credential)
    given = {"id": id_of(credential), "created_at": at, "person": person.email, "subject": person.subject}
    given |= {"issuer": person.issuer, "label": "A key", "rp_id": device.site.rp_id, "origin": device.site.origin}
    given |= {"credential": credential, "public_key": to_base64url(device.public_key)}
    return Passkey.model_validate(given | fields)


def confirmed(made: Passkey, by: Authenticator, asked: datetime | None = None) -> Passkey:
    """The passkey with the answer of an earlier one to it."""
    asked = asked or made.created_at
    return made.model_copy(update={"confirmation": by.answers(passkey_challenge(made, asked), asked)})


def files_of(*passkeys: Passkey) -> dict[str, str]:
    """The passkeys as files of the record, by path."""
    return {each.path: text_of(each) for each in passkeys}


def service_commits(path: Path, files: Mapping[str, str | None]) -> str:
    """Commit files by the service's name, as whoever has its way to push does; the commit."""
    person_commits(path, files, by="Prodgate <prodgate@cab-i.com>")
    return git(path, "rev-parse", "main")


def registration_of(person: Person, device: Authenticator, asked: datetime, **page: Any) -> NewCredential:
    """The device's answer to the registration that the person asked for."""
    return device.registers(registration_challenge(person.email, person.subject or "", person.issuer, asked), **page)
