"""Reads passkeys as the branch's line brings them, and judges answers by those that count.

A first passkey counts where people brought it: by a commit of the line that is not the service's. One that the service
brings counts where an earlier one of the same person confirms it. A passkey that was withdrawn, removed or changed
counts no more, whoever did that; people alone can bring it back.
"""

import contextlib
import logging
from bisect import bisect_left
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from threading import Lock
from types import MappingProxyType

import git
import pygit2

from domain.assertions import Assertion
from domain.errors import PasskeyInvalid, PasskeyOver, TooManyPasskeys
from domain.passkeys import (
    FOLDER,
    MOST_PASSKEYS,
    Passkey,
    PasskeyChange,
    PasskeyClaims,
    PasskeySites,
    decision_challenge,
    in_time,
    of_person,
    passkey_challenge,
)
from domain.roles import same_address
from domain.signing import Claims
from record.errors import RecordUnavailable
from record.git.files import FilesCommit
from record.git.lasting import Lasting
from record.git.message import SERVICE_EMAIL, FilesMessage, plain
from record.git.plumbing import changed_on_line, count, last_line, line, opened
from record.git.repository import Repository
from record.people.members import PLATFORM, Fault, Membership, parse
from record.people.passkeys import listed, read_blob, text_of
from record.signing.authenticators import FOREIGN, check_answer

_READ = (FOLDER, PLATFORM)

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class PasskeyBook:
    """The passkeys of one state of the record that count, by id; those that do not, with the reason."""

    counting: Mapping[str, Passkey] = field(default_factory=lambda: MappingProxyType({}))
    ended: tuple[Passkey, ...] = ()
    faults: tuple[Fault, ...] = ()
    sites: PasskeySites | None = None
    """The addresses at which passkeys count, as platform.yaml says; those in the passkeys' files, where it says none.
    """

    def takes(self, passkey: Passkey) -> bool:
        """Tells whether the passkey was made where passkeys count."""
        return self.sites is None or self.sites.takes(passkey)

    def of(self, email: str, subject: str | None, issuer: str | None) -> tuple[Passkey, ...]:
        """Those that count of whoever signed in so, the oldest first."""
        return of_person(filter(self.takes, self.counting.values()), email, subject, issuer)

    def check(self, claims: Claims, answer: Assertion) -> None:
        """Raise PasskeyInvalid unless a passkey of whoever decided confirms that very decision, in time."""
        passkey = self.counting.get(answer.passkey)
        if passkey is None:
            raise PasskeyInvalid("The record has no such passkey that counts")
        if not passkey.is_of(claims.email, claims.sub, claims.issuer):
            raise PasskeyInvalid("The passkey is somebody else's, or was bound to another sign-in")
        if not in_time(answer.asked, claims.at):
            raise PasskeyInvalid("The passkey's answer came too late: decide again")
        check_answer(passkey, answer, decision_challenge(claims, answer.asked), self.sites)

    def confirms(self, claims: Claims, word: str) -> bool:
        """Tells whether the trailer's answer is one that `check` lets pass."""
        try:
            self.check(claims, Assertion.read(word))
        except PasskeyInvalid:
            return False
        return True

    def check_confirmed(self, passkey: Passkey) -> None:
        """Raise PasskeyInvalid unless an earlier passkey of the same person confirms this one."""
        answer = passkey.confirmation
        earlier = self.counting.get(answer.passkey) if answer is not None else None
        if answer is None or earlier is None or earlier.id == passkey.id or not earlier.is_like(passkey):
            raise PasskeyInvalid("No passkey of the same person that counts confirms it")
        if not in_time(answer.asked, passkey.created_at) and not in_time(passkey.created_at, answer.asked):
            raise PasskeyInvalid("It was confirmed at another time than it was made")
        if not self.takes(passkey):
            raise PasskeyInvalid(FOREIGN)
        check_answer(earlier, answer, passkey_challenge(passkey, answer.asked), self.sites)


@dataclass(frozen=True, slots=True)
class PasskeyTurn:
    """The change that a commit made of one file: what it says now, and why that does not count, if it does not.

    `before` is the passkey that counted until then.
    """

    path: str
    before: Passkey | None
    now: Passkey | None
    by_service: bool
    fault: str | None


@dataclass(slots=True)
class PasskeysState:
    """Follows the folder from one commit of the line to the next: it has to see every one that changed it."""

    git: pygit2.Repository
    _files: dict[str, str] = field(default_factory=dict)
    _counting: dict[str, Passkey] = field(default_factory=dict)
    _ended: dict[str, Passkey] = field(default_factory=dict)
    _faults: dict[str, str] = field(default_factory=dict)
    _folder: str = ""
    _platform: str = ""
    _sites: PasskeySites | None = None
    _book: PasskeyBook | None = None

    @property
    def book(self) -> PasskeyBook:
        """The passkeys after the last commit."""
        if self._book is None:
            counting = MappingProxyType({each.id: each for each in self._counting.values()})
            faults = tuple(Fault(path, why) for path, why in self._faults.items())
            self._book = PasskeyBook(counting, tuple(self._ended.values()), faults, self._sites)
        return self._book

    def take(self, commit: pygit2.Commit) -> tuple[PasskeyTurn, ...]:
        """Take in what the next commit of the line did."""
        self._take_sites(commit)
        folder = commit.tree[FOLDER] if FOLDER in commit.tree else None  # noqa: SIM401  a tree has no get
        mark = "" if folder is None else f"{folder.filemode:o} {folder.id}"
        if mark == self._folder:
            return ()
        known, before, now = self.book, self._files, dict(listed(folder))
        self._folder, self._files = mark, now
        changed = [path for path in sorted({*before, *now}) if before.get(path) != now.get(path)]
        ours = by_service(commit, changed, self.git)
        turns = tuple(self._turn(path, now.get(path), path in ours, known) for path in changed)
        self._book = None
        return turns

    def _take_sites(self, commit: pygit2.Commit) -> None:
        """Read platform.yaml where it changed. While it can't be read, what it last said well holds."""
        mark = _mark(commit, PLATFORM)
        if mark == self._platform:
            return
        self._platform = mark
        found = commit.tree[PLATFORM] if mark else None
        read = parse(PLATFORM, found.data) if isinstance(found, pygit2.Blob) else None
        if not mark or isinstance(read, Membership):
            self._sites = read.rules.passkeys if isinstance(read, Membership) else None
            self._book = None

    def _turn(self, path: str, mark: str | None, by_service: bool, known: PasskeyBook) -> PasskeyTurn:
        before = self._counting.pop(path, None)
        if before is not None:
            self._ended[path] = before
        self._faults.pop(path, None)
        if mark is None:
            return PasskeyTurn(path, before, None, by_service, None)
        read = read_blob(path, mark, self.git.get(mark.partition(" ")[2]))
        now = read if isinstance(read, Passkey) else None
        fault = read.sentence if isinstance(read, Fault) else self._unfit(read, by_service, known)
        if fault is not None:
            self._faults[path] = fault
        elif now is not None and now.withdrawn is not None:
            self._ended[path] = now
        elif now is not None:
            self._counting[path] = now
            self._ended.pop(path, None)
        return PasskeyTurn(path, before, now, by_service, fault)

    def _unfit(self, now: Passkey, by_service: bool, known: PasskeyBook) -> str | None:
        """The reason why the passkey does not count; None where it does, and of one that is withdrawn."""
        if now.withdrawn is not None:
            return None
        if by_service and now.path in self._ended:
            return "it ended before: people have to bring it back"
        if self._sites is not None and not self._sites.takes(now):
            return FOREIGN
        others = [each for each in self._counting.values() if not each.is_like(now)]
        if any(each.public_key == now.public_key or each.id == now.id for each in others):
            return "somebody else has that very passkey"
        if sum(each.is_like(now) for each in self._counting.values()) >= MOST_PASSKEYS:
            return f"one person has at most {MOST_PASSKEYS}"
        if not by_service and now.confirmation is None:
            mine = same_address(now.person)
            counts = (*known.counting.values(), *self._counting.values())
            has = any(same_address(each.person) == mine for each in filter(known.takes, counts))
            return "its person has one that counts: that confirms it, or people end that first" if has else None
        try:
            known.check_confirmed(now)
        except PasskeyInvalid as why:
            return "a first passkey is brought by people, not by the service" if now.confirmation is None else str(why)
        return None


def by_service(commit: pygit2.Commit, paths: Collection[str], objects: pygit2.Repository) -> frozenset[str]:
    """Those of the paths that the commit of the line has from the service.

    Whoever merges what the service committed brings nothing: that stays the service's, whoever changed it besides.
    """
    if plain(commit.committer.raw_email) == SERVICE_EMAIL:
        return frozenset(paths)
    if len(commit.parents) < 2 or not paths:
        return frozenset()
    side = objects.walk(commit.id)
    side.hide(commit.parent_ids[0])
    own = (each for each in side if plain(each.committer.raw_email) == SERVICE_EMAIL)
    return frozenset(path for each in own for path in paths if _changes(each, path))


def _changes(commit: pygit2.Commit, path: str) -> bool:
    """Tells whether the commit has the file otherwise than each of its parents."""
    mark = _mark(commit, path)
    return all(_mark(parent, path) != mark for parent in commit.parents)


def _mark(commit: pygit2.Commit, path: str) -> str:
    return f"{commit.tree[path].filemode:o} {commit.tree[path].id}" if path in commit.tree else ""


def read_line(state: PasskeysState, repo: git.Repo, tip: str) -> None:
    """Take in every commit of the line up to the tip that changed the folder, or who may use it where."""
    for commit in repo.git.log("--first-parent", "--reverse", "--format=%H", tip, "--", *_READ).split():
        state.take(state.git[commit].peel(pygit2.Commit))


@dataclass
class PasskeyReader:
    """The passkeys as the branch has them now. Safe to use from any thread; cheap while nothing changes."""

    repository: Repository
    _objects: pygit2.Repository | None = None
    _lasting: Lasting | None = None
    _state: PasskeysState | None = None
    _tip: str | None = None
    _has_read: bool = False
    """False while the branch has no passkeys: then its line is not read."""
    _books: list[tuple[int, PasskeyBook]] = field(default_factory=list)
    """The book from each commit on that changed it, by that one's number on the line."""
    _position: int = 0
    _lock: Lock = field(default_factory=Lock)

    def current(self) -> PasskeyBook:
        """The book of the branch's tip; the last one known while there is none. Raises RecordUnavailable."""
        tip = self.repository.tip()
        with self._lock:
            if tip is None:
                return self._state.book if self._state is not None else PasskeyBook()
            return self._at(tip)

    def at(self, tip: str | None) -> PasskeyBook:
        """The book of a tip. Raises RecordUnavailable."""
        with self._lock:
            return PasskeyBook() if tip is None else self._at(tip)

    def before(self, position: int) -> PasskeyBook:
        """The book right before the commit of that number on the branch's line, from 1. Raises RecordUnavailable."""
        tip = self.repository.tip()
        if tip is None:
            raise RecordUnavailable("The Git record is gone, or has no such branch")
        with self._lock:
            self._at(tip)
            place = bisect_left(self._books, position, key=lambda each: each[0])
            return self._books[place - 1][1] if place else PasskeyBook()

    def _at(self, tip: str) -> PasskeyBook:
        if self._state is not None and self._tip == tip:
            return self._state.book
        before = self._state.book.faults if self._state is not None else ()
        known, self._state = self._state, None  # what is half read is forgotten
        try:
            self._state = self._read(known, tip)
        except (git.GitError, pygit2.GitError, KeyError, OSError) as error:
            raise RecordUnavailable(f"The passkeys can't be read: {last_line(error)}") from error
        self._tip = tip
        for fault in self._state.book.faults:
            if fault not in before:
                _LOG.error("%s; it proves nothing", fault)
        return self._state.book

    def _read(self, known: PasskeysState | None, tip: str) -> PasskeysState:
        objects = self._opened()
        if known is not None and self._tip is not None and self._has_read:
            with contextlib.suppress(ValueError):  # another line than before
                for commit in line(objects, self._tip, tip):
                    self._position += 1
                    self._take(known, commit)
                return known
        state, self._books = PasskeysState(objects), []
        self._has_read = FOLDER in objects[tip].peel(pygit2.Commit).tree
        if self._has_read:
            with opened(self.repository.path) as repo:
                for self._position, commit_id in changed_on_line(repo, tip, *_READ):
                    self._take(state, objects[commit_id].peel(pygit2.Commit))
                self._position = count(repo, tip)
        return state

    def _take(self, state: PasskeysState, commit: pygit2.Commit) -> None:
        before = state.book
        state.take(commit)
        if state.book is not before:
            self._books.append((self._position, state.book))

    def _opened(self) -> pygit2.Repository:
        if self._objects is None or self._lasting is None:
            self._objects = pygit2.Repository(str(self.repository.path))
            self._lasting = Lasting(self._objects)
        self._lasting.look()
        return self._objects


def commit_passkey(repository: Repository, reader: PasskeyReader, change: PasskeyChange, claims: PasskeyClaims) -> str:
    """Commit the act once; its commit, or the tip that has it already.

    Raises PasskeyInvalid, PasskeyOver or TooManyPasskeys where it would not count, RecordUnavailable.
    """
    passkey = change.passkey

    def plan(tip: str | None) -> FilesCommit | str:
        book = reader.at(tip)
        there = book.counting.get(passkey.id)
        if tip is not None and (passkey in book.ended or there == passkey):
            return tip
        if passkey.withdrawn is not None:
            if there is None or there.model_copy(update={"withdrawn": passkey.withdrawn}) != passkey:
                raise PasskeyOver
        elif there is not None or any(each.path == passkey.path for each in book.ended):
            raise PasskeyOver
        elif sum(each.is_like(passkey) for each in book.counting.values()) >= MOST_PASSKEYS:
            raise TooManyPasskeys
        else:
            book.check_confirmed(passkey)
        return _commit_of(change, claims)

    return repository.commit_files(plan)


def _commit_of(change: PasskeyChange, claims: PasskeyClaims) -> FilesCommit:
    passkey = change.passkey
    verb = "Confirm" if passkey.withdrawn is None else "Withdraw"
    said = FilesMessage(f"{verb} a passkey of {passkey.person}", change.name, claims.email, claims.at, change.proof)
    return FilesCommit({passkey.path: text_of(passkey).encode()}, said)
