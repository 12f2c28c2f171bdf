"""Who asked for a ticket, as they were known then: what the commit that created it proves, years later too."""

import pygit2

from domain.errors import Unproven
from domain.roles import Requester, same_address
from domain.signing import Claims
from domain.ticket import Action
from record.directory import Directory
from record.index import Index
from record.message import SIGNATURE, trailer
from record.repository import Repository
from record.signatures import Keys


def claims_in(commit: pygit2.Commit, keys: Keys) -> Claims | Unproven | None:
    """What a commit's signature states, why it states nothing, or None where there is none."""
    jws = trailer(commit, SIGNATURE)
    try:
        return keys.claims(jws) if jws else None
    except Unproven as why:
        return why


def requester_then(created_by: str, signed: Claims | Unproven | None, directory: Directory) -> Requester:
    """The requester as of their submission: as it was signed, or as the directory of that time tells it.

    `signed` is what the commit that created the ticket states; of one by an earlier version, no more than a subject.
    """
    claims = signed if isinstance(signed, Claims) else None
    if claims is not None and claims.requester is not None:
        return claims.requester
    subject = claims.sub if claims is not None else None
    person = directory.person(created_by, subject)
    if person is None:
        return Requester(subject=subject, addresses=(same_address(created_by),))
    owner = directory.person(person.owner) if person.owner is not None else None
    return Requester.of(person, owner)


def requester_of(repository: Repository, index: Index, keys: Keys, ticket_id: str) -> Requester | None:
    """The requester of a recorded ticket as the commit that created it proves them; None where none proves it.

    Other commits may name the ticket in their message, earlier ones too: what they don't prove, they don't say.
    """
    git = pygit2.Repository(str(repository.path))
    for oid in index.commits(ticket_id):
        claims = claims_in(git[oid].peel(pygit2.Commit), keys)
        if isinstance(claims, Claims) and (claims.ticket, claims.action) == (ticket_id, Action.CREATED):
            return claims.asked_by
    return None
