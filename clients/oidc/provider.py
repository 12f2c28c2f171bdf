"""Asks an OpenID provider: its addresses (Discovery 1.0), and tokens for a code or for a refresh token (RFC 6749)."""

import base64
import json
import time
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from clients.http import reason

ANSWER_WITHIN = 20.0
"""Seconds that the provider gets for an answer."""

LEEWAY = 30
"""Seconds that its clock may differ from ours."""


class SignInFailed(Exception):
    """Nobody is signed in; `str()` says why."""


class SignInOver(SignInFailed):
    """The provider renews this sign-in no more: its person has to sign in again."""


class ProviderAway(SignInFailed):
    """The provider can't be asked now."""


def checked_address(url: str) -> str:
    """The address, where what is sent there stays secret: https, or this machine. Raises SignInFailed."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        host = None
    if host and (parts.scheme == "https" or (parts.scheme == "http" and host in ("127.0.0.1", "localhost", "::1"))):
        return url
    raise SignInFailed(f"{url!r} is no https address: a token sent there could be read on its way")


@dataclass(frozen=True)
class IssuedTokens:
    """The outcome of a sign-in: what the API is shown, until when, and what renews it where the provider gave that."""

    id_token: str
    expires: int
    email: str
    refresh_token: str | None = None


@dataclass(frozen=True)
class SignInProvider:
    """One provider and the client that people sign in by; `metadata` is its discovery document."""

    issuer: str
    client_id: str
    scope: str
    metadata: dict[str, Any]
    http: httpx.Client

    @classmethod
    def discovered(cls, issuer: str, client_id: str, scope: str, http: httpx.Client) -> Self:
        """Ask for the discovery document. Raises SignInFailed, ProviderAway."""
        checked_address(issuer)
        metadata = _answered(http, "GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if metadata.get("issuer") != issuer:
            raise SignInFailed(f"The provider calls itself {metadata.get('issuer')!r}, and the API named {issuer!r}")
        return cls(issuer, client_id, scope, metadata, http)

    def endpoint(self, name: str) -> str:
        """An address of the provider. Raises SignInFailed where it has none, or one in clear."""
        found = self.metadata.get(name)
        if not isinstance(found, str):
            raise SignInFailed(f"The provider {self.issuer} has no {name}")
        return checked_address(found)

    def ask(self, endpoint: str, **form: str) -> dict[str, Any]:
        """An endpoint's answer to a form. Raises SignInFailed with the provider's word, ProviderAway."""
        return _answered(self.http, "POST", self.endpoint(endpoint), data={"client_id": self.client_id, **form})

    def tokens(self, answer: dict[str, Any], nonce: str | None = None) -> IssuedTokens:
        """The tokens of an answer. Raises SignInFailed where the ID token is another's (Core 1.0, 3.1.3.7).

        It came from the provider itself; that its signature is right is for the API to check, which believes nothing.
        """
        token, refresh = answer.get("id_token"), answer.get("refresh_token")
        claims = _claims(token)
        audience = claims.get("aud")
        if claims.get("iss") != self.issuer:
            raise SignInFailed(f"The ID token is of {claims.get('iss')!r}, not of {self.issuer!r}")
        if self.client_id not in (audience if isinstance(audience, list) else [audience]):
            raise SignInFailed("The ID token is for another client")
        if nonce is not None and claims.get("nonce") != nonce:
            raise SignInFailed("The ID token is of another sign-in: its nonce differs")
        expires = claims.get("exp")
        if not isinstance(expires, int) or expires <= time.time() - LEEWAY:
            raise SignInFailed("The ID token has ended already; is this machine's clock right?")
        email = str(claims.get("email") or claims.get("preferred_username") or claims.get("sub"))
        return IssuedTokens(str(token), expires, email, refresh if isinstance(refresh, str) else None)

    def renewed(self, refresh_token: str) -> IssuedTokens:
        """New tokens. Raises SignInOver where the provider gives none, ProviderAway."""
        try:
            answer = self.ask("token_endpoint", grant_type="refresh_token", refresh_token=refresh_token)
            new = self.tokens(answer)
        except ProviderAway:
            raise
        except SignInFailed as error:
            raise SignInOver(str(error)) from error
        return new if new.refresh_token else IssuedTokens(new.id_token, new.expires, new.email, refresh_token)


class ProviderRefused(SignInFailed):
    """The provider answered with an error of RFC 6749, section 5.2: `code` is its word."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(f"The provider refuses: {code}{f' ({description})' if description else ''}")
        self.code = code


def _answered(http: httpx.Client, method: str, url: str, **given: Any) -> dict[str, Any]:
    """A JSON object. Raises ProviderAway, ProviderRefused, SignInFailed."""
    try:
        answer = http.request(method, url, headers={"Accept": "application/json"}, timeout=ANSWER_WITHIN, **given)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ProviderAway(f"The identity provider at {url} can't be asked: {reason(error)}") from error
    if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise ProviderAway(f"The identity provider at {url} answers {answer.status_code}")
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise SignInFailed(f"{url} answers {answer.status_code}, and not as an identity provider does")
    if not answer.is_success:
        raise ProviderRefused(str(found.get("error", answer.status_code)), str(found.get("error_description") or ""))
    return found


def _claims(token: object) -> dict[str, Any]:
    try:
        body = str(token).split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (IndexError, ValueError) as error:
        raise SignInFailed("The provider gave no ID token; is `openid` in PRODGATE_OIDC_SCOPE?") from error
    if not isinstance(found, dict):
        raise SignInFailed("The provider's ID token holds no claims")
    return found
