"""The messages of a person about a ticket: a submission before it exists, a decision once it does."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from domain.assertions import Assertion
from domain.formats import VersionedMessage
from domain.roles import Permission, Person, Requester
from domain.ticket import Impact, Metadata, PreChecks, RequestDetails, Spec, Target
from domain.values import Comment, CommitId, Email, Frozen, Moment, Reason, ShownVersion, Tenant, TicketId

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
LONGEST_JWS = 1_000_000
"""It tells every role and address of one person: somebody with a role in each of a thousand tenants can decide, too."""

Jws = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}$", max_length=LONGEST_JWS)
]
"""A compact JWS with an Ed25519 signature (RFC 7515, RFC 8037), on one line."""

LONGEST_ACR = 200
Acr = Annotated[str, StringConstraints(max_length=LONGEST_ACR)]
"""The name that an identity provider has for how strongly somebody signed in (OpenID Connect Core, section 2)."""

SHORTEST = 10
"""Characters of a reason at least."""

FRESH = timedelta(minutes=5)
"""The oldest that a decision may be when it reaches its promotion, and the most two clocks may differ: a click arrives
within seconds, a worker is replaced within a minute, and what was kept for later is not what somebody wants now."""

DecisionId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{8,64}$")]


BY_CLICK = frozenset({Impact.LOW, Impact.MEDIUM})
"""The impacts that may be decided on by a click in Slack; for more, one signs in."""


class DecisionAction(StrEnum):
    """A vote that completes an approval is `approve`; one after which votes are missing is `endorse`.

    `emergency` approves past votes and freezes; `ratify` and `refute` answer for it.
    """

    APPROVE = "approve"
    REJECT = "reject"
    CANCEL = "cancel"
    RETRY = "retry"
    HOLD = "hold"
    RELEASE = "release"
    ENDORSE = "endorse"
    UNENDORSE = "unendorse"
    EMERGENCY = "emergency"
    RATIFY = "ratify"
    REFUTE = "refute"

    @property
    def permission(self) -> Permission:
        """The right that it takes; whoever may approve may vote, hold and release, and answer for emergencies."""
        return Permission.APPROVE if self in _BY_APPROVERS else Permission(self.value)

    @property
    def deploys(self) -> bool:
        """Tells whether it may lead to a deployment; the others take nothing from anybody that a fault should keep."""
        return self in {DecisionAction.RETRY, DecisionAction.RELEASE} or self.votes

    @property
    def votes(self) -> bool:
        """Tells whether it is a vote for the request: of one who was shown production as it is."""
        return self in {DecisionAction.ENDORSE, DecisionAction.APPROVE, DecisionAction.EMERGENCY}

    @property
    def is_a_vote(self) -> bool:
        """Tells whether it is what a vote is for, which can be handed over: for, against, taken back."""
        return self in {DecisionAction.ENDORSE, DecisionAction.UNENDORSE, DecisionAction.APPROVE, DecisionAction.REJECT}

    @property
    def is_confirmed(self) -> bool:
        """Tells whether a passkey may be asked for it: all that may deploy, and the word on an emergency."""
        return self.deploys or self.answers

    @property
    def answers(self) -> bool:
        """Tells whether it answers for an emergency."""
        return self in {DecisionAction.RATIFY, DecisionAction.REFUTE}

    @property
    def needs_reason(self) -> bool:
        return self in {DecisionAction.REJECT, DecisionAction.HOLD, DecisionAction.RELEASE} or self.answers


_BY_APPROVERS = frozenset(
    {
        *(DecisionAction.ENDORSE, DecisionAction.UNENDORSE, DecisionAction.HOLD, DecisionAction.RELEASE),
        *(DecisionAction.EMERGENCY, DecisionAction.RATIFY, DecisionAction.REFUTE),
    }
)

_Absent = Field(exclude_if=lambda value: value is None)
"""Left out where there is no value, so that a worker from before the field came reads the message."""


class SignedMessage(Frozen):
    """The part of every message that says what it counts from, and how its person proved who they are.

    `attempt` and `round` are the ticket's when the person acted, `tip` is a commit of the branch that the API saw then:
    None before the record has a service key. `auth_time` and `acr` are when and how strongly they signed in, as the
    identity provider told it.
    """

    attempt: Annotated[int | None, Field(ge=1), _Absent] = None
    round: Annotated[Digest | None, _Absent] = None
    tip: Annotated[CommitId | None, _Absent] = None
    auth_time: Annotated[Moment | None, _Absent] = None
    acr: Annotated[Acr | None, _Absent] = None


def goes_with(
    action: DecisionAction, comment: str | None, reason: str | None, production: str | None, on_behalf_of: str | None
) -> None:
    """Refuse what a decision of this kind does not take, and one that lacks what it needs. Raises ValueError."""
    if (reason is not None) is not action.needs_reason:
        raise ValueError("a reason goes with reject, hold, release, ratify and refute, and these need one")
    if production is not None and not action.votes:
        raise ValueError("production goes with endorse, approve and emergency")
    if action is DecisionAction.EMERGENCY and len((comment or "").strip()) < SHORTEST:
        raise ValueError("an emergency has a reason")
    if on_behalf_of is not None and not action.is_a_vote:
        raise ValueError("a vote alone is given on somebody's behalf: approve, endorse, unendorse or reject")


class Decision(VersionedMessage, SignedMessage):
    """One person's decision on one ticket, bound to the digest of what they saw.

    `id` is unique to the decision: the same decision delivered twice is one decision. `at` is when the person decided;
    the history's own time is the workflow's. `production` goes with a vote: the version in production as it was
    shown, empty for none. An emergency has its reason as `comment`, and `answer_by` until when somebody else has to
    answer for it. `on_behalf_of` is whose vote it is, where that was handed to the person. `passkey` is
    the answer of the person's own authenticator, where that was asked. `proof` is the API's signature on all of it;
    without one it is a draft.
    """

    id: DecisionId
    ticket_id: TicketId
    digest: Digest
    action: DecisionAction
    person: Person
    at: Moment
    comment: Comment | None = None
    reason: Reason | None = None
    production: ShownVersion | None = None
    answer_by: Annotated[Moment | None, _Absent] = None
    on_behalf_of: Annotated[Email | None, _Absent] = None
    passkey: Annotated[Assertion | None, _Absent] = None
    proof: Jws | None = None

    @model_validator(mode="after")
    def _has_what_its_action_takes(self) -> Self:
        goes_with(self.action, self.comment, self.reason, self.production, self.on_behalf_of)
        if self.passkey is not None and not self.action.is_confirmed:
            raise ValueError("a passkey goes with what may deploy, and with ratify and refute")
        if (self.answer_by is not None) is not (self.action is DecisionAction.EMERGENCY):
            raise ValueError("an emergency has a time to answer for it, which goes with nothing else")
        return self


class Submission(VersionedMessage, SignedMessage):
    """A complete request to create one ticket: the workflow's whole input.

    `decide_by` is when the ticket expires undecided. `key` names the submission: the same key again is the same
    submission, another key with the same id is a number already taken. `owner` is who owns the requester, where that is
    a service account. `evidence` is what a worker sealed of the test evidence, `contract` of the API's contract.
    `proof` is the API's signature on all of it.
    """

    id: TicketId
    key: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    at: Moment
    decide_by: Moment
    requester: Person
    owner: Person | None = None
    tenant: Tenant
    target: Target
    request: RequestDetails
    pre_checks: PreChecks
    evidence: Annotated[Jws | None, _Absent] = None
    contract: Annotated[Jws | None, _Absent] = None
    proof: Jws | None = None

    @property
    def asked_by(self) -> Requester:
        """The requester, as they were known then: the rules ask this besides what the directory says later."""
        return Requester.of(self.requester, self.owner)

    def metadata(self) -> Metadata:
        return Metadata(id=self.id, created_at=self.at, created_by=self.requester.email, tenant=self.tenant)

    def spec(self) -> Spec:
        return Spec(target=self.target, request=self.request, pre_checks=self.pre_checks)
