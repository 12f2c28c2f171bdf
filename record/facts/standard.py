"""Reads what a rule needs to know before it approves: what became of the target's deployments, and what was sealed."""

from dataclasses import dataclass
from datetime import datetime

from domain import coverage, targets
from domain.contract import ContractDifference
from domain.evidence import Evidence, EvidenceState
from domain.standard import LONGEST, PastEvent, Sealed, StandardVerdict, approved_alone, stopped, went_well
from domain.targets import TargetFacts
from domain.ticket import PromotionRequest
from record.facts.contracts import contract_of
from record.facts.test_evidence import evidence_of
from record.git.repository import Repository
from record.index.reader import Index
from record.index.schema import what_of
from record.people.directory import DirectoryReader
from record.signing.keys import KeyReader

_MOST = 1_000
"""Deployments of one target that are looked at."""


def sealed_of(evidence: Evidence | None, contract: ContractDifference | None) -> Sealed:
    """The part of the worker's word on a submission that a rule asks for."""
    tested = evidence is not None and evidence.state is EvidenceState.CHECKED
    found = contract.found if contract is not None else None
    return Sealed(tested=tested, compared=found is not None, breaking=found is not None and found.breaking > 0)


@dataclass(frozen=True)
class StandardReader:
    """Reads the branch as the index has it. Every method raises what reading the record raises."""

    repository: Repository
    directory: DirectoryReader
    index: Index
    keys: KeyReader

    def past(self, ticket: PromotionRequest, now: datetime) -> tuple[PastEvent, ...]:
        """The deployments of the ticket's target since its last failure that may count, oldest first; before them, what
        people stopped.

        Only those that the service proved: the index shows no ticket further than it is proven. What its requester
        approved, by an address that is known as theirs by now, counts for nothing.
        """
        what, since = what_of(ticket), int((now - LONGEST).timestamp())
        target = ticket.spec.target
        others = (
            *self.index.rejected_or_cancelled(what, since, _MOST),
            *self.index.open_of(target.type, target.name, target.target_environment),
        )
        found = self.index.since_failure(what, since, _MOST)
        refused = (
            PastEvent.of(each, each.last.at, stopped=True)
            for each in others
            if each.id != ticket.id and stopped(each)  # its own hold keeps it waiting anyway
        )
        return (*refused, *(self._event(each.ticket, each.key[0]) for each in reversed(found)))

    def _event(self, ticket: PromotionRequest, place: int) -> PastEvent:
        clean = went_well(ticket) and self.keys.before(place).signs_service
        clean = clean and not approved_alone(ticket, self.directory.current().person)
        return PastEvent.of(ticket, ticket.status.deployed_at or ticket.last.at, clean=clean)

    def sealed(self, ticket: PromotionRequest) -> Sealed:
        """The worker's word on the ticket's submission."""
        parts = (self.repository, self.index, self.keys, ticket)
        return sealed_of(evidence_of(*parts), contract_of(*parts))

    def judged(self, ticket: PromotionRequest, target: TargetFacts, now: datetime) -> StandardVerdict | None:
        """The rule's word on a request that was just recorded; None where no rule says what is standard.

        Raises FaultyFile, or TargetNotOwned, where nothing may go on at all.
        """
        if target.rules.standard is None or not target.controlled or not self.keys.current().signs_service:
            return None
        if refused := targets.objection(target, ticket.metadata.tenant, ticket.spec.target):
            raise refused
        return coverage.by_rule(ticket, target, self.past(ticket, now), self.sealed(ticket), now)
