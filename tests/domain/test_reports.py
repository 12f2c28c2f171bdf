"""Reports as values: their months, their states, and who sees which parts."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from domain.audience import Language
from domain.documents import DocumentFormat, DocumentKind
from domain.reports import (
    NoSuchMonth,
    PartState,
    ReportFile,
    ReportPart,
    ReportRun,
    RunState,
    check_month,
    is_report,
    kept_since,
    month_before,
    new_report,
    period,
)

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 29, 8, tzinfo=UTC)
FILE = ReportFile(form=DocumentFormat.PDF, sha256="a" * 64, size=1, name="a.pdf")


def run(*states: PartState) -> ReportRun:
    """A report with a part in each state."""
    parts = tuple(ReportPart(tenant=f"tenant-{number}", state=state) for number, state in enumerate(states))
    return ReportRun(
        id=new_report("0f3a9c2e", NOW),
        kind=DocumentKind.MONTHLY_REPORT,
        month="2026-10",
        forms=(DocumentFormat.PDF,),
        language=Language.EN,
        by="system",
        at=NOW,
        parts=parts,
    )


def test_a_month_begins_and_ends_at_the_company_s_midnight() -> None:
    """In winter and in summer, and over the year's end."""
    assert period("2026-07", NOW, PARIS)[0].astimezone(UTC) == datetime(2026, 6, 30, 22, tzinfo=UTC)
    begin, end = period("2026-12", NOW, PARIS)
    assert (begin.astimezone(UTC), end.astimezone(UTC)) == (
        datetime(2026, 11, 30, 23, tzinfo=UTC),
        datetime(2026, 12, 31, 23, tzinfo=UTC),
    )


def test_the_month_before_is_that_of_the_company_s_clock() -> None:
    """At half past eleven in UTC it is tomorrow in Paris."""
    assert month_before(datetime(2026, 12, 31, 23, 30, tzinfo=UTC), PARIS) == "2026-12"
    assert month_before(datetime(2026, 12, 31, 22, 30, tzinfo=UTC), PARIS) == "2026-11"
    assert month_before(datetime(2027, 1, 1, 5, tzinfo=UTC), PARIS) == "2026-12"


@pytest.mark.parametrize(
    ("kind", "month", "good"),
    [
        (DocumentKind.MONTHLY_REPORT, "2026-11", True),
        (DocumentKind.MONTHLY_REPORT, "2026-12", False),
        (DocumentKind.MONTHLY_REPORT, None, False),
        (DocumentKind.CHANGE_REGISTER, None, True),
        (DocumentKind.CHANGE_REGISTER, "1999-12", False),
    ],
)
def test_a_month_has_begun(kind: DocumentKind, month: str | None, good: bool) -> None:
    """A register needs none."""
    if good:
        check_month(kind, month, NOW, PARIS)
    else:
        with pytest.raises(NoSuchMonth):
            check_month(kind, month, NOW, PARIS)


WAITING, MADE, FAILED, CANCELLED = PartState


@pytest.mark.parametrize(
    ("parts", "state"),
    [
        ((MADE, WAITING, FAILED), RunState.MAKING),
        ((MADE, FAILED, CANCELLED), RunState.FAILED),
        ((MADE, CANCELLED), RunState.CANCELLED),
        ((MADE, MADE), RunState.MADE),
        ((), RunState.MADE),
    ],
)
def test_a_report_is_what_its_parts_are(parts: tuple[PartState, ...], state: RunState) -> None:
    """One that waits keeps it open, one that failed is never hidden by others."""
    assert run(*parts).state is state


def test_each_sees_their_own_parts_or_nothing() -> None:
    """Nothing, where there is none of theirs: not an empty report."""
    whole = run(MADE, FAILED)
    assert whole.seen_in(None) == whole
    seen = whole.seen_in(frozenset({"tenant-1"}))
    assert seen is not None
    assert [part.tenant for part in seen.parts] == ["tenant-1"]
    assert whole.seen_in(frozenset({"tenant-9"})) is None


def test_what_is_kept_is_what_was_made_since() -> None:
    """Of the same content made again later, the later time counts."""
    old, new = (
        ReportPart(tenant="tenant-0").made((FILE,), "shipped:1", at) for at in (datetime(2025, 1, 1, tzinfo=UTC), NOW)
    )
    assert kept_since([run(MADE).with_([old])], NOW) == set()
    assert kept_since([run(MADE).with_([old]), run(MADE).with_([new])], NOW) == {("tenant-0", "a" * 64)}


@pytest.mark.parametrize("name", ["../a.pdf", "a/b.pdf", ".hidden", "", "a\n.pdf", 'a".pdf', "é.pdf"])
def test_a_file_s_name_is_no_path_and_no_header(name: str) -> None:
    """It becomes a file's name on people's disks, and stands in an answer's header."""
    with pytest.raises(ValidationError):
        ReportFile(form=DocumentFormat.PDF, sha256="a" * 64, size=1, name=name)


@pytest.mark.parametrize(
    "text", ["", "..", "0f3a9c2e", "0f3a9c2e-2026-11-29T08:00:00Z\n", "../..-2026-11-29T08:00:00Z"]
)
def test_only_an_id_is_an_id(text: str) -> None:
    """It becomes a path in the record, and a workflow's id."""
    assert not is_report(text)
    assert is_report(new_report("monthly", NOW))


def test_two_parts_of_one_tenant_are_refused() -> None:
    """A retry would not know which."""
    part = ReportPart(tenant="tenant-0")
    with pytest.raises(ValidationError, match="two parts"):
        ReportRun(**run().model_dump(exclude={"parts"}), parts=(part, part))
