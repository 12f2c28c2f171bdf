"""Checks of what a rule of the company approved: it did say so, and what it asks for had happened."""

from collections.abc import Iterator
from datetime import datetime

from domain import coverage, roles
from domain.roles import Permission
from domain.standard import PastEvent, StandardVerdict
from domain.ticket import SYSTEM, Action
from record.audit.checks import Check, Step, Violation
from record.audit.line_checks import asked_for, launched
from record.audit.turns import LOOKED
from record.people.directory import Directory


def check_standard(step: Step) -> Iterator[Violation]:
    """A rule approves only what its facts allow, when it approves and when that is launched."""
    last = step.last
    approves = last.action is Action.APPROVED and last.by == SYSTEM
    if not approves and not (launched(last) and step.now.rule_approval is not None):
        return
    if not approves and step.always(lambda record: not _may_ask(step, record.directory)):
        yield step.violation(
            "not-standard", f"it was launched though {step.now.metadata.created_by} may not ask for it"
        )
        return
    found = tuple(_verdicts(step, last.at if approves else asked_for(step)))
    rules = {each.rule for each in found if each.approves}
    if not rules:
        why = "; ".join(found[0].missing) if found else "no rule says that it is standard"
        yield step.violation("not-standard", f"it was {last.action} by a rule alone, though {why}")
    elif approves and last.rule not in rules:
        yield step.violation("not-standard", f"{last.rule} did not approve it, but {', '.join(sorted(rules))}")


def _may_ask(step: Step, directory: Directory) -> bool:
    """Tells whether the requester may: nobody else stands for what a rule approved."""
    asker = directory.person(step.now.metadata.created_by, step.requester.subject)
    return asker is not None and roles.holds(asker, Permission.CREATE, step.now.metadata.tenant)


def _verdicts(step: Step, at: datetime) -> Iterator[StandardVerdict]:
    """The rule's word, by each state of the record that an honest gate may have read."""
    looked = at - LOOKED
    others = (each for each in step.others.others(step.now) if each.hold is not None and each.last.at < looked)
    held = tuple(PastEvent.of(each, each.last.at, stopped=True) for each in others)
    for target in (step.target, *(each.target for each in step.earlier())):
        for past, production in step.others.pasts(looked):
            as_then = target.model_copy(update={"production": production or target.production})
            words = (coverage.by_rule(step.now, as_then, (*held, *past), step.sealed, now) for now in (looked, at))
            yield from (said for said in words if said is not None)


CHECKS: tuple[Check, ...] = (check_standard,)
