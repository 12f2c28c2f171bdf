"""The demo's token issuer: a key made at first start, kept outside the repository, and tokens for the demo's people."""

import json
import time
from dataclasses import dataclass
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from demo.files import write_private
from settings import DEMO_ISSUER

TOKEN_HOURS = 12


@dataclass(frozen=True)
class DemoIssuer:
    """Issues ES256 tokens from the key in `folder`."""

    folder: Path

    @property
    def public_keys(self) -> Path:
        """The JWKS file that checks the tokens."""
        return self.folder / "jwks.json"

    @property
    def _private_key(self) -> Path:
        return self.folder / "private.json"

    @property
    def ready(self) -> bool:
        """Whether the key has been made."""
        return self._private_key.exists()

    def prepare(self) -> None:
        """Make the key where there is none yet; the private half is written last, and marks that both are there."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.ready:
            return
        key = ECKey.generate_key("P-256", auto_kid=True)
        write_private(self.public_keys, json.dumps(KeySet([key]).as_dict(private=False)))
        write_private(self._private_key, json.dumps(key.as_dict(private=True)))

    def token(self, email: str, audience: str) -> str:
        """A bearer token of the person, good for TOKEN_HOURS."""
        key = ECKey.import_key(json.loads(self._private_key.read_text(encoding="utf-8")))
        now = int(time.time())
        claims = {
            "iss": DEMO_ISSUER,
            "aud": audience,
            "sub": f"demo|{email.casefold()}",
            "email": email,
            "iat": now,
            "exp": now + TOKEN_HOURS * 3600,
        }
        return jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key)
