"""The ticket: one frozen model for the YAML file, the workflow, the API and its OpenAPI document."""

import hashlib
import json
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from domain.values import (
    ArtifactDigest,
    Comment,
    Email,
    Environment,
    ErrorText,
    EvidenceUrl,
    ExternalId,
    Frozen,
    Justification,
    Moment,
    Reason,
    ReleaseNotes,
    RollbackPlan,
    RuleName,
    TargetName,
    Tenant,
    TicketId,
    Version,
)

SYSTEM = "system"
"""The actor where nobody acted: AWX's results, expiry, and what a rule of the company approved."""

SYSTEM_NAME = "Prodgate"
"""The display name that goes with it."""


class TargetType(StrEnum):
    API = "api"
    APPLICATION = "application"
    POLICY = "policy"


class Impact(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class State(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    DEPLOYING = "deploying"
    VERIFYING = "verifying"
    DEPLOYED = "deployed"
    FAILED = "failed"
    SUPERSEDED = "superseded"


OPEN = frozenset({State.PENDING, State.APPROVED, State.DEPLOYING, State.VERIFYING})
"""States of a request that may still change what is in production, without anybody asking again."""


class Action(StrEnum):
    """The action that a history entry tells of; `retried` and `deploying` both lead to the state deploying.

    `endorsed` is a vote where an approval takes more, `unendorsed` takes it back; `approved` is the last one.
    `due` says that the agreed date has come, `held` and `released` that somebody stops an approved request and lets it
    go on, `lapsed` that its approval no longer covers it. `verifying` says that its job succeeded, and that the
    target's own check has to hold now. `ratified` and `refuted` are the answers to an emergency.
    """

    CREATED = "created"
    ENDORSED = "endorsed"
    UNENDORSED = "unendorsed"
    APPROVED = "approved"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    DUE = "due"
    HELD = "held"
    RELEASED = "released"
    LAPSED = "lapsed"
    RETRIED = "retried"
    DEPLOYING = "deploying"
    VERIFYING = "verifying"
    DEPLOYED = "deployed"
    FAILED = "failed"
    RATIFIED = "ratified"
    REFUTED = "refuted"


BY_PEOPLE = frozenset(
    {
        Action.CREATED,
        Action.ENDORSED,
        Action.UNENDORSED,
        Action.APPROVED,
        Action.REJECTED,
        Action.CANCELLED,
        Action.HELD,
        Action.RELEASED,
        Action.RETRIED,
        Action.RATIFIED,
        Action.REFUTED,
    }
)
"""The actions that people take, each with a signature; the rest the service does by itself.

Of these the service takes `approved` alone, where a rule of the company approves: ask `HistoryEntry.by_person`.
"""


_Absent = Field(exclude_if=lambda value: value is None)
"""Written only where there is a value, so that what was written before the field came stays as it was."""


class Target(Frozen):
    type: TargetType
    name: TargetName
    version: Version
    digest: Annotated[ArtifactDigest | None, _Absent] = None
    source_environment: Environment = "staging"
    target_environment: Environment = "prod"


class RequestDetails(Frozen):
    justification: Justification
    release_notes: ReleaseNotes
    impact_assessment: Impact
    rollback_plan: RollbackPlan
    scheduled_date: Moment | None = None


class PreChecks(Frozen):
    staging_tests_passed: bool
    security_scan_passed: bool
    performance_tests_passed: bool
    test_evidence_url: EvidenceUrl


class Metadata(Frozen):
    id: TicketId
    created_at: Moment
    created_by: Email
    tenant: Tenant


class Spec(Frozen):
    target: Target
    request: RequestDetails
    pre_checks: PreChecks


def _declared(value: bool) -> bool:
    if not value:
        raise ValueError("is left out where it is false")
    return value


Declared = Annotated[bool, AfterValidator(_declared)]
"""Says `true`, or is not there."""


class HistoryEntry(Frozen):
    """One transition. It is written with only the keys it has.

    `decide_by` goes with a lapse: until when somebody has to approve anew. `superseded_by` is the newer request.
    `rule` is the company's rule that approved, where no person did. `emergency` says that one person approved past
    votes and freezes, for the reason in `comment`; somebody else has to answer for it until `answer_by`.
    `on_behalf_of` is whose vote it was, where that was handed to `by`.
    """

    action: Action
    at: Moment
    by: Email | Literal["system"]
    comment: Annotated[Comment | None, _Absent] = None
    reason: Annotated[Reason | None, _Absent] = None
    decide_by: Annotated[Moment | None, _Absent] = None
    superseded_by: Annotated[TicketId | None, _Absent] = None
    job_id: Annotated[ExternalId | None, _Absent] = None
    deployment_id: Annotated[ExternalId | None, _Absent] = None
    error: Annotated[ErrorText | None, _Absent] = None
    rule: Annotated[RuleName | None, _Absent] = None
    emergency: Annotated[Declared | None, _Absent] = None
    answer_by: Annotated[Moment | None, _Absent] = None
    on_behalf_of: Annotated[Email | None, _Absent] = None

    @property
    def by_person(self) -> bool:
        """Tells whether a person has to have signed it: a rule's approval the service signs."""
        return self.action in BY_PEOPLE and not (self.action is Action.APPROVED and self.by == SYSTEM)


class Status(Frozen):
    state: State
    history: Annotated[tuple[HistoryEntry, ...], Field(min_length=1, max_length=500)]
    approved_by: Email | None = None
    approved_at: Moment | None = None
    deployed_at: Moment | None = None
    rejected_by: Email | None = None
    rejected_at: Moment | None = None
    rejection_reason: Reason | None = None


class PromotionRequest(Frozen):
    """A request to promote one target of one tenant from STAGING to PROD, with everything that happened to it."""

    api_version: Literal["apim.cab-i.com/v1"] = "apim.cab-i.com/v1"
    kind: Literal["PromotionRequest"] = "PromotionRequest"
    metadata: Metadata
    spec: Spec
    status: Status

    @property
    def id(self) -> str:
        return self.metadata.id

    @property
    def state(self) -> State:
        return self.status.state

    @property
    def path(self) -> str:
        """The path at which the record keeps this ticket, relative to the repository's root."""
        return ticket_path(self.metadata.id, self.metadata.created_at)

    @property
    def last(self) -> HistoryEntry:
        return self.status.history[-1]

    @property
    def rule_approval(self) -> HistoryEntry | None:
        """The approval that stands, where a rule of the company gave it: nobody is in `approved_by` then."""
        if self.status.approved_at is None or self.status.approved_by is not None:
            return None
        return next((entry for entry in self.status.history if entry.rule is not None), None)

    @property
    def approval(self) -> HistoryEntry | None:
        """The approval that stands."""
        if self.status.approved_at is None:
            return None
        return next(entry for entry in reversed(self.status.history) if entry.action is Action.APPROVED)

    @property
    def emergency(self) -> HistoryEntry | None:
        """The approval that stands, where it is an emergency's."""
        last = self.approval
        return last if last is not None and last.emergency else None

    @property
    def hold(self) -> HistoryEntry | None:
        """The entry of whoever holds the request now; None where nobody does."""
        return self.last if self.last.action is Action.HELD else None

    @property
    def votes(self) -> tuple[int, ...]:
        """The places in the history of the votes that stand: given since the approval lapsed last, and not taken back.

        They are in the order in which they were given; of whoever voted twice, the later one stands. The approval that
        completes them is the last one; an emergency stands alone, whoever voted before.
        """
        found: dict[str, int] = {}
        for place, entry in enumerate(self.status.history):
            if entry.emergency:
                found.clear()
            if entry.action in {Action.ENDORSED, Action.APPROVED, Action.UNENDORSED}:
                found.pop(entry.by, None)
            if entry.action in {Action.ENDORSED, Action.APPROVED}:
                found[entry.by] = place
            elif entry.action is Action.LAPSED:
                found.clear()
        return tuple(found.values())

    @property
    def attempt(self) -> int:
        """The number of the current, or else the next, deployment: 1, and one more for each retry."""
        return 1 + sum(entry.action is Action.RETRIED for entry in self.status.history)

    @property
    def digest(self) -> str:
        """SHA-256, in hex, of what an approver approves: all of metadata and spec, as canonical JSON."""
        return digest_of(self.model_dump(mode="json", include={"metadata", "spec"}))

    @property
    def round(self) -> str:
        """SHA-256, in hex, of the state that the next act counts from: as created, or as the approval lapsed last."""
        return round_of(self, self.status.history)


def round_of(ticket: PromotionRequest, history: tuple[HistoryEntry, ...]) -> str:
    """The round that the ticket was in when its history ended there."""
    lapse = max((index for index, entry in enumerate(history) if entry.action is Action.LAPSED), default=0)
    return digest_of([ticket.digest, *(entry.model_dump(mode="json") for entry in history[: lapse + 1])])


def digest_of(value: object) -> str:
    """SHA-256, in hex, of a value as canonical JSON."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


FOLDER = "requests/prod"
"""The folder in which the record keeps its tickets."""


def ticket_path(ticket_id: str, created_at: datetime) -> str:
    """`requests/prod/YYYY/MM/PR-YYYY-NNNN.yaml`, year and month of creation in UTC."""
    return f"{FOLDER}/{created_at.year:04}/{created_at.month:02}/{ticket_id}.yaml"
