"""Rules by which the worker vouches for an act of the service: by the clock, the record and AWX, not by who asks.

Each takes the ticket with the act as its last transition, and raises Unvouched where it can't have come to it so.
"""

from datetime import datetime, timedelta

from domain import lifecycle, line
from domain.clearance import Lapsed, Objection, Superseded
from domain.deployment import JobResult, job_name
from domain.errors import Unvouched
from domain.health import HealthEvidence
from domain.signing import FRESH, SUCCEEDED, HealthFinding, JobEvidence, JobFinding, told_digest
from domain.standard import StandardVerdict
from domain.ticket import Action, PromotionRequest
from domain.values import Frozen, iso


class Vouched(Frozen):
    """An act that the worker vouches for, with AWX's word where it tells of a job, and its own of a check."""

    job: JobEvidence | None = None
    health: HealthEvidence | None = None


def check_time(ticket: PromotionRequest, now: datetime) -> None:
    """The act is not dated ahead."""
    if ticket.last.at - now > FRESH:
        raise Unvouched(f"The act is dated {iso(ticket.last.at)}, which is yet to come")


def check_due(before: PromotionRequest, ticket: PromotionRequest, now: datetime) -> None:
    """The date that the request asks for has come."""
    if not line.becomes_due(before) or lifecycle.waits_for_date(before, min(ticket.last.at, now)):
        raise Unvouched("The date that the request asks for has not come")
    _check_same(lifecycle.become_due(before, ticket.last.at), ticket)


def check_expired(before: PromotionRequest, ticket: PromotionRequest, submitted_until: datetime, now: datetime) -> None:
    """Nobody decided in time. `submitted_until` is what the submission said."""
    until = lifecycle.decide_by(before, submitted_until)
    if min(ticket.last.at, now) < until:
        raise Unvouched(f"The request can be decided on until {iso(until)}")
    _check_same(lifecycle.expire(before, ticket.last.at), ticket)


def check_by_rule(before: PromotionRequest, ticket: PromotionRequest, said: StandardVerdict | None) -> None:
    """A rule of the company approves it, for the facts that the act tells."""
    if said is None or not said.approves:
        raise Unvouched("; ".join(("No rule approves the request", *(said.missing if said else ()))))
    _check_same(lifecycle.approve_by_rule(before, said.rule, said.facts, ticket.last.at), ticket)


def check_objection(
    before: PromotionRequest, ticket: PromotionRequest, said: Objection | None, allowed: timedelta
) -> None:
    """The record speaks against the request as the act tells it; somebody has `allowed` to approve it anew."""
    at = ticket.last.at
    match said:
        case Lapsed():
            _check_same(lifecycle.lapse(before, said.reason, at + allowed, at), ticket)
        case Superseded():
            _check_same(lifecycle.supersede(before, said.newer, at), ticket)
        case _:
            raise Unvouched("Nothing in the record speaks against the request")


def check_without_job(before: PromotionRequest, ticket: PromotionRequest) -> None:
    """No job is known of the attempt: it fails, and nobody can be told that it is under way or deployed."""
    if ticket.last.job_id is not None or before.last.job_id is not None:
        raise Unvouched("The act does not tell what became of its job")


def check_finding(before: PromotionRequest, ticket: PromotionRequest, finding: JobFinding) -> JobEvidence:
    """AWX said of the attempt's job what the act tells."""
    last, started = ticket.last, before.last.job_id
    told = Action.DEPLOYED if last.action in SUCCEEDED else last.action
    if (finding.ticket, finding.attempt, finding.action) != (ticket.id, ticket.attempt, told):
        raise Unvouched(f"AWX's word is about attempt {finding.attempt} of {finding.ticket}: {finding.action}")
    if last.job_id != job_name(finding.job.job) or (last.action is not Action.DEPLOYING and started != last.job_id):
        raise Unvouched(f"AWX's word is about job {finding.job.job}")
    if finding.words != told_digest(last.comment, last.deployment_id, last.error):
        raise Unvouched("AWX's word is another one")
    return finding.job


def check_verified(before: PromotionRequest, ticket: PromotionRequest, finding: HealthFinding | None) -> HealthEvidence:
    """The worker's own looks say of the target's check what the act tells."""
    if finding is None:
        raise Unvouched("Nobody sealed what became of the target's check")
    last, started = ticket.last, before.last.job_id
    if (finding.ticket, finding.attempt) != (ticket.id, ticket.attempt) or started != job_name(finding.job):
        raise Unvouched(f"The check is of job {finding.job}, attempt {finding.attempt} of {finding.ticket}")
    if finding.health.held is not (last.action is Action.DEPLOYED) or last.action is Action.VERIFYING:
        raise Unvouched(f"The check {'held' if finding.health.held else 'did not hold'}")
    if finding.words != told_digest(last.comment, last.deployment_id, last.error) or last.job_id != started:
        raise Unvouched("The check's end says something else")
    return finding.health


def check_unasked(ticket: PromotionRequest, asks: bool) -> None:
    """The target's check comes before the end, where the catalogue asks for one."""
    if ticket.last.action is Action.DEPLOYED and asks:
        raise Unvouched("The catalogue asks for a check of the target first")


def check_lost(before: PromotionRequest, ticket: PromotionRequest, result: JobResult) -> None:
    """AWX does not show the job any more, and the act says so."""
    if ticket.last.action is not Action.FAILED or before.last.job_id != job_name(result.job):
        raise Unvouched("AWX does not show the job")
    _check_same(lifecycle.conclude(before, result, ticket.last.at), ticket)


def _check_same(expected: PromotionRequest, ticket: PromotionRequest) -> None:
    if expected != ticket:
        raise Unvouched(f"The act says something else than what makes it {ticket.last.action}")
