"""What the record says right before a launch, as an activity: facts only, the rule is `domain.clearance`'s."""

import asyncio
import sqlite3
from dataclasses import dataclass

import pygit2
from temporalio import activity
from temporalio.exceptions import ApplicationError

from domain import clearance, targets
from domain.clearance import Claim, Facts
from domain.deployment import Deployment, LaunchRefused, NotLaunched
from domain.errors import FaultyFile, RuleViolation, Unproven
from domain.remarks import unlaunched
from record.controls import Controls
from record.directory import DirectoryReader
from record.errors import RecordError, RecordUnavailable
from record.index import Index
from record.keys import KeyReader
from record.repository import Repository
from record.requesters import proven, requester_in


@dataclass
class ClearanceActivities:
    """Reads the branch's tip, as the remote has it."""

    repository: Repository
    directory: DirectoryReader
    index: Index
    keys: KeyReader
    controls: Controls

    @activity.defn
    async def read_facts(self, claim: Claim) -> Facts:
        """Tell what the record says of a claim now.

        Harmless twice: it only reads. Fails as `RecordUnavailable` until Git can be reached: an old answer is none; and
        as `FaultyFile` until the files that the launch rests on are mended: what can't be read lets nothing through.
        """
        try:
            facts = await asyncio.to_thread(self._read, claim)
        except (RecordUnavailable, OSError, sqlite3.Error, pygit2.GitError) as error:
            raise ApplicationError(f"The record can't be read: {error}", type="RecordUnavailable") from error
        if facts.target is not None and facts.target.faults:
            raise ApplicationError(targets.told(facts.target.faults), type="FaultyFile")
        return facts

    async def objection(self, deployment: Deployment, asked: activity.Info) -> LaunchRefused | NotLaunched | None:
        """Why AWX must not be asked, by the record's own word; `asked` is the activity that would ask it.

        The promotion has looked already. But whoever may write to the engine can have a worker's activities done
        without any promotion, or as one that they invented: what nobody approved is not launched by that either.
        """
        try:
            await asyncio.to_thread(self._check, deployment, asked)
        except FaultyFile as fault:
            return NotLaunched(reason=str(fault)[:8_000])
        except RuleViolation as refused:
            activity.logger.error("the launch of %s was refused: %s", deployment.marker, refused)
            return LaunchRefused(reason=str(refused))
        except (RecordError, sqlite3.Error, OSError, pygit2.GitError) as error:
            return NotLaunched(reason=f"The record can't be read: {error}"[:8_000])
        return None

    def _check(self, deployment: Deployment, asked: activity.Info) -> None:
        self.index.catch_up(fetch=True)
        ticket, keys = self.index.get(deployment.request_id), self.keys.current()
        if ticket is None or asked.workflow_id != ticket.id:
            raise Unproven(unlaunched("asked-by-nobody"))
        signed = proven(self.repository, self.index, keys, ticket.id)
        approval = clearance.approval(deployment, ticket, signed, asked.current_attempt_scheduled_time)
        facts = self._facts(clearance.claim(ticket, approval.sub))
        if refused := clearance.refusal(ticket, facts.revision, facts, requester_in(signed)):
            raise refused

    def _read(self, claim: Claim) -> Facts:
        self.index.catch_up(fetch=True)
        return self._facts(claim)

    def _facts(self, claim: Claim) -> Facts:
        directory = self.directory.current()
        return Facts(
            revision=self._revision(claim.path),
            tenant_exists=claim.tenant in directory.tenants,
            approver=directory.person(claim.approver, claim.approver_subject),
            target=claim.target and self.controls.of_claim(claim.tenant, claim.target, claim.path),
        )

    def _revision(self, path: str) -> str | None:
        """The blob at the path on the branch's tip."""
        tip = self.repository.tip()
        if tip is None:
            return None
        tree = pygit2.Repository(str(self.repository.path))[tip].peel(pygit2.Commit).tree
        return str(tree[path].id) if path in tree else None
