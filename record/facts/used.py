"""Finds the acts of a ticket that are recorded already, so that none is recorded twice."""

import pygit2

from domain.signing import Claims
from domain.ticket import PromotionRequest
from record.facts.requesters import made, opened, proven_acts
from record.git.repository import Repository
from record.index.reader import Index
from record.signing.keys import KeyReader


def used_ids(repository: Repository, index: Index, keys: KeyReader, ticket: PromotionRequest) -> frozenset[str]:
    """The ids of the signatures by which people's acts of the ticket are recorded: none counts again.

    A signature that somebody copied under another commit first is not used by that: its act is still to be recorded.
    Raises what reading the record raises.
    """
    index.catch_up()
    git = opened(repository)
    acts = proven_acts(git, index, keys, ticket.id)
    return frozenset(
        claims.id
        for each, claims in acts
        if isinstance(claims, Claims) and made(git[each.oid].peel(pygit2.Commit), ticket.path, claims)
    )
