"""AWX's jobs against the approved tickets: those that no ticket explains."""

from collections.abc import Iterable, Mapping

from clients.awx.rows import MANUAL, JobRow
from domain.deployment import Deployment
from domain.watch import OrphanJob

Attempt = tuple[str, int]
"""Ticket id and attempt."""


def named(jobs: Iterable[JobRow]) -> set[str]:
    """The tickets that the jobs' variables name."""
    return {ticket_id for ticket_id, _ in map(_attempt, jobs) if ticket_id}


def orphans(jobs: Iterable[JobRow], approved: Iterable[Deployment], me: int) -> tuple[OrphanJob, ...]:
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


def _unexplained(job: JobRow, tickets: Mapping[str, Deployment], me: int) -> str | None:
    """The reason why no ticket explains the job; None where one does: ours, of an attempt so far, and as approved."""
    if job.launch_type != MANUAL or job.launched_by.id != me:
        return f"{job.launched_by.name or 'AWX itself'} started it ({job.launch_type}), not Prodgate"
    ticket_id, attempt = _attempt(job)
    ticket = tickets.get(ticket_id)
    if ticket is None or not 1 <= attempt <= ticket.attempt:
        return "it names no attempt of an approved ticket"
    sent = ticket.extra_vars() | {"attempt": attempt}
    if any(job.variables.get(name) != value for name, value in sent.items()):
        return f"it runs something else than {ticket_id} was approved for"
    return None


def _attempt(job: JobRow) -> Attempt:
    """The attempt that the variables name; `("", 0)` where they name none."""
    ticket_id, attempt = job.variables.get("request_id"), job.variables.get("attempt")
    return (ticket_id, attempt) if isinstance(ticket_id, str) and isinstance(attempt, int) else ("", 0)
