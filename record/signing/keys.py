"""The public keys in the record, `keys/<kid>.json`, as of any commit and as the branch has them now."""

import logging
from collections.abc import Collection
from threading import Lock, Thread

import pygit2
from joserfc.jwk import OKPKey
from pydantic import ValidationError

from record.errors import RecordUnavailable
from record.git.repository import Repository
from record.signing.signatures import Keys, KeyUnusable, PublicKey

_LOG = logging.getLogger(__name__)
FOLDER = "keys"
_FETCH_AT_MOST_EVERY = 5.0
"""Seconds: whoever sends forged signatures does not make us hammer the Git server."""
_PATIENCE = 1.0
"""Seconds to wait for that fetch: a promotion's messages are checked where nothing may take longer than two."""


class KeyState:
    """Follows the folder from one commit to the next. A file that is no key is none, whatever it was before.

    Where kids are named, no other key is one: whoever may commit can put a key of their own into the folder.
    """

    def __init__(self, repository: pygit2.Repository, only: Collection[str] = ()) -> None:
        self.git = repository
        self._only = only
        self._seen = ""
        self._keys = Keys()

    def as_of(self, commit: pygit2.Commit | None) -> Keys:
        """The keys that stand in the commit's tree."""
        folder = commit.tree[FOLDER] if commit is not None and FOLDER in commit.tree else None
        mark = "" if folder is None else str(folder.id)
        if mark != self._seen:
            self._seen, self._keys = mark, _read(folder, self._only)
        return self._keys


def _read(folder: pygit2.Object | None, only: Collection[str]) -> Keys:
    known: dict[str, tuple[PublicKey, OKPKey]] = {}
    for entry in folder if isinstance(folder, pygit2.Tree) else ():
        if not isinstance(entry, pygit2.Blob) or not (entry.name or "").endswith(".json"):
            continue
        try:
            public = PublicKey.of(entry.name or "", entry.data)
            if not only or public.kid in only:
                known[public.kid] = (public, public.imported())
        except (ValidationError, KeyUnusable) as error:
            _LOG.error("%s/%s is no key: %s", FOLDER, entry.name, error)
    return Keys(known)


class KeyReader:
    """The keys as the branch has them now. Safe to use from any thread; cheap while nothing changes."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._state: KeyState | None = None
        self._tip: str | None = None
        self._keys = Keys()
        self._lock = Lock()

    def current(self) -> Keys:
        """The keys of the branch's tip; the last ones known while the repository can't be read."""
        tip = self._repository.tip()
        if tip == self._tip or tip is None:
            return self._keys
        with self._lock:
            if tip != self._tip:
                self._state = self._state or KeyState(pygit2.Repository(str(self._repository.path)))
                self._keys = self._state.as_of(self._state.git[tip].peel(pygit2.Commit))
                self._tip = tip
            return self._keys

    def with_key(self, kid: str) -> Keys:
        """The keys; where this one is not among them, they are looked for on the remote first: it may be brand new."""
        keys = self.current()
        if kid in keys.known:
            return keys
        fetching = Thread(target=self._fetch, name="key-fetch", daemon=True)
        fetching.start()
        fetching.join(_PATIENCE)
        return self.current()

    def _fetch(self) -> None:
        try:
            self._repository.fetch(_FETCH_AT_MOST_EVERY)
        except RecordUnavailable as error:
            _LOG.warning("an unknown key can't be looked for: %s", error)
