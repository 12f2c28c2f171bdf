"""Reads from the record what a promotion goes on from where the engine has lost it."""

from dataclasses import dataclass
from datetime import timedelta

import pygit2

from domain.change import Resumed
from domain.signing import Claims
from domain.ticket import Action, PromotionRequest
from record.errors import RecordUnavailable
from record.facts.requesters import decide_by_in, made, opened, proven_acts, requester_in
from record.git.repository import Repository
from record.index.reader import Index
from record.signing.keys import KeyReader


@dataclass(frozen=True)
class ResumptionReader:
    """Puts a ticket, its requester, its deadline and the decisions that it took together, as its commits prove them.

    `expiry` is how long a request may wait to be decided on where its submission was not signed to say so.
    """

    repository: Repository
    index: Index
    keys: KeyReader
    expiry: timedelta

    def of(self, ticket_id: str) -> Resumed | None:
        """The beginning of its next run; None for no ticket, or one whose file says what is not proven.

        Raises RecordUnavailable.
        """
        with self.index.still():
            ticket, revision = self.index.get(ticket_id), self.index.revision(ticket_id)
            if ticket is None or revision is None or self.index.unproven(ticket.path) is not None:
                return None
            acts = proven_acts(git := opened(self.repository), self.index, self.keys, ticket_id)
        signed = [(each, claims) for each, claims in acts if isinstance(claims, Claims)]
        claims = [each for _, each in signed]
        return Resumed(
            ticket=ticket,
            revision=revision,
            requester=requester_in(claims),
            decide_by=decide_by_in(ticket, claims, self.expiry),
            decided=tuple(_decided(git, ticket, [(each.oid, said) for each, said in signed])),
        )


def _decided(git: pygit2.Repository, ticket: PromotionRequest, signed: list[tuple[str, Claims]]) -> list[str]:
    """The ids of the decisions that the ticket's commits record, oldest first. Raises RecordUnavailable."""
    try:
        return [
            claims.id
            for oid, claims in signed
            if claims.action is not Action.CREATED and made(git[oid].peel(pygit2.Commit), ticket.path, claims)
        ]
    except (pygit2.GitError, KeyError) as error:
        raise RecordUnavailable(f"The commits of {ticket.id} can't be read: {error}") from error
