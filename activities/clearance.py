"""What the record says right before a launch, as an activity: facts only, the rule is `domain.clearance`'s."""

import asyncio
from dataclasses import dataclass

import pygit2
from temporalio import activity
from temporalio.exceptions import ApplicationError

from domain.clearance import Claim, Facts
from record.directory import DirectoryReader
from record.errors import RecordUnavailable
from record.repository import Repository


@dataclass
class ClearanceActivities:
    """Reads the branch's tip, as the remote has it."""

    repository: Repository
    directory: DirectoryReader

    @activity.defn
    async def read_facts(self, claim: Claim) -> Facts:
        """Tell what the record says of a claim now.

        Harmless twice: it only reads. Fails as `RecordUnavailable` until Git can be reached: an old answer is none.
        """
        try:
            return await asyncio.to_thread(self._read, claim)
        except (RecordUnavailable, OSError, pygit2.GitError) as error:
            raise ApplicationError(f"The record can't be read: {error}", type="RecordUnavailable") from error

    def _read(self, claim: Claim) -> Facts:
        self.repository.fetch()
        directory = self.directory.current()
        return Facts(
            revision=self._revision(claim.path),
            tenant_exists=claim.tenant in directory.tenants,
            approver=directory.person(claim.approver, claim.approver_subject),
        )

    def _revision(self, path: str) -> str | None:
        """The blob at the path on the branch's tip."""
        tip = self.repository.tip()
        if tip is None:
            return None
        tree = pygit2.Repository(str(self.repository.path))[tip].peel(pygit2.Commit).tree
        return str(tree[path].id) if path in tree else None
