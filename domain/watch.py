"""AWX's jobs against the tickets of the record: what a person should look into."""

from datetime import timedelta

from domain.deployment import JobNumber
from domain.lifecycle import waits_for_date
from domain.ticket import Action, PromotionRequest, State
from domain.values import Frozen, Moment, TicketId

OVERDUE = timedelta(hours=2)
"""A launch that was due this long ago and has no job: somebody terminated its promotion, or its line is stuck."""


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
    orphans: tuple[OrphanJob, ...] = ()
    missing: tuple[MissingJob, ...] = ()


def expected_job(ticket: PromotionRequest, window: Window) -> str | None:
    """The job that AWX must have, as the ticket writes it (`awx-job-5`); None where none was launched in the window."""
    if ticket.state not in (State.DEPLOYING, State.DEPLOYED):
        return None
    launches = [entry for entry in ticket.status.history if entry.action is Action.DEPLOYING]
    latest = launches[-1] if launches else None
    return latest.job_id if latest is not None and latest.at >= window.since else None


def overdue(ticket: PromotionRequest, window: Window) -> bool:
    """Tells whether the ticket should have been launched long ago."""
    if ticket.state is not State.APPROVED or waits_for_date(ticket, window.now):
        return False
    due = max(ticket.last.at, ticket.spec.request.scheduled_date or ticket.last.at)
    return window.now - due > OVERDUE
