"""Who is calling: a signed token proves an identity, the directory tells which person that is."""

import hmac
from dataclasses import dataclass

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import TypeAdapter, ValidationError

from api.errors import Unauthenticated
from domain.roles import Person
from domain.values import Email
from record.directory import DirectoryReader

ALGORITHMS = ["ES256", "ES384", "ES512", "RS256", "PS256", "Ed25519"]
"""Asymmetric only: with a shared secret, whoever can check a token could also make one."""

LEEWAY = 30
"""Seconds that the issuer's clock may differ from ours."""

LONGEST_TOKEN = 8_192

_EMAIL: TypeAdapter[str] = TypeAdapter(Email)


@dataclass(frozen=True)
class Identity:
    """Whom a token names: an e-mail address and the issuer's stable subject."""

    email: str
    subject: str


@dataclass(frozen=True)
class TokenVerifier:
    """Checks bearer tokens of one issuer for one audience against its public keys."""

    keys: KeySet
    issuer: str
    audience: str

    def identity(self, token: str) -> Identity:
        """Whom the token names. Raises Unauthenticated, saying what is wrong with it."""
        if len(token) > LONGEST_TOKEN:
            raise Unauthenticated("The token is too long")
        try:
            claims = jwt.decode(token, self.keys, algorithms=ALGORITHMS).claims
            self._claims().validate(claims)
            return Identity(email=_EMAIL.validate_python(claims["email"]), subject=str(claims["sub"]))
        except ValidationError as error:
            raise Unauthenticated("The token's e-mail address is not one") from error
        except (JoseError, ValueError, TypeError) as error:
            raise Unauthenticated(f"The token is not accepted: {_reason(error)}") from error

    def _claims(self) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.audience},
            exp={"essential": True},
            sub={"essential": True},
            email={"essential": True},
        )


def _reason(error: Exception) -> str:
    """The library's own short name of the fault; never the token or what was in it."""
    return str(getattr(error, "error", "malformed")).replace("_", " ")


@dataclass(frozen=True)
class Callers:
    """Resolves `Authorization` headers to people of the directory, as it stands now."""

    verifier: TokenVerifier
    directory: DirectoryReader

    def person(self, authorization: str | None) -> Person:
        """The caller. Somebody the directory doesn't know is a person without grants. Raises Unauthenticated."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Unauthenticated("Send a bearer token: Authorization: Bearer …")
        identity = self.verifier.identity(token.strip())
        known = self.directory.current().person(identity.email, identity.subject)
        if known is None:
            return Person(email=identity.email, name=identity.email, subject=identity.subject)
        # The token's own address and subject count as this person's, whatever the directory lists.
        aliases = {*known.aliases, identity.email}
        return known.model_copy(update={"subject": identity.subject, "aliases": tuple(sorted(aliases))})


@dataclass(frozen=True)
class SharedSecret:
    """What AWX proves itself with: the header `X-Prodgate-Secret`, or Basic with the secret as password."""

    secret: bytes

    def check(self, header: str | None, basic_password: str | None) -> None:
        """Raise Unauthenticated unless one of the two is the secret; compared in constant time."""
        given = header if header is not None else basic_password
        if given is None or not hmac.compare_digest(given.encode(), self.secret):
            raise Unauthenticated("The callback's secret is missing or wrong")
