"""The facts of a ticket's submission that its later acts are judged by, as the commit that created it proves them."""

from dataclasses import dataclass
from datetime import datetime

from domain.contract import ContractDifference
from domain.errors import Unproven
from domain.evidence import Evidence
from domain.roles import Requester
from domain.signing import Claims
from domain.standard import Sealed
from domain.ticket import PromotionRequest
from record.facts.standard import sealed_of


@dataclass(frozen=True, slots=True)
class Submitted:
    """Tells who asked, until when somebody had to decide, and the worker's word on evidence and contract."""

    requester: Requester
    decide_by: datetime
    sealed: Sealed


def sealed_for(
    ticket: PromotionRequest,
    claims: Claims | None,
    evidence: Evidence | Unproven | None,
    contract: ContractDifference | Unproven | None,
) -> Sealed:
    """The worker's word, as far as it was sealed for this very submission."""
    key, url = claims.id if claims else None, ticket.spec.pre_checks.test_evidence_url
    seen = evidence if isinstance(evidence, Evidence) and (evidence.key, evidence.url) == (key, url) else None
    compared = contract if isinstance(contract, ContractDifference) and contract.key == key else None
    return sealed_of(seen, compared)
