"""Finds how a request's contract differed from production's, as the commit that created it proves."""

import pygit2

from domain.contract import ContractDifference
from domain.errors import Unproven
from domain.signing import Claims
from domain.ticket import Action, PromotionRequest
from record.facts.requesters import opened, proven_acts
from record.git.message import CONTRACT, trailer
from record.git.repository import Repository
from record.index.reader import Index
from record.signing.keys import KeyReader


def contract_of(
    repository: Repository, index: Index, keys: KeyReader, ticket: PromotionRequest
) -> ContractDifference | None:
    """The comparison that was sealed for this very submission; None where there is none that is proven.

    Raises RecordUnavailable.
    """
    git = opened(repository)
    for each, act in proven_acts(git, index, keys, ticket.id):
        if isinstance(act, Claims) and act.action is Action.CREATED:
            token = trailer(git[each.oid].peel(pygit2.Commit), CONTRACT)
            try:
                found = keys.before(each.position).contract(token) if token else None
            except Unproven:
                return None
            return found if found and found.key == act.id else None
    return None
