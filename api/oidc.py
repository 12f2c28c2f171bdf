"""The issuer's public keys: found by discovery, kept, and fetched anew when a token names one that isn't known.

OpenID Connect Discovery 1.0, section 4, says where they are; RFC 7517 what they look like.
"""

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet

log = structlog.get_logger(__name__)

ANSWER_WITHIN = 5.0
"""Seconds that the provider gets for each of the two documents."""

FRESH_FOR = 600.0
"""Seconds after which the keys are asked for again, so that one which the provider withdrew is soon refused."""

ASK_AGAIN_AFTER = 10.0
"""Seconds between two fetches at least, however many unknown keys the callers' tokens name."""

_KINDS = ("RSA", "EC", "OKP")


class ProviderUnavailable(Exception):
    """The provider's keys can't be had, and none are known from before; `str()` says why, for logs."""


@dataclass
class Provider:
    """One OpenID provider, named by its issuer URL. While it is down, keys that are known keep working."""

    issuer: str
    http: httpx.AsyncClient
    clock: Callable[[], float] = time.monotonic
    _keys: KeySet | None = None
    _asked: float = -math.inf
    _fetching: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def keys(self, kid: str | None) -> KeySet:
        """The provider's keys, fetched where this key id asks for it. Raises ProviderUnavailable."""
        # Who comes while the first fetch runs waits for it: there is nothing else to know anybody by.
        first = self._keys is None and self._fetching.locked()
        if first or (self._due(kid) and not (self._knows(kid) and self._fetching.locked())):
            async with self._fetching:
                if self._due(kid):
                    await self._fetch()
        if self._keys is None:
            raise ProviderUnavailable(f"the keys of {self.issuer} are not known")
        return self._keys

    def _knows(self, kid: str | None) -> bool:
        return self._keys is not None and (kid is None or any(key.kid == kid for key in self._keys))

    def _due(self, kid: str | None) -> bool:
        age = self.clock() - self._asked
        return age >= FRESH_FOR or (age >= ASK_AGAIN_AFTER and not self._knows(kid))

    async def _fetch(self) -> None:
        self._asked = self.clock()
        try:
            metadata = await self._json(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            self._keys = _usable(await self._json(_keys_address(metadata, self.issuer)))
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, TypeError, KeyError) as error:
            log.warning("the identity provider's keys can't be had", issuer=self.issuer, error=repr(error))

    async def _json(self, url: str) -> Any:
        answer = await self.http.get(url, headers={"Accept": "application/json"}, timeout=ANSWER_WITHIN)
        answer.raise_for_status()
        return answer.json()


def _keys_address(metadata: Any, issuer: str) -> str:
    """The keys' address. Raises ValueError where the document is another issuer's, or leads from https to http."""
    if metadata["issuer"] != issuer:
        raise ValueError("the discovery document names another issuer")
    address = str(metadata["jwks_uri"])
    if issuer.startswith("https:") and not address.startswith("https:"):
        raise ValueError("jwks_uri is no https address")
    return address


def _usable(document: Any) -> KeySet:
    """The keys that can check a signature; one of a kind that isn't known is left out (RFC 7517, section 5)."""
    keys: list[Key] = []
    for each in document["keys"]:
        if isinstance(each, dict) and each.get("kty") in _KINDS and each.get("use", "sig") == "sig":
            try:
                keys.append(JWKRegistry.import_key(each))
            except (JoseError, ValueError) as error:
                log.warning("a key of the identity provider can't be read", kid=each.get("kid"), error=repr(error))
    if not keys:
        raise ValueError("the provider publishes no key that checks signatures")
    return KeySet(keys)
