"""The answer about a standard change: a rule of the company approves the request by itself, or why it does not."""

from datetime import datetime
from typing import Self

from domain import coverage, remarks
from domain.contract import ContractDifference
from domain.errors import RuleViolation
from domain.remarks import Remark, read
from domain.standard import StandardVerdict
from domain.targets import TargetFacts
from domain.ticket import Action, PromotionRequest, State
from domain.values import Frozen, RuleName
from record.facts.standard import StandardReader, sealed_of


class StandardShown(Frozen):
    """A rule's word on a request: it approves it for these facts, unless something is missing.

    Of a request that is not sent yet, test evidence is taken for seen: it is read when it is sent.
    """

    rule: RuleName
    approves: bool
    facts: tuple[Remark, ...]
    missing: tuple[Remark, ...]

    @classmethod
    def of(cls, said: StandardVerdict | None) -> Self | None:
        """Shows the word; None where no rule says what is standard."""
        if said is None:
            return None
        missing = tuple(remark for each in said.missing for remark in read(each))
        return cls(rule=said.rule, approves=said.approves, facts=read(said.facts), missing=missing)


def foreseen(
    reader: StandardReader,
    draft: PromotionRequest,
    facts: TargetFacts,
    contract: ContractDifference | None,
    now: datetime,
) -> StandardShown | None:
    """The word on a request that is not sent yet. Raises what reading the record raises."""
    if facts.rules.standard is None or not reader.keys.current().signs_service:
        return None
    sealed = sealed_of(None, contract).model_copy(update={"tested": True})
    return StandardShown.of(coverage.by_rule(draft, facts, reader.past(draft, now), sealed, now))


def said_of(
    reader: StandardReader, ticket: PromotionRequest, facts: TargetFacts | None, now: datetime
) -> StandardShown | None:
    """The word on a recorded request: the one that approved it, or what is missing while it waits for people.

    Raises what reading the record raises.
    """
    approval = next((entry for entry in ticket.status.history if entry.rule is not None), None)
    if approval is not None and approval.rule is not None:
        lapses = (entry for entry in ticket.status.history if entry.action is Action.LAPSED)
        missing = read(next((entry.reason for entry in lapses), None))
        approves = ticket.rule_approval is not None
        return StandardShown(rule=approval.rule, approves=approves, facts=read(approval.comment), missing=missing)
    if facts is None or ticket.state is not State.PENDING:
        return None
    try:
        said = reader.judged(ticket, facts, now)
    except RuleViolation:  # the answers about decisions say what stands in everybody's way
        return None
    late = (remarks.write("standard-once"),)
    return StandardShown.of(said and said.model_copy(update={"missing": said.missing or late}))
