"""Answers the playbook of a launch: which job the record has for a grant, and the worker's own word on it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Self

import pygit2
from pydantic import Field, StringConstraints

from domain.decision import Jws
from domain.deployment import JobNumber
from domain.errors import KeyEnded, Unproven
from domain.signing import ServiceClaims, mismatch
from domain.ticket import Action, PromotionRequest, State
from domain.values import Frozen, Moment, iso
from record.facts.requesters import opened, proven_acts
from record.git.message import SIGNATURE, trailer
from record.git.repository import Repository
from record.index.reader import Index
from record.signing.keys import KeyReader
from record.signing.signatures import KeyClass, PublicKey

LONGEST_GRANT = 8_192
"""Characters of a grant."""


class Granted(Frozen):
    """The body of a question about a grant."""

    grant: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_GRANT)]


class GrantedJob(Frozen):
    """The one job that the record has for the attempt, and the worker's signature on that, to be checked again.

    Without a job `reason` says why; `later` tells that the record may have one in a moment.
    """

    job: JobNumber | None = None
    act: Jws | None = None
    reason: str | None = None
    later: bool = False


class PublishedKey(Frozen):
    """A public key of the record (RFC 8037). `ended` says why it proves nothing that comes now; null where it does."""

    kid: str
    kty: str
    crv: str
    x: str
    key_class: Annotated[KeyClass, Field(alias="class")]
    created: Moment
    ended: str | None

    @classmethod
    def of(cls, key: PublicKey, ended: str | None) -> Self:
        """The key as it is shown."""
        shown = {"kid": key.kid, "kty": key.kty, "crv": key.crv, "x": key.x}
        return cls.model_validate(shown | {"class": key.key_class, "created": key.created, "ended": ended})


class PublishedKeys(Frozen):
    """Every public key that the record has now."""

    keys: tuple[PublishedKey, ...]


@dataclass(frozen=True)
class GrantReader:
    """Looks grants up in the record. It blocks, and raises what reading the record raises."""

    repository: Repository
    index: Index
    keys: KeyReader

    def published(self) -> PublishedKeys:
        """The record's keys, in the order of their names."""
        now = self.keys.current()
        shown = (PublishedKey.of(public, now.ended.get(kid)) for kid, (public, _) in sorted(now.known.items()))
        return PublishedKeys(keys=tuple(shown))

    def job(self, token: str, now: datetime) -> GrantedJob:
        """The job of the grant's attempt, for whoever shows a grant that is good now."""
        try:
            grant = self.keys.current().grant(token)
        except KeyEnded as why:
            return GrantedJob(reason=str(why))
        except Unproven:
            return GrantedJob(reason="It is no grant of Prodgate's worker")
        if grant.ended(now):
            return GrantedJob(reason=f"The grant ended at {iso(datetime.fromtimestamp(grant.exp, UTC))}")
        ticket = self.index.get(grant.ticket)
        if ticket is None or (ticket.digest, ticket.attempt) != (grant.digest, grant.attempt):
            return GrantedJob(reason=f"The record has no {grant.marker} as it is granted")
        if ticket.state is State.APPROVED or ticket.last.action is Action.RETRIED:
            return GrantedJob(reason=f"The record does not have the launch of {grant.marker} yet", later=True)
        if ticket.last.action is not Action.DEPLOYING:
            return GrantedJob(reason=f"{grant.marker} is not being deployed: {ticket.id} is {ticket.state}")
        return self._launched(ticket)

    def _launched(self, ticket: PromotionRequest) -> GrantedJob:
        """The job of the ticket's last act, as the worker signed that; none where nothing proves it."""
        git = opened(self.repository)
        for commit, claims in reversed(proven_acts(git, self.index, self.keys, ticket.id)):
            if isinstance(claims, ServiceClaims) and claims.job is not None and mismatch(claims, ticket) is None:
                act = trailer(git[commit.oid].peel(pygit2.Commit), SIGNATURE)
                return GrantedJob(job=claims.job.job, act=act)
        return GrantedJob(reason=f"Nothing in the record proves the launch of {ticket.id}")
