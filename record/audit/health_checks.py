"""Checks that what the catalogue asks a check of was deployed only once that check held."""

from collections.abc import Iterator

from domain.signing import ServiceClaims, ends_check
from domain.ticket import Action
from record.audit.checks import Check, RecordAsOf, Step, Violation

_CHECK = "health"


def check_health(step: Step) -> Iterator[Violation]:
    """A request came to be deployed by a check that held, where the catalogue named one as its job ended.

    The check is the one that the files had as the request came to be verified: that commit says which.
    """
    last, ticket = step.last, step.now
    name = f"{ticket.id} {ticket.attempt}"
    if last.action is Action.VERIFYING:
        step.seen.forget(_CHECK, name)
        step.seen.first(_CHECK, name, _named(RecordAsOf(step.directory, step.target)))
    elif last.action is Action.DEPLOYED and not ends_check(ticket):
        if step.always(_named):
            yield step.violation("health-not-proven", "it was deployed without the check that the catalogue asks for")
    elif last.action is Action.DEPLOYED and step.signs_service:
        yield from _proven(step, step.seen.get(_CHECK, name) or "")


def _named(record: RecordAsOf) -> str:
    """The check that a state of the record names, with the seconds that it has to hold; empty for none."""
    check = record.target.entry.health if record.target.entry else None
    return "" if check is None else f"{check.digest} {int(check.lasts.total_seconds())}"


def _proven(step: Step, named: str) -> Iterator[Violation]:
    health = step.signed.health if isinstance(step.signed, ServiceClaims) else None
    digest, _, seconds = named.partition(" ")
    if health is None:
        yield step.violation("health-not-proven", "nothing proves that the target's check held")
    elif (health.check or "") != digest:
        yield step.violation("health-not-proven", "another check held than the one that the catalogue named")
    elif not health.held or health.seconds < int(seconds or 0):
        yield step.violation("health-not-proven", f"the check held for {health.seconds} s, not for {seconds or 0}")


CHECKS: tuple[Check, ...] = (check_health,)
