"""Forms of exported entries: CSV for spreadsheets, JSON Lines for programs; both are made line by line."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from enum import StrEnum

from domain.trail import AuditEntry

COLUMNS = tuple(field.alias or name for name, field in AuditEntry.model_fields.items())
_RUN = frozenset("=+-@\t\r\n＝＋－＠")  # noqa: RUF001  full-width forms are run, too
"""The characters with which a cell begins that a spreadsheet would run (OWASP, CSV Injection)."""


class ExportFormat(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"

    @property
    def media_type(self) -> str:
        return "text/csv; charset=utf-8" if self is ExportFormat.CSV else "application/jsonl"


def exported(documents: Iterable[str], form: ExportFormat) -> Iterator[str]:
    """The entries, given as JSON, in this form; a piece at a time."""
    if form is ExportFormat.JSONL:
        return (f"{document}\n" for document in documents)
    return _rows(documents)


def _rows(documents: Iterable[str]) -> Iterator[str]:
    yield _row(COLUMNS)
    for document in documents:
        entry = json.loads(document)
        yield _row(cell(entry.get(column)) for column in COLUMNS)


def _row(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL).writerow(cells)
    return line.getvalue()


def cell(value: object) -> str:
    """The value as a cell, which a spreadsheet shows and never runs: a quote comes before what it might run."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in _RUN or text.lstrip()[:1] in _RUN else text
