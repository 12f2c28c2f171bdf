"""Ed25519 signatures as compact JWS (RFC 7515, RFC 8037): made by the API, checked by worker and audit."""

import base64
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Self, TypeVar

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from pydantic import Field, ValidationError

from domain.contract import ContractDifference
from domain.decision import LONGEST_JWS, Decision, Submission
from domain.delegations import DELEGATION_TYPE, DelegationClaims
from domain.errors import KeyEnded, Unproven
from domain.evidence import Evidence
from domain.feeds import FEED_TYPE, CalendarFeed
from domain.formats import CLAIMS
from domain.grants import GRANT_TYPE, LaunchGrant
from domain.links import LINK_TYPE, DocumentLink
from domain.passkeys import PASSKEY_TYPE, PasskeyClaims
from domain.repair import REPAIR_TYPE, Repair
from domain.signing import (
    CONTRACT_TYPE,
    EVIDENCE_TYPE,
    FINDING_TYPE,
    FRESH,
    HEALTH_TYPE,
    NOTES_TYPE,
    SERVICE_TYPE,
    TYPE,
    Claims,
    HealthFinding,
    HealthNotes,
    JobFinding,
    ServiceClaims,
    claims_of,
)
from domain.templates import TEMPLATE_TYPE, TemplateClaims
from domain.values import CommitId, Frozen, Moment, iso

_LOG = logging.getLogger(__name__)
_ALGORITHM: Final = "Ed25519"
Message = TypeVar("Message", Decision, Submission)
Signed = TypeVar(
    "Signed",
    Claims,
    ServiceClaims,
    JobFinding,
    HealthFinding,
    HealthNotes,
    Evidence,
    ContractDifference,
    Repair,
    TemplateClaims,
    DelegationClaims,
    PasskeyClaims,
    DocumentLink,
    CalendarFeed,
    LaunchGrant,
)


class KeyUnusable(Exception):
    """A key's file can't be used; `str()` says which, and why."""


class KeyClass(StrEnum):
    """The signer that a key belongs to: the API, for what people do, or the worker, for what the service does."""

    PEOPLE = "people"
    SERVICE = "service"


Sealable = (
    Claims
    | ServiceClaims
    | JobFinding
    | HealthFinding
    | HealthNotes
    | Evidence
    | Repair
    | TemplateClaims
    | DelegationClaims
    | PasskeyClaims
    | DocumentLink
    | CalendarFeed
    | ContractDifference
    | LaunchGrant
)
"""The facts that a signature can state."""

_SIGNED_BY: Final[Mapping[type[Sealable], tuple[str, KeyClass]]] = {
    Claims: (TYPE, KeyClass.PEOPLE),
    Repair: (REPAIR_TYPE, KeyClass.PEOPLE),
    TemplateClaims: (TEMPLATE_TYPE, KeyClass.PEOPLE),
    DelegationClaims: (DELEGATION_TYPE, KeyClass.PEOPLE),
    PasskeyClaims: (PASSKEY_TYPE, KeyClass.PEOPLE),
    DocumentLink: (LINK_TYPE, KeyClass.PEOPLE),
    CalendarFeed: (FEED_TYPE, KeyClass.PEOPLE),
    ServiceClaims: (SERVICE_TYPE, KeyClass.SERVICE),
    JobFinding: (FINDING_TYPE, KeyClass.SERVICE),
    HealthFinding: (HEALTH_TYPE, KeyClass.SERVICE),
    HealthNotes: (NOTES_TYPE, KeyClass.SERVICE),
    Evidence: (EVIDENCE_TYPE, KeyClass.SERVICE),
    ContractDifference: (CONTRACT_TYPE, KeyClass.SERVICE),
    LaunchGrant: (GRANT_TYPE, KeyClass.SERVICE),
}
"""The `typ` of each kind of signature, and the class of key that makes it: neither makes the other's."""


class PublicKey(Frozen):
    """A public key as the record keeps it: a JWK (RFC 8037) with what became of it.

    `kid` is the key's own thumbprint (RFC 7638), so that no other key can go by its name. `retired` and `revoked` tell
    when a person said so; what they mean depends on the commit that says it (ADR 16). `revoked_from` is a commit of
    the line from which on the key proves nothing; without it, the one that says `revoked`.
    """

    kid: str
    x: str
    created: Moment
    key_class: Annotated[KeyClass, Field(alias="class", exclude_if=lambda value: value is KeyClass.PEOPLE)] = (
        KeyClass.PEOPLE
    )
    retired: Moment | None = None
    revoked: Annotated[Moment | None, Field(exclude_if=lambda value: value is None)] = None
    revoked_from: Annotated[CommitId | None, Field(exclude_if=lambda value: value is None)] = None
    kty: str = "OKP"
    crv: str = "Ed25519"
    use: str = "sig"

    @classmethod
    def of(cls, name: str, text: bytes) -> Self:
        """The key of a file of that name, `<kid>.json`: one key has one file. Raises ValidationError, KeyUnusable."""
        key = cls.model_validate_json(text)
        if name != f"{key.kid}.json":
            raise KeyUnusable(f"a key named {key.kid[:43]!r} stands in a file of its own name alone")
        return key

    def imported(self) -> OKPKey:
        """The key itself. Raises KeyUnusable where the file's parts don't belong together."""
        try:
            key = OKPKey.import_key({"kty": self.kty, "crv": self.crv, "x": self.x})
            if key.curve_name != _ALGORITHM or key.thumbprint() != self.kid:
                raise KeyUnusable("its kid is not its thumbprint, or it is no Ed25519 key")
        except (JoseError, ValueError, TypeError) as error:
            raise KeyUnusable(f"it is no Ed25519 key ({error})") from error
        return key


@dataclass(frozen=True)
class Keys:
    """The public keys by which one act is judged, by kid; those that ended stay, so that a refusal can say so.

    `ended` has the sentence for each that proves nothing any more, `revoked` those of them that somebody else may have
    had. `signs_service` tells that the record had a key of the service: then every act needs a signature, and a key's
    end is a commit, not the time that `retired` names.
    """

    known: Mapping[str, tuple[PublicKey, OKPKey]] = field(default_factory=dict)
    ended: Mapping[str, str] = field(default_factory=dict)
    signs_service: bool = False
    revoked: frozenset[str] = frozenset()

    def claims(self, token: str) -> Claims:
        """Reads what a person's act was signed with. Raises KeyEnded, or Unproven with the reason."""
        return self._proven(token, Claims)

    def acts(self, token: str) -> ServiceClaims:
        """Reads what the service signed of an act of its own. Raises KeyEnded, or Unproven with the reason."""
        return self._proven(token, ServiceClaims)

    def finding(self, token: str) -> JobFinding:
        """Reads what the service sealed of AWX's word on a job. Raises KeyEnded, or Unproven with the reason."""
        return self._proven(token, JobFinding)

    def health(self, token: str) -> HealthFinding:
        """Reads what the service sealed of a target's check. Raises KeyEnded, or Unproven with the reason."""
        return self._proven(token, HealthFinding)

    def notes(self, token: str) -> HealthNotes:
        """Reads what the service sealed of its looks so far. Raises KeyEnded, or Unproven with the reason."""
        return self._proven(token, HealthNotes)

    def evidence(self, token: str) -> Evidence:
        """Reads what the service sealed of test evidence. Raises KeyEnded, or Unproven with the reason."""
        return self._proven(token, Evidence)

    def contract(self, token: str) -> ContractDifference:
        """Reads what the service sealed of a comparison of contracts. Raises KeyEnded, or Unproven with the reason."""
        return self._proven(token, ContractDifference)

    def repair(self, token: str) -> Repair:
        """Reads what a platform admin signed to put files back. Raises KeyEnded, or Unproven with the reason."""
        return self._proven(token, Repair)

    def link(self, token: str) -> DocumentLink:
        """Reads what the API signed of a link to a document. Raises KeyEnded, or Unproven with the reason."""
        return self._proven(token, DocumentLink)

    def feed(self, token: str) -> CalendarFeed:
        """Reads what the API signed of a calendar's address. Raises KeyEnded, or Unproven with the reason."""
        return self._proven(token, CalendarFeed)

    def grant(self, token: str) -> LaunchGrant:
        """Reads what the service signed of a launch. Raises KeyEnded, or Unproven with the reason."""
        return self._proven(token, LaunchGrant)

    def template(self, token: str) -> TemplateClaims:
        """Reads what was signed of a change of a template. Raises KeyEnded, or Unproven with the reason."""
        return self._proven(token, TemplateClaims)

    def delegation(self, token: str) -> DelegationClaims:
        """Reads what was signed of a delegation, or of its end. Raises KeyEnded, or Unproven with the reason."""
        return self._proven(token, DelegationClaims)

    def passkey(self, token: str) -> PasskeyClaims:
        """Reads what was signed of a passkey, or of its end. Raises KeyEnded, or Unproven with the reason."""
        return self._proven(token, PasskeyClaims)

    def _proven(self, token: str, form: type[Signed]) -> Signed:
        """The claims, by a key of the class that signs such; a forged signature is refused before an ended key."""
        typ, key_class = _SIGNED_BY[form]
        kid = kid_of(token, typ)
        if kid not in self.known:
            raise Unproven(f"The record has no key {kid[:43]!r}")
        public, key = self.known[kid]
        if public.key_class is not key_class:
            raise Unproven(f"The key {kid} signs for the {public.key_class}, not for the {key_class}")
        try:
            claims = _read(jws.deserialize_compact(token, key, algorithms=[_ALGORITHM]).payload, form)
        except (JoseError, ValidationError, ValueError) as error:
            raise Unproven("The signature is forged") from error
        if kid in self.ended:
            raise KeyEnded(f"The key {kid} {self.ended[kid]}")
        self._check_time(public, claims.at)
        return claims

    def _check_time(self, public: PublicKey, at: datetime) -> None:
        """Raise Unproven unless the key was in use then; the API's clock may be a little behind the one that dated it.

        A time that the signer wrote ends no key once the service signs, too.
        """
        over = not self.signs_service and public.retired is not None and at >= public.retired
        if over or at < public.created - FRESH:
            raise Unproven(f"The key {public.kid} was not in use at {iso(at)}")


def _read(payload: bytes, form: type[Signed]) -> Signed:
    """Reads what a good signature says. Raises ValidationError, and Unproven for a format that is newer."""
    try:
        return form.model_validate_json(payload)
    except ValidationError:
        if newer := CLAIMS.newer_in(payload):
            raise Unproven(str(newer)) from newer
        raise


def unchecked(token: str) -> Claims | None:
    """Reads what a person's signature says, whoever made it; for what only sorts or refuses. None for nothing."""
    try:
        return Claims.model_validate_json(jws.extract_compact(token[:LONGEST_JWS].encode()).payload)
    except (JoseError, ValueError, TypeError):
        return None


def tip_in(token: str) -> bytes | None:
    """The commit that a signature says its signer saw, whoever made it; None for none."""
    try:
        payload = token[:LONGEST_JWS].split(".")[1]  # an index reads it of each commit: by hand it takes a tenth
        return bytes.fromhex(json.loads(base64.urlsafe_b64decode(payload + "=="))["tip"])
    except (IndexError, ValueError, TypeError, KeyError):
        return None


def kid_of(token: str, typ: str = TYPE) -> str:
    """The key that a signature of that type names. Raises Unproven for what is none of ours."""
    header = _header(token)
    kid = header.get("kid")
    if header.get("typ") != typ or not isinstance(kid, str):
        raise Unproven("The signature is not one of this gate")
    return kid


def is_of_service(token: str) -> bool:
    """Tells whether a signature says that it is of an act of the service. Raises Unproven for what is none."""
    return _header(token).get("typ") == SERVICE_TYPE


def signer_of(token: str) -> str | None:
    """The key that a signature of either class names, unchecked; None for none."""
    try:
        return str(_header(token).get("kid"))
    except Unproven:
        return None


def _header(token: str) -> Mapping[str, object]:
    try:
        return jws.extract_compact(token[:LONGEST_JWS].encode()).headers()
    except (JoseError, ValueError, TypeError) as error:
        raise Unproven("The signature can't be read") from error


def signed(message: Message, key: OKPKey) -> Message:
    """The message with its proof."""
    return message.model_copy(update={"proof": sealed(claims_of(message), key)})


def sealed(claims: Sealable, key: OKPKey) -> str:
    """The claims as a compact JWS."""
    header = {"alg": _ALGORITHM, "kid": key.thumbprint(), "typ": _SIGNED_BY[type(claims)][0]}
    return jws.serialize_compact(header, claims.model_dump_json(), key, algorithms=[_ALGORITHM])


def new_key() -> OKPKey:
    return OKPKey.generate_key(_ALGORITHM)


def private_text(key: OKPKey) -> str:
    """The private key as its file holds it."""
    return json.dumps(key.as_dict(private=True))


class Signer:
    """Signs with the private key of a file, and with the new one as soon as the file was replaced."""

    def __init__(self, file: Path) -> None:
        """Raises KeyUnusable."""
        self._file = file
        self._seen = self._mark()
        self._key = self._read()

    @property
    def kid(self) -> str:
        """The name under which the record must have the public half of the key that signs now."""
        self._look()
        return self._key.thumbprint()

    def sign(self, message: Message) -> Message:
        """The message with its proof."""
        self._look()
        return signed(message, self._key)

    def seal(self, claims: Sealable) -> str:
        """The claims as a compact JWS."""
        self._look()
        return sealed(claims, self._key)

    def key(self) -> OKPKey:
        """The key, for what is signed in another form than a message."""
        self._look()
        return self._key

    def _look(self) -> None:
        try:
            if (mark := self._mark()) != self._seen:
                self._key, self._seen = self._read(), mark
        except KeyUnusable as error:  # half replaced, or gone: what is in memory is still good
            _LOG.error("%s; signing goes on with the key that was read before", error)

    def _mark(self) -> tuple[int, int]:
        try:
            found = self._file.stat()
        except OSError as error:
            raise KeyUnusable(f"{self._file} can't be read: {error.strerror}") from error
        return found.st_mtime_ns, found.st_ino

    def _read(self) -> OKPKey:
        try:
            key = OKPKey.import_key(json.loads(self._file.read_bytes()))
        except (OSError, JoseError, ValueError, TypeError, KeyError) as error:
            raise KeyUnusable(f"{self._file} holds no private Ed25519 key; `prodgate keys rotate` makes one") from error
        if not key.is_private or key.curve_name != _ALGORITHM:
            raise KeyUnusable(f"{self._file} holds no private Ed25519 key; `prodgate keys rotate` makes one")
        return key
