"""The history of reports: a journal that several write, read newest first, refused whole where it is damaged."""

from datetime import timedelta
from pathlib import Path

import pytest

from domain.reports import PartsNote, PartState, ReportPart, ReportRun, new_report
from record.errors import RecordUnavailable
from record.git import reports
from record.git.reports import MADE, MadeReports, note_parts, open_run, path_of
from record.git.repository import Repository, open_repository
from tests.company import found
from tests.domain.test_reports import NOW, WAITING, run


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    found(tmp_path / "gitops.git")
    return open_repository(str(tmp_path / "gitops.git"), "main", tmp_path)


def test_a_report_is_opened_once_and_its_parts_are_noted(repository: Repository) -> None:
    """Whoever opens it again finds what was noted meanwhile."""
    asked = run(WAITING, WAITING)
    open_run(repository, asked)
    made = ReportPart(tenant="tenant-1").ended(PartState.FAILED, "template-faulty", "line 3")
    for _ in range(2):
        note_parts(repository, PartsNote(report=asked.id, parts=(made,)))
    assert open_run(repository, asked) == MadeReports(repository).get(asked.id) == asked.with_([made])


def test_reports_come_newest_first_over_months_and_years(repository: Repository) -> None:
    """By the time of the order."""
    times = [NOW + timedelta(days=days, seconds=days) for days in (-400, -40, -1, 0, 40)]
    ids = [new_report("0f3a9c2e", at) for at in times]
    for each in ids:
        open_run(repository, run().model_copy(update={"id": each}))
    made = MadeReports(repository)
    assert [each.id for each in made.newest()] == [each.id for each in made.read(made.listed())] == ids[::-1]


def test_a_list_reads_each_file_once(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often it is asked for; one whose part has ended since is read anew."""
    first, second = run(WAITING), run().model_copy(update={"id": new_report("0f3a9c2e", NOW - timedelta(days=1))})
    for each in (first, second):
        open_run(repository, each)
    made, read, reading = MadeReports(repository), list[bytes | None](), reports._read

    def counted(file: bytes | None) -> ReportRun | None:
        read.append(file)
        return reading(file)

    monkeypatch.setattr(reports, "_read", counted)
    assert [len(made.listed()), len(made.listed()), len(read)] == [2, 2, 2]
    note_parts(repository, PartsNote(report=first.id, parts=(first.parts[0].ended(PartState.FAILED, "x", "y"),)))
    read.clear()
    assert [len(made.listed()), len(read)] == [2, 1]


def test_a_part_of_a_report_that_is_gone_is_not_noted(repository: Repository) -> None:
    """The history was cut: somebody has to look."""
    with pytest.raises(RecordUnavailable, match="does not have the report"):
        note_parts(repository, PartsNote(report=run().id, parts=()))


@pytest.mark.parametrize("file", [b"{", b"{}", b'{"format": 2}'])
def test_a_report_that_is_damaged_or_newer_is_no_report(repository: Repository, file: bytes) -> None:
    """It is not taken for one that is not there: nothing is purged, nothing written over it, and it hides no other."""
    asked = run(WAITING)
    journal = repository.journal(MADE)
    journal.open()
    journal.append({path_of(asked.id): file}, "Somebody's hand")
    made = MadeReports(repository)
    with pytest.raises(RecordUnavailable, match="can't be read"):
        made.get(asked.id)
    with pytest.raises(RecordUnavailable, match="can't be read"):
        list(made.newest())
    with pytest.raises(RecordUnavailable):
        open_run(repository, asked)
    other = open_run(repository, run().model_copy(update={"id": new_report("0f3a9c2e", NOW - timedelta(days=1))}))
    assert made.read(made.listed()) == [other]


def test_what_is_no_id_is_not_looked_for(repository: Repository) -> None:
    """Nor is there a first report before there is one."""
    assert MadeReports(repository).get("../../config") is None
    assert list(MadeReports(repository).newest()) == []
