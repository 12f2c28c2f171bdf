"""Checks of emergencies: a rule let somebody declare each, and somebody else answered for it."""

from collections.abc import Iterator

from domain import emergencies, votes
from domain.emergencies import ANSWERS, EmergencyRule
from domain.roles import Person, same_address
from domain.signing import Claims
from domain.ticket import Action, HistoryEntry
from domain.values import iso
from record.audit.checks import Check, RecordAsOf, Step, Violation
from record.audit.line_checks import asked_for, launched
from record.audit.turns import LOOKED


def check_declared(step: Step) -> Iterator[Violation]:
    """A rule let whoever declared it launch past votes and freezes, when they did and when it was launched."""
    declared, last = step.now.emergency, step.last
    if declared is None or not (last.action is Action.APPROVED or launched(last)):
        return
    if step.always(lambda record: _rule(step, record, declared) is None):
        yield step.violation(
            "emergency-not-allowed", f"it was {last.action} past votes and freezes, which no rule lets {declared.by} do"
        )


def check_date(step: Step) -> Iterator[Violation]:
    """Somebody has as long to answer for it as the rule says, and nothing is launched after that."""
    declared, last = step.now.emergency, step.last
    if declared is None or declared.answer_by is None:
        return
    until = declared.answer_by
    if last is declared and step.always(lambda record: not _gives(step, record, declared)):
        yield step.violation("emergency-date", f"no rule lets somebody answer for it until {iso(until)}")
    if launched(last) and asked_for(step) - LOOKED >= until:
        yield step.violation("emergency-late", f"it was launched though nobody had answered until {iso(until)}")


def check_overdue(step: Step) -> Iterator[Violation]:
    """Nobody declares an emergency while others of the tenant wait too long for an answer, where the rule says so."""
    declared, last = step.now.emergency, step.last
    if declared is None or last is not declared:
        return
    if step.always(lambda record: _stopped(step, record, declared)):
        told = emergencies.told([each for each in step.target.debts if each.is_overdue(last.at)])
        yield step.violation("emergency-stopped", f"it was declared while an answer was overdue for {told}")


def check_answer(step: Step) -> Iterator[Violation]:
    """Somebody else answers for an emergency than whoever declared it."""
    declared, last = step.now.emergency, step.last
    if last.action not in ANSWERS or declared is None:
        return
    if step.always(lambda record: _is_declarer(step, record, declared)):
        yield step.violation("own-emergency", f"{last.by} {last.action} it, who declared the emergency")


def _rule(step: Step, record: RecordAsOf, declared: HistoryEntry) -> EmergencyRule | None:
    """The rule by which whoever declared it may; None where none lets them."""
    rule, person = record.target.rules.emergency, _known(step, record, declared.by)
    if rule is None or person is None or not record.target.controlled:
        return None
    groups, tenant = record.directory.rules.groups, step.now.metadata.tenant
    return rule if votes.entitled(person, rule, tenant, groups) else None


def _gives(step: Step, record: RecordAsOf, declared: HistoryEntry) -> bool:
    """Tells whether the rule gives that time; where there is none, another check names it."""
    rule = record.target.rules.emergency
    signed = step.signed.at if isinstance(step.signed, Claims) else declared.at
    return rule is None or declared.answer_by == emergencies.answer_by(step.now, rule, signed)


def _stopped(step: Step, record: RecordAsOf, declared: HistoryEntry) -> bool:
    """Tells whether a debt had been overdue for as long as whoever declared it may have looked at the record."""
    rule, looked = record.target.rules.emergency, declared.at - LOOKED
    known = [each for each in step.target.debts if each.since <= looked]
    return rule is not None and bool(emergencies.stopping(rule, known, looked))


def _is_declarer(step: Step, record: RecordAsOf, declared: HistoryEntry) -> bool:
    sub = step.signed.sub if isinstance(step.signed, Claims) else None
    if sub is not None and step.acts.has_acted_as(sub, declared.by):
        return True
    before, now = _known(step, record, declared.by), _known(step, record, step.last.by)
    known = before.identities if before else frozenset((f"address {same_address(declared.by)}",))
    acts = now.identities if now else frozenset((f"address {same_address(step.last.by)}",))
    return not known.isdisjoint(acts)


def _known(step: Step, record: RecordAsOf, email: str) -> Person | None:
    """The person, by the sign-in with which they act or acted first."""
    signed = step.signed if isinstance(step.signed, Claims) else None
    acts_now = signed is not None and same_address(signed.email) == same_address(email)
    subject = signed.sub if signed is not None and acts_now else step.acts.subject_of(record.directory, email)
    return record.directory.person(email, subject)


CHECKS: tuple[Check, ...] = (check_declared, check_date, check_overdue, check_answer)
