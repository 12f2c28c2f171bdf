"""The transitions: (ticket, event) → ticket, or a RuleViolation. Nothing else changes a ticket.

pending ─ approve → approved ─ start → deploying ─ succeed → deployed
 │ endorse, unendorse │ due, hold, release  │  ▲
 │◀───── lapse ───────┤                     │  └ retry ─┐
 ├ reject → rejected  ├ cancel → cancelled  └ fail → failed
 ├ cancel, supersede  └ supersede → superseded
 └ expire → expired

Where the catalogue names a check, deploying ─ verify → verifying ─ succeed → deployed, or fail → failed.
A retry may lapse too, before its launch. An emergency that was deployed, or failed, is ratified or refuted.
"""

from datetime import datetime

from domain import delegations, emergencies, remarks, roles, targets, votes
from domain.decision import Decision, DecisionAction, Submission
from domain.delegations import HandedVote
from domain.deployment import JobOutcome, JobResult, job_name
from domain.emergencies import Debt, Phase
from domain.errors import (
    AlreadyVoted,
    DebtsOverdue,
    EmergencyNotAllowed,
    HistoryFull,
    IllegalTransition,
    NotAuthorized,
    NotCancellable,
    NotHeld,
    NothingOwed,
    NotHoldable,
    NotPending,
    NotRetryable,
    NoVote,
    OwnEmergency,
    PreChecksNotPassed,
    ProductionChanged,
    RecordBehind,
    RuleViolation,
    ScheduledInThePast,
    StaleDecision,
    VoteNotNeeded,
    VotesMissing,
    WrongTicket,
)
from domain.histories import BY_SEVERAL as BY_SEVERAL
from domain.histories import SAME_STATE as SAME_STATE
from domain.histories import TRANSITIONS as TRANSITIONS
from domain.histories import as_of as as_of
from domain.histories import check_status as check_status
from domain.histories import continues as continues
from domain.histories import previous as previous
from domain.histories import status_of as status_of
from domain.roles import Permission, Person, Requester, same_address
from domain.targets import TargetFacts
from domain.ticket import SYSTEM, Action, HistoryEntry, PromotionRequest, State

MAX_ATTEMPTS = 50
"""Deployments of one ticket: its history and its file stay within what can be recorded and read again."""

MAX_DECIDED = 400
"""Entries of a history after which nothing is granted any more: what follows an approval still finds room."""

CLOSED = frozenset({State.REJECTED, State.CANCELLED, State.EXPIRED, State.SUPERSEDED, State.DEPLOYED})
"""States that nothing leaves; an emergency that was deployed may still have to be answered for (`is_over`)."""

_DECIDABLE: dict[DecisionAction, tuple[frozenset[State], type[RuleViolation]]] = {
    DecisionAction.ENDORSE: (frozenset({State.PENDING}), NotPending),
    DecisionAction.UNENDORSE: (frozenset({State.PENDING}), NotPending),
    DecisionAction.APPROVE: (frozenset({State.PENDING}), NotPending),
    DecisionAction.REJECT: (frozenset({State.PENDING}), NotPending),
    DecisionAction.CANCEL: (frozenset({State.PENDING, State.APPROVED}), NotCancellable),
    DecisionAction.RETRY: (frozenset({State.FAILED}), NotRetryable),
    DecisionAction.HOLD: (frozenset({State.APPROVED}), NotHoldable),
    DecisionAction.RELEASE: (frozenset({State.APPROVED}), NotHeld),
    DecisionAction.EMERGENCY: (frozenset({State.PENDING}), NotPending),
    DecisionAction.RATIFY: (frozenset({State.DEPLOYED, State.FAILED}), NothingOwed),
    DecisionAction.REFUTE: (frozenset({State.DEPLOYED, State.FAILED}), NothingOwed),
}
GRANTING = frozenset(action for action in DecisionAction if action.deploys)
"""Decisions that lead to a launch. The others stay possible while the record has faults, or the target is not owned."""

_FILLING = GRANTING | {DecisionAction.HOLD}
"""Decisions that a ticket may see again and again: votes, hold and release, approve and lapse."""

RECORDED_AS = {
    DecisionAction.ENDORSE: Action.ENDORSED,
    DecisionAction.UNENDORSE: Action.UNENDORSED,
    DecisionAction.APPROVE: Action.APPROVED,
    DecisionAction.REJECT: Action.REJECTED,
    DecisionAction.CANCEL: Action.CANCELLED,
    DecisionAction.RETRY: Action.RETRIED,
    DecisionAction.HOLD: Action.HELD,
    DecisionAction.RELEASE: Action.RELEASED,
    DecisionAction.EMERGENCY: Action.APPROVED,
    DecisionAction.RATIFY: Action.RATIFIED,
    DecisionAction.REFUTE: Action.REFUTED,
}
"""The names of decisions in the history."""


def create(submission: Submission) -> PromotionRequest:
    """The pending ticket of a submission.

    Raises PreChecksNotPassed, ScheduledInThePast, or NotAuthorized for a requester without a role that creates.
    """
    checks = submission.pre_checks
    passed = {
        "stagingTestsPassed": checks.staging_tests_passed,
        "securityScanPassed": checks.security_scan_passed,
    }
    if failed := tuple(name for name, ok in passed.items() if not ok):
        raise PreChecksNotPassed(failed=failed)
    scheduled = submission.request.scheduled_date
    if scheduled is not None and scheduled <= submission.at:
        raise ScheduledInThePast
    if not roles.holds(submission.requester, Permission.CREATE, submission.tenant):
        raise NotAuthorized
    entry = HistoryEntry(action=Action.CREATED, at=submission.at, by=submission.requester.email)
    return PromotionRequest(metadata=submission.metadata(), spec=submission.spec(), status=status_of((entry,)))


def check(
    ticket: PromotionRequest,
    decision: Decision,
    now: datetime,
    requester: Requester | None = None,
    target: TargetFacts | None = None,
    *,
    launching: bool = False,
) -> None:
    """Raise the RuleViolation that keeps the decision from being taken: state, ownership, rights, then what was seen.

    `target` is what the record says of the ticket's target, where whoever asks can read it. `launching` tells that
    AWX is being asked for the job.
    """
    if decision.ticket_id != ticket.id:
        raise WrongTicket
    _check_state(ticket, decision.action, launching)
    asked = target if decision.action in GRANTING else None
    if asked and (refused := targets.objection(asked, ticket.metadata.tenant, ticket.spec.target)):
        raise refused
    person = delegations.acting(ticket, decision, requester, _handed(target), now)
    if refused := roles.refusal(person, decision.action.permission, ticket, requester):
        raise refused
    if decision.action is DecisionAction.RETRY:
        _check_retry(ticket, now)
    if decision.action in _FILLING and len(ticket.status.history) >= MAX_DECIDED:
        raise HistoryFull
    if decision.digest != ticket.digest or not _counts_from(decision, ticket):
        raise StaleDecision
    _check_by_facts(ticket, decision, person, target, now)


def _handed(target: TargetFacts | None) -> tuple[HandedVote, ...] | None:
    """The delegations that reach the ticket's tenant; None where nobody knows."""
    return None if target is None or target.unknown is not None else target.handed


def _check_by_facts(
    ticket: PromotionRequest, decision: Decision, person: Person, target: TargetFacts | None, now: datetime
) -> None:
    """Raise what the votes, production and the rules speak against; `person` is by whose rights it is decided."""
    if decision.action is DecisionAction.UNENDORSE:
        _check_voted(ticket, decision)
    if decision.action.votes and target is not None:
        check_shown(target, decision.production)
    if decision.action is DecisionAction.EMERGENCY:
        check_emergency(ticket, decision, target, now)
    elif decision.action.answers:
        _check_answer(ticket, decision, target)
    elif decision.action.votes and target is not None:
        check_vote(target, decision.action, person)


def check_emergency(ticket: PromotionRequest, decision: Decision, target: TargetFacts | None, now: datetime) -> None:
    """Raise unless a rule lets the person launch past votes and freezes, and no overdue answer stops them."""
    if target is None:
        raise RecordBehind
    rule, poll = target.rules.emergency, target.poll
    if rule is None or not target.controlled:
        raise EmergencyNotAllowed
    if not votes.entitled(decision.person, rule, ticket.metadata.tenant, poll.groups):
        who = rule.group or str(rule.role)
        raise EmergencyNotAllowed(f"{EmergencyNotAllowed.sentence}: the rule {target.rules.emergency_of} lets {who}")
    if overdue := emergencies.stopping(rule, target.debts, now):
        sentence = f"{DebtsOverdue.sentence}: {emergencies.told(overdue)}"
        raise DebtsOverdue(sentence, debts=emergencies.named(overdue))
    if decision.answer_by != emergencies.answer_by(ticket, rule, decision.at):
        raise StaleDecision


def _check_answer(ticket: PromotionRequest, decision: Decision, target: TargetFacts | None) -> None:
    """Raise unless the ticket owes an answer, to somebody else than whoever declared the emergency."""
    debt = Debt.of(ticket)
    if debt is None:
        raise NothingOwed
    if target is None or target.unknown is not None:  # who declared it is known by more than an address
        raise RecordBehind(target.unknown if target else None)
    declarer = target.declarer
    known = declarer.identities if declarer else frozenset()
    if same_address(debt.by) in decision.person.addresses or not known.isdisjoint(decision.person.identities):
        raise OwnEmergency


def _check_retry(ticket: PromotionRequest, now: datetime) -> None:
    if ticket.attempt >= MAX_ATTEMPTS:
        raise NotRetryable(f"Request failed {MAX_ATTEMPTS} times; make a new one", attempts=str(MAX_ATTEMPTS))
    if emergencies.phase_of(ticket) is Phase.ANSWERED:
        raise NotRetryable("The emergency was answered for: make a new request", answered="true")
    if (debt := Debt.of(ticket)) and debt.is_overdue(now):
        raise DebtsOverdue(f"{DebtsOverdue.sentence}: {emergencies.told([debt])}", debts=emergencies.named([debt]))


def is_retryable(ticket: PromotionRequest) -> bool:
    """Tells whether the ticket failed, and may be tried again; nothing that was answered for is."""
    return ticket.state is State.FAILED and emergencies.phase_of(ticket) is not Phase.ANSWERED


def is_over(ticket: PromotionRequest) -> bool:
    """Tells whether nothing can happen to the ticket any more, but for the retry of one that failed."""
    return ticket.state in CLOSED and not emergencies.owes(ticket)


def _counts_from(decision: Decision, ticket: PromotionRequest) -> bool:
    """Tells whether the decision was taken on the ticket's attempt and round, as far as it says."""
    return decision.attempt in (None, ticket.attempt) and decision.round in (None, ticket.round)


def _check_state(ticket: PromotionRequest, action: DecisionAction, launching: bool) -> None:
    states, violation = _DECIDABLE[action]
    held = ticket.hold is not None
    state = "deploying" if launching else "held" if held else ticket.state.value
    asked_for_job = launching and action in {DecisionAction.CANCEL, DecisionAction.HOLD}
    wrongly_held = held if action is DecisionAction.HOLD else action is DecisionAction.RELEASE and not held
    if ticket.state not in states or asked_for_job or wrongly_held:
        raise violation(f"{violation.sentence}: it is {state}", state=state)


def voted_as(ticket: PromotionRequest, person: Person) -> Person:
    """The person by the address that gave their vote, if one of theirs stands: it is theirs to take back."""
    given = [by for place in ticket.votes if same_address(by := ticket.status.history[place].by) in person.addresses]
    if not given or person.email in given:
        return person
    return person.model_copy(update={"email": given[-1], "aliases": (*person.aliases, person.email)})


def _check_voted(ticket: PromotionRequest, decision: Decision) -> None:
    """Raise NoVote unless the person's vote stands, by the very address that gave it, for whom it was given."""
    given = delegations.vote_of(ticket, decision.person)
    if given is None or given.on_behalf_of != decision.on_behalf_of:
        raise NoVote


def check_vote(target: TargetFacts, action: DecisionAction, person: Person) -> None:
    """Raise unless the vote fills a place that is left, and is called an approval if it is the last one."""
    if not target.controlled:
        return
    poll = target.poll
    lacking = poll.missing()  # nothing, where the rules ask for less than when the last one voted
    if (lacking and not poll.is_needed(person)) or (not lacking and poll.missing_after(person)):
        if poll.has(person):
            raise AlreadyVoted
        missing = votes.told(lacking)
        raise VoteNotNeeded(f"{VoteNotNeeded.sentence}: missing are {missing}", missing=missing)
    missing = votes.told(poll.missing(person))
    if action is DecisionAction.APPROVE and missing:
        raise VotesMissing(f"{VotesMissing.sentence}: with your vote, {missing} are missing", missing=missing)
    if action is DecisionAction.ENDORSE and not missing:
        raise StaleDecision


def vote(target: TargetFacts | None, person: Person) -> DecisionAction:
    """The name of the person's vote for the request: the approval, or one more after which votes are missing."""
    poll = target.poll if target is not None and target.controlled else None
    lacks = poll is not None and poll.is_needed(person) and bool(poll.missing(person))
    return DecisionAction.ENDORSE if lacks else DecisionAction.APPROVE


def check_shown(target: TargetFacts, shown: str | None) -> None:
    """Raise ProductionChanged unless the approver was shown production as it is."""
    if target.controlled and not targets.shown_rightly(target, shown):
        now, then = target.production or "", shown or ""
        sentence = f"Production is at {now or 'nothing'} now, and you were shown {then or 'nothing'}: look again"
        raise ProductionChanged(sentence, production=now, shown=then)


def apply(ticket: PromotionRequest, decision: Decision, now: datetime) -> PromotionRequest:
    """The ticket after a decision that `check` has passed; a replayed one is not judged again by newer rules."""
    action = RECORDED_AS[decision.action]
    said: dict[str, str | datetime | bool | None] = {"comment": decision.comment, "reason": decision.reason}
    if decision.action is DecisionAction.EMERGENCY:
        said |= {"emergency": True, "answer_by": decision.answer_by}
    if decision.on_behalf_of is not None:
        said |= {"on_behalf_of": decision.on_behalf_of}
    return _append(ticket, action, now, by=decision.person.email, **said)


def approve_by_rule(ticket: PromotionRequest, rule: str, facts: str, now: datetime) -> PromotionRequest:
    """The ticket after a rule of the company approved it; `facts` tell for what."""
    return _append(ticket, Action.APPROVED, now, comment=facts, rule=rule)


def expire(ticket: PromotionRequest, now: datetime) -> PromotionRequest:
    """The ticket after nobody decided in time."""
    return _append(ticket, Action.EXPIRED, now)


def become_due(ticket: PromotionRequest, now: datetime) -> PromotionRequest:
    """The ticket after the agreed date has come."""
    return _append(ticket, Action.DUE, now)


def lapse(ticket: PromotionRequest, reason: str, decide_by: datetime, now: datetime) -> PromotionRequest:
    """The ticket after its approval was found to cover it no longer; somebody has to approve anew until `decide_by`."""
    return _append(ticket, Action.LAPSED, now, reason=reason, decide_by=max(decide_by, now))


def supersede(ticket: PromotionRequest, newer: str, now: datetime) -> PromotionRequest:
    """The ticket after a newer version of its target was approved."""
    return _append(ticket, Action.SUPERSEDED, now, superseded_by=newer)


def start(ticket: PromotionRequest, job: int | None, now: datetime) -> PromotionRequest:
    """The ticket after its launch was asked for; `job` is AWX's number, None when AWX refused to make one."""
    return _append(ticket, Action.DEPLOYING, now, job_id=None if job is None else job_name(job))


def fail(
    ticket: PromotionRequest, error: str, now: datetime, job: int | None = None, comment: str | None = None
) -> PromotionRequest:
    """The ticket after its deployment failed, or after nobody can tell how it ended."""
    _check_job(ticket)
    job_id = None if job is None else job_name(job)
    return _append(ticket, Action.FAILED, now, comment=comment, job_id=job_id, error=error)


def conclude(ticket: PromotionRequest, result: JobResult, now: datetime) -> PromotionRequest:
    """The ticket after AWX said how the job ended; what is verified already waits for no job."""
    _check_job(ticket)
    if result.outcome is not JobOutcome.SUCCEEDED:
        error = result.error or remarks.write("awx-reports", outcome=result.outcome)
        return fail(ticket, error, now, result.job, result.story)
    return _append(
        ticket,
        Action.VERIFYING if result.verifies else Action.DEPLOYED,
        now,
        comment=result.story,
        job_id=job_name(result.job),
        deployment_id=result.deployment_id,
    )


def _check_job(ticket: PromotionRequest) -> None:
    if ticket.state is State.VERIFYING:
        raise IllegalTransition("The job of what is verified has ended")


def conclude_check(ticket: PromotionRequest, held: bool, words: str, now: datetime) -> PromotionRequest:
    """The ticket after its target's own check held, or did not."""
    last = ticket.last
    if last.action is not Action.VERIFYING:
        raise IllegalTransition(f"A request that is {ticket.state} is not verified")
    said = {"comment": words, "deployment_id": last.deployment_id} if held else {"error": words}
    return _append(ticket, Action.DEPLOYED if held else Action.FAILED, now, SYSTEM, job_id=last.job_id, **said)


def waits_for_date(ticket: PromotionRequest, now: datetime) -> bool:
    """Tells whether the ticket asks for a date that has not come yet."""
    scheduled = ticket.spec.request.scheduled_date
    return scheduled is not None and scheduled > now


def decide_by(ticket: PromotionRequest, first: datetime) -> datetime:
    """The time until which a pending ticket can be decided on; `first` is what its submission said."""
    lapses = [entry.decide_by for entry in ticket.status.history if entry.decide_by is not None]
    return lapses[-1] if lapses else first


def _append(
    ticket: PromotionRequest, action: Action, now: datetime, by: str = SYSTEM, **details: str | datetime | bool | None
) -> PromotionRequest:
    """One more entry, never earlier than the one before: clocks of two machines may differ by a moment."""
    entry = HistoryEntry.model_validate({"action": action, "at": max(now, ticket.last.at), "by": by, **details})
    return ticket.model_copy(update={"status": status_of((*ticket.status.history, entry))})
