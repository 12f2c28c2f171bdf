"""Defines what a signature stands for: the facts of an act, and whether a ticket says the same.

The API signs what people submit and decide, the worker what the service does; the record keeps it with the commit, and
an audit compares it with the ticket's file, years later. Signing itself is `record.signing.signatures`.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from domain import lifecycle
from domain.change import Proof
from domain.decision import FRESH as FRESH
from domain.decision import Acr, Decision, Digest, SignedMessage, Submission
from domain.deployment import JobNumber, job_name
from domain.health import HealthEvidence, Stretch
from domain.roles import Grant, Issuer, Person, Requester, Subject, same_address
from domain.ticket import SYSTEM, Action, HistoryEntry, PromotionRequest, digest_of, round_of
from domain.values import CommitId, Email, Frozen, Moment, ShownVersion, TicketId, iso

TYPE = "prodgate-decision+jws"
"""The `typ` of people's signatures: no other token that the same key might sign one day can be taken for one."""

SERVICE_TYPE = "prodgate-act+jws"
"""The `typ` of the service's signatures on its own acts."""

FINDING_TYPE = "prodgate-finding+jws"
"""The `typ` of the worker's signatures on what AWX told it."""

HEALTH_TYPE = "prodgate-health+jws"
"""The `typ` of the worker's signatures on what became of a target's check."""

NOTES_TYPE = "prodgate-looks+jws"
"""The `typ` of the worker's signatures on the looks that it leaves to the next one."""

CONTRACT_TYPE = "prodgate-contract+jws"
"""The `typ` of the worker's signatures on a comparison of contracts."""

EVIDENCE_TYPE = "prodgate-evidence+jws"
"""The `typ` of the worker's signatures on what it saw of test evidence."""

SUCCEEDED = frozenset({Action.DEPLOYED, Action.VERIFYING})
"""The actions that tell of a job that succeeded."""

SUCCESSFUL = "successful"
"""AWX's status of a job that succeeded."""

_Absent = Field(exclude_if=lambda value: value is None)
"""Before the record has a key of the service, a release that knows none has to read what is signed."""


class Claims(Frozen):
    """The facts signed of a submission or a decision. `message` is the SHA-256 of the whole message, signature aside.

    `words` is the SHA-256 of comment and reason, which stand in the ticket's file: a trailer stays one short line.
    `roles` are those that the person held then, such as `cpi@tenant-finance`, or `cpi_admin` for the whole platform.
    `issuer` is whose subject `sub` is; versions before it signed none. `auth_time` and `acr` are when and how strongly
    they signed in, as the provider told it. `attempt`, `round` and `tip` are those of `ServiceClaims`: None before
    the record has a service key.
    `requester` goes with a submission: who may not decide on it, whatever the directory says later; so does
    `decide_by`, until when somebody has to decide. `production` goes with an approval: the version that was shown.
    `answer_by` goes with an emergency, and says that it is one. `on_behalf_of` is whose vote it was, where that was
    handed over.
    """

    id: Annotated[str, StringConstraints(min_length=8, max_length=64)]
    ticket: TicketId
    digest: Digest
    action: Action
    email: Email
    sub: Subject | None
    roles: tuple[str, ...]
    words: Digest | None
    at: Moment
    message: Digest
    requester: Requester | None = None
    issuer: Issuer | None = None
    decide_by: Moment | None = None
    production: ShownVersion | None = None
    attempt: Annotated[int | None, Field(ge=1), _Absent] = None
    round: Annotated[Digest | None, _Absent] = None
    tip: Annotated[CommitId | None, _Absent] = None
    auth_time: Annotated[Moment | None, _Absent] = None
    acr: Annotated[Acr | None, _Absent] = None
    answer_by: Annotated[Moment | None, _Absent] = None
    on_behalf_of: Annotated[Email | None, _Absent] = None

    @property
    def asked_by(self) -> Requester:
        """The requester of a submission, as far as it was signed; versions before `requester` signed less."""
        return self.requester or Requester(subject=self.sub, addresses=(same_address(self.email),))


class JobEvidence(Frozen):
    """AWX's own word on a job: its status, the revision of the playbook that it ran, and its times."""

    job: JobNumber
    status: Annotated[str, StringConstraints(max_length=32)]
    revision: Annotated[str, StringConstraints(max_length=200)] | None = None
    created: Moment | None = None
    started: Moment | None = None
    finished: Moment | None = None


class ServiceClaims(Frozen):
    """The facts that the worker signs of an act of the service.

    `attempt` and `round` say what the act counts from: the number of the deployment, and the request as it was
    created or as its approval lapsed last. `history` is the SHA-256 of the whole history with this entry, `tip` a
    commit of the branch that the signer saw, `job` AWX's word where the act tells of a job, `health` the worker's own
    on the target's check where the act ends that.
    """

    id: Annotated[str, StringConstraints(min_length=8, max_length=64)]
    ticket: TicketId
    digest: Digest
    action: Action
    attempt: Annotated[int, Field(ge=1)]
    round: Digest
    history: Digest
    tip: CommitId | None
    at: Moment
    job: JobEvidence | None = None
    health: Annotated[HealthEvidence | None, _Absent] = None


class HealthFinding(Frozen):
    """The end of a target's check, as the activity that looked seals it for the commit that tells of it.

    `words` is the SHA-256 of what the entry says of it, as in `JobFinding`.
    """

    ticket: TicketId
    attempt: Annotated[int, Field(ge=1)]
    job: JobNumber
    words: Digest
    at: Moment
    health: HealthEvidence


class HealthNotes(Frozen):
    """The looks at one deployment so far, as one look leaves them to the next: Temporal keeps them in between."""

    ticket: TicketId
    attempt: Annotated[int, Field(ge=1)]
    job: JobNumber
    at: Moment
    stretch: Stretch


class JobFinding(Frozen):
    """AWX's word on the job of an attempt, as the activity that asked AWX seals it for the commit that tells of it.

    `action` is what the answer amounts to: deploying, deployed or failed. `words` is the SHA-256 of what the entry
    says of it beside the job: comment, deployment id and error.
    """

    ticket: TicketId
    attempt: Annotated[int, Field(ge=1)]
    action: Action
    words: Digest
    at: Moment
    job: JobEvidence


class DeliveredDecision(Frozen):
    """A decision as it reached a promotion, by the promotion's own clock."""

    decision: Decision
    ticket_id: str
    at: datetime


class Verdict(Frozen):
    """Says whether a delivered decision is what the API signed: None, or the sentence that refuses it."""

    refusal: str | None


def claims_of(message: Decision | Submission) -> Claims:
    """The facts that a signature on the message states. Raises what `lifecycle.create` raises for a submission."""
    if isinstance(message, Decision):
        action = lifecycle.RECORDED_AS[message.action]
        digest, words = message.digest, words_digest(message.comment, message.reason)
        claims = _claims(message, message.ticket_id, digest, action, message.person, words)
        said = {"production": message.production, "answer_by": message.answer_by, "on_behalf_of": message.on_behalf_of}
        return claims.model_copy(update=said)
    claims = _claims(message, message.id, lifecycle.create(message).digest, Action.CREATED, message.requester)
    return claims.model_copy(update={"requester": message.asked_by, "decide_by": message.decide_by})


_COUNTED = set(SignedMessage.model_fields)
"""The fields of a message that its claims have as they are."""


def _claims(
    message: Decision | Submission, ticket: str, digest: str, action: Action, person: Person, words: str | None = None
) -> Claims:
    return Claims(
        id=message.id if isinstance(message, Decision) else message.key,
        ticket=ticket,
        digest=digest,
        action=action,
        email=person.email,
        sub=person.subject,
        issuer=person.issuer,
        roles=tuple(map(_spelled, person.grants)),
        words=words,
        at=message.at,
        message=message_digest(message),
        **message.model_dump(include=_COUNTED),
    )


def _spelled(grant: Grant) -> str:
    return f"{grant.role}@{grant.tenant}" if grant.tenant else str(grant.role)


def message_digest(message: Decision | Submission) -> str:
    """SHA-256, in hex, of the message without its signature.

    What has its default is left out, so that a field that comes later changes no digest of messages without it.
    """
    said = message.model_dump(mode="json", exclude={"proof"}, exclude_defaults=True)
    return digest_of(said)


def proof_of(message: Decision | Submission) -> Proof | None:
    """The proof that the message's change carries into the record; None for a message that nobody signed."""
    if message.proof is None:
        return None
    passkey = message.passkey if isinstance(message, Decision) else None
    return Proof(jws=message.proof, message=message_digest(message), passkey=passkey)


def words_digest(comment: str | None, reason: str | None) -> str | None:
    """SHA-256, in hex, of what the person wrote; None where they wrote nothing."""
    return None if comment is None and reason is None else digest_of([comment, reason])


def history_digest(ticket: PromotionRequest) -> str:
    """SHA-256, in hex, of the request and everything that happened to it."""
    return digest_of([ticket.digest, *(entry.model_dump(mode="json") for entry in ticket.status.history)])


def told_digest(comment: str | None, deployment_id: str | None, error: str | None) -> str:
    """SHA-256, in hex, of what an entry tells of a job beside its number."""
    return digest_of([comment, deployment_id, error])


def counts_from(ticket: PromotionRequest) -> tuple[int, str]:
    """The attempt and the round that the ticket was in before its last transition; of a new ticket, its first ones."""
    history = ticket.status.history
    retried = ticket.last.action is Action.RETRIED
    return ticket.attempt - retried, round_of(ticket, history[:-1] or history)


def service_claims(
    ticket: PromotionRequest,
    claim_id: str,
    tip: str | None,
    at: datetime,
    job: JobEvidence | None,
    health: HealthEvidence | None = None,
) -> ServiceClaims:
    """The facts that a signature on the ticket's last transition, by the service, states."""
    attempt, round_ = counts_from(ticket)
    return ServiceClaims(
        id=claim_id,
        ticket=ticket.id,
        digest=ticket.digest,
        action=ticket.last.action,
        attempt=attempt,
        round=round_,
        history=history_digest(ticket),
        tip=tip,
        at=at,
        job=job,
        health=health,
    )


def seen_tip(claims: Claims | ServiceClaims) -> str | None:
    """The commit that the signer saw, where the claims also say which attempt and round they count from; else None.

    Once the service signs, claims that don't say all three prove nothing; the commit has to be before the act's.
    """
    return None if claims.attempt is None or claims.round is None else claims.tip


def mismatch(claims: Claims | ServiceClaims, ticket: PromotionRequest) -> str | None:
    """Says in one sentence how the ticket's last transition differs from what was signed; None where it doesn't."""
    last, (attempt, round_) = ticket.last, counts_from(ticket)
    if claims.ticket != ticket.id:
        return f"it was signed for {claims.ticket}"
    if claims.digest != ticket.digest:
        return "it was signed for a request that says something else"
    if claims.action is not last.action:
        return f"it was signed for {claims.action}, not for {last.action}"
    if claims.attempt not in (None, attempt):
        return f"it was signed for attempt {claims.attempt}, not for {attempt}"
    if claims.round not in (None, round_):
        return "it was signed before the approval lapsed, or after"
    return _of_person(claims, last) if isinstance(claims, Claims) else _of_service(claims, ticket)


Signed = Claims | ServiceClaims


def proving(ticket: PromotionRequest, number: int, signed: Collection[Signed]) -> tuple[Signed, ...]:
    """The claims that prove that many transitions' last one; none where they were used up before.

    A signature counts once: as many acts need as many ids.
    """
    history = ticket.status.history
    same = (history[number - 1].action, history[number - 1].by)
    numbers = (n for n, entry in enumerate(history[:number], 1) if (entry.action, entry.by) == same)
    alike = [lifecycle.as_of(ticket, n) for n in numbers]
    found = tuple(claims for claims in signed if mismatch(claims, alike[-1]) is None)
    used = [then for then in alike if any(mismatch(claims, then) is None for claims in found)]
    return found if len({claims.id for claims in found}) >= len(used) else ()


def _of_person(claims: Claims, last: HistoryEntry) -> str | None:
    if same_address(claims.email) != same_address(last.by):
        return f"it was signed for {claims.email}, not for {last.by}"
    if claims.words != words_digest(last.comment, last.reason):
        return "the comment or reason is not the one that was signed"
    if claims.answer_by != last.answer_by:
        return "an emergency was signed, and no usual approval" if claims.answer_by else "no emergency was signed"
    if claims.on_behalf_of != last.on_behalf_of:
        return f"it was signed on behalf of {claims.on_behalf_of or 'nobody'}, not of {last.on_behalf_of or 'nobody'}"
    if abs(last.at - claims.at) > 2 * FRESH:  # once on its way to the promotion, once more for clocks
        return f"it was signed at {iso(claims.at)}, not at {iso(last.at)}"
    return None


def _of_service(claims: ServiceClaims, ticket: PromotionRequest) -> str | None:
    last, job = ticket.last, claims.job
    if last.by != SYSTEM:
        return f"it was signed for the service, not for {last.by}"
    if claims.history != history_digest(ticket):
        return "it was signed for a history that says something else"
    if last.at - claims.at > FRESH:
        return f"it was signed at {iso(claims.at)}, before {iso(last.at)}"
    if ends_check(ticket):
        return _of_health(claims.health, last)
    if claims.health is not None:
        return "it tells of a check that the request was not at"
    return None if job is None and not _tells_of_job(last) else _of_job(job, last)


def ends_check(ticket: PromotionRequest) -> bool:
    """Tells whether the ticket's last transition is the end of its target's check."""
    return len(ticket.status.history) > 1 and ticket.status.history[-2].action is Action.VERIFYING


def _of_health(health: HealthEvidence | None, entry: HistoryEntry) -> str | None:
    if health is None:
        return "it does not tell what became of the target's check"
    if health.held is not (entry.action is Action.DEPLOYED):
        return f"it was signed for a check that {'held' if health.held else 'did not hold'}"
    return None


def _tells_of_job(entry: HistoryEntry) -> bool:
    """Tells whether the entry needs AWX's word: one that failed may be of a job that AWX does not show any more."""
    launched = entry.action is Action.DEPLOYING and entry.job_id is not None
    return launched or entry.action in SUCCEEDED


def _of_job(job: JobEvidence | None, entry: HistoryEntry) -> str | None:
    if job is None:
        return "it does not tell what AWX said"
    if entry.job_id != job_name(job.job):
        return f"it was signed for job {job.job}"
    if entry.action is not Action.DEPLOYING and (entry.action in SUCCEEDED) is not (job.status == SUCCESSFUL):
        return f"it was signed for a job that AWX called {job.status}"
    return None
