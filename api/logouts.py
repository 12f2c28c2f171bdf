"""Checks logout tokens, and ends the sessions that they name (OpenID Connect Back-Channel Logout 1.0)."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from api.auth import ALGORITHMS, LEEWAY, LONGEST_TOKEN, key_id, reason
from api.engine import Engine
from api.engine_errors import EngineUnavailable
from api.errors import LogoutRefused
from api.oidc import Provider, ProviderUnavailable
from domain.sessions import Revocation
from record.facts.revoked import RevokedSessions

log = structlog.get_logger(__name__)

EVENT = "http://schemas.openid.net/event/backchannel-logout"
_TYPES = ("logout+jwt", "application/logout+jwt", "JWT", None)
"""Of the token's `typ`: providers that were there before it had one of its own give another, or none (section 2.4)."""

TOLD_WITHIN = timedelta(minutes=10)
"""The age at which a logout token counts no more: a provider repeats one within minutes, and the engine remembers for
longer which ones it had."""


@dataclass(frozen=True)
class Logouts:
    """Checks logout tokens of one issuer, and ends the sessions that they name. `audiences` are our names there."""

    provider: Provider
    audiences: tuple[str, ...]
    engine: Engine
    revoked: RevokedSessions
    now: Callable[[], datetime]

    async def take(self, form: bytes) -> Revocation:
        """End the session here at once, and everywhere once the record's list has it. Raises LogoutRefused."""
        try:
            claims = await self._claims(form)
            entry = self._entry(claims)
            await run_in_threadpool(self.revoked.add, entry)
            fresh = await self.engine.revoke(entry, _key(claims))
        except (ProviderUnavailable, EngineUnavailable) as error:
            log.warning("a logout could not be taken", error=repr(error), cause=repr(error.__cause__))
            raise LogoutRefused("Logging out failed: the provider or the engine can't be reached now") from error
        if not fresh:
            raise LogoutRefused("The logout token was used before")
        return entry

    async def _claims(self, form: bytes) -> dict[str, Any]:
        try:
            (token,) = parse_qs(form.decode("ascii"), strict_parsing=True)["logout_token"]
            if len(token) > LONGEST_TOKEN:
                raise LogoutRefused("The logout token is too long")
            keys = await self.provider.keys(key_id(token))
            decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
            self._registry().validate(decoded.claims)
        except KeyError as error:
            raise LogoutRefused("Send a form with one logout_token") from error
        except (JoseError, ValueError, TypeError, OverflowError) as error:
            raise LogoutRefused(f"The logout token is not accepted: {reason(error)}") from error
        if decoded.header.get("typ") not in _TYPES:
            raise LogoutRefused("The logout token is not accepted: its typ is another")
        return decoded.claims

    def _registry(self) -> jwt.JWTClaimsRegistry:
        """Section 2.6, steps 4 to 6; `nonce` and `events` are looked at by themselves."""
        return jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": self.provider.issuer},
            aud={"essential": True, "values": list(self.audiences)},
            iat={"essential": True},
            exp={"essential": True},
            jti={"essential": True},
            events={"essential": True},
        )

    def _entry(self, claims: dict[str, Any]) -> Revocation:
        events = claims["events"]
        if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
            raise LogoutRefused("The logout token is not accepted: its events name no logout")
        if "nonce" in claims:
            raise LogoutRefused("The logout token is not accepted: it has a nonce, as no logout token may")
        try:
            at = datetime.fromtimestamp(claims["iat"], UTC)
            entry = Revocation.model_validate(
                {"at": at, "until": at, "issuer": claims["iss"], "sid": claims.get("sid"), "subject": claims.get("sub")}
                | {"reason": "The identity provider ended it"}
            )
        except (ValidationError, ValueError, TypeError, OverflowError, OSError) as error:
            raise LogoutRefused("The logout token is not accepted: it names nobody by sub or sid") from error
        if self.now() - at > TOLD_WITHIN:
            raise LogoutRefused("The logout token is not accepted: it is too old")
        return entry


def _key(claims: dict[str, Any]) -> str:
    """The name by which the engine knows a token, of which there is one `jti` of an issuer."""
    if not isinstance(claims["jti"], str):
        raise LogoutRefused("The logout token is not accepted: its jti is no text")
    return hashlib.sha256(f"{claims['iss']}\n{claims['jti']}".encode()).hexdigest()
