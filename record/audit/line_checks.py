"""Checks a target's line for the audit: turns, dates, and whether an approval covered what was launched."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from domain import coverage, line, rules
from domain.rules import Applied, Closed
from domain.signing import Claims, ServiceClaims
from domain.targets import TargetFacts
from domain.ticket import Action, HistoryEntry, PromotionRequest
from domain.values import iso
from record.audit.checks import Check, Step, Violation
from record.audit.turns import LOOKED
from record.people.directory import Directory

PATIENCE = timedelta(seconds=10)
"""The time after its entry when no gate passes a request: its promotion must have ended a launch's life ago for that.

The record does not tell which promotions run, so it can't tell more.
"""


def launched(entry: HistoryEntry) -> bool:
    """Tells whether AWX made a job; an attempt that it refused is no launch."""
    return entry.action is Action.DEPLOYING and entry.job_id is not None


def check_dates(step: Step) -> Iterator[Violation]:
    """Nothing was early: no date that had come, no launch, no end of waiting."""
    if not step.target.controlled:
        return
    last, scheduled = step.last, step.now.spec.request.scheduled_date
    if last.action is Action.DUE and (scheduled is None or last.at < scheduled):
        yield step.violation("too-early", f"it became due at {iso(last.at)}, which is not the date that was agreed")
    if launched(last) and scheduled is not None and last.at < scheduled:
        yield step.violation("too-early", f"it was launched at {iso(last.at)}, and agreed for {iso(scheduled)}")
    if last.action is Action.EXPIRED and last.at < step.decide_by:
        until = iso(step.decide_by)
        yield step.violation("too-early", f"it expired at {iso(last.at)}, and could be decided on until {until}")


def check_calendar(step: Step) -> Iterator[Violation]:
    """Nothing was launched in a freeze, or outside of the windows for changes, but in an emergency."""
    if not step.target.controlled or not launched(step.last) or step.now.emergency is not None:
        return
    at = asked_for(step)
    looked = at - LOOKED
    closed = _throughout(step.target.rules, looked, at)
    if closed is not None and step.always(lambda record: _throughout(record.target.rules, looked, at)):
        why = f"{closed.reason}, " if closed.reason else ""
        until = f"until {iso(closed.until)}" if closed.until else "for a year"
        yield step.violation("frozen", f"it was launched at {iso(at)}, though {closed.rule} lets nothing: {why}{until}")


def asked_for(step: Step) -> datetime:
    """The time at which AWX made the job, as the service signed it: the answer may have come much later than that."""
    job, before = step.signed.job if isinstance(step.signed, ServiceClaims) else None, step.before
    made = job.created if job is not None and job.created is not None else step.last.at
    return min(step.last.at, max(made, before.last.at) if before else made)


def _throughout(held: Applied, since: datetime, until: datetime) -> Closed | None:
    """Tells what keeps anything from being launched all the time from one moment to another."""
    found = rules.closed(held, since)
    return found if found is not None and (found.until is None or found.until > until) else None


def check_lapse(step: Step) -> Iterator[Violation]:
    """Whoever has to approve anew is told why, and until when."""
    last = step.last
    if step.target.controlled and last.action is Action.LAPSED and not (last.reason and last.decide_by):
        yield step.violation("lapsed-without-reason", "it lapsed without a reason, or a time to decide again")


def check_coverage(step: Step) -> Iterator[Violation]:
    """Checks that an approval covered what was launched: production as it was seen, and a time."""
    if not step.target.controlled or not launched(step.last):
        return
    approved = step.others.voted(step.now)
    changed = None if approved is None else coverage.changed_by(approved, step.others.since(approved))
    if changed is not None:
        told = f"{changed.ticket_id} changed production to {changed.version} after the approval"
        yield step.violation("not-covered", f"it was launched though {told}")
    until = coverage.valid_until(step.now, step.directory.rules.approval_valid_for)
    if until is not None and step.always(lambda record: _too_old(step, record.directory.rules.approval_valid_for)):
        yield step.violation("not-covered", f"it was launched at {iso(step.last.at)}, and approved until {iso(until)}")


def _too_old(step: Step, valid_for: timedelta) -> bool:
    until = coverage.valid_until(step.now, valid_for)
    return until is None or step.last.at - LOOKED > until


def check_shown(step: Step) -> Iterator[Violation]:
    """Whoever approved was shown production as it was, or as it was about to be."""
    votes = {Action.ENDORSED, Action.APPROVED}
    if not step.target.controlled or step.last.action not in votes or not isinstance(step.signed, Claims):
        return
    shown, since = step.signed.production, step.last.at - LOOKED
    if shown is not None and step.always(
        lambda record: shown not in step.others.shown(since, record.target.production)
    ):
        yield step.violation("shown-wrongly", f"the approver was shown {shown or 'nothing'} in production")


def check_turn(step: Step) -> Iterator[Violation]:
    """A target's deployments take turns, in the order in which their requests entered the line.

    One whose promotion does not run may be passed, which the record can't tell; but not at once.
    """
    if not step.target.controlled or not launched(step.last):
        return
    others = {each.id: each for each in step.others.others(step.now)}
    running = [each.id for each in others.values() if line.deploys(each)]
    if running:
        yield step.violation("two-at-once", f"it was launched while {', '.join(running)} deployed")
    if step.before is None or line.entered(step.before) is None:
        yield step.violation("not-in-line", "it was launched without a place in its target's line")
        return
    standing = (others[each] for each in step.others.ahead_of(step.now.id) if each not in running)
    if passed := [each.id for each in standing if not _passable(each, step.last.at)]:
        yield step.violation("out-of-turn", f"it was launched ahead of {', '.join(passed)}, whose turn came before")


def check_superseded(step: Step) -> Iterator[Violation]:
    """A request is closed by a newer one only where the platform says so, and by one that is there."""
    if not step.target.controlled or step.last.action is not Action.SUPERSEDED:
        return
    if step.always(lambda record: not _closes(record.target, record.directory)):
        yield step.violation("not-superseded", "neither rules nor platform let a newer request close older ones")
    elif not step.others.newer(step.now, step.last.superseded_by, step.last.at - LOOKED):
        named = step.last.superseded_by or "none"
        yield step.violation("not-superseded", f"{named} is no newer request that was approved after it was made")


def _closes(target: TargetFacts, directory: Directory) -> bool:
    said = target.rules.supersede
    return directory.rules.supersede if said is None else said


def _passable(ticket: PromotionRequest, now: datetime) -> bool:
    """Tells whether its promotion may have ended since it entered, so that others went on without it."""
    index = line.entered(ticket)
    return index is None or now - ticket.status.history[index].at >= PATIENCE


CHECKS: tuple[Check, ...] = (
    check_dates,
    check_calendar,
    check_lapse,
    check_coverage,
    check_shown,
    check_turn,
    check_superseded,
)
