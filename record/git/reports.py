"""Reports in the record: a journal at `refs/reports/made`, a file each, by which it is known who had what made."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import pygit2
from pydantic import ValidationError

from domain.formats import NewerMessage
from domain.reports import PartsNote, ReportId, ReportRun, is_report
from domain.values import Tenant
from record.errors import RecordUnavailable
from record.git.journal import Journal
from record.git.lasting import repository_at
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


@dataclass(frozen=True, slots=True)
class ListedReport:
    """A report of the history: its file, that file's blob, and the tenants that it has parts of."""

    path: str
    blob: str
    tenants: frozenset[Tenant]


class MadeReports:
    """Reads the reports of the record, as this disk knows them. Safe to use from any thread."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._tenants: Mapping[tuple[str, str], frozenset[Tenant] | None] = {}
        """The tenants of each file that was listed last, by path and blob; None where it can't be read."""

    def get(self, report: str) -> ReportRun | None:
        """The report; None where there is none. Raises RecordUnavailable."""
        return _read(self._journal().newest(path_of(report))) if is_report(report) else None

    def newest(self) -> Iterator[ReportRun]:
        """Every report, the newest first. Raises RecordUnavailable, also for one that somebody damaged."""
        for _, blob in self._blobs():
            if (run := _read(bytes(blob.data))) is not None:
                yield run

    def listed(self) -> list[ListedReport]:
        """The reports that can be read, the newest first: each file is read once. Raises RecordUnavailable.

        One that somebody damaged, or a later release wrote, is logged and hides no other.
        """
        known, now = self._tenants, dict[tuple[str, str], frozenset[Tenant] | None]()
        for path, blob in self._blobs():
            key = (path, str(blob.id))
            now[key] = known[key] if key in known else _tenants(path, bytes(blob.data))
        self._tenants = now
        return [ListedReport(*key, tenants) for key, tenants in now.items() if tenants is not None]

    def read(self, listed: Iterable[ListedReport]) -> list[ReportRun]:
        """The reports themselves."""
        git = repository_at(self._repository.path)
        runs = (_read(bytes(git[each.blob].peel(pygit2.Blob).data)) for each in listed)
        return [run for run in runs if run is not None]

    def _blobs(self) -> Iterator[tuple[str, pygit2.Blob]]:
        tip = self._journal().shown()
        if tip is not None:
            yield from _paths(repository_at(self._repository.path)[tip].peel(pygit2.Tree))

    def _journal(self) -> Journal:
        return self._repository.journal(MADE)


def _tenants(path: str, file: bytes) -> frozenset[Tenant] | None:
    """The tenants of a report's file; None for one that can't be read."""
    try:
        run = _read(file)
    except RecordUnavailable as error:
        _LOG.error("%s: %s", path, error)
        return None
    return None if run is None else frozenset(part.tenant for part in run.parts)


def _paths(tree: pygit2.Tree, above: str = "") -> Iterator[tuple[str, pygit2.Blob]]:
    """The files of the tree, the last one first."""
    for entry in sorted(tree, key=lambda each: str(each.name), reverse=True):
        if isinstance(entry, pygit2.Tree):
            yield from _paths(entry, f"{above}{entry.name}/")
        elif isinstance(entry, pygit2.Blob):
            yield f"{above}{entry.name}", entry
