"""Compares AWX's jobs with the record's tickets, and names what a person should look into."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Self

from pydantic import Field

from domain.awx_answers import AwxJob, JobSetup, Watched
from domain.deployment import Deployment, JobNumber, job_name, job_number
from domain.grants import GRANT
from domain.lifecycle import waits_for_date
from domain.ticket import Action, PromotionRequest, State
from domain.values import Frozen, Moment, TicketId

OVERDUE = timedelta(hours=2)
"""A launch that was due this long ago and has no job: somebody terminated its promotion, or its line is stuck."""


Attempt = tuple[str, int]
"""Ticket id and attempt."""


class Window(Frozen):
    """The scope of the comparison: jobs made after `since`, and tickets as they are `now`."""

    since: Moment
    now: Moment


class OrphanJob(Frozen):
    """A job of our playbook, or on our inventory, that no ticket explains.

    `twin_of` is the job that it repeats, `reason` a sentence.
    """

    job: JobNumber
    status: str
    reason: str
    twin_of: JobNumber | None = None


class MissingJob(Frozen):
    """A ticket without the job that it should have; `reason` is a sentence."""

    request_id: TicketId
    reason: str


class JobComparison(Frozen):
    strays: tuple[OrphanJob, ...] = ()  # as recorded histories of the watch name it
    missing: tuple[MissingJob, ...] = ()


def named(jobs: Iterable[AwxJob]) -> set[str]:
    """The tickets that the jobs' variables name."""
    return {ticket_id for ticket_id, _ in map(_attempt, jobs) if ticket_id}


class Approved(Frozen):
    """An approved ticket as the watch sees it: its current attempt, and the jobs that the record has, by attempt.

    `waits` tells that its date has not come, or that it is held: nothing is launched for it.
    """

    deployment: Deployment
    jobs: Mapping[int, JobNumber] = Field(default_factory=dict)
    waits: bool = False

    @classmethod
    def of(cls, ticket: PromotionRequest, now: datetime) -> Self:
        """The ticket at that moment; ValueError unless somebody approved it."""
        jobs, attempt = {}, 1
        for entry in ticket.status.history:
            attempt += entry.action is Action.RETRIED
            if entry.action is Action.DEPLOYING and entry.job_id is not None:
                jobs[attempt] = job_number(entry.job_id)
        waits = ticket.state is State.APPROVED and (waits_for_date(ticket, now) or ticket.hold is not None)
        return cls(deployment=Deployment.of(ticket), jobs=jobs, waits=waits)


def orphans(jobs: Iterable[AwxJob], approved: Iterable[Approved], me: int, watched: Watched) -> tuple[OrphanJob, ...]:
    """The jobs that no approved ticket explains, by number; `me` is the id of our own user in AWX.

    `watched` is the template that Prodgate launches: a copy of it is another one. Of an attempt's jobs the one that the
    record has is its own; while it has none, the oldest.

    `approved` are the current attempts. A job that comes twice, from two pages, is one.
    """
    tickets = {each.deployment.request_id: each for each in approved}
    taken: dict[Attempt, int] = {
        (ticket, attempt): job for ticket, each in tickets.items() for attempt, job in each.jobs.items()
    }
    found = []
    for _, job in sorted({job.id: job for job in jobs}.items()):
        attempt = _attempt(job)
        if reason := _set_up_otherwise(job, watched) or _unexplained(job, tickets, me, watched):
            found.append(OrphanJob(job=job.id, status=job.status, reason=reason))
        elif (first := taken.get(attempt)) and first != job.id:
            reason = f"it is a second job for attempt {attempt[1]} of {attempt[0]}, beside {first}"
            found.append(OrphanJob(job=job.id, status=job.status, reason=reason, twin_of=first))
        else:
            taken[attempt] = job.id
    return tuple(found)


def missing(tickets: Iterable[PromotionRequest], jobs: Iterable[AwxJob], window: Window) -> tuple[MissingJob, ...]:
    """The tickets whose job AWX lacks: launched in the window and not there, or never launched though long due."""
    return tuple(_missing(tickets, {job_name(job.id) for job in jobs}, window))


def _set_up_otherwise(job: AwxJob, watched: Watched) -> str | None:
    """The reason why the job is not a launch of the one template; None where it is one, and nothing was changed."""
    if job.template != watched.template:
        return f"it is of job template {job.template}, not of {watched.template}, which Prodgate launches"
    differing = [
        field.name for field in fields(JobSetup) if getattr(job.setup, field.name) != getattr(watched.setup, field.name)
    ]
    if differing:
        return f"it differs from its template: {', '.join(differing)}"
    return None


def _unexplained(job: AwxJob, tickets: Mapping[str, Approved], me: int, watched: Watched) -> str | None:
    """The reason why no ticket explains the job; None where one does: ours, of an attempt so far, and as approved."""
    if not job.launched_as(me):
        return f"{job.launcher or 'AWX itself'} started it ({job.launch_type}), not Prodgate"
    ticket_id, attempt = _attempt(job)
    ticket = tickets.get(ticket_id)
    if ticket is None or not 1 <= attempt <= ticket.deployment.attempt:
        return "it names no attempt of an approved ticket"
    if ticket.waits:
        return f"{ticket_id} is not to be launched yet"
    sent = ticket.deployment.extra_vars() | {"attempt": attempt}
    if any(job.variables.get(name) != value for name, value in sent.items()):
        return f"it runs something else than {ticket_id} was approved for"
    if more := sorted(job.variables.keys() - sent.keys() - watched.variables.keys() - {GRANT}):
        return f"it has variables that nobody approved: {', '.join(more)[:200]}"
    return None


def _attempt(job: AwxJob) -> Attempt:
    """The attempt that the variables name; `("", 0)` where they name none."""
    ticket_id, attempt = job.variables.get("request_id"), job.variables.get("attempt")
    return (ticket_id, attempt) if isinstance(ticket_id, str) and isinstance(attempt, int) else ("", 0)


def _missing(tickets: Iterable[PromotionRequest], there: set[str], window: Window) -> Iterator[MissingJob]:
    for ticket in tickets:
        job = _expected_job(ticket, window)
        if job is not None and job not in there:
            yield MissingJob(request_id=ticket.id, reason=f"it is {ticket.state} by {job}, which AWX doesn't have")
        elif _overdue(ticket, window):
            yield MissingJob(
                request_id=ticket.id, reason=f"it should have been launched over {OVERDUE} ago, and was not"
            )


def _expected_job(ticket: PromotionRequest, window: Window) -> str | None:
    """The job that AWX must have, as the ticket writes it (`awx-job-5`); None where none was launched in the window."""
    if ticket.state not in (State.DEPLOYING, State.VERIFYING, State.DEPLOYED):
        return None
    launches = [entry for entry in ticket.status.history if entry.action is Action.DEPLOYING]
    latest = launches[-1] if launches else None
    return latest.job_id if latest is not None and latest.at >= window.since else None


def _overdue(ticket: PromotionRequest, window: Window) -> bool:
    """Tells whether the ticket should have been launched long ago."""
    if ticket.state is not State.APPROVED or waits_for_date(ticket, window.now):
        return False
    due = max(ticket.last.at, ticket.spec.request.scheduled_date or ticket.last.at)
    return window.now - due > OVERDUE
