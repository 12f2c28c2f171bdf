"""AWX's jobs against the approved tickets: jobs that no ticket explains, and tickets whose job is not there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from clients.awx import AwxClient
from clients.awx_rows import MANUAL, JobRow
from domain.deployment import Deployment

Attempt = tuple[str, int]
"""Ticket id and attempt."""


@dataclass(frozen=True)
class Stray:
    """A job of the template that no ticket explains; `reason` is one sentence."""

    job: int
    status: str
    reason: str


@dataclass(frozen=True)
class Comparison:
    """What a person should look into; `missing` are current attempts without a job of ours."""

    strays: tuple[Stray, ...]
    missing: tuple[Deployment, ...]


async def watch(client: AwxClient, since: datetime, approved: Iterable[Deployment]) -> Comparison:
    """Compare the template's jobs created after `since` (GET /jobs/) with the current attempts of approved tickets.

    Give tickets whose attempts all began after `since`; an attempt from before would be told as missing.
    """
    template, me = await client.template(), await client.me()
    return compare(await client.newest_jobs(template.id, since), approved, me.id)


def compare(jobs: Iterable[JobRow], approved: Iterable[Deployment], me: int) -> Comparison:
    """The comparison itself; `me` is the id of our own user in AWX."""
    tickets = {deployment.request_id: deployment for deployment in approved}
    taken: dict[Attempt, int] = {}
    strays = []
    for job in sorted(jobs, key=lambda job: job.id):
        reason = _unexplained(job, tickets, taken, me)
        if reason:
            strays.append(Stray(job.id, job.status, reason))
        else:
            taken[_attempt(job)] = job.id
    missing = tuple(ticket for ticket in tickets.values() if (ticket.request_id, ticket.attempt) not in taken)
    return Comparison(tuple(strays), missing)


def _unexplained(job: JobRow, tickets: Mapping[str, Deployment], taken: Mapping[Attempt, int], me: int) -> str | None:
    """Why no ticket explains the job; None where one does: ours, of an attempt made so far, first and as approved."""
    if job.launch_type != MANUAL or job.launched_by.id != me:
        return f"{job.launched_by.name or 'AWX itself'} started it ({job.launch_type}), not Prodgate"
    ticket_id, attempt = _attempt(job)
    ticket = tickets.get(ticket_id)
    if ticket is None or not 1 <= attempt <= ticket.attempt:
        return "it names no attempt of an approved ticket"
    if first := taken.get((ticket_id, attempt)):
        return f"it is a second job for attempt {attempt} of {ticket_id}, after {first}"
    sent = ticket.extra_vars() | {"attempt": attempt}
    if any(job.variables.get(name) != value for name, value in sent.items()):
        return f"it runs something else than {ticket_id} was approved for"
    return None


def _attempt(job: JobRow) -> Attempt:
    """The attempt that the variables name; `("", 0)` where they name none."""
    ticket_id, attempt = job.variables.get("request_id"), job.variables.get("attempt")
    return (ticket_id, attempt) if isinstance(ticket_id, str) and isinstance(attempt, int) else ("", 0)
