"""Reads which check the catalogue names of a target: now, and as of the commit by which a request came to it."""

from dataclasses import dataclass

import pygit2

from domain.deployment import Deployment, job_name
from domain.health import HealthCheck, HealthWanted
from domain.ticket import PromotionRequest, State, Target
from record.errors import RecordUnavailable
from record.facts.controls import Controls
from record.facts.line import UNREADABLE
from record.facts.requesters import opened
from record.git.repository import Repository
from record.index.reader import Index
from record.people.catalogue import entry_at
from record.people.members import Fault


class CheckUnreadable(Exception):
    """The catalogue's word as of the job's end can't be used; `str()` says which file, and why."""


@dataclass(frozen=True)
class HealthReader:
    """Reads the branch, as the remote has it."""

    repository: Repository
    index: Index
    controls: Controls

    def asked(self, target: Target) -> bool:
        """Tells whether the catalogue names a check of the target now.

        Raises RecordUnavailable until that can be told: a file that can't be used lets nothing through.
        """
        try:
            self.index.catch_up(fetch=True)
            catalogue = self.controls.catalogue.current()
        except UNREADABLE as error:
            raise RecordUnavailable(f"The record can't be read: {error}") from error
        entry = catalogue.entry(target.type, target.name)
        faults = catalogue.faults_of(target.type, target.name) if self.index.switch() is not None else ()
        if faults:
            raise RecordUnavailable("; ".join(map(str, faults)))
        return entry is not None and entry.health is not None

    def asks_now(self, deployment: Deployment) -> bool:
        """Tells the same of an attempt's target. Raises RecordUnavailable."""
        target = Target(type=deployment.target_type, name=deployment.target_name, version=deployment.target_version)
        return self.asked(target)

    def as_of_job(self, wanted: HealthWanted) -> HealthCheck | None:
        """The check as the files had it in the commit by which the request came to be verified; None for none.

        Raises CheckUnreadable, and RecordUnavailable until the branch has the request so.
        """
        try:
            self.index.catch_up(fetch=True)
            ticket = self._verifying(wanted)
            commit = opened(self.repository)[self._commit(ticket)].peel(pygit2.Commit)
            entry = entry_at(commit, ticket.spec.target.type, ticket.spec.target.name)
        except (*UNREADABLE, KeyError) as error:
            raise RecordUnavailable(f"The record can't be read: {error}") from error
        if isinstance(entry, Fault):
            raise CheckUnreadable(str(entry))
        return None if entry is None else entry.health

    def _verifying(self, wanted: HealthWanted) -> PromotionRequest:
        ticket = self.index.get(wanted.deployment.request_id)
        there = ticket is not None and ticket.state is State.VERIFYING and ticket.last.job_id == job_name(wanted.job)
        if ticket is None or not there or Deployment.of(ticket) != wanted.deployment:
            raise RecordUnavailable(f"It does not have {wanted.deployment.marker} as one that is verified")
        return ticket

    def _commit(self, ticket: PromotionRequest) -> str:
        """The commit of the line that brought the ticket's last entry."""
        position = self.index.position(ticket, len(ticket.status.history) - 1)
        found = (each.oid for each in self.index.commits(ticket.id) if each.position == position)
        if (oid := next(found, None)) is None:
            raise RecordUnavailable(f"It has no commit by which {ticket.id} came to be verified")
        return oid
