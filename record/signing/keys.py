"""The public keys in the record, `keys/<kid>.json`, as the branch's first-parent line has them before each commit.

A merge is one change of that line. A key that ended, because it was retired, revoked, removed or given another class,
never comes back: whoever may commit could undo the end. `docs/adr/0016-*.md` has the reasons.
"""

import logging
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Lock, Thread

import git
import pygit2
from joserfc.jwk import OKPKey
from pydantic import ValidationError

from record.errors import RecordUnavailable
from record.git.lasting import Lasting, repository_at
from record.git.plumbing import changed_on_line, count, last_line, line, opened
from record.git.repository import Repository
from record.signing.signatures import KeyClass, Keys, KeyUnusable, PublicKey

_LOG = logging.getLogger(__name__)
FOLDER = "keys"
_FETCH_AT_MOST_EVERY = 5.0
"""Seconds: whoever sends forged signatures does not make us hammer the Git server."""
_PATIENCE = 1.0
"""Seconds to wait for that fetch: a promotion's messages are checked where nothing may take longer than two."""

KnownKeys = Mapping[str, tuple[PublicKey, OKPKey]]


@dataclass
class _Fold:
    """The changes of the folder so far, each folded into what the ones before it said."""

    only: Collection[str]
    states: list[tuple[int, KnownKeys]] = field(default_factory=list)
    """The keys from each change on, by its number on the line."""
    ended: dict[str, tuple[int, str]] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    """The last commit after which each key that ended proves something, and the sentence that says why."""
    taken_back: list[tuple[int, int]] = field(default_factory=list)
    """The number of each commit that ended a key from an earlier one on, and that one's."""
    classes: dict[str, KeyClass] = field(default_factory=dict)
    switch: int | None = None
    """The number of the commit that published the first key of the service."""

    def take(self, position: int, folder: pygit2.Object | None, place: Callable[[str], int | None]) -> None:
        """Fold the folder in as the commit of that number left it."""
        found, before = _read(folder), self.states[-1][1] if self.states else {}
        for kid, (public, _) in found.items():
            if self.classes.setdefault(kid, public.key_class) is not public.key_class:
                self._end(kid, position, "changed its class")
            if public.revoked is not None:
                self.revoked.add(kid)
                self._revoke(public, position, place)
        if self.switch is None and KeyClass.SERVICE in {self.classes[kid] for kid in found if kid not in self.ended}:
            self.switch = position
        if self.switch is not None:
            self._end_by_position(position, found, folder)
        kept = {kid: before[kid] for kid in before if kid in self.ended} | found
        self.states.append((position, {kid: key for kid, key in kept.items() if not self.only or kid in self.only}))

    def _revoke(self, public: PublicKey, position: int, place: Callable[[str], int | None]) -> None:
        if public.revoked_from is None:
            self._end(public.kid, position, "was revoked")
            return
        since = place(public.revoked_from)
        if since is None:  # a fault takes rights away
            _LOG.error("%s/%s.json is revoked from a commit that is not before it on the line", FOLDER, public.kid)
        if public.kid not in self.ended or (since or 0) < self.ended[public.kid][0]:
            self.taken_back.append((position, since or 0))
        self._end(public.kid, since or 0, f"was revoked from {public.revoked_from[:12]} on")

    def _end_by_position(self, position: int, found: KnownKeys, folder: pygit2.Object | None) -> None:
        for kid in self.classes:
            if kid in found and found[kid][0].retired is not None:
                self._end(kid, position, "was retired")
            elif kid not in found and (not isinstance(folder, pygit2.Tree) or f"{kid}.json" not in folder):
                self._end(kid, position, "was removed from the record")

    def _end(self, kid: str, after: int, why: str) -> None:
        """The earliest end counts, whichever commit says it."""
        if kid not in self.ended or after < self.ended[kid][0]:
            self.ended[kid] = (after, why)

    def table(self) -> Iterator[tuple[int, Keys]]:
        """The keys by which the acts after each number are judged, up to the next one."""
        after = {position for position, _ in self.states} | {position for position, _ in self.ended.values()}
        for position in sorted(after):
            known = next((keys for start, keys in reversed(self.states) if start <= position), {})
            ended = {kid: why for kid, (last, why) in self.ended.items() if last <= position}
            signs = self.switch is not None and self.switch <= position
            yield position, Keys(known, ended, signs, frozenset(self.revoked & ended.keys()))


def _place_of(path: Path, tip: str, position: int, commit: str) -> int | None:
    """The commit's number on the line whose tip has that number; None where it is not on it."""
    try:
        with opened(path) as repo:
            number = count(repo, commit)
            there = repo.git.rev_parse("--verify", f"{tip}~{position - number}")
    except (git.GitError, ValueError):
        return None
    return number if number <= position and there == commit else None


class KeyLine:
    """Follows the folder along the branch's first-parent line. A file that is no key is none, whatever it was before.

    Where kids are named, no other key is one: whoever may commit can put a key of their own into the folder. One
    thread uses it.
    """

    def __init__(self, path: Path, only: Collection[str] = ()) -> None:
        self._path, self._only = path, only
        self._git = repository_at(path)
        self._lasting = Lasting(self._git)
        self._forget()

    def _forget(self) -> None:
        self._tip: str | None = None
        self._position = 0
        self._folder: pygit2.Object | None = None
        self._fold = _Fold(self._only)
        self._table: list[tuple[int, Keys]] = []

    def move_to(self, tip: str) -> None:
        """Read the line up to its tip; costs what is new. Raises RecordUnavailable."""
        if tip == self._tip:
            return
        self._lasting.look()
        changes = len(self._fold.states)
        try:
            try:
                self._go_on(tip)
            except ValueError:  # another line than before
                self._forget()
                self._go_on(tip)
        except (git.GitError, pygit2.GitError, KeyError, OSError) as error:
            self._forget()
            raise RecordUnavailable(f"The record's keys can't be read: {last_line(error)}") from error
        if len(self._fold.states) != changes or not self._table:
            self._table = list(self._fold.table())

    def _go_on(self, tip: str) -> None:
        if self._tip is not None:
            for each in line(self._git, self._tip, tip):
                self._position += 1
                self._take(each, self._position)
        else:
            with opened(self._path) as repo:
                for position, commit in changed_on_line(repo, tip, FOLDER):
                    self._take(self._git[commit].peel(pygit2.Commit), position)
                self._position = count(repo, tip)
        self._tip = tip

    def _take(self, commit: pygit2.Commit, position: int) -> None:
        folder = commit.tree[FOLDER] if FOLDER in commit.tree else None  # noqa: SIM401  a tree has no get
        if (folder and folder.id) != (self._folder and self._folder.id):
            self._folder = folder
            self._fold.take(position, folder, partial(_place_of, self._path, str(commit.id), position))

    def before(self, position: int) -> Keys:
        """The keys that judge the acts of the commit of that number on the line, from 1."""
        place = bisect_left(self._table, position, key=lambda each: each[0])
        return self._table[place - 1][1] if place else _NONE

    def after(self, commit: str) -> Keys | None:
        """The keys that judge what comes right after a commit; None for one that is not on the line."""
        place = None if self._tip is None else _place_of(self._path, self._tip, self._position, commit)
        return None if place is None else self.before(place + 1)

    def takes_back(self, known: int) -> bool:
        """Tells whether a commit after that number says that a key proves less of what was there than it did."""
        return any(after < known < said for said, after in self._fold.taken_back)

    def current(self) -> Keys:
        """The keys that judge what comes next."""
        return self.before(self._position + 1)


_NONE = Keys()


def _read(folder: pygit2.Object | None) -> dict[str, tuple[PublicKey, OKPKey]]:
    known: dict[str, tuple[PublicKey, OKPKey]] = {}
    for entry in folder if isinstance(folder, pygit2.Tree) else ():
        if not isinstance(entry, pygit2.Blob) or not (entry.name or "").endswith(".json"):
            continue
        try:
            public = PublicKey.of(entry.name or "", entry.data)
            known[public.kid] = (public, public.imported())
        except (ValidationError, KeyUnusable) as error:
            _LOG.error("%s/%s is no key: %s", FOLDER, entry.name, error)
    return known


class KeyReader:
    """The branch's keys, before each commit and now. Safe to use from any thread; cheap while nothing changes."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._line: KeyLine | None = None
        self._tip: str | None = None
        self._keys = Keys()
        self._lock = Lock()

    def current(self) -> Keys:
        """The keys of the branch's tip; the last ones known while the repository can't be read."""
        self._follow()
        return self._keys

    def before(self, position: int) -> Keys:
        """The keys that judge the acts of the commit of that number on the first-parent line, from 1."""
        self._follow()
        with self._lock:
            return self._line.before(position) if self._line is not None else self._keys

    def _follow(self) -> None:
        tip = self._repository.tip()
        if tip == self._tip or tip is None:
            return
        with self._lock:
            if tip != self._tip:
                line = self._line or KeyLine(self._repository.path)
                self._line = self._tip = None  # a line that can't be read forgets that the service signs
                line.move_to(tip)
                self._line, self._keys, self._tip = line, line.current(), tip

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
