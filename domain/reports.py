"""Reports: what somebody orders, and what has been made of it, a part for each tenant.

A run is recorded as it goes. A part is made, failed for good, or was cancelled; one that waits may be under way.
"""

import re
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints, model_validator

from domain.audience import Language
from domain.documents import DocumentFormat, DocumentKind, Month
from domain.errors import RuleViolation
from domain.formats import VersionedMessage
from domain.roles import PersonName
from domain.storage import LARGEST_DOCUMENT, Sha256
from domain.ticket import SYSTEM
from domain.values import Email, Frozen, Moment, Tenant, iso

_ID = r"[a-z0-9]{4,16}-[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"
ReportId = Annotated[str, StringConstraints(pattern=f"^{_ID}$")]
"""A word and the time of the order, `0f3a9c2e-2026-11-29T08:00:00Z`: a schedule names its workflows so, too."""

ReportedKind = Literal[DocumentKind.MONTHLY_REPORT, DocumentKind.CHANGE_REGISTER]
Formats = Annotated[tuple[DocumentFormat, ...], Field(min_length=1, max_length=3)]

MOST_TENANTS = 1_000
"""Parts of a report: each takes some twenty events of its workflow, of which the engine allows 50,000."""

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""Earlier than any ticket: from here on a register reaches that names no month."""


class ReportStopped(RuleViolation):
    sentence = "The report is not being made now, so there is nothing to cancel"


class PartNotRetryable(RuleViolation):
    sentence = "This part of the report is made, or being made"


class NoSuchMonth(RuleViolation):
    sentence = "A monthly report needs a month that has begun"


class ReportTooLarge(RuleViolation):
    sentence = f"A report is of at most {MOST_TENANTS:,} tenants: name those that it is to be of"


class PartState(StrEnum):
    WAITING = "waiting"
    MADE = "made"
    FAILED = "failed"
    CANCELLED = "cancelled"


class RunState(StrEnum):
    """The state of a report: `stopped` is one with parts left that nobody makes."""

    MAKING = "making"
    MADE = "made"
    FAILED = "failed"
    CANCELLED = "cancelled"
    STOPPED = "stopped"


class ReportFile(Frozen):
    """One file of a part: its format, its content's hash, its bytes, and the name to keep it under."""

    form: DocumentFormat
    sha256: Sha256
    size: Annotated[int, Field(ge=0, le=LARGEST_DOCUMENT)]
    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$")]


class ReportPart(Frozen):
    """A tenant's part. `kind` is the word of what it failed by, `failure` the sentence."""

    tenant: Tenant
    state: PartState = PartState.WAITING
    files: tuple[ReportFile, ...] = ()
    template: Annotated[str, Field(max_length=100)] | None = None
    made_at: Moment | None = None
    kind: Annotated[str, Field(max_length=100)] | None = None
    failure: Annotated[str, Field(max_length=1_000)] | None = None

    def file(self, form: DocumentFormat) -> ReportFile | None:
        """The file of that format; None where there is none."""
        return next((each for each in self.files if each.form is form), None)

    def made(self, files: tuple[ReportFile, ...], template: str, at: datetime) -> Self:
        """The part as it was made."""
        return type(self)(tenant=self.tenant, state=PartState.MADE, files=files, template=template, made_at=at)

    def ended(self, state: PartState, kind: str, failure: str) -> Self:
        """The part as it ended without files."""
        return type(self)(tenant=self.tenant, state=state, kind=kind[:100], failure=failure[:1_000])


class ReportOrder(VersionedMessage):
    """An order: who wants which documents, of which month, for which tenants; no tenant stands for all there are.

    A register without a month is of everything so far. Of a schedule's, `id` and `month` are worked out when it is due.
    """

    id: ReportId | None = None
    kind: ReportedKind
    month: Month | None = None
    forms: Formats
    language: Language
    tenants: Annotated[tuple[Tenant, ...], Field(max_length=MOST_TENANTS)] = ()
    by: Email | Literal["system"] = SYSTEM
    name: PersonName | None = None
    at: Moment


class ReportRun(VersionedMessage):
    """A report as the record has it."""

    id: ReportId
    kind: ReportedKind
    month: Month | None
    forms: Formats
    language: Language
    by: Email | Literal["system"]
    name: PersonName | None = None
    at: Moment
    parts: Annotated[tuple[ReportPart, ...], Field(max_length=MOST_TENANTS)]

    @model_validator(mode="after")
    def _a_tenant_has_one_part(self) -> Self:
        if len({part.tenant for part in self.parts}) < len(self.parts):
            raise ValueError("has two parts of one tenant")
        return self

    @property
    def state(self) -> RunState:
        """The state as its parts have it; whether somebody is at the ones that wait is another question."""
        states = {part.state for part in self.parts}
        if PartState.WAITING in states:
            return RunState.MAKING
        if PartState.FAILED in states:
            return RunState.FAILED
        return RunState.CANCELLED if PartState.CANCELLED in states else RunState.MADE

    def part(self, tenant: Tenant) -> ReportPart | None:
        """The tenant's part; None where there is none."""
        return next((each for each in self.parts if each.tenant == tenant), None)

    def with_(self, parts: Iterable[ReportPart]) -> Self:
        """The same with these parts in the places of their tenants'."""
        new = {part.tenant: part for part in parts}
        return self.model_copy(update={"parts": tuple(new.get(each.tenant, each) for each in self.parts)})

    def seen_in(self, tenants: Collection[Tenant] | None) -> Self | None:
        """The parts of these tenants, None for every one; None where there is none of theirs."""
        if tenants is None:
            return self
        parts = tuple(each for each in self.parts if each.tenant in tenants)
        return self.model_copy(update={"parts": parts}) if parts else None

    def order(self) -> ReportOrder:
        """The order by which it goes on."""
        return ReportOrder(**self.model_dump(exclude={"parts"}), tenants=tuple(part.tenant for part in self.parts))


def check_tenants(tenants: Collection[Tenant]) -> None:
    """Raise ReportTooLarge for more tenants than a report has parts."""
    if len(tenants) > MOST_TENANTS:
        raise ReportTooLarge


class PartOrder(VersionedMessage):
    """The part of a report that is to be made. `at` is when its making began: a repeat makes the same document."""

    report: ReportId
    kind: ReportedKind
    month: Month | None
    forms: Formats
    language: Language
    at: Moment
    part: ReportPart

    @classmethod
    def of(cls, run: ReportRun, part: ReportPart, at: datetime) -> Self:
        """The order of one part of a report."""
        asked = run.model_dump(include={"kind", "month", "forms", "language"})
        return cls(report=run.id, part=part, at=at, **asked)


class PartsNote(VersionedMessage):
    """Parts of a report as they are to stand in the record."""

    report: ReportId
    parts: tuple[ReportPart, ...]


def kept_since(runs: Iterable[ReportRun], since: datetime) -> set[tuple[Tenant, Sha256]]:
    """The tenant and name of every document that the reports name and that was made since."""
    return {
        (part.tenant, file.sha256)
        for run in runs
        for part in run.parts
        if part.made_at is not None and part.made_at >= since
        for file in part.files
    }


def workflow_of(report: ReportId) -> str:
    """The id of the workflow that makes the report."""
    return f"{_WORKFLOWS}{report}"


_WORKFLOWS = "reports/"


def report_of(workflow: str) -> ReportId:
    """The report that a workflow of that id makes; a schedule's is named after the schedule and the time."""
    return workflow.removeprefix(_WORKFLOWS)


def new_report(word: str, at: datetime) -> ReportId:
    """The id of a report that is ordered now; `word` is what tells it from others of the same second."""
    return f"{word}-{iso(at)}"


def is_report(text: str) -> bool:
    """Tells whether a text has the form of a report's id."""
    return re.fullmatch(_ID, text) is not None


def period(month: Month | None, until: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The beginning and the end of the month in the zone; without a month, everything up to `until`."""
    if month is None:
        return BEGINNING, until
    year, number = map(int, month.split("-"))
    begin = datetime(year, number, 1, tzinfo=zone)
    return begin, datetime(year + number // 12, number % 12 + 1, 1, tzinfo=zone)


def month_before(now: datetime, zone: ZoneInfo) -> Month:
    """The month before the one that it is in the zone."""
    return f"{now.astimezone(zone).replace(day=1) - timedelta(days=1):%Y-%m}"


def check_month(kind: DocumentKind, month: Month | None, now: datetime, zone: ZoneInfo) -> None:
    """Raise NoSuchMonth where a report of that month can't be made yet, or a monthly one names none."""
    if month is None and kind is DocumentKind.CHANGE_REGISTER:
        return
    if month is None or not "2000-01" <= month <= f"{now.astimezone(zone):%Y-%m}":
        raise NoSuchMonth
