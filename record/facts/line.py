"""Reads a target's line, and what still covers an approval: both are functions of the branch alone."""

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Self

import pygit2

from domain import line, passkeys, signing
from domain.coverage import Grounds
from domain.delegations import stood_in
from domain.line import Place
from domain.roles import Person, same_address
from domain.signing import Claims
from domain.targets import TargetFacts
from domain.ticket import Action, PromotionRequest, State
from domain.versions import Direction, direction
from record.errors import RecordError
from record.facts.controls import Controls
from record.facts.requesters import confirmed, proven
from record.facts.standard import StandardReader
from record.git.repository import Repository
from record.index.reader import Index
from record.people.directory import Directory, DirectoryReader
from record.signing.keys import KeyReader

UNREADABLE = (RecordError, OSError, sqlite3.Error, pygit2.GitError)
"""The errors that reading the record raises while it can't be read."""

_GOING_ON = frozenset({State.APPROVED, State.DEPLOYING, State.VERIFYING, State.DEPLOYED})
"""States of a newer request by which an older one is closed."""


@dataclass(frozen=True)
class LineReader:
    """Reads the branch as the index has it: whoever must see what another process just wrote fetches first.

    Every method raises what reading the record raises.
    """

    repository: Repository
    index: Index
    directory: DirectoryReader
    keys: KeyReader
    controls: Controls

    @classmethod
    def of(cls, repository: Repository, directory: DirectoryReader, index: Index) -> Self:
        controls = Controls.of(repository, directory, index)
        return cls(repository, index, directory, KeyReader(repository), controls)

    def line_of(self, ticket: PromotionRequest) -> tuple[Place, ...]:
        """The requests that stand in the line of the ticket's target, whoever deploys or is next first.

        Before targets had owners, each tenant had targets of its own.
        """
        with self.index.still():
            shared = self.index.switch() is not None
            target, tenant = ticket.spec.target, ticket.metadata.tenant
            found = self.index.open_of(target.type, target.name, target.target_environment)
            mine = (each for each in found if shared or each.metadata.tenant == tenant)
            return line.ordered(place for place in map(self.place_of, mine) if place is not None)

    def place_of(self, ticket: PromotionRequest) -> Place | None:
        """The ticket's own place in its line; None where it stands in none, or the branch does not have it yet."""
        entered = line.entered(ticket)
        position = None if entered is None else self.index.position(ticket, entered)
        if position is None:
            return None
        return Place(ticket_id=ticket.id, position=position, state=ticket.state, deploys=line.deploys(ticket))

    def grounds_of(self, ticket: PromotionRequest, signed: Collection[Claims] | None = None) -> Grounds:
        """Gathers what the record says now of the ticket's approval, and of newer requests of its target.

        `signed` is what its commits prove, for whoever knows that already.
        """
        with self.index.still():
            if signed is None:
                signed = proven(self.repository, self.index, self.keys, ticket.id)
            directory, target = self.directory.current(), self.controls.of_ticket(ticket)
            approved = self._approved(ticket)
            return Grounds(
                approved=approved,
                approver=self._approver(ticket, signed, target),
                tenant_exists=ticket.metadata.tenant in directory.tenants,
                target=target,
                since=() if approved is None else self.index.deployed_since(ticket, approved),
                valid_for=directory.rules.approval_valid_for,
                confirmed=self._confirmed(ticket, target),
                newer=self._newer(ticket) if target.controlled and self._closes(target, directory) else None,
                **self._standard(ticket),
            )

    def _confirmed(self, ticket: PromotionRequest, target: TargetFacts) -> frozenset[int]:
        """The places in the ticket's history that a passkey confirmed; none where none is asked for."""
        if passkeys.asked_by(target) is None:
            return frozenset()
        acts = confirmed(self.repository, self.index, self.keys, self.controls.passkeys, ticket.id)
        entries = enumerate(ticket.status.history)
        return frozenset(n for n, entry in entries if entry.by_person and signing.proving(ticket, n + 1, acts))

    def _closes(self, target: TargetFacts, directory: Directory) -> bool:
        """Tells whether a newer request closes older ones: the company's rules say so, or else the platform."""
        said = target.rules.supersede
        return directory.rules.supersede if said is None else said

    def _standard(self, ticket: PromotionRequest) -> dict[str, Any]:
        """The facts by which a rule approved the ticket; nothing where a person did."""
        if ticket.rule_approval is None:
            return {}
        reader = StandardReader(self.repository, self.directory, self.index, self.keys)
        return {"past": reader.past(ticket, ticket.last.at), "sealed": reader.sealed(ticket)}

    def _approved(self, ticket: PromotionRequest) -> int | None:
        """The place of the first vote of the approval that stands: whoever gave it saw production as it was then."""
        if ticket.status.approved_at is None:
            return None
        return self.index.position(ticket, min(ticket.votes))

    def _approver(self, ticket: PromotionRequest, signed: Collection[Claims], target: TargetFacts) -> Person | None:
        """The approver, as the directory has them now: by the sign-in that the approval was signed with.

        Where a rule approved, the requester, by that of the submission; on somebody's behalf, both as one person.
        """
        by_rule = ticket.rule_approval is not None
        email = ticket.metadata.created_by if by_rule else ticket.status.approved_by
        if email is None:
            return None
        meant = (ticket.digest, Action.CREATED if by_rule else Action.APPROVED, same_address(email))
        subjects = [each.sub for each in signed if (each.digest, each.action, same_address(each.email)) == meant]
        person, given = self.directory.current().person(email, subjects[-1] if subjects else None), ticket.approval
        if person is None or given is None or given.on_behalf_of is None:
            return person
        return stood_in(target.handed, person, given.on_behalf_of, given.at)

    def _newer(self, ticket: PromotionRequest) -> str | None:
        """The first request of a newer version of the target that was approved after the ticket was created."""
        created = self.index.position(ticket, 0)
        if created is None:
            return None
        approved = self.index.approved_since(ticket, created)
        version = ticket.spec.target.version
        newer = (each for each in approved if direction(version, each.spec.target.version) is Direction.NEWER)
        return next((each.id for each in newer if each.state in _GOING_ON), None)
