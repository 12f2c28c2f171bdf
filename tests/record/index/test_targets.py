"""Earlier tickets tell of targets, without all being read."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.ticket import Target, TargetType
from record.index import schema, targets
from record.index.entries import prints
from tests.domain.builders import ADA, FINANCE, MINUTE, NOW, PIERRE, RETAIL, pending, ticket_in
from tests.record.building import number


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    db = schema.opened(tmp_path / "index.db")
    yield db
    db.close()


def put(
    db: sqlite3.Connection, row: int, name: str, version: str = "1.0.0", state: str = "pending", **given: object
) -> None:
    target = Target(type=TargetType.API, name=name, version=version)
    made = pending if state == "pending" else (lambda **fields: ticket_in(state, **fields))
    ticket = made(id=number(row), at=NOW + row * MINUTE, target=target, **given)
    places = dict.fromkeys(prints(ticket.status.history), row)
    db.execute(schema.PUT, schema.values(row, ticket, "0" * 40, places))


def test_names_are_found_by_their_beginning_once_each(db: sqlite3.Connection) -> None:
    """In whatever case, in order, of one tenant and one kind."""
    for row, name in enumerate(["b-api", "a-api", "B-2", "b-api", "c_api"], 1):
        put(db, row, name)
    put(db, 6, "b-else", tenant=RETAIL, requester=ADA)
    assert list(targets.names(db, FINANCE, TargetType.API, "")) == ["a-api", "B-2", "b-api", "c_api"]
    assert list(targets.names(db, FINANCE, TargetType.API, "B")) == ["B-2", "b-api"]
    assert list(targets.names(db, FINANCE, TargetType.POLICY, "")) == []


def test_versions_are_told_once_the_last_asked_for_first(db: sqlite3.Connection) -> None:
    """To whom it may be told; of two spellings of a name, each has its own."""
    put(db, 1, "a-api", "1.0.0", "deployed")
    put(db, 2, "a-api", "1.1.0")
    put(db, 3, "A-api", "7.0.0")
    put(db, 4, "a-api", "1.0.0", "rejected")
    everybody = targets.history(db, FINANCE, TargetType.API, "a-api", None)
    assert everybody == targets.TargetHistory(("1.0.0", "1.1.0"), "1.0.0")
    own = targets.history(db, FINANCE, TargetType.API, "a-api", frozenset({PIERRE.email}))
    assert own.versions == ("1.0.0", "1.1.0")
    assert targets.history(db, FINANCE, TargetType.API, "a-api", frozenset()).versions == ("1.0.0",)


def test_no_question_reads_tickets_that_it_is_not_about(db: sqlite3.Connection) -> None:
    """A thousand tickets of one target are leapt over: the work counted is that of a hundred, but for a few steps."""

    def work(name: str) -> int:
        steps = 0

        def count() -> int:
            nonlocal steps
            steps += 1
            return 0

        db.set_progress_handler(count, 1)
        assert list(targets.names(db, FINANCE, TargetType.API, name)) == [name]
        targets.history(db, FINANCE, TargetType.API, name, None)
        db.set_progress_handler(None, 1)
        return steps

    for row in range(1, 1_101):
        put(db, row, "small" if row <= 100 else "large", str(row))
    assert work("large") <= work("small") + 20


def test_deployed_tickets_come_in_the_branch_s_order_from_a_key_on(db: sqlite3.Connection) -> None:
    """The tenant's own alone, though another's target had the name; two spellings are one target."""
    for row, name in enumerate(["a-api", "A-api", "b-api", "a-api"], 1):
        put(db, row, name, f"{row}.0", "deployed")
    put(db, 5, "a-api", "5.0", "deployed", tenant=RETAIL, requester=ADA)
    put(db, 6, "a-api", "6.0")
    what = schema.what(TargetType.API, "a-api", targets.PRODUCTION)
    found = targets.deployed(db, what, FINANCE, targets.NEWEST, 10)
    assert [each.ticket.spec.target.version for each in found] == ["4.0", "2.0", "1.0"]
    assert [each.key for each in targets.deployed(db, what, FINANCE, found[1].key, 10)] == [(2, 2026, 2), (1, 2026, 1)]
    assert targets.deployed(db, what, FINANCE, targets.NEWEST, 1) == found[:1]


def test_a_page_of_deployed_tickets_reads_no_other_ticket(db: sqlite3.Connection) -> None:
    """The work counted is the same where a target was deployed a hundred times and where it was a thousand times."""

    def work(name: str, first: targets.DeployedKey) -> int:
        steps = 0

        def count() -> int:
            nonlocal steps
            steps += 1
            return 0

        db.set_progress_handler(count, 1)
        assert len(targets.deployed(db, schema.what(TargetType.API, name, "prod"), FINANCE, first, 10)) == 10
        db.set_progress_handler(None, 1)
        return steps

    for row in range(1, 1_101):
        put(db, row, "small" if row <= 100 else "large", str(row), "deployed")
    assert work("large", targets.NEWEST) <= work("small", targets.NEWEST) + 20
    assert work("large", (150, 2026, 150)) <= work("small", (50, 2026, 50)) + 20
