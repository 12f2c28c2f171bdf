"""The record writes one exact form."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.decision import DecisionAction
from domain.lifecycle import conclude, fail, start
from domain.ticket import PromotionRequest
from record.files.reading import load
from record.files.writing import text_of
from tests.domain.builders import (
    EXAMPLE,
    JEAN,
    MINUTE,
    NOW,
    decide,
    decision,
    details,
    pending,
    submission,
    success,
    ticket_in,
)
from tests.examples import examples
from tests.record.files.reference import written as written_by_pyyaml
from tests.record.files.test_round_trip import tickets, with_text

LETTERS = "aZ09 \n\t\"'\\:#-|>&*!%@`{}[],?.~=yéß\u00a0\u00ad\u2028\u0085\ufeff🚀"


def without_comments(text: str) -> str:
    """The example's lines, less its comments, trailing spaces and blank lines."""
    lines = (re.sub(r"(^|\s+)#.*$", "", line).rstrip() for line in text.splitlines())
    return "".join(f"{line}\n" for line in lines if line)


def test_the_example_comes_back_byte_for_byte() -> None:
    """Dumping the example gives the example, comments and blank lines removed."""
    assert text_of(load(EXAMPLE.encode())) == without_comments(EXAMPLE)


def test_a_new_ticket_has_every_key_and_nulls_for_what_has_no_value() -> None:
    """A pending ticket shows the whole form, `null` where nothing happened yet."""
    assert text_of(pending()).partition("status:\n")[2] == (
        "  state: pending\n"
        "  history:\n"
        "    - action: created\n"
        '      at: "2026-03-02T09:30:00Z"\n'
        "      by: pierre.durand@cab-i.com\n"
        "  approvedBy: null\n"
        "  approvedAt: null\n"
        "  deployedAt: null\n"
        "  rejectedBy: null\n"
        "  rejectedAt: null\n"
        "  rejectionReason: null\n"
    )


def test_a_whole_life_shows_only_the_keys_that_each_entry_has() -> None:
    """Entries carry comment, jobId, error and deploymentId where they apply, in one order."""
    ticket = pending()
    ticket = decide(ticket, decision(ticket, DecisionAction.APPROVE, JEAN, comment="ok"), NOW + MINUTE)
    ticket = fail(start(ticket, 7, NOW + 2 * MINUTE), "no route", NOW + 3 * MINUTE, job=7)
    ticket = decide(ticket, decision(ticket, DecisionAction.RETRY, JEAN), NOW + 4 * MINUTE)
    ticket = conclude(start(ticket, 8, NOW + 5 * MINUTE), success(8), NOW + 6 * MINUTE)
    tail = text_of(ticket).partition("by: pierre.durand@cab-i.com\n    - ")[2]
    assert tail.partition("  approvedBy")[0] == (
        'action: approved\n      at: "2026-03-02T09:31:00Z"\n      by: jean.dupont@cab-i.com\n      comment: "ok"\n'
        '    - action: deploying\n      at: "2026-03-02T09:32:00Z"\n      by: system\n      jobId: "awx-job-7"\n'
        '    - action: failed\n      at: "2026-03-02T09:33:00Z"\n      by: system\n      jobId: "awx-job-7"\n'
        '      error: "no route"\n'
        '    - action: retried\n      at: "2026-03-02T09:34:00Z"\n      by: jean.dupont@cab-i.com\n'
        '    - action: deploying\n      at: "2026-03-02T09:35:00Z"\n      by: system\n      jobId: "awx-job-8"\n'
        '    - action: deployed\n      at: "2026-03-02T09:36:00Z"\n      by: system\n      jobId: "awx-job-8"\n'
        '      deploymentId: "deploy-abc123"\n'
    )


@pytest.mark.parametrize(
    ("notes", "written"),
    [
        ("one line", '    releaseNotes: "one line"\n'),
        ("# Title\n\n- a: b\n", "    releaseNotes: |\n      # Title\n\n      - a: b\n"),
        ("no newline\nat the end", "    releaseNotes: |-\n      no newline\n      at the end\n"),
        ("two\nat the end\n\n", "    releaseNotes: |+\n      two\n      at the end\n\n"),
        ("  indented\nfirst\n", "    releaseNotes: |2\n        indented\n      first\n"),
        ("\ttab\nfirst\n", "    releaseNotes: |2\n      \ttab\n      first\n"),
        ("trailing \nspaces  \n", "    releaseNotes: |\n      trailing \n      spaces  \n"),
    ],
)
def test_text_of_several_lines_is_a_block(notes: str, written: str) -> None:
    """Markdown stays readable in the file and in its diffs: a `|` block, not a quoted line."""
    assert written in text_of(pending(request=details(release_notes=notes)))


@pytest.mark.parametrize(
    "text", ["cr\r\nlf", "nel\x85\nx", "ls\u2028\nx", "bom\ufeff\nx", "bell\x07\nx", "\U0001ffff\n\ufffe"]
)
def test_what_a_block_can_not_hold_is_quoted(text: str) -> None:
    """Line breaks and characters that YAML readers change or refuse in a block are escaped in double quotes."""
    ticket = pending(request=details(release_notes=text))
    assert '    releaseNotes: "' in text_of(ticket)
    assert load(text_of(ticket).encode()) == ticket


@pytest.mark.parametrize("name", ["y", "no", "Null", "true", "1e3", "0x1F", "2026-03-02", "1.0"])
def test_a_name_that_yaml_reads_as_something_else_is_quoted(name: str) -> None:
    """No identifier turns into a boolean, a number, a date or null for another reader of the file."""
    target = submission().target.model_copy(update={"name": name})
    assert f'    name: "{name}"\n' in text_of(pending(target=target))


def test_moments_are_written_in_utc_to_the_second() -> None:
    """Whatever zone and fraction a date came with, the file has UTC, whole seconds and a Z."""
    ticket = pending(request=details(scheduled_date="2026-03-03T01:00:00.999+02:00"))
    assert ticket.spec.request.scheduled_date == datetime(2026, 3, 2, 23, 0, tzinfo=UTC)
    assert '    scheduledDate: "2026-03-02T23:00:00Z"\n' in text_of(ticket)


def test_the_path_has_year_and_month_of_creation_in_utc() -> None:
    """A ticket made in the last minutes of a month by UTC belongs to that month, wherever its requester lives."""
    ticket = pending(id="PR-2025-10000", at="2026-01-01T00:30:00+01:00")
    assert ticket.path == "requests/prod/2025/12/PR-2025-10000.yaml"


@given(tickets())
@settings(deadline=None)
def test_any_ticket_is_written_as_pyyaml_writes_it(ticket: PromotionRequest) -> None:
    """To the byte, hostile text included: old files, their fingerprints and signatures stay what they are."""
    assert text_of(ticket) == written_by_pyyaml(ticket)


@given(st.text(LETTERS, min_size=1, max_size=40))
@settings(deadline=None, max_examples=examples(500))
@example("\n")
@example(" \n\n")
@example("a\n\n\n")
def test_any_mix_of_lines_is_written_as_pyyaml_writes_it(text: str) -> None:
    """Spaces, empty lines and indicators wherever they may stand, in every field, the file's last one too."""
    ticket = with_text(text)
    assert text_of(ticket) == written_by_pyyaml(ticket)


@pytest.mark.parametrize("name", ["on", "Yes", "1e3", "null", "nulls", "true", "y", "n", "off-peak", "0x10", "A.b_c-D"])
def test_names_are_quoted_where_pyyaml_quotes_them(name: str) -> None:
    """A target called `on` stays text."""
    ticket = ticket_in("deployed", target={"type": "api", "name": name, "version": name})
    assert text_of(ticket) == written_by_pyyaml(ticket)
