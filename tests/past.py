"""A target's past to test with: requests whose every act is signed and committed, as of some days ago."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from domain import lifecycle
from domain.change import Change, Proof
from domain.roles import Role
from domain.ticket import PromotionRequest, Target, TargetType
from record.facts.line import LineReader
from record.facts.standard import StandardReader
from record.git.repository import Repository
from record.index.reader import Index
from record.people.directory import DirectoryReader
from tests.domain.builders import JEAN, PIERRE, details, pending, person
from tests.record.audit.test_verify import rules
from tests.record.building import after, git, number, opened, person_commits, publish_key
from tests.rules import rule
from tests.signing import proof_of_act, service_key_file

DAY = timedelta(days=1)
NOW = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - 5 * DAY
"""Some days ago: no act is dated after its commit, which is made by the clock."""
EVERYDAY = rule("everyday", standard={"deployments": 2, "within": "P90D"})
"""A rule that approves small steps of little impact, after two clean deployments."""


@asynccontextmanager
async def company(gitops: Path, folder: Path, files: Mapping[str, str]) -> "AsyncIterator[History]":
    """The record of a company that has had these files for a hundred days."""
    publish_key(gitops)
    person_commits(gitops, {**service_key_file(), **files}, at=NOW - 100 * DAY)
    repository = opened(gitops, folder / "past")
    index = Index(repository, folder / "past.db")
    yield History.of(repository, index, number=100)
    index.close()
    await repository.close()


@dataclass
class History:
    """Requests of one target, each act signed and committed at its time; `gate` reads what a rule says of one."""

    repository: Repository
    gate: StandardReader
    lines: LineReader
    number: int = 0
    signs: bool = True
    revisions: dict[str, str] = field(default_factory=dict)

    async def record(self, ticket: PromotionRequest) -> PromotionRequest:
        """Commit the ticket's last act as its gate would."""
        change = Change(
            ticket=ticket, base=self.revisions.get(ticket.id), actor_name="Somebody", proof=self.proof(ticket)
        )
        self.revisions[ticket.id] = (await self.repository.record(change)).revision
        return ticket

    def proof(self, ticket: PromotionRequest) -> Proof | None:
        tip = git(self.repository.path, "rev-parse", "main")
        if ticket.last.by == "system" and not self.signs:
            return None
        return proof_of_act(ticket, tip, signed_at=datetime.now(UTC))

    async def ask(
        self,
        version: str,
        at: datetime,
        tenant: str = "tenant-finance",
        name: str = "payment-api",
        by: str = PIERRE.email,
    ) -> PromotionRequest:
        self.number += 1
        target = Target(type=TargetType.API, name=name, version=version)
        return await self.record(
            pending(
                id=number(self.number, at.year),
                at=at,
                target=target,
                tenant=tenant,
                request=details(),
                requester=person(by, Role.DEVOPS, tenant),
            )
        )

    async def approve(self, ticket: PromotionRequest, by: str = JEAN.email) -> PromotionRequest:
        return await self.record(after(ticket, "approved", by))

    async def run(self, ticket: PromotionRequest, end: str = "deployed") -> PromotionRequest:
        job = f"awx-job-{self.number}"
        launched = await self.record(after(ticket, "deploying", "system", job_id=job))
        return await self.record(after(launched, end, "system", job_id=job))

    async def deploy(self, version: str, days: float, end: str = "deployed", **given: str) -> PromotionRequest:
        """One that people approved, begun so many days before now."""
        return await self.run(await self.approve(await self.ask(version, NOW - days * DAY, **given)), end)

    def said(self, ticket: PromotionRequest) -> bool:
        """Tells whether the gate lets a rule approve the ticket."""
        self.gate.index.catch_up()
        found = self.gate.judged(ticket, self.lines.controls.of_ticket(ticket), ticket.last.at)
        return found is not None and found.approves

    async def approve_anyway(self, ticket: PromotionRequest, named: str = "everyday") -> PromotionRequest:
        """As whoever stole the worker's key would."""
        return await self.record(lifecycle.approve_by_rule(ticket, named, "It went well", ticket.last.at))

    @property
    def broken(self) -> list[str]:
        return rules(self.repository.path)

    @classmethod
    def of(cls, repository: Repository, index: Index, **given: Any) -> Self:
        """The past of the repository's targets; `given` are fields."""
        lines = LineReader.of(repository, DirectoryReader(repository), index)
        return cls(repository, StandardReader(repository, lines.directory, index, lines.keys), lines, **given)

    async def well(self) -> None:
        """Two clean deployments, as the rule asks for."""
        await self.deploy("2.0.0", 20)
        await self.deploy("2.0.1", 10)
