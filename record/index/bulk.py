"""Reading many tickets at once, on every processor: parsing is what a rebuild of the index costs."""

import gc
import logging
import multiprocessing
import os
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path

import pygit2
from pygit2.enums import ObjectType
from pyroaring import BitMap

from domain.errors import RuleViolation
from domain.ticket import Action, PromotionRequest
from record.files.reading import read_ticket
from record.git.message import SIGNATURE, trailer
from record.index import schema
from record.index.entries import FileChange, places
from record.index.finding import terms
from record.index.postings import CHUNK, packed
from record.index.proving import NamedCommit, Prover, revision_of
from record.signing.keys import KeyLine
from record.signing.signatures import unchecked

_AHEAD = 1 + (os.cpu_count() or 1)
"""Chunks that are being read, or wait to be written: one for each process, and one to go on with."""

_LOG = logging.getLogger(__name__)


def found_ticket(git: pygit2.Repository, path: str, blob: str) -> PromotionRequest | None:
    """The ticket of a blob that the path had once; None where it was none."""
    try:
        return read_ticket(path, blob_of(git, blob))
    except RuleViolation:
        return None


def blob_of(git: pygit2.Repository, oid: str | pygit2.Oid) -> bytes:
    """The content of a file; RuleViolation for what is no file, such as another repository's commit."""
    try:
        kind, data = git.read(oid)
    except KeyError:
        kind, data = ObjectType.INVALID, b""
    if kind != ObjectType.BLOB:
        raise RuleViolation("it is no file")
    return data


def identities_in(git: pygit2.Repository, ticket: PromotionRequest, commits: Iterable[bytes]) -> frozenset[str]:
    """The identities of whoever asked, as the commit that created the ticket says; unchecked, for lists alone.

    Any of the commits may only name the ticket. Before there was one, nobody could know what it would say.
    """
    for oid in commits:
        claims = unchecked(trailer(git[oid.hex()].peel(pygit2.Commit), SIGNATURE))
        if claims is not None and (claims.action, claims.digest) == (Action.CREATED, ticket.digest):
            return claims.asked_by.identities
    return frozenset()


@dataclass(slots=True)
class Chunk:
    """One chunk of files as the index's tables take it."""

    rows: list[tuple[str | int | None, ...]] = field(default_factory=list)
    entries: list[tuple[str, bytes, int]] = field(default_factory=list)
    postings: list[tuple[str, int, bytes]] = field(default_factory=list)
    faults: list[tuple[str, str | None, bool]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TicketFile:
    """A ticket's file, the commits that name the ticket, and the changes of the file, both oldest first.

    `blob` is None where the branch has no such file any more.
    """

    path: str
    blob: str | None
    commits: tuple[NamedCommit, ...]
    changes: tuple[FileChange, ...]


def read_chunks(repository: Path, tip: str, files: list[TicketFile]) -> Iterator[Chunk]:
    """The files, chunk by chunk; the file at position n is row n. No number stands twice."""
    parts = [(number, files[start : start + CHUNK]) for number, start in enumerate(range(0, len(files), CHUNK))]
    done = 0
    try:
        # nothing that they read points back at itself, so looking for garbage is a tenth of their time for none
        with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn"), initializer=gc.disable) as pool:
            for chunk in _in_turn(pool, repository, tip, parts):
                yield chunk
                done += 1
    except BrokenProcessPool:  # such as no memory for several: one process is slower, and enough
        _LOG.warning("Tickets are read by one process alone")
        yield from (_read_chunk(str(repository), tip, *part) for part in parts[done:])


def _in_turn(
    pool: ProcessPoolExecutor, repository: Path, tip: str, parts: list[tuple[int, list[TicketFile]]]
) -> Iterator[Chunk]:
    """The chunks in order; few are read ahead, or memory would fill with those that wait to be written."""
    ahead = deque[Future[Chunk]]()
    for part in parts:
        ahead.append(pool.submit(_read_chunk, str(repository), tip, *part))
        if len(ahead) > _AHEAD:
            yield ahead.popleft().result()
    while ahead:
        yield ahead.popleft().result()


@lru_cache(maxsize=1)
def _prover(repository: str, tip: str) -> Prover:
    """The one of this process, which reads chunk after chunk."""
    keys = KeyLine(Path(repository))
    keys.move_to(tip)
    return Prover(pygit2.Repository(repository), keys)


def _read_chunk(repository: str, tip: str, number: int, files: list[TicketFile]) -> Chunk:
    prover, chunk, found = _prover(repository, tip), Chunk(), defaultdict[str, list[int]](list)
    git = prover.git
    for row, file in enumerate(files, number * CHUNK):
        fault, read = None, None
        try:
            read = None if file.blob is None else read_ticket(file.path, blob_of(git, file.blob))
        except RuleViolation as error:
            fault = str(error)
        known = places(file.changes, partial(found_ticket, git), read)
        chunk.entries += ((file.path, each, place) for each, place in known.items())
        versions = (found_ticket(git, each.path, each.blob) for each in file.changes if each.blob)
        ticket = prover.shown(None, read, versions, known, file.commits)
        if fault is not None or ticket is not read:
            chunk.faults.append((file.path, fault, ticket is read))
        if ticket is None:
            continue
        chunk.rows.append(
            schema.values(row, ticket, revision_of(ticket) if ticket is not read else str(file.blob), known)
        )
        for term in terms(ticket, identities_in(git, ticket, (each.oid for each in file.commits))):
            found[term].append(row)
    chunk.postings = [(term, number, packed(BitMap(rows))) for term, rows in sorted(found.items())]
    return chunk
