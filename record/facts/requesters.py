"""Finds the requester of a ticket, as they were known then: the commit that created it proves it for good."""

from collections.abc import Iterable

import pygit2

from domain.errors import Unproven
from domain.roles import Requester, same_address
from domain.signing import Claims
from domain.ticket import Action
from record.errors import RecordUnavailable
from record.git.message import SIGNATURE, trailer
from record.git.repository import Repository
from record.index.reader import Index
from record.people.directory import Directory
from record.signing.signatures import Keys


def claims_in(commit: pygit2.Commit, keys: Keys) -> Claims | Unproven | None:
    """The claims of a commit's signature, the reason why it states nothing, or None where there is none."""
    jws = trailer(commit, SIGNATURE)
    try:
        return keys.claims(jws) if jws else None
    except Unproven as why:
        return why


def requester_then(created_by: str, signed: Claims | Unproven | None, directory: Directory) -> Requester:
    """The requester as of their submission: as it was signed, or as the directory of that time tells it.

    `signed` is what the commit that created the ticket states; one made by an earlier version states the subject alone.
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


def proven(repository: Repository, index: Index, keys: Keys, ticket_id: str) -> tuple[Claims, ...]:
    """The claims that the commits that name a ticket prove of it, oldest first.

    Anybody who may commit can name a ticket in a message, before there is one too: what isn't signed says nothing.
    Raises RecordUnavailable.
    """
    try:
        git = pygit2.Repository(str(repository.path))
    except pygit2.GitError as error:
        raise RecordUnavailable(str(error)) from error
    stated = (claims_in(git[oid].peel(pygit2.Commit), keys) for oid in index.commits(ticket_id))
    return tuple(claims for claims in stated if isinstance(claims, Claims) and claims.ticket == ticket_id)


def requester_in(signed: Iterable[Claims]) -> Requester | None:
    """The requester of a ticket by what its commits prove; None where they prove nobody."""
    return next((each.asked_by for each in signed if each.action is Action.CREATED), None)
