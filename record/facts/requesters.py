"""Finds the requester of a ticket, as they were known then: the commit that created it proves it for good."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import pygit2

from domain.errors import RuleViolation, Unproven
from domain.roles import Requester, same_address
from domain.signing import Claims, ServiceClaims, mismatch, seen_tip
from domain.ticket import Action, PromotionRequest
from record.errors import RecordUnavailable
from record.facts.passkeys import PasskeyReader
from record.files.reading import read_ticket
from record.git.lasting import repository_at
from record.git.message import PASSKEY, SIGNATURE, trailer
from record.git.repository import Repository
from record.index.reader import Index, NumberedCommit
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


def act_in(git: pygit2.Repository, each: NumberedCommit, keys: Keys) -> Claims | ServiceClaims | None:
    """The act that a commit proves, by the keys right before it: what a person did, or the service.

    Once the service signs, the act says what it counts from, and whoever signed saw a commit of the line before it.
    """
    jws = trailer(git[each.oid].peel(pygit2.Commit), SIGNATURE)
    try:
        claims = (keys.acts(jws) if is_of_service(jws) else keys.claims(jws)) if jws else None
    except Unproven:
        return None
    if claims is None or not keys.signs_service:
        return claims
    return claims if each.saw_line and seen_tip(claims) is not None else None


ActOf = Callable[[pygit2.Repository, NumberedCommit, Keys], Claims | ServiceClaims | None]


def proven_acts(
    git: pygit2.Repository, index: Index, keys: KeyReader, ticket_id: str, act: ActOf = act_in
) -> list[tuple[NumberedCommit, Claims | ServiceClaims]]:
    """The acts that commits which name a ticket prove of it, oldest first; `act` reads one of them.

    Anybody who may commit can name a ticket in a message, before there is one too: what isn't signed says nothing.
    Raises RecordUnavailable.
    """
    try:
        with index.still():
            found = [(each, act(git, each, keys.before(each.position))) for each in index.commits(ticket_id)]
    except (pygit2.GitError, KeyError, OSError) as error:
        raise RecordUnavailable(f"The commits of {ticket_id} can't be read: {error}") from error
    return [(each, claims) for each, claims in found if claims is not None and claims.ticket == ticket_id]


def proven(repository: Repository, index: Index, keys: KeyReader, ticket_id: str) -> tuple[Claims, ...]:
    """The claims of people that the commits of a ticket prove, oldest first. Raises RecordUnavailable."""
    acts = proven_acts(opened(repository), index, keys, ticket_id)
    return tuple(claims for _, claims in acts if isinstance(claims, Claims))


def confirmed(
    repository: Repository, index: Index, keys: KeyReader, passkeys: PasskeyReader, ticket_id: str
) -> tuple[Claims, ...]:
    """Those of them that a passkey confirms, by those that counted right before their commits, oldest first.

    Raises RecordUnavailable.
    """
    found, git = [], opened(repository)
    for each, claims in proven_acts(git, index, keys, ticket_id):
        word = trailer(git[each.oid].peel(pygit2.Commit), PASSKEY)
        if word and isinstance(claims, Claims) and passkeys.before(each.position).confirms(claims, word):
            found.append(claims)
    return tuple(found)


def made(commit: pygit2.Commit, path: str, claims: Claims) -> bool:
    """Tells whether the commit made the file what was signed: a signature shown once more proves nothing again."""
    if path not in commit.tree:
        return False
    blob, before = commit.tree[path], commit.parents[0].tree if commit.parents else None
    changed = before is None or path not in before or before[path].id != blob.id
    try:
        return changed and mismatch(claims, read_ticket(path, blob.peel(pygit2.Blob).data)) is None
    except (RuleViolation, pygit2.InvalidSpecError):
        return False


def requester_in(signed: Iterable[Claims]) -> Requester | None:
    """The requester of a ticket by what its commits prove; None where they prove nobody."""
    return next((each.asked_by for each in signed if each.action is Action.CREATED), None)


def declared_as(signed: Iterable[Claims], by: str) -> str | None:
    """The subject by which whoever declared the last emergency signed it; None where nothing proves one."""
    said = [each.sub for each in signed if each.answer_by and same_address(each.email) == same_address(by)]
    return said[-1] if said else None


def decide_by_in(ticket: PromotionRequest, signed: Iterable[Claims], expiry: timedelta) -> datetime:
    """The time by which somebody had to decide first, as the submission was signed; `expiry` where it did not say."""
    said = next((each.decide_by for each in signed if each.action is Action.CREATED), None)
    return said or ticket.metadata.created_at + expiry


def opened(repository: Repository) -> pygit2.Repository:
    """The repository for one thread. Raises RecordUnavailable."""
    try:
        return repository_at(repository.path)
    except pygit2.GitError as error:
        raise RecordUnavailable(str(error)) from error
