"""Finds what was seen of a request's test evidence, as the commit that created it proves."""

import pygit2

from domain.errors import Unproven
from domain.evidence import Evidence
from domain.signing import Claims
from domain.ticket import Action, PromotionRequest
from record.facts.requesters import opened, proven_acts
from record.git.message import EVIDENCE, trailer
from record.git.repository import Repository
from record.index.reader import Index
from record.signing.keys import KeyReader


def evidence_of(repository: Repository, index: Index, keys: KeyReader, ticket: PromotionRequest) -> Evidence | None:
    """The evidence that was sealed for this very submission; None where there is none that is proven.

    Raises RecordUnavailable.
    """
    git = opened(repository)
    for each, act in proven_acts(git, index, keys, ticket.id):
        if isinstance(act, Claims) and act.action is Action.CREATED:
            token = trailer(git[each.oid].peel(pygit2.Commit), EVIDENCE)
            try:
                found = keys.before(each.position).evidence(token) if token else None
            except Unproven:
                return None
            return found if found and _is_of(found, act, ticket) else None
    return None


def _is_of(evidence: Evidence, act: Claims, ticket: PromotionRequest) -> bool:
    return evidence.key == act.id and evidence.url == ticket.spec.pre_checks.test_evidence_url
