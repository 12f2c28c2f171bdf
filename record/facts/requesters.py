"""Finds the requester of a ticket, as they were known then: the commit that created it proves it for good."""

from collections.abc import Iterable

import pygit2

from domain.errors import Unproven
from domain.roles import Requester, same_address
from domain.signing import Claims, ServiceClaims, seen_tip
from domain.ticket import Action
from record.errors import RecordUnavailable
from record.git.message import SIGNATURE, trailer
from record.git.repository import Repository
from record.index.reader import Index
from record.people.directory import Directory
from record.signing.keys import KeyReader
from record.signing.signatures import Keys, is_of_service


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


def act_in(commit: pygit2.Commit, position: int, keys: Keys, index: Index) -> Claims | ServiceClaims | None:
    """The act that a commit of that number proves, by the keys right before it: what a person did, or the service.

    Once the service signs, the act says what it counts from, and whoever signed saw a commit of the line before it.
    """
    jws = trailer(commit, SIGNATURE)
    try:
        claims = (keys.acts(jws) if is_of_service(jws) else keys.claims(jws)) if jws else None
    except Unproven:
        return None
    if claims is None or not keys.signs_service:
        return claims
    tip = seen_tip(claims)
    seen = index.place_on_line(tip) if tip else None
    return claims if seen is not None and seen < position else None


def proven(repository: Repository, index: Index, keys: KeyReader, ticket_id: str) -> tuple[Claims, ...]:
    """The claims of people that the commits that name a ticket prove of it, oldest first.

    Anybody who may commit can name a ticket in a message, before there is one too: what isn't signed says nothing.
    Raises RecordUnavailable.
    """
    try:
        git = pygit2.Repository(str(repository.path))
    except pygit2.GitError as error:
        raise RecordUnavailable(str(error)) from error
    with index.still():
        acts = (
            act_in(git[each.oid].peel(pygit2.Commit), each.position, keys.before(each.position), index)
            for each in index.commits(ticket_id)
        )
        return tuple(claims for claims in acts if isinstance(claims, Claims) and claims.ticket == ticket_id)


def requester_in(signed: Iterable[Claims]) -> Requester | None:
    """The requester of a ticket by what its commits prove; None where they prove nobody."""
    return next((each.asked_by for each in signed if each.action is Action.CREATED), None)
