"""Compares AWX's jobs with the record's tickets, and names what a person should look into."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from domain.awx_answers import AwxJob
from domain.deployment import Deployment, JobNumber, job_name
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
    """A job of the template that no ticket explains; `twin_of` is the job that it repeats; `reason` is a sentence."""

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


def orphans(jobs: Iterable[AwxJob], approved: Iterable[Deployment], me: int) -> tuple[OrphanJob, ...]:
    """The jobs that no approved ticket explains, by number; `me` is the id of our own user in AWX.

    `approved` are the current attempts. A job that comes twice, from two pages, is one.
    """
    tickets = {deployment.request_id: deployment for deployment in approved}
    taken: dict[Attempt, int] = {}
    found = []
    for _, job in sorted({job.id: job for job in jobs}.items()):
        attempt = _attempt(job)
        if reason := _unexplained(job, tickets, me):
            found.append(OrphanJob(job=job.id, status=job.status, reason=reason))
        elif first := taken.get(attempt):
            reason = f"it is a second job for attempt {attempt[1]} of {attempt[0]}, after {first}"
            found.append(OrphanJob(job=job.id, status=job.status, reason=reason, twin_of=first))
        else:
            taken[attempt] = job.id
    return tuple(found)


def missing(tickets: Iterable[PromotionRequest], jobs: Iterable[AwxJob], window: Window) -> tuple[MissingJob, ...]:
    """The tickets whose job AWX lacks: launched in the window and not there, or never launched though long due."""
    return tuple(_missing(tickets, {job_name(job.id) for job in jobs}, window))


def _unexplained(job: AwxJob, tickets: Mapping[str, Deployment], me: int) -> str | None:
    """The reason why no ticket explains the job; None where one does: ours, of an attempt so far, and as approved."""
    if not job.launched_as(me):
        return f"{job.launcher or 'AWX itself'} started it ({job.launch_type}), not Prodgate"
    ticket_id, attempt = _attempt(job)
    ticket = tickets.get(ticket_id)
    if ticket is None or not 1 <= attempt <= ticket.attempt:
        return "it names no attempt of an approved ticket"
    sent = ticket.extra_vars() | {"attempt": attempt}
    if any(job.variables.get(name) != value for name, value in sent.items()):
        return f"it runs something else than {ticket_id} was approved for"
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
