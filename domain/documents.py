"""The documents made of the record: their kinds, formats and languages, and the data that a template is given.

A template's variables are the fields of its kind's data, by their names here: snake_case, as `schema_of` documents.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from domain.decision import Acr
from domain.signing import JobEvidence
from domain.ticket import HistoryEntry, Impact, PromotionRequest, State, TargetType
from domain.values import (
    CommitId,
    Email,
    Environment,
    ExternalId,
    Frozen,
    Moment,
    ShownVersion,
    TargetName,
    Tenant,
    TicketId,
    Version,
    iso,
)


class DocumentKind(StrEnum):
    """The kinds of documents. Each has one template of the same name."""

    EVIDENCE_PACK = "evidence-pack"
    MONTHLY_REPORT = "monthly-report"
    CHANGE_REGISTER = "change-register"


class DocumentFormat(StrEnum):
    HTML = "html"
    PDF = "pdf"
    XLSX = "xlsx"

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self]


MEDIA_TYPES = {
    DocumentFormat.HTML: "text/html; charset=utf-8",
    DocumentFormat.PDF: "application/pdf",
    DocumentFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


Month = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
"""`YYYY-MM`."""

ZoneName = Annotated[str, StringConstraints(max_length=64)]
"""A zone of the IANA database, in which a document shows its times."""

Seconds = Annotated[int, Field(ge=0)]


class RecordState(Frozen):
    """The state of the record that a document shows: the branch and its last commit then."""

    branch: str
    tip: CommitId | None


class DocumentData(Frozen, ABC):
    """The part of every document's data: when it was made, in which zone its times are shown, of which record."""

    made_at: Moment
    zone: ZoneName
    record: RecordState

    @property
    @abstractmethod
    def stem(self) -> str:
        """The name of its file, without the ending."""


class KeyState(StrEnum):
    CURRENT = "current"
    RETIRED = "retired"
    REVOKED = "revoked"


class ActProof(Frozen):
    """The signature that proves an act: the key, the time, and what the signer knew of the person.

    `key_state` is the key's in the record that the document shows; `key_ended_at` when it was retired or revoked;
    `roles` those that reach the ticket's tenant.
    """

    key: str
    key_class: str
    key_state: KeyState
    key_ended_at: Moment | None = None
    signed_at: Moment
    roles: tuple[str, ...] = ()
    signed_in_at: Moment | None = None
    acr: Acr | None = None


class DocumentedAct(Frozen):
    """One act on a ticket: its entry, who did it by name, the commit that brought it, its proof; None for none."""

    number: Annotated[int, Field(ge=1)]
    entry: HistoryEntry
    name: str
    commit: CommitId | None
    recorded_at: Moment | None
    proof: ActProof | None


class DocumentedAttempt(Frozen):
    """One deployment of a ticket. `evidence` is AWX's word as the worker signed it; `ended` is deployed or failed."""

    number: Annotated[int, Field(ge=1)]
    job_id: ExternalId | None
    began_at: Moment
    ended_at: Moment | None = None
    ended: State | None = None
    error: str | None = None
    evidence: JobEvidence | None = None


class DocumentedViolation(Frozen):
    """One thing that the verification of a ticket found."""

    commit: str
    rule: str
    sentence: str


class Verification(Frozen):
    """The result of verifying one ticket at the tip of the record: each act's proof, and that nothing else changed it.

    `verified` tells that nothing was found; `acts` and `proven` count the acts, and those that a signature proves.
    """

    verified: bool
    acts: Annotated[int, Field(ge=0)]
    proven: Annotated[int, Field(ge=0)]
    violations: tuple[DocumentedViolation, ...] = ()


class EvidencePack(DocumentData):
    """Everything that the record says of one ticket, and what proves it.

    `production_shown` is the version in production as the last approver was shown it; empty where they were shown that
    there is none, None where no approval says.
    """

    ticket: PromotionRequest
    requester_name: str
    production_shown: ShownVersion | None
    acts: tuple[DocumentedAct, ...]
    attempts: tuple[DocumentedAttempt, ...]
    verification: Verification

    @property
    def stem(self) -> str:
        return f"{self.ticket.id}-evidence"


class ReportedChange(Frozen):
    """One ticket as a list shows it. Durations are in seconds; None where the ticket has not come so far.

    `approval_wait`, `queue_wait` and `deployment` are what `docs/insights.md` says, of several the last.
    `decided_at` is of the first decision. `holds` and `lapses` count what kept it from its usual way.
    """

    id: TicketId
    tenant: Tenant
    target_type: TargetType
    target: TargetName
    version: Version
    environment: Environment
    impact: Impact
    state: State
    created_at: Moment
    created_by: Email
    decided_at: Moment | None
    decided_by: Email | None
    deployed_at: Moment | None
    approval_wait: Seconds | None
    queue_wait: Seconds | None
    deployment: Seconds | None
    attempts: Annotated[int, Field(ge=0)]
    failures: Annotated[int, Field(ge=0)]
    holds: Annotated[int, Field(ge=0)]
    lapses: Annotated[int, Field(ge=0)]
    job_id: ExternalId | None


class Spread(Frozen):
    """Durations in seconds: how many there are, their median, 90th percentile and longest; None for none."""

    count: Annotated[int, Field(ge=0)]
    p50: Seconds | None
    p90: Seconds | None
    longest: Seconds | None


class ReportFigures(Frozen):
    """The counts of a month by where the requests stand when the report is made, and its durations."""

    requests: int
    open: int
    deployed: int
    failed: int
    rejected: int
    withdrawn: int
    expired: int
    superseded: int
    attempts: int
    failed_attempts: int
    approval_wait: Spread
    queue_wait: Spread
    deployment: Spread


class MonthlyReport(DocumentData):
    """The requests that one tenant made in a month. `failures` and `exceptions` are of these: what failed at least
    once, and what was held, lapsed or retried.
    """

    tenant: Tenant
    month: Month
    figures: ReportFigures
    changes: tuple[ReportedChange, ...]
    failures: tuple[ReportedChange, ...]
    exceptions: tuple[ReportedChange, ...]

    @property
    def stem(self) -> str:
        return f"{self.tenant}-{self.month}"


class ChangeRegister(DocumentData):
    """Every request made from `since` up to `until` in some tenants, the oldest first; no tenant stands for all."""

    tenants: tuple[Tenant, ...]
    since: Moment
    until: Moment
    changes: tuple[ReportedChange, ...]

    @property
    def stem(self) -> str:
        return f"register-{self.since:%Y-%m-%d}-{self.until:%Y-%m-%d}"


DATA: Mapping[DocumentKind, type[DocumentData]] = {
    DocumentKind.EVIDENCE_PACK: EvidencePack,
    DocumentKind.MONTHLY_REPORT: MonthlyReport,
    DocumentKind.CHANGE_REGISTER: ChangeRegister,
}
"""The data of each kind."""


def variables(data: DocumentData) -> dict[str, Any]:
    """The variables that a template is given: plain values, every field of the data among them, null for none."""
    return {name: _plain(getattr(data, name)) for name in type(data).model_fields}


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return {name: _plain(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return iso(value) if isinstance(value, datetime) else value


def schema_of(kind: DocumentKind) -> dict[str, Any]:
    """The JSON schema of the variables that the kind's template is given."""
    return DATA[kind].model_json_schema(by_alias=False, mode="serialization")


LONGEST_TEMPLATE_FILE = 60_000
"""Characters."""

TemplateFiles = dict[str, Annotated[str, Field(max_length=LONGEST_TEMPLATE_FILE)]]
"""The files of a template by their names."""

TemplateVersionId = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{40}([0-9a-f]{24})?|shipped:[0-9a-f]{12})$")]
"""The commit that last changed a template in the record, or `shipped:` and 12 hex digits of what it is made of."""


def template_folder(kind: DocumentKind) -> str:
    """The folder of the kind's template in the record: `templates/<kind>`."""
    return f"templates/{kind}"


class DocumentTemplate(Frozen):
    """One version of a kind's template.

    `version` is the commit that last changed it in the record, or `shipped:` and 12 hex digits of the template that
    comes with Prodgate, which counts where the record has none; `draft` is not recorded. `files` are all of
    `TEMPLATE_FILES`.
    """

    kind: DocumentKind
    version: TemplateVersionId | Literal["draft"]
    files: TemplateFiles
