"""Reads delegations as the branch's line proves them, and commits what people signed of theirs.

A file counts where the commit that made it what it is carries the API's signature on that very delegation. What else
changes one leaves nothing of it, until its bytes are those again that were proven last; so no file by hand, and no old
one that somebody puts back, gives a vote to anybody.
"""

import contextlib
import logging
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from threading import Lock
from typing import Protocol

import git
import pygit2

from domain.delegations import FOLDER, Delegation, DelegationChange, DelegationClaims, HandedVote, resolved
from domain.errors import DelegationGone, DelegationOver, Unproven
from record.errors import RecordUnavailable
from record.git.files import FilesCommit
from record.git.lasting import Lasting
from record.git.message import SIGNATURE, FilesMessage, trailer
from record.git.plumbing import last_line, line, opened
from record.git.repository import Repository
from record.people.delegations import parse, text_of
from record.people.directory import Directory
from record.people.members import Fault, shown
from record.signing.keys import KeyReader
from record.signing.signatures import Keys

_LOG = logging.getLogger(__name__)
_PLAIN = f"{pygit2.enums.FileMode.BLOB:o}"
_FOLDER = f"{pygit2.enums.FileMode.TREE:o} "


@dataclass(frozen=True, slots=True)
class ProvenDelegation:
    """A delegation, the sign-in of who gave it, and the commit that made it what it is."""

    delegation: Delegation
    subject: str | None
    commit: str


@dataclass(eq=False)
class DelegationBook:
    """The delegations of one state of the record that are proven, those that ended among them; and what is not."""

    proven: tuple[ProvenDelegation, ...] = ()
    faults: tuple[Fault, ...] = ()
    _handed: tuple[Directory | None, dict[str, tuple[HandedVote, ...]]] = field(default=(None, {}), repr=False)

    def handed(self, directory: Directory, tenant: str) -> tuple[HandedVote, ...]:
        """Those by which somebody may vote for an approver of the tenant, or might have."""
        known, found = self._handed
        if known is not directory:
            found = {}
            self._handed = directory, found
        if tenant not in found:
            found[tenant] = tuple(_resolved(self.proven, directory, tenant)) if tenant in directory.tenants else ()
        return found[tenant]


def _resolved(proven: Iterable[ProvenDelegation], directory: Directory, tenant: str) -> Iterator[HandedVote]:
    person = cache(directory.person)  # of many delegations, few people have all
    for each in proven:
        giver = person(each.delegation.giver, each.subject)
        found = resolved(each.delegation, giver, person(each.delegation.to), tenant)
        if found is not None:
            yield found


@dataclass(frozen=True, slots=True)
class DelegationAct:
    """The change that a commit made of one file: what it says now, and what was signed of it, or why that is nothing.

    `before` is what was proven of it before, whatever the file said.
    """

    path: str
    before: ProvenDelegation | None
    now: Delegation | None
    signed: DelegationClaims | None
    fault: str | None


@dataclass(slots=True)
class _Held:
    """A file: its blob, and the blob and the delegation that were proven last; `fault` is why it gives nothing."""

    blob: str | None = None
    good: str | None = None
    proven: ProvenDelegation | None = None
    fault: str | None = None


@dataclass(slots=True)
class DelegationsState:
    """Follows the folder from one commit of the line to the next: it has to see every one that changed it."""

    git: pygit2.Repository
    _book: DelegationBook | None = None
    _held: dict[str, _Held] = field(default_factory=dict)
    _folder: str = ""
    _folders: dict[str, str] = field(default_factory=dict)

    @property
    def book(self) -> DelegationBook:
        """The delegations after the last commit; put together when somebody asks, not after each commit."""
        if self._book is None:
            self._book = self._gathered()
        return self._book

    def proven(self, path: str) -> ProvenDelegation | None:
        """The delegation of the file as it was proven last, where that is what the file says."""
        held = self._held.get(path)
        return held.proven if held is not None and held.blob is not None and held.blob == held.good else None

    def was_proven(self, path: str) -> bool:
        """Tells whether the file ever was a delegation, whatever it says now: none is given there again."""
        held = self._held.get(path)
        return held is not None and held.proven is not None

    def take(self, commit: pygit2.Commit, keys: Keys) -> tuple[DelegationAct, ...]:
        """Take in what the next commit of the line did, by the keys that it had before."""
        folder = commit.tree[FOLDER] if FOLDER in commit.tree else None  # noqa: SIM401  a tree has no get
        mark = "" if folder is None else f"{folder.filemode:o} {folder.id}"
        if mark == self._folder:
            return ()
        self._folder = mark
        files = self._changed(folder)
        signed = _signed(self.git, commit, keys) if len(files) == 1 else Unproven("it changes several delegations")
        self._book = None
        return tuple(self._take(str(commit.id), path, blob, signed) for path, blob in files.items())

    def _take(self, commit: str, path: str, blob: str | None, signed: DelegationClaims | Unproven) -> DelegationAct:
        held = self._held.setdefault(path, _Held())
        before, held.blob = held.proven, blob
        if blob is None:
            held.fault = "it was removed" if before is not None else None
            return DelegationAct(path, before, None, None, held.fault)
        if blob == held.good:
            held.fault = None
            return DelegationAct(path, before, before.delegation if before else None, None, None)
        read = self._read(path, blob)
        now = read if isinstance(read, Delegation) else None
        held.fault = read.sentence if isinstance(read, Fault) else _unfit(read, before, signed)
        claims = signed if isinstance(signed, DelegationClaims) else None
        if held.fault is None and now is not None and claims is not None:
            subject = before.subject if before is not None else claims.sub
            held.good, held.proven = blob, ProvenDelegation(now, subject, commit)
        return DelegationAct(path, before, now, claims, held.fault)

    def _read(self, path: str, mark: str) -> Delegation | Fault:
        mode, _, blob = mark.partition(" ")
        found = self.git.get(blob) if mode == _PLAIN else None
        if not isinstance(found, pygit2.Blob):
            return Fault(path, "must be a plain file")
        return parse(path, found.data)

    def _changed(self, folder: pygit2.Object | None) -> dict[str, str | None]:
        """Mode and blob of each file that is another one now, by path; None of one that is gone."""
        before, self._folders = self._folders, _entries(folder)
        names = sorted(name for name in {*before, *self._folders} if before.get(name) != self._folders.get(name))
        files: dict[str, str | None] = {}
        for name in names:
            files |= self._between(name, before.get(name), self._folders.get(name))
        return files

    def _between(self, name: str, before: str | None, now: str | None) -> dict[str, str | None]:
        """The files of a giver's folder that changed. Of two states of one, nothing else is read: it may hold many."""
        old, new = self._tree(before), self._tree(now)
        if old is not None and new is not None:
            deltas = old.diff_to_tree(new).deltas
            found = sorted({os.fsdecode(each.new_file.raw_path.partition(b"/")[0]) for each in deltas})
            return {f"{name}/{shown(each)}": _mark_of(new[each]) if each in new else None for each in found}
        gone: dict[str, str | None] = dict.fromkeys(_listed(name, before, old))
        return gone | _listed(name, now, new)

    def _tree(self, mark: str | None) -> pygit2.Tree | None:
        found = self.git[mark.partition(" ")[2]] if mark is not None and mark.startswith(_FOLDER) else None
        return found if isinstance(found, pygit2.Tree) else None

    def _gathered(self) -> DelegationBook:
        good = (held.proven for held in self._held.values() if held.blob is not None and held.blob == held.good)
        faults = (Fault(path, held.fault) for path, held in self._held.items() if held.fault is not None)
        return DelegationBook(tuple(each for each in good if each is not None), tuple(faults))


def _mark_of(entry: pygit2.Object) -> str:
    return f"{entry.filemode:o} {entry.id}"


def _entries(folder: pygit2.Object | None) -> dict[str, str]:
    """Mode and id of each giver's folder, by path."""
    if folder is None:
        return {}
    if not isinstance(folder, pygit2.Tree):
        return {FOLDER: _mark_of(folder)}
    return {f"{FOLDER}/{shown(each.name)}": _mark_of(each) for each in folder}


def _listed(name: str, mark: str | None, tree: pygit2.Tree | None) -> dict[str, str]:
    """The files of a giver's folder; what only documents is none."""
    if tree is not None:
        return {f"{name}/{shown(each.name)}": _mark_of(each) for each in tree}
    return {} if mark is None or name.casefold().endswith((".md", "/.gitkeep")) else {name: mark}


def _signed(objects: pygit2.Repository, commit: pygit2.Commit, keys: Keys) -> DelegationClaims | Unproven:
    """The claims that the commit proves of a delegation, signed on the line before it; or why it has none."""
    token = trailer(commit, SIGNATURE)
    if not token or len(commit.parent_ids) > 1:
        return Unproven("nobody signed it")
    try:
        claims = keys.delegation(token)
    except Unproven as why:
        return why
    if claims.tip is None and not keys.signs_service:
        return claims
    seen = claims.tip is not None and claims.tip in objects and bool(commit.parent_ids)
    parent = commit.parent_ids[0] if commit.parent_ids else None
    if not seen or (str(parent) != claims.tip and not objects.descendant_of(str(parent), claims.tip or "")):
        return Unproven("the signer saw a commit that is not before it")
    return claims


def _unfit(now: Delegation, before: ProvenDelegation | None, signed: DelegationClaims | Unproven) -> str | None:
    """The reason why a signature does not make the file what it is; None where it does."""
    if isinstance(signed, Unproven):
        return str(signed)
    if not signed.fits(now):
        return "it was signed for something else"
    if now.withdrawn is None:
        return None if before is None else "it was given before, and is given once"
    if before is None or before.delegation.withdrawn is not None:
        return "nothing that stood was withdrawn"
    ended = before.delegation.ended_by(now.withdrawn.by, now.withdrawn.at)
    return None if ended == now else "its withdrawal changes what was given"


class KeysBefore(Protocol):
    """Knows the keys that judge the commit of a number on the line."""

    def before(self, position: int) -> Keys:
        """The keys."""


def read_line(state: DelegationsState, repo: git.Repo, tip: str, keys: KeysBefore) -> int:
    """Take in every commit of the line up to the tip that changed the folder; the tip's number on the line."""
    wanted = set(repo.git.log("--first-parent", "--format=%H", tip, "--", FOLDER).split())
    commits = repo.git.rev_list("--first-parent", "--reverse", tip).split()
    for position, commit in enumerate(commits, 1):
        if commit in wanted:
            state.take(state.git[commit].peel(pygit2.Commit), keys.before(position))
    return len(commits)


@dataclass
class _Reading:
    """The line as far as it was read, by which keys; `position` is None while it has no delegation."""

    state: DelegationsState
    keys: Keys
    tip: str | None = None
    position: int | None = None


@dataclass
class DelegationReader:
    """The delegations as the branch has them now. Safe to use from any thread; cheap while nothing changes.

    The first look at a branch that has any reads the line once, and so does the first one after keys have changed: one
    that was revoked proves nothing any more.
    """

    repository: Repository
    keys: KeyReader
    _objects: pygit2.Repository | None = None
    _lasting: Lasting | None = None
    _reading: _Reading | None = None
    _lock: Lock = field(default_factory=Lock)

    def current(self) -> DelegationBook:
        """The book of the branch's tip; the last one known while there is none. Raises RecordUnavailable."""
        tip = self.repository.tip()
        with self._lock:
            if tip is None:
                return self._reading.state.book if self._reading is not None else DelegationBook()
            return self._at(tip).book

    def at(self, tip: str | None, path: str) -> ProvenDelegation | None:
        """The delegation of a file as that tip proves it. Raises RecordUnavailable."""
        with self._lock:
            return None if tip is None else self._at(tip).proven(path)

    def had(self, tip: str | None, path: str) -> bool:
        """Tells whether the line up to that tip ever had a delegation there. Raises RecordUnavailable."""
        with self._lock:
            return tip is not None and self._at(tip).was_proven(path)

    def _at(self, tip: str) -> DelegationsState:
        known = self._reading
        if known is not None and known.tip == tip:
            return known.state
        self._reading = None  # what is half read is forgotten
        try:
            self._reading = self._read(known, tip, self.keys.current())
        except (git.GitError, pygit2.GitError, KeyError, OSError) as error:
            raise RecordUnavailable(f"The delegations can't be read: {last_line(error)}") from error
        before = known.state.book.faults if known is not None else ()
        for fault in self._reading.state.book.faults:
            if fault not in before:
                _LOG.error("%s; it gives nobody a vote", fault)
        return self._reading.state

    def _read(self, known: _Reading | None, tip: str, keys: Keys) -> _Reading:
        objects = self._opened()
        if known is not None and known.position is not None and known.keys is keys:
            with contextlib.suppress(ValueError):  # another line than before
                for commit in line(objects, known.tip, tip):
                    known.position += 1
                    known.state.take(commit, self.keys.before(known.position))
                return replace(known, tip=tip)
        state, position = DelegationsState(objects), None
        if FOLDER in objects[tip].peel(pygit2.Commit).tree:
            with opened(self.repository.path) as repo:
                position = read_line(state, repo, tip, self.keys)
        return _Reading(state, keys, tip, position)

    def _opened(self) -> pygit2.Repository:
        if self._objects is None or self._lasting is None:
            self._objects = pygit2.Repository(str(self.repository.path))
            self._lasting = Lasting(self._objects)
        self._lasting.look()
        return self._objects


def commit_delegation(
    repository: Repository, reader: DelegationReader, change: DelegationChange, claims: DelegationClaims
) -> str:
    """Commit the act once; its commit.

    Raises DelegationOver for an end of what has none, DelegationGone for one that is given again after somebody changed
    or removed its file, RecordUnavailable.
    """
    given = change.delegation

    def plan(tip: str | None) -> FilesCommit | str:
        there = reader.at(tip, given.path)
        if there is not None and there.delegation == given:
            return there.commit
        stands = there is not None and there.delegation.withdrawn is None
        if given.withdrawn is None:
            if there is not None:
                raise DelegationOver
            if reader.had(tip, given.path):
                raise DelegationGone
        elif there is None or not stands or there.delegation.ended_by(given.withdrawn.by, given.withdrawn.at) != given:
            raise DelegationOver
        return _commit_of(change, claims)

    return repository.commit_files(plan)


def _commit_of(change: DelegationChange, claims: DelegationClaims) -> FilesCommit:
    given = change.delegation
    verb = "Hand over" if given.withdrawn is None else "Withdraw"
    subject = f"{verb} the vote of {given.giver} to {given.to}"
    said = FilesMessage(subject, change.name, claims.email, claims.at, change.proof)
    return FilesCommit({given.path: text_of(given).encode()}, said)
