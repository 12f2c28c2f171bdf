"""An issuer whose key a test holds, so that it can sign what no honest one would; reached by a transport of httpx."""

import time
from dataclasses import dataclass, field
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey

ISSUER = "https://id.cab-i.example/realms/company"


@dataclass
class Issuer:
    """Publishes `keys` at ISSUER and signs with `key`. `asked` is what was fetched; `up` says whether it answers."""

    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", auto_kid=True))
    keys: list[Any] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    up: bool = True

    def __post_init__(self) -> None:
        self.keys = [*self.keys, self.key]

    def client(self) -> httpx.AsyncClient:
        """A client for which the issuer is on the network."""
        return httpx.AsyncClient(transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        if not self.up:
            raise httpx.ConnectError("the issuer is down")
        if request.url.path.endswith("/.well-known/openid-configuration"):
            return httpx.Response(200, json={"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys", **self.metadata})
        return httpx.Response(200, json={"keys": [key.as_dict(private=key.key_type == "oct") for key in self.keys]})

    def claims(self, email: str, **changes: Any) -> dict[str, Any]:
        """Good claims of somebody who has just signed in, changed; None leaves one out."""
        now = int(time.time())
        good = {
            "iss": ISSUER,
            "aud": "prodgate",
            "sub": f"demo|{email.casefold()}",
            "email": email,
            "email_verified": True,
            "auth_time": now,
            "iat": now,
            "exp": now + 12 * 3600,
        }
        return {name: value for name, value in (good | changes).items() if value is not None}

    def token(self, email: str, **changes: Any) -> str:
        """A token that the issuer's own key signs."""
        return jwt.encode({"alg": "ES256", "kid": self.key.kid}, self.claims(email, **changes), self.key)
