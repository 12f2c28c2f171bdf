"""Who is calling: a signed token proves an identity, the directory tells which person that is."""

import base64
import hmac
from dataclasses import dataclass

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import ValidationError

from api.errors import Unauthenticated
from domain.roles import Person, Subject
from domain.values import Email, Frozen
from record.directory import DirectoryReader

ALGORITHMS = ["ES256", "ES384", "ES512", "RS256", "PS256", "Ed25519"]
"""Asymmetric only: with a shared secret, whoever can check a token could also make one."""

LEEWAY = 30
"""Seconds that the issuer's clock may differ from ours."""

LONGEST_TOKEN = 8_192


class Identity(Frozen):
    """Whom a token names: an e-mail address and the issuer's stable subject."""

    email: Email
    subject: Subject


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
            return Identity(email=claims["email"], subject=claims["sub"])
        except ValidationError as error:
            raise Unauthenticated("The token is not accepted: its email or sub names nobody") from error
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
            return Person(email=identity.email, name=identity.email.partition("@")[0], subject=identity.subject)
        # The token's own address and subject count as this person's, whatever the directory lists.
        aliases = {*known.aliases, identity.email}
        return known.model_copy(update={"subject": identity.subject, "aliases": tuple(sorted(aliases))})


@dataclass(frozen=True)
class SharedSecret:
    """What AWX proves itself with: the header `X-Prodgate-Secret`, or Basic with the secret as password.

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
