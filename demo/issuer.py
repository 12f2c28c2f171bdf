"""The demo's token issuer: a key made at first start, kept outside the repository, and tokens for the demo's people."""

import json
import time
from dataclasses import dataclass
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

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

    def prepare(self) -> None:
        """Make the key where there is none yet; the private half is readable by its owner only."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._private_key.exists():
            return
        key = ECKey.generate_key("P-256", auto_kid=True)
        self._private_key.touch(mode=0o600)
        self._private_key.write_text(json.dumps(key.as_dict(private=True)))
        self.public_keys.write_text(json.dumps(KeySet([key]).as_dict(private=False)))

    def token(self, email: str, audience: str) -> str:
        """A bearer token of the person, good for TOKEN_HOURS. Raises FileNotFoundError before the first start."""
        key = ECKey.import_key(json.loads(self._private_key.read_text()))
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
