"""The index of the audit trail: follows the repository, finds by filters, and can be thrown away."""

import contextlib
import csv
import io
import logging
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.trail import AuditAction, AuditEntry, Outcome
from record.errors import BadCursor
from record.trail.export import COLUMNS, ExportFormat, exported
from record.trail.index import TrailIndex, TrailUnread
from record.trail.query import TrailQuery
from record.trail.repository import open_trail
from tests.examples import examples
from tests.record.building import bare, git
from tests.record.trail.trails import ALICE, JEAN, NOW, entry, found, indexed, kept

MANY = [
    entry(
        number * 1_777,
        (JEAN, ALICE)[number % 2],
        tuple(AuditAction)[number % 5],
        outcome=tuple(Outcome)[number % 3],
        tenant=(None, "tenant-a", "tenant-b")[number % 3],
        ticket=f"PR-2026-{number % 7 + 1:04}" if number % 4 else None,
        detail=f"{number} Déployé =cmd() caf-é/{number % 9}",
    )
    for number in range(300)
]


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    return bare(tmp_path / "audit.git")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrailIndex]:
    folder = tmp_path_factory.mktemp("many")
    kept(bare(folder / "audit.git"), folder / "writer", *MANY)
    with indexed(folder / "audit.git", folder) as index:
        yield index


MOMENTS = st.integers(-5_000, 300 * 1_777 + 5_000).map(lambda seconds: NOW + timedelta(seconds=seconds))
QUERIES = st.fixed_dictionaries(
    {},
    optional={
        "tenants": st.sampled_from([None, frozenset({"tenant-a"}), frozenset({"tenant-a", "tenant-b"})]),
        "person": st.sampled_from([JEAN, ALICE.upper(), "nobody@cab-i.com"]),
        "action": st.sets(st.sampled_from(list(AuditAction)[:6])).map(tuple),
        "outcome": st.sets(st.sampled_from(list(Outcome))).map(tuple),
        "tenant": st.sampled_from(["tenant-a", "tenant-z"]),
        "ticket": st.sampled_from(["PR-2026-0001", "PR-2026-0099"]),
        "since": MOMENTS,
        "until": MOMENTS,
        "q": st.sampled_from(["deploye", "caf jean", "1", "12 dupont", "pr-2026-0003", "zzz", "=cmd()", "%", "'"]),
    },
)


@given(QUERIES)
@settings(deadline=None, max_examples=examples(300), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_index_finds_what_a_plain_look_at_each_entry_does(many: TrailIndex, asked: dict[str, Any]) -> None:
    """Newest first, counted, page by page without a gap, and the same in an export."""
    query = TrailQuery(**asked, limit=40)
    expected = [each.id for each in reversed(MANY) if query.finds(each)]
    ids: list[str] = []
    page = many.page(query)
    while True:
        assert page.total == len(expected)
        ids += [AuditEntry.model_validate_json(each).id for each in page.documents]
        if page.next_cursor is None:
            break
        page = many.page(TrailQuery(**asked, limit=40, cursor=page.next_cursor))
    assert ids == expected
    total, documents = many.documents(query)
    assert [AuditEntry.model_validate_json(each).id for each in documents] == expected
    assert total == len(expected)


@pytest.mark.parametrize("remote", [False, True])
def test_new_entries_are_found_once(shared: Path, tmp_path: Path, remote: bool) -> None:
    """By another process, from the repository's disk or its own clone."""
    where = f"file://{shared}" if remote else shared
    kept(where, tmp_path / "api", entry(1, detail="first"))
    with indexed(where, tmp_path) as index:
        kept(where, tmp_path / "api", entry(2, detail="second"))
        index.catch_up()
        assert found(index) == ["second", "first"]
        index.catch_up()
        assert found(index, q="second") == ["second"]


def test_a_month_that_was_dropped_is_gone_and_the_others_stay(shared: Path, tmp_path: Path) -> None:
    """A purge frees the rows; what is noted afterwards is found."""
    kept(shared, tmp_path, entry(1, detail="march"), entry(40 * 86_400, detail="april"))
    with indexed(shared, tmp_path) as index:
        assert found(index) == ["april", "march"]
        cursor = index.page(TrailQuery(limit=1)).next_cursor
        git(shared, "update-ref", "-d", "refs/audit/2026-03")
        index.catch_up()
        assert found(index) == ["april"]
        assert index.page(TrailQuery(limit=1, cursor=cursor)).total == 1
        kept(shared, tmp_path, entry(2, detail="march again"))
        index.catch_up()
        assert found(index) == ["march again", "april"]


def test_a_month_that_was_rewritten_is_named_and_read_anew(
    shared: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody with the credential replaced the chain: what is there now is shown, and the log says so."""
    kept(shared, tmp_path, entry(1, detail="true"))
    with indexed(shared, tmp_path) as index:
        other = bare(tmp_path / "other.git")
        kept(other, tmp_path, entry(1, detail="forged"))
        git(shared, "fetch", "--quiet", str(other), "+refs/audit/2026-03:refs/audit/2026-03")
        with caplog.at_level(logging.ERROR):
            index.catch_up()
        assert found(index) == ["forged"]
        assert index.rewritten == ("2026-03",)
    assert "2026-03 of the audit trail was rewritten" in caplog.text


def test_a_line_that_is_no_entry_leaves_the_others_out_of_nothing(
    shared: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever may push can write nonsense; it is logged with its place."""
    journal = open_trail(str(shared), tmp_path).journal("2026-03")
    journal.open()
    good = entry(1, detail="good").model_dump_json().encode()
    journal.append({"02/09/30/0-x.jsonl": b'{"no": "entry"}\n\xff\n[]\n' + good + b"\n"}, "Nonsense")
    with indexed(shared, tmp_path) as index:
        assert found(index) == ["good"]
    assert "line 1 of 2026-03/02/09/30/0-x.jsonl" in caplog.text


def test_a_damaged_file_is_made_anew(shared: Path, tmp_path: Path) -> None:
    """It is a cache: the next look reads the repository again."""
    kept(shared, tmp_path, entry(1, detail="kept"))
    with indexed(shared, tmp_path) as index:
        with (tmp_path / "audit.db").open("r+b") as file:
            file.seek(0)
            file.write(b"\0" * 40_000)
        (tmp_path / "audit.db-wal").unlink(missing_ok=True)
        index.close()
        with contextlib.suppress(sqlite3.DatabaseError, TrailUnread):
            index.page(TrailQuery())
        index.make()
        assert found(index) == ["kept"]


def test_before_it_was_read_once_nothing_is_shown(shared: Path, tmp_path: Path) -> None:
    """An empty list would say that nothing happened; after that, an outage shows what is known."""
    kept(f"file://{shared}", tmp_path / "api", entry(1, detail="kept"))
    away = shared.rename(tmp_path / "away.git")
    index = TrailIndex(open_trail(f"file://{shared}", tmp_path), tmp_path / "audit.db")
    index.make()
    with pytest.raises(TrailUnread):
        index.page(TrailQuery())
    away.rename(shared)
    index.make()
    away = shared.rename(tmp_path / "away.git")
    index.make()
    assert index.failure
    assert found(index) == ["kept"]
    index.close()


def test_a_cursor_of_another_list_is_refused(many: TrailIndex) -> None:
    """Of other filters, of another caller's scope, or of nobody."""
    cursor = many.page(TrailQuery(limit=5)).next_cursor
    for query in (TrailQuery(person=JEAN, cursor=cursor), TrailQuery(cursor="x"), TrailQuery(cursor="W10")):
        with pytest.raises(BadCursor):
            many.page(query)


HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", '"=1"', "a,b\n=1", "x" * 900, "\u202eabc", "é"]  # noqa: RUF001


@pytest.mark.parametrize("text", HOSTILE)
def test_a_spreadsheet_runs_no_cell(text: str) -> None:
    """CSV as OWASP asks for it: a quote before what would run, every cell in quotes; JSON Lines stay as they are."""
    document = entry(1, detail=text, by=text).model_dump_json(exclude_none=True)
    rows = list(csv.reader(io.StringIO("".join(exported([document], ExportFormat.CSV)), newline="")))
    assert tuple(rows[0]) == COLUMNS
    (row,) = rows[1:]
    for cell in row:
        assert cell.lstrip()[:1] not in set("=+-@\t\r＝")  # noqa: RUF001
    assert row[COLUMNS.index("detail")].removeprefix("'") == text
    (line,) = exported([document], ExportFormat.JSONL)
    assert AuditEntry.model_validate_json(line).detail == text
