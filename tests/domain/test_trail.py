"""Entries of the audit trail: made where they must not fail, and in an order."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.roles import Person
from domain.trail import AuditAction, AuditEntry, Outcome
from record.trail.entries import new_entry

NOW = datetime(2026, 3, 2, 9, 30, 0, 123_456, tzinfo=UTC)


@given(st.dictionaries(st.sampled_from(["by", "name", "ticket", "detail", "address", "call", "kind"]), st.text()))
def test_an_entry_takes_whatever_somebody_sent(said: dict[str, Any]) -> None:
    """Half characters and controls too: it can be written, and is read again as it was."""
    entry = new_entry(AuditAction.READ, **said, outcome=Outcome.REFUSED)
    assert AuditEntry.model_validate_json(entry.model_dump_json(exclude_none=True)) == entry


@pytest.mark.parametrize("text", ["\ud800", "x" * 100_000, "\x00\x1b[31m", "\u202e", "😀" * 2_000])
def test_what_is_too_long_or_no_text_is_cut(text: str) -> None:
    """An entry has a size, whatever it tells of."""
    entry = new_entry(AuditAction.CALL, text, detail=text, ticket=text)
    assert len(entry.model_dump_json().encode()) < 12_000
    assert entry.by


def test_ids_in_their_order_are_times_in_theirs() -> None:
    """A cursor, and a list of several processes' entries, need nothing else."""
    entries = [new_entry(AuditAction.READ, at=NOW + timedelta(milliseconds=each)) for each in range(100)]
    assert sorted(entry.id for entry in entries) == [entry.id for entry in entries]
    assert entries[0].model_dump(mode="json")["at"] == "2026-03-02T09:30:00.123Z"


def test_an_entry_names_a_person_as_the_directory_does() -> None:
    """Address, name and stable subject."""
    entry = new_entry(AuditAction.APPROVE, Person(email="a@b.example", name="Ann", subject="s|1"))
    assert (entry.by, entry.name, entry.subject, entry.outcome) == ("a@b.example", "Ann", "s|1", Outcome.DONE)
