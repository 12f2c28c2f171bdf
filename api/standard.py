"""The answer about a standard change: a rule of the company approves the request by itself, or why it does not."""

from datetime import datetime
from typing import Self

from domain import coverage
from domain.contract import ContractDifference
from domain.remarks import Remark, read
from domain.standard import Sealed, StandardVerdict
from domain.targets import TargetFacts
from domain.ticket import PromotionRequest
from domain.values import Frozen, RuleName
from record.facts.standard import StandardReader


class StandardShown(Frozen):
    """A rule's word on a request: it approves it for these facts, unless something is missing.

    Test evidence is taken for seen: it is read when the request is sent.
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
    breaking = contract is not None and contract.found is not None and contract.found.breaking > 0
    sealed = Sealed(tested=True, breaking=breaking)
    return StandardShown.of(coverage.by_rule(draft, facts, reader.past(draft, now), sealed, now))
