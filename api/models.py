"""The bodies that callers may send, with only what a caller may set; and the answers that they get beside tickets."""

from typing import Self

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from api.confirming import ConfirmedBody, PasskeyAsked
from api.debts import EmergencyAllowed, EmergencyShown
from api.escalation import EscalationShown
from api.kept import ContractShown
from api.standard import StandardShown
from api.standing_in import OnBehalf
from api.votes import Decider, OnBehalfBody, VoteCount, Voter, Votes
from domain.announcement import Channel, Event
from domain.comparison import OtherRequest
from domain.delivery import DeliveryOutcome, Progress
from domain.errors import RuleViolation, kind_of
from domain.roles import Grant, Permission, Person
from domain.rules import Closed
from domain.ticket import Action, Impact, PreChecks, PromotionRequest, RequestDetails, State, Target, TargetType
from domain.values import Comment, Frozen, Moment, Reason, ShownVersion, TargetName, Tenant, TicketId, Version
from domain.versions import Direction
from record.people.members import Fault

CREATION_EXAMPLE: JsonDict = {
    "tenant": "tenant-finance",
    "target": {"type": "api", "name": "payment-api", "version": "2.1.0"},
    "request": {
        "justification": "New PCI-DSS compliant payment flow",
        "releaseNotes": "- Added 3DS2 authentication\n- Fixed timeout issues\n",
        "impactAssessment": "low",
        "rollbackPlan": "Revert to v2.0.0 via emergency deploy",
        "scheduledDate": None,
    },
    "preChecks": {
        "stagingTestsPassed": True,
        "securityScanPassed": True,
        "performanceTestsPassed": True,
        "testEvidenceUrl": "https://gitlab.cab-i.com/pipeline/12345",
    },
}

_PROBLEM_EXAMPLE: JsonDict = {
    "type": "urn:prodgate:problem:self-approval",
    "title": "Forbidden",
    "status": 403,
    "detail": "Cannot approve your own request",
}


class CreatePromotionRequest(Frozen):
    """A promotion to ask for. `tenant` may be left out by who can create in one tenant only."""

    model_config = ConfigDict(json_schema_extra={"examples": [CREATION_EXAMPLE]})

    tenant: Tenant | None = None
    target: Target
    request: RequestDetails
    pre_checks: PreChecks


class CommentBody(Frozen):
    """A decision that may carry a comment."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"comment": "Approved after review"}]})

    comment: Comment | None = None


class VoteBody(CommentBody, OnBehalfBody):
    """A vote that is taken back."""


class ApprovalBody(CommentBody, OnBehalfBody, ConfirmedBody):
    """An approval. `production` is the version in production that the approver was shown, empty for none.

    Left out, it is the version that is there now.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"comment": "Approved", "production": "2.0.0"}]})

    production: ShownVersion | None = None


class ReasonBody(Frozen):
    """A decision that needs a reason: the requester reads it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "The rollback plan lacks the database"}]})

    reason: Reason


class RejectionBody(ReasonBody, OnBehalfBody):
    """A rejection: the requester reads its reason."""


class RetryBody(CommentBody, ConfirmedBody):
    """A retry, which may carry a comment."""


class ReleaseBody(ReasonBody, ConfirmedBody):
    """A release: everybody concerned reads its reason."""


class AnswerBody(ReasonBody, ConfirmedBody):
    """The word on an emergency: everybody concerned reads its reason."""


class FieldProblem(Frozen):
    """One refused field: its path in the request, and why: for people, and by a word and values for programs."""

    field: str
    detail: str
    kind: str
    params: dict[str, str] = Field(default_factory=dict)


class Problem(Frozen):
    """RFC 9457 problem details; `detail` is the sentence for a person."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PROBLEM_EXAMPLE]})

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    params: dict[str, str] = Field(default_factory=dict)
    errors: tuple[FieldProblem, ...] = ()
    traceId: str | None = Field(None, description="The trace in which this happened, where it is traced.")  # noqa: N815


class TicketEvent(Frozen):
    """A change of a request: its state now, and the action that led there."""

    id: TicketId
    tenant: Tenant
    state: State
    action: Action
    at: Moment
    by: str

    @classmethod
    def of(cls, ticket: PromotionRequest) -> Self:
        """The ticket's last change."""
        last, tenant = ticket.last, ticket.metadata.tenant
        return cls(id=ticket.id, tenant=tenant, state=ticket.state, action=last.action, at=last.at, by=last.by)


class Allowed(Frozen):
    """Says whether the caller may; where not, `why` is the sentence, `kind` what problem details would call it.

    `who` could instead, where it is the caller's roles that refuse.
    """

    allowed: bool
    why: str | None
    kind: str | None = None
    params: dict[str, str] = Field(default_factory=dict)
    who: tuple[Decider, ...] = ()

    @classmethod
    def of(cls, refused: RuleViolation | None, others: tuple[Person, ...] = ()) -> Self:
        if refused is None:
            return cls(allowed=True, why=None)
        who = tuple(map(Decider.of, others))
        return cls(allowed=False, why=str(refused), kind=kind_of(refused), params=refused.params, who=who)


class UnprovenState(Frozen):
    """A request whose file is not as it was proven: the last proven state is shown. `commit` is the one that isn't."""

    commit: str | None


class Permissions(Frozen):
    """The caller's rights on a request now, and the people who could approve it while it waits, also for others.

    `votes` is null where one approval is enough. `standard` is the word of a rule that approves by itself: that it
    approved the request, or why it does not; null where none says what is standard, or people decided. `emergency_rule`
    is the rule by which somebody may launch it past votes and freezes, `declared` the emergency that somebody did.
    `passkey` tells that a decision takes the caller's passkey, a retry by the requester theirs; null where none does.
    `escalation` tells whom rules ask next while nobody decides, and whom they have asked. `on_behalf_of` are people who
    handed the caller their vote, and what that lets them do now. `not_proven` tells that the request's file in the
    record says something else than what is proven and shown.
    """

    approve: Allowed
    reject: Allowed
    cancel: Allowed
    retry: Allowed
    hold: Allowed
    release: Allowed
    unendorse: Allowed
    emergency: Allowed
    ratify: Allowed
    refute: Allowed
    deciders: tuple[Voter, ...]
    votes: Votes | None = None
    standard: StandardShown | None = None
    emergency_rule: EmergencyAllowed | None = None
    declared: EmergencyShown | None = None
    escalation: tuple[EscalationShown, ...] = ()
    not_proven: UnprovenState | None = None
    on_behalf_of: tuple[OnBehalf, ...] = ()
    passkey: PasskeyAsked | None = None


class Ahead(Frozen):
    """A request that deploys first; `id` is null for who may not see it. `since` is when it entered the line."""

    id: TicketId | None
    state: State
    since: Moment


class Line(Frozen):
    """A request's place in its target's line. `ahead` is who deploys first, in order; null where it stands in none.

    `closed` tells what keeps anything of its target from being launched now, whoever is ahead; null for nothing.
    """

    ahead: tuple[Ahead, ...] | None
    closed: Closed | None


class RuledRequest(Frozen):
    """An open request of which rules say something: what keeps it from being launched, how many votes it takes.

    `escalated` is when they last asked further people, as nobody had decided; null where they have not.
    """

    ticket_id: TicketId
    closed: Closed | None
    votes: VoteCount | None
    escalated: Moment | None = None


class DeployedVersion(Frozen):
    """The version in production for a target, and the request that brought it there, for who may see that one."""

    version: Version
    ticket: TicketId | None


class Checked(Frozen):
    """A request that could be created now: who could approve it, also for others, and what it would replace.

    `impact` is what the requester says, or more where the target's owners ask for more. `contract` is what a worker
    found within the last minute; sending compares anew. `closed` is what would keep it from being launched at its date,
    or now where it has none; `votes` is null where one approval is enough. `standard` tells whether a rule of the
    company would approve it; null where none says what is standard.
    """

    approvers: tuple[Voter, ...]
    production: DeployedVersion | None
    impact: Impact
    direction: Direction
    others: tuple[OtherRequest, ...]
    contract: ContractShown
    closed: Closed | None
    votes: Votes | None = None
    standard: StandardShown | None = None


class KnownTarget(Frozen):
    """Something that can be promoted: versions, the newest first, and the one that is in production."""

    tenant: Tenant
    type: TargetType
    name: TargetName
    versions: tuple[Version, ...]
    production: Version | None


class KnownTenant(Frozen):
    """A tenant, and how people call it."""

    name: Tenant
    display_name: str


class ReportedFault(Frozen):
    """A file of the record that can't be used as it is: its line where one is to blame, and why."""

    file: str
    line: int | None
    detail: str

    @classmethod
    def of(cls, fault: Fault) -> Self:
        return cls(file=fault.path, line=fault.line, detail=fault.sentence)


class Right(Frozen):
    """A permission that the caller holds on any request of these tenants.

    `everywhere` tells that it holds for every tenant, later ones too, and for what is the whole platform's.
    """

    permission: Permission
    everywhere: bool
    tenants: tuple[Tenant, ...]


class Me(Frozen):
    """The caller: their roles, the tenants that they see or create in, whether they may approve anywhere, and what
    their roles let them do: a page is offered by these rights, not by the names of roles.

    `rights` say where they may approve, `decides_for` who has handed them their vote. `faults` are the record's files
    that can't be used as they are, and why; for the platform's admins alone.
    """

    email: str
    name: str
    grants: tuple[Grant, ...]
    tenants: tuple[KnownTenant, ...]
    creates: tuple[Tenant, ...]
    may_approve: bool
    decides_for: tuple[Decider, ...]
    rights: tuple[Right, ...]
    faults: tuple[ReportedFault, ...]


class Console(Frozen):
    """The settings a page in a browser needs before anybody signs in; addresses of other parts where they have one."""

    issuer: str
    client_id: str
    scope: str
    temporal_ui: str | None
    awx_ui: str | None
    repository_ui: str | None
    timezone: str
    version: str
    push_key: str | None = None


class Announced(Frozen):
    """One event of a request on one channel: told, waiting to be, or given up; and how many recipients got it.

    `refused` are those whom the channel will never reach. Whom it went to is for operators, in the Temporal UI.
    """

    event: Event
    at: Moment
    channel: Channel
    outcome: DeliveryOutcome
    reached: int
    refused: int

    @classmethod
    def of(cls, progress: Progress) -> Self:
        refused = sum(receipt.refused is not None for receipt in progress.receipts)
        reached = len(progress.receipts) - refused
        told = {"event": progress.event, "at": progress.at, "channel": progress.channel, "outcome": progress.outcome}
        return cls.model_validate(told | {"reached": reached, "refused": refused})
