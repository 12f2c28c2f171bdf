"""Finds the acts of a ticket that are recorded already, so that none is recorded twice."""

import pygit2

from record.errors import RecordUnavailable
from record.git.message import SIGNATURE, trailer
from record.git.repository import Repository
from record.index.reader import Index
from record.signing.signatures import unchecked


def used_ids(repository: Repository, index: Index, ticket_id: str) -> frozenset[str]:
    """The ids that signatures of people in the ticket's commits state, whoever made them: none counts again.

    Raises what reading the record raises.
    """
    index.catch_up()
    try:
        git = pygit2.Repository(str(repository.path))
        signatures = [trailer(git[each.oid].peel(pygit2.Commit), SIGNATURE) for each in index.commits(ticket_id)]
    except (pygit2.GitError, KeyError) as error:
        raise RecordUnavailable(f"The commits of {ticket_id} can't be read: {error}") from error
    stated = (unchecked(each) for each in signatures if each)
    return frozenset(claims.id for claims in stated if claims is not None)
