"""Replays a change of the company's rules over every past request of a clone, on every processor."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import pygit2

from domain.errors import RuleViolation
from domain.replaying import Replay
from domain.rules import Applied, Rule
from domain.ticket import PromotionRequest, State
from record.audit.states import RecordCommit, raised
from record.audit.trial import Trial
from record.facts.controls import Requested, stranding
from record.files.reading import read_ticket
from record.index.bulk import blob_of
from record.people.catalogue import Catalogue
from record.people.directory import Directory
from record.people.rules import RULES, Rulebook, gathered, parse

_CHUNK = 500
"""Tickets that a process reads at once."""
_ALONE = 6 * _CHUNK
"""Tickets that one process reads sooner than others have started."""

Progress = Callable[[int, int], None]
"""Told how many of how many tickets are read."""


@dataclass(frozen=True)
class Side:
    """Rules, the catalogue that says which impact counts for them, and the people who vote by them."""

    rules: tuple[Rule, ...]
    catalogue: Catalogue
    directory: Directory

    def replay(self) -> Replay:
        """The rules, ready to be asked of many launches."""
        return Replay(self.rules, partial(raised, self.catalogue))

    def strands(self, held: Applied, ticket: PromotionRequest) -> bool:
        """Tells whether nobody could approve a request that waits, by a rule that does not say so itself."""
        if ticket.state is not State.PENDING or held.approvals_of is None or held.strands or held.undecided:
            return False
        return bool(stranding(self.directory, held, Requested.of(ticket)))


def put_in_place(book: Rulebook, files: Mapping[str, bytes | None]) -> Rulebook:
    """The rules with these files, by their paths in the record, in place of those of their names; None removes one."""
    read = {path: parse(path, content) for path, content in files.items() if content is not None}
    rules = [each for each in book.rules if f"{RULES}/{each.name}.yaml" not in files]
    faults = [each for each in book.faults if each.path not in files]
    return gathered((*rules, *faults, *read.values()))


def replayed(state: RecordCommit, change: Side, since: datetime | None, progress: Progress, *, alone: bool) -> Trial:
    """Replay the state's tickets, those created from a time on, by its own rules and by the change.

    `alone` keeps it to this process; otherwise there is one on every processor.
    """
    today = Side(state.rules.rules, state.catalogue, state.directory)
    files = list(state.tickets((since.year, since.month) if since else (0, 0)))
    chunks = [files[start : start + _CHUNK] for start in range(0, len(files), _CHUNK)]
    whole = Trial()
    by = partial(_Reader, Path(state.objects.path), today, change, since)
    for number, part in enumerate(_parts(by, chunks, alone=alone or len(files) <= _ALONE), 1):
        whole.merge(part)
        progress(min(number * _CHUNK, len(files)), len(files))
    whole.replay_standard()
    return whole


Files = Sequence[tuple[str, str]]
"""Path and blob of tickets."""


def _parts(by: "Callable[[], _Reader]", chunks: Sequence[Files], *, alone: bool) -> Iterator[Trial]:
    if alone:
        yield from map(by().read, chunks)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), context, initializer=_start, initargs=(by,)) as pool:
        yield from pool.map(_read, chunks)


class _Reader:
    """Reads tickets and counts their launches; each process has one, which goes on knowing the rules that hold."""

    def __init__(self, path: Path, today: Side, change: Side, since: datetime | None) -> None:
        self._git, self._since = pygit2.Repository(str(path)), since
        self._today, self._change, self._changed = today.replay(), change.replay(), change

    def read(self, files: Files) -> Trial:
        """The counts of these tickets."""
        part = Trial()
        for path, blob in files:
            try:
                ticket = read_ticket(path, blob_of(self._git, blob))
            except RuleViolation:
                part.unread.append(path)
                continue
            if self._since is None or ticket.metadata.created_at >= self._since:
                part.observe(ticket, self._today, self._change)
                held = self._change.held(ticket)
                if self._changed.strands(held, ticket):
                    part.strand(held.approvals_of or "", ticket)
        return part


_READERS: list[_Reader] = []
"""The one reader of a process of the pool."""


def _start(by: Callable[[], _Reader]) -> None:
    _READERS.append(by())


def _read(files: Files) -> Trial:
    return _READERS[0].read(files)
