"""Keeps a person's sign-ins in a file that is theirs alone, by the API's address, and renews them."""

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx

from clients.oidc.provider import IssuedTokens, SignInFailed, SignInOver, SignInProvider

RENEW_BEFORE = 60
"""Seconds before its end at which a token is renewed, so that none ends on its way."""


class FileNotPrivate(Exception):
    """Others than its owner may read the file of sign-ins; `str()` says what to do."""


@dataclass(frozen=True)
class KeptSession:
    """One sign-in: by which provider and client, and its tokens."""

    issuer: str
    client_id: str
    scope: str
    tokens: IssuedTokens


def config_folder() -> Path:
    """The user's folder of settings (XDG Base Directory Specification)."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "prodgate"


@dataclass(frozen=True)
class SessionFile:
    """The file of sign-ins. Raises FileNotPrivate, OSError."""

    path: Path

    def get(self, url: str) -> KeptSession | None:
        """The sign-in at that API; None without one."""
        found = self._read().get(url)
        try:
            return KeptSession(**{**found, "tokens": IssuedTokens(**found["tokens"])}) if found else None
        except (TypeError, KeyError):
            return None  # of another release: sign in again

    def others(self, url: str, issuer: str, client_id: str) -> list[str]:
        """The other APIs at which a sign-in of that provider and client is kept: each would take its tokens."""
        found = {each: self.get(each) for each in self._read() if each != url}
        return [each for each, kept in found.items() if kept and (kept.issuer, kept.client_id) == (issuer, client_id)]

    def put(self, url: str, session: KeptSession | None) -> None:
        """Keep a sign-in; None forgets it."""
        with self._one():
            self._put(url, session)

    def renewed(self, url: str, renew: Callable[[KeptSession], IssuedTokens]) -> KeptSession | None:
        """The sign-in, renewed where it ends soon, by one process at a time: a refresh token may be good once.

        One that is over is forgotten, and no later one with it. Raises ProviderAway as `renew` does.
        """
        with self._one():
            kept = self.get(url)
            if kept is None or kept.tokens.expires - time.time() > RENEW_BEFORE or not kept.tokens.refresh_token:
                return kept
            try:
                new = KeptSession(kept.issuer, kept.client_id, kept.scope, renew(kept))
            except SignInOver:
                self._put(url, None)
                return None
            self._put(url, new)
            return new

    def _put(self, url: str, session: KeptSession | None) -> None:
        kept = {each: value for each, value in self._read().items() if each != url}
        if session:
            kept[url] = asdict(session)
        draft = self.path.with_suffix(f".{os.getpid()}")
        with contextlib.suppress(FileNotFoundError):
            draft.unlink()
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(kept, file)
        draft.replace(self.path)

    def _read(self) -> dict[str, Any]:
        try:
            with self.path.open(encoding="utf-8") as file:
                if os.fstat(file.fileno()).st_mode & 0o077:
                    raise FileNotPrivate(f"Others may read {self.path}: chmod 600 it, and sign in again")
                found = json.load(file)
        except (FileNotFoundError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    @contextlib.contextmanager
    def _one(self) -> Iterator[None]:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


@dataclass(frozen=True)
class TokenSource:
    """The token that the API at one address is shown: the environment's, or that of the kept sign-in."""

    url: str
    file: SessionFile
    http: httpx.Client

    def __call__(self) -> str | None:
        """The token, renewed where it is about to end; None where nobody is signed in. Raises ProviderAway."""
        if given := os.environ.get("PRODGATE_TOKEN"):
            return given
        kept = self.file.renewed(self.url, self._renew)
        return kept.tokens.id_token if kept and kept.tokens.expires > time.time() else None

    def _renew(self, kept: KeptSession) -> IssuedTokens:
        if not kept.tokens.refresh_token:
            raise SignInFailed("Nothing renews this sign-in")
        provider = SignInProvider.discovered(kept.issuer, kept.client_id, kept.scope, self.http)
        return provider.renewed(kept.tokens.refresh_token)
