"""Explains the rules for one request of a clone, or for one that nobody has asked for yet, offline."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.calendars import Period
from domain.errors import RuleViolation
from domain.explaining import Explanation, MatchPart, PartExplained, PartVerdict, RuleExplained, RulePart, explained
from domain.rules import Applied
from domain.ticket import FOLDER, PromotionRequest
from record.audit.columns import aligned
from record.audit.states import RecordCommit
from record.errors import RecordUnavailable
from record.facts.controls import Requested
from record.files.reading import read_ticket
from record.index.bulk import blob_of
from record.people.members import Fault
from record.people.switch import find_switch, older

_BESIDE = {
    PartVerdict.DECIDES: "decides",
    PartVerdict.ADDS: "hold",
    PartVerdict.AGREES: "the same as {}",
    PartVerdict.CONTRADICTS: "contradicts {}",
    PartVerdict.GIVES_WAY: "{} decides",
}


@dataclass(frozen=True)
class ExplainedRequest:
    """The rules for one request in one commit. `uncontrolled` says why none of them holds for it, if so."""

    asked: Requested
    explanation: Explanation
    commit: str
    faults: tuple[Fault, ...]
    ticket: str | None = None
    uncontrolled: str | None = None

    @property
    def decided(self) -> bool:
        """True where the rules can be read, and do not contradict each other."""
        return not self.faults and not self.explanation.held.undecided

    def as_dict(self) -> dict[str, Any]:
        """The explanation for programs."""
        asked = self.asked
        return {
            "ticket": self.ticket,
            "tenant": asked.tenant,
            "type": asked.target.type.value,
            "name": asked.target.name,
            "impact": asked.impact.value,
            "commit": self.commit,
            "uncontrolled": self.uncontrolled,
            "decided": self.decided,
            "faults": [told(each) for each in self.faults],
            **self.explanation.model_dump(mode="json", by_alias=True),
        }

    def lines(self) -> Iterator[str]:
        """The explanation for people; whatever a file says has to be made printable."""
        asked, found = self.asked, self.explanation
        of = f"{self.ticket}: " if self.ticket else ""
        yield f"{of}{asked.target.type} {asked.target.name} of {asked.tenant}, impact {asked.impact}"
        yield f"by the rules of {self.commit[:12]}"
        if self.uncontrolled:
            yield f"None of them holds for it: {self.uncontrolled}"
        yield ""
        yield from _rules(found)
        yield from (f"{each}: it may hold for any request, and nothing goes on" for each in self.faults)
        if first := found.held.undecided:
            yield f"Nothing decides, and nothing goes on: {', '.join(first)} are as specific, and differ"
        yield from aligned(
            [*_in_the_end(found.held), ("now", str(found.closed or "nothing is in the way of a launch"))]
        )


def told(fault: Fault) -> dict[str, Any]:
    """A fault for programs."""
    return {"file": fault.path, "line": fault.line, "sentence": fault.sentence}


def of_ticket(state: RecordCommit, ticket_id: str, at: datetime) -> ExplainedRequest:
    """The rules for a request of the commit. Raises RecordUnavailable where it has none of that name."""
    ticket = _found(state, ticket_id)
    return _explained(state, Requested.of(ticket), at, ticket)


def of_new(state: RecordCommit, asked: Requested, at: datetime) -> ExplainedRequest:
    """The rules for a request that might be asked for."""
    return _explained(state, asked, at, None)


def _explained(
    state: RecordCommit, asked: Requested, at: datetime, ticket: PromotionRequest | None
) -> ExplainedRequest:
    impact = state.impact(asked.impact, asked.target.type, asked.target.name)
    raised = Requested(asked.tenant, asked.target, impact)
    found = explained(state.rules.rules, raised.tenant, raised.target, impact, at)
    commit, named = str(state.commit.id), ticket.id if ticket else None
    return ExplainedRequest(raised, found, commit, state.rules.faults, named, _uncontrolled(state, ticket))


def _found(state: RecordCommit, ticket_id: str) -> PromotionRequest:
    """The ticket of a name, whose file may lie in any month."""
    for path, blob in state.tickets():
        if path.endswith(f"/{ticket_id}.yaml"):
            try:
                return read_ticket(path, blob_of(state.objects, blob))
            except RuleViolation as error:
                raise RecordUnavailable(f"{path} can't be read: {error}") from error
    raise RecordUnavailable(f"{str(state.commit.id)[:12]} has no request {ticket_id} in {FOLDER}")


def _uncontrolled(state: RecordCommit, ticket: PromotionRequest | None) -> str | None:
    switch = find_switch(state.objects, str(state.commit.id))
    if switch is None:
        return "platform.yaml has not set spec.controls to 2"
    if ticket is not None and ticket.path in older(state.objects, switch):
        return "it is older than spec.controls: 2, and keeps the rules of its time"
    return None


def _rules(found: Explanation) -> Iterator[str]:
    """The table of rules, those that hold first."""
    if not found.rules:
        yield "There are no rules"
        return
    said = {each.part for rule in found.rules for each in rule.parts}
    parts = [part for part in RulePart if part in _ALWAYS or part in said]
    head = ("RULE", "HOLDS", "MATCHES BY", *(part.value.upper() for part in parts))
    yield from aligned([head, *(_row(rule, parts) for rule in found.rules)])
    yield ""


_ALWAYS = frozenset({RulePart.APPROVALS, RulePart.FREEZES, RulePart.WINDOWS})
"""Parts that have a column also where no rule speaks of them."""


def _row(rule: RuleExplained, parts: Sequence[RulePart]) -> tuple[str, ...]:
    if not rule.holds:
        return (rule.name, f"no: {', '.join(rule.unfit)}", "-", *("-" for _ in parts))
    told = {each.part: _shown(each) for each in rule.parts}
    return (rule.name, "yes", _matched(rule.rank), *(told.get(part, "-") for part in parts))


def _shown(part: PartExplained) -> str:
    return _BESIDE[part.verdict].format(", ".join(part.others))


def _matched(rank: tuple[int, ...]) -> str:
    """The parts by which a rule matches; of names the number that counts before another pattern's."""
    fitting = ((part, fits) for part, fits in zip(MatchPart, rank, strict=True) if fits)
    named = [f"{part} ({fits})" if part is MatchPart.NAME else part.value for part, fits in fitting]
    return ", ".join(named) or "everything"


def _in_the_end(held: Applied) -> Iterator[tuple[str, str]]:
    """The parts that hold, each with the rule that it is of."""
    yield "an approval takes", f"{', '.join(map(str, held.approvals))} ({held.approvals_of or 'without a rule'})"
    for rule, freeze in held.freezes:
        yield "frozen", f"{_period(freeze)}: {freeze.reason} ({rule})"
    for window in held.windows or ():
        yield "launched only", f"{_period(window)} ({held.windows_of})"
    if held.standard is not None:
        yield "standard", f"{held.standard} ({held.standard_of})"
    if held.emergency is not None:
        yield "in an emergency", f"{held.emergency} ({held.emergency_of})"
    if held.escalation:
        yield "while nobody decides", f"asks {', '.join(map(str, held.escalation))} ({held.escalation_of})"
    if held.supersede is not None:
        yield "newer versions", "close older requests" if held.supersede else "close no older requests"


def _period(period: Period) -> str:
    every = f", {period.every}" if period.every else ""
    return f"{period.starts:%Y-%m-%d %H:%M} to {period.ends:%Y-%m-%d %H:%M} {period.zone}{every}"
