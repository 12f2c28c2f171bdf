"""Reads commits for the audit ahead of its judge: what each changed, its tickets, and what its signature states.

That is most of an audit's work, and needs nothing from the commits before; so several processes do it, chunk by chunk.
"""

import multiprocessing
import os
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

import git
import pygit2

from domain.contract import ContractDifference
from domain.errors import RuleViolation, Unproven
from domain.evidence import Evidence
from domain.repair import Repair
from domain.signing import SERVICE_TYPE, TYPE, Claims, ServiceClaims, mismatch
from domain.ticket import FOLDER, SYSTEM, PromotionRequest
from record.facts.tree import ActTree
from record.files.reading import read_ticket
from record.git.message import CONTRACT, EVIDENCE, REPAIRS, SIGNATURE, trailer
from record.git.plumbing import opened
from record.index.bulk import blob_of
from record.index.changes import is_ticket
from record.signing.keys import KeyLine
from record.signing.signatures import Keys, kid_of

SealedT = TypeVar("SealedT", Evidence, ContractDifference)

_CHUNK = 250
"""Commits that a process reads at once: few enough to hold a few chunks in memory."""
_ALONE = 12 * _CHUNK
"""Commits that one process reads sooner than others have started."""
_ABSENT = "0" * 40


@dataclass(frozen=True, slots=True)
class ListedCommit:
    """A commit to read: its number on the first-parent line, and the merge of the line that brought it (None: none)."""

    id: str
    position: int
    merge: str | None = None


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A ticket's file as a commit changed it: the blobs (None for no file), the mode, and what the new blob says."""

    path: str
    old: str | None
    new: str | None
    mode: str
    ticket: PromotionRequest | str | None


@dataclass(frozen=True, slots=True)
class CommitRead:
    """A commit as a process read it.

    `signed` is what its signature states, by the keys that the line had before; `difference` is how that differs from
    the one ticket that it changed. `signs_service` tells that those keys hold one of the service.
    """

    listed: ListedCommit
    files: tuple[ChangedFile, ...]
    signed: Claims | ServiceClaims | Unproven | None
    kid: str | None
    difference: str | None
    signs_service: bool
    repairs: str = ""
    """The commit that this one says it repairs."""
    repair: Repair | Unproven | None = None
    """The repair that was signed of it."""
    evidence: Evidence | Unproven | None = None
    """The test evidence that was signed of it."""
    contract: ContractDifference | Unproven | None = None
    """The comparison of contracts that was signed of it."""
    leaves: tuple[bytes, ...] = ()
    """The hashes of the acts that it brought to the line, for whoever holds the branch against checkpoints."""


def bound_memory() -> None:
    """Let libgit2 keep and map little in a process that audits alone: it reads a record once, in its order."""
    pygit2.settings.cache_max_size(_CACHED)
    pygit2.settings.mwindow_mapped_limit = _MAPPED
    pygit2.settings.mwindow_size = _MAPPED // 8


def listed(repo: git.Repo, tip: str, since: str | None, offset: int) -> Iterator[ListedCommit]:
    """The line's commits after `since`, oldest first, each merge right after the commits that it brought.

    `offset` is the number of the line's commits before.
    """
    revisions = (f"{since}..{tip}",) if since else (tip,)
    told = repo.git.rev_list("--first-parent", "--reverse", "--parents", *revisions, as_process=True)
    for position, row in enumerate(told.stdout, offset + 1):
        commit, *parents = row.decode("ascii").split()
        if len(parents) > 1:
            hidden = [parents[0], *([since] if since else [])]
            side = repo.git.rev_list("--reverse", "--topo-order", commit, "--not", *hidden).split()
            yield from (ListedCommit(each, position, commit) for each in side if each != commit)
        yield ListedCommit(commit, position)
    told.wait()


_CACHED, _MAPPED = 16 << 20, 128 << 20
"""Bytes of objects, and of packs."""


class CommitReader:
    """Reads chunks of commits in one process."""

    def __init__(self, path: Path, tip: str, keys: Sequence[str], with_leaves: bool) -> None:
        self._repo, self._git = opened(path), pygit2.Repository(str(path))
        self._tree = ActTree(self._git) if with_leaves else None
        self._keys = KeyLine(path, keys)
        self._keys.move_to(tip)

    def read(self, chunk: Sequence[ListedCommit]) -> list[CommitRead]:
        """The commits, in their order."""
        changed = self._changed(chunk)
        return [self._commit(each, changed[each.id]) for each in chunk]

    def _commit(self, listed: ListedCommit, rows: list[tuple[str, str | None, str | None, str]]) -> CommitRead:
        files = tuple(ChangedFile(*row, self._ticket(row[0], row[2])) for row in rows)
        keys = self._keys.before(listed.position)
        signed: Claims | ServiceClaims | Unproven | None = None
        kid = difference = None
        commit = self._git[listed.id].peel(pygit2.Commit)
        if files and (token := trailer(commit, SIGNATURE)):
            by_service = trailer(commit, "Actor") == SYSTEM
            try:
                signed = keys.acts(token) if by_service else keys.claims(token)
                kid = kid_of(token, SERVICE_TYPE if by_service else TYPE)
            except Unproven as why:
                signed = why
            ticket = files[0].ticket
            if kid and not isinstance(signed, Unproven) and isinstance(ticket, PromotionRequest):
                difference = mismatch(signed, ticket)
        repairs = trailer(commit, REPAIRS)
        repair = _repair(commit, keys) if repairs else None
        leaves = self._tree.leaves_of(commit) if self._tree and listed.merge is None else ()
        evidence = sealed_in(commit, EVIDENCE, keys.evidence) if files else None
        contract = sealed_in(commit, CONTRACT, keys.contract) if files else None
        proven = (kid, difference, keys.signs_service, repairs, repair, evidence, contract)
        return CommitRead(listed, files, signed, *proven, leaves)

    def _ticket(self, path: str, blob: str | None) -> PromotionRequest | str | None:
        if blob is None:
            return None
        try:
            return read_ticket(path, blob_of(self._git, blob))
        except RuleViolation as error:
            return str(error)

    def _changed(self, chunk: Sequence[ListedCommit]) -> dict[str, list[tuple[str, str | None, str | None, str]]]:
        """The tickets' files that each commit changed; a merge has changed what differs from all its parents."""
        options = ("--stdin", "--always", "--root", "-r", "-c", "--raw", "--no-abbrev", "--no-renames", "--no-ext-diff")
        found: dict[str, list[tuple[str, str | None, str | None, str]]] = {each.id: [] for each in chunk}
        with tempfile.TemporaryFile() as asked:
            asked.write("".join(f"{each.id}\n" for each in chunk).encode("ascii"))
            asked.seek(0)
            told = self._repo.git.diff_tree(*options, "--", FOLDER, istream=asked, as_process=True)
            commit = ""
            for row in map(bytes.decode, told.stdout):
                if not row.startswith(":"):
                    commit = row.strip()
                elif changed := _file(row):
                    found[commit].append(changed)
            told.wait()
        return found


def sealed_in(commit: pygit2.Commit, name: str, read: Callable[[str], SealedT]) -> SealedT | Unproven | None:
    """The sealed word in the commit's trailer of that name, or why it proves nothing."""
    token = trailer(commit, name)
    try:
        return read(token) if token else None
    except Unproven as why:
        return why


def _repair(commit: pygit2.Commit, keys: Keys) -> Repair | Unproven:
    try:
        return keys.repair(trailer(commit, SIGNATURE))
    except Unproven as why:
        return why


def _file(row: str) -> tuple[str, str | None, str | None, str] | None:
    """A row of git diff-tree's raw output: a colon for each parent, modes, blobs, status, path."""
    head, _, path = row.rstrip("\n").partition("\t")
    if not is_ticket(path):
        return None
    fields = head.lstrip(":").split()
    half = len(fields) // 2
    blobs = [None if blob == _ABSENT else blob for blob in fields[half:-1]]
    return path, blobs[0], blobs[-1], fields[half - 1]


def read_ahead(
    path: Path, tip: str, keys: Sequence[str], commits: Iterable[ListedCommit], total: int, with_leaves: bool
) -> Iterator[CommitRead]:
    """The commits, in their order, read by every processor where they are many."""
    source = iter(commits)
    chunks = iter(lambda: list(islice(source, _CHUNK)), [])
    if total <= _ALONE:
        reader = CommitReader(path, tip, keys, with_leaves)
        for chunk in chunks:
            yield from reader.read(chunk)
        return
    workers = os.cpu_count() or 1
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, initializer=_start, initargs=(path, tip, keys, with_leaves)) as pool:
        ahead: deque[Future[list[CommitRead]]] = deque()
        for chunk in chunks:
            ahead.append(pool.submit(_read, chunk))
            if len(ahead) > 2 * workers:
                yield from ahead.popleft().result()
        while ahead:
            yield from ahead.popleft().result()


_READERS: list[CommitReader] = []
"""The one reader of a process of the pool."""


def _start(path: Path, tip: str, keys: Sequence[str], with_leaves: bool) -> None:
    bound_memory()
    _READERS.append(CommitReader(path, tip, keys, with_leaves))


def _read(chunk: Sequence[ListedCommit]) -> list[CommitRead]:
    return _READERS[0].read(chunk)
