"""Identifies callers: a signed token proves an identity, the directory tells which person that is."""

import base64
import hmac
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from api.errors import UNREADABLE, SessionRevoked, Unauthenticated
from api.oidc import Provider
from domain.awx_policy import HOOK_OFF
from domain.decision import LONGEST_ACR, Acr
from domain.identity import SignIn
from domain.roles import Person
from domain.sessions import LONGEST_LIFE, IssuedToken
from domain.trail import Via
from domain.values import Email, Frozen
from record.facts.identities import Identities
from record.facts.revoked import RevokedSessions
from record.people.directory import DirectoryReader

ALGORITHMS = ["ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "Ed25519"]
"""Asymmetric only: with a shared secret, whoever can check a token could also make one."""

LEEWAY = 30
"""Seconds that the issuer's clock may differ from ours."""

LONGEST_TOKEN = 8_192


class Identity(Frozen):
    """The identity in a token: an e-mail address, and in `token` the issuer's stable subject.

    `signed_in_at` is its `auth_time`, `acr` how strongly the issuer says that they signed in.
    """

    email: Email
    token: IssuedToken
    signed_in_at: datetime | None = None
    acr: Acr | None = None


class SignedIn(Frozen):
    """The caller, when they last proved it to the issuer, and how strongly; None where the token does not say.

    `session` is one sign-in's name among all, `address` where the request came from.
    """

    person: Person
    at: datetime | None = None
    acr: Acr | None = None
    session: str = ""
    address: str | None = None
    via: Via = Via.API


@dataclass(frozen=True)
class TokenVerifier:
    """Checks bearer tokens of one issuer for one audience. `email_claim` is where the address stands.

    `unverified` takes addresses of a provider that never says whether it verified them, and has by its own rules.
    A token older than `lifetime` is not accepted, whatever its `exp`: revocations need not be remembered for longer.
    """

    provider: Provider
    audience: str
    email_claim: str = "email"
    unverified: bool = False
    lifetime: timedelta = LONGEST_LIFE

    async def identity(self, token: str) -> Identity:
        """The identity in the token. Raises Unauthenticated, saying what is wrong with it; ProviderUnavailable."""
        if len(token) > LONGEST_TOKEN:
            raise Unauthenticated("The token is too long")
        try:
            keys = await self.provider.keys(key_id(token))
            claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
            self._claims().validate(claims)
            if time.time() - claims["iat"] > self.lifetime.total_seconds() + LEEWAY:
                raise Unauthenticated("The token is not accepted: it was issued too long ago; sign in again")
            if "events" in claims:
                raise Unauthenticated("The token is not accepted: it tells of an event, such as a logout")
            return self._identity(claims)
        except ValidationError as error:
            raise Unauthenticated("The token is not accepted: its e-mail address or sub names nobody") from error
        except (JoseError, ValueError, TypeError, OverflowError, OSError) as error:
            raise Unauthenticated(f"The token is not accepted: {reason(error)}") from error

    def _claims(self) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": self.provider.issuer},
            aud={"essential": True, "value": self.audience},
            exp={"essential": True},
            sub={"essential": True},
            iat={"essential": True},
        )

    def _identity(self, claims: dict[str, Any]) -> Identity:
        # Some providers spell the boolean as text.
        verified = claims.get("email_verified", True if self.unverified else None)
        if verified is not True and verified != "true":
            raise Unauthenticated("The token is not accepted: its e-mail address is not verified")
        token = {"issuer": self.provider.issuer, "subject": claims["sub"], "issued_at": _moment(claims["iat"])}
        token |= {name: claims.get(name) for name in ("jti", "sid")}
        email, signed_in_at = claims.get(self.email_claim), _moment(claims.get("auth_time"))
        acr = claims.get("acr")
        shown = acr if isinstance(acr, str) and len(acr) <= LONGEST_ACR else None
        return Identity.model_validate({"email": email, "token": token, "signed_in_at": signed_in_at, "acr": shown})


def key_id(token: str) -> str | None:
    """The key that the token says it is signed with; nothing of it is believed. Raises JoseError, ValueError."""
    kid = jws.extract_compact(token.encode()).headers().get("kid")
    if kid is not None and not isinstance(kid, str):
        raise ValueError("kid is no text")
    return kid


def _moment(auth_time: object) -> datetime | None:
    """The time of a sign-in. Raises ValueError, OverflowError or OSError for a time that the platform can't tell."""
    if isinstance(auth_time, bool) or not isinstance(auth_time, int | float):
        return None
    return datetime.fromtimestamp(auth_time, UTC)


def reason(error: Exception) -> str:
    """The library's own short name of the fault; never the token or what was in it."""
    return str(getattr(error, "error", "malformed")).replace("_", " ")


@dataclass(frozen=True)
class Callers:
    """Resolves `Authorization` headers to people of the directory, as it stands now; `revoked` names whom not."""

    verifier: TokenVerifier
    directory: DirectoryReader
    identities: Identities
    revoked: RevokedSessions

    async def signed_in(self, authorization: str | None) -> SignedIn:
        """The caller. Raises Unauthenticated, SessionRevoked, ProviderUnavailable, IdentityChanged."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Unauthenticated("Send a bearer token: Authorization: Bearer …")
        identity = await self.verifier.identity(token.strip())
        person = await run_in_threadpool(self._accepted, identity)
        return SignedIn(person=person, at=identity.signed_in_at, acr=identity.acr, session=identity.token.session)

    def _accepted(self, identity: Identity) -> Person:
        # By the entry's addresses: a token under another one has that entry's roles only where it is the same person's.
        person = self._person(identity)
        if self.revoked.refuses(identity.token, person.addresses):
            raise SessionRevoked
        return person

    def _person(self, identity: Identity) -> Person:
        """The directory's person; somebody whom it doesn't know is a person without grants."""
        proven = {"subject": identity.token.subject, "issuer": identity.token.issuer}
        directory = self.directory.current()
        try:
            known = self.identities.person(directory, identity.email, SignIn.model_validate(proven))
        except UNREADABLE:  # reading goes on while the record is away; the engine compares sign-ins by itself
            known = directory.person(identity.email, identity.token.subject)
        if known is None:
            name = identity.email.partition("@")[0]
            return Person.model_validate({"email": identity.email, "name": name, **proven})
        # The token's own address and subject count as this person's, whatever the directory lists.
        aliases = {*known.aliases, identity.email}
        return known.model_copy(update={**proven, "aliases": tuple(sorted(aliases))})


@dataclass(frozen=True)
class SharedSecret:
    """The secret that AWX proves itself with: the header `X-Prodgate-Secret`, or Basic with the secret as password.

    An empty secret is nobody's: nothing is accepted then.
    """

    secret: bytes

    def check(self, header: str | None, authorization: str | None) -> None:
        """Raise Unauthenticated unless one of the two carries the secret; compared in constant time."""
        given = header.encode("latin-1") if header is not None else _basic_password(authorization)
        if given is None or not self.secret or not self._is_secret(given):
            sentence = "The callback's secret is missing or wrong: send it as X-Prodgate-Secret or as Basic password"
            raise Unauthenticated(sentence, challenge="Basic")

    def _is_secret(self, given: bytes) -> bool:
        """AWX sends Latin-1 where curl sends UTF-8: both spell the same secret."""
        spelled = (given, given.decode("latin-1").encode())
        return any(hmac.compare_digest(each, self.secret) for each in spelled)


@dataclass(frozen=True)
class BearerSecret:
    """The token that AWX proves itself with where it asks about a job. An empty one is nobody's."""

    secret: bytes

    def check(self, authorization: str | None) -> None:
        """Raise Unauthenticated unless the header carries the token; compared in constant time."""
        scheme, _, given = (authorization or "").partition(" ")
        sent = given.strip().encode("latin-1", "replace")
        if not self.secret:
            raise Unauthenticated(HOOK_OFF)
        if scheme.lower() != "bearer" or not hmac.compare_digest(sent, self.secret):
            raise Unauthenticated("The token of AWX's policy hook is missing or wrong")


def _basic_password(authorization: str | None) -> bytes | None:
    """The password of Basic credentials as it was sent (RFC 7617); None where there is none."""
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        _, separator, password = base64.b64decode(encoded.strip(), validate=True).partition(b":")
    except ValueError:
        return None
    return password if separator else None
