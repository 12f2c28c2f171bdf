"""Reports in the record: a journal at `refs/reports/made`, a file each, by which it is known who had what made."""

import logging
from collections.abc import Callable, Iterator

import pygit2
from pydantic import ValidationError

from domain.formats import NewerMessage
from domain.reports import PartsNote, ReportId, ReportRun, is_report
from record.errors import RecordUnavailable
from record.git.journal import Journal
from record.git.repository import Repository

_LOG = logging.getLogger(__name__)

MADE = "refs/reports/made"


def path_of(report: ReportId) -> str:
    """The file of a report, by the time of its order: `2026/11/29T08:00:00Z-0f3a9c2e.json`. Paths sort by that time."""
    word, year, month, rest = report.split("-", 3)
    return f"{year}/{month}/{rest}-{word}.json"


def open_run(repository: Repository, run: ReportRun) -> ReportRun:
    """Put the report into the record, unless it is there already; as the record has it. Raises RecordUnavailable."""
    return _change(repository, run.id, lambda found: found or run)


def note_parts(repository: Repository, note: PartsNote) -> ReportRun:
    """Put the parts into their report, once however often it is asked for. Raises RecordUnavailable."""

    def noted(found: ReportRun | None) -> ReportRun:
        if found is None:
            raise RecordUnavailable(f"{MADE} does not have the report {note.report} any more")
        return found.with_(note.parts)

    return _change(repository, note.report, noted)


def _change(repository: Repository, report: ReportId, change: Callable[[ReportRun | None], ReportRun]) -> ReportRun:
    runs: list[ReportRun] = []

    def changed(file: bytes | None) -> bytes | None:
        before = _read(file)
        runs.append(change(before))
        return None if runs[-1] == before else runs[-1].model_dump_json(indent=1).encode() + b"\n"

    repository.journal(MADE).change(path_of(report), changed, f"Note the report {report}")
    return runs[-1]


def _read(file: bytes | None) -> ReportRun | None:
    """The report of a file. Raises RecordUnavailable for one that somebody damaged, or a later release wrote."""
    if file is None:
        return None
    try:
        return ReportRun.model_validate_json(file)
    except (ValidationError, NewerMessage) as error:
        raise RecordUnavailable(f"{MADE} can't be read: {error}") from error


class MadeReports:
    """Reads the reports of the record, as this disk knows them. Safe to use from any thread."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    def get(self, report: str) -> ReportRun | None:
        """The report; None where there is none. Raises RecordUnavailable."""
        return _read(self._journal().newest(path_of(report))) if is_report(report) else None

    def newest(self) -> Iterator[ReportRun]:
        """Every report, the newest first. Raises RecordUnavailable, also for one that somebody damaged."""
        for _, file in self._files():
            if (run := _read(file)) is not None:
                yield run

    def readable(self) -> Iterator[ReportRun]:
        """The reports that can be read, the newest first. Raises RecordUnavailable.

        One that somebody damaged, or a later release wrote, is logged and hides no other.
        """
        for path, file in self._files():
            try:
                run = _read(file)
            except RecordUnavailable as error:
                _LOG.error("%s: %s", path, error)
                continue
            if run is not None:
                yield run

    def _files(self) -> Iterator[tuple[str, bytes]]:
        tip = self._journal().shown()
        if tip is None:
            return
        git = pygit2.Repository(str(self._repository.path))
        for path, blob in _paths(git[tip].peel(pygit2.Tree)):
            yield path, bytes(blob.data)

    def _journal(self) -> Journal:
        return self._repository.journal(MADE)


def _paths(tree: pygit2.Tree, above: str = "") -> Iterator[tuple[str, pygit2.Blob]]:
    """The files of the tree, the last one first."""
    for entry in sorted(tree, key=lambda each: str(each.name), reverse=True):
        if isinstance(entry, pygit2.Tree):
            yield from _paths(entry, f"{above}{entry.name}/")
        elif isinstance(entry, pygit2.Blob):
            yield f"{above}{entry.name}", entry
