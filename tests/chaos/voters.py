"""People who decide together, under rules that change while they do: two, three or a group of them for one request."""

import asyncio
import itertools
import random
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from tests.chaos.checker import ENDED
from tests.chaos.people import ALICE, CLAIRE, REQUESTERS, Crowd
from tests.e2e.stack import JEAN
from tests.record.building import git, person_commits
from tests.rules import rule

NICOLAS = "nicolas.garnier@cab-i.com"
VOTERS = (JEAN, CLAIRE, ALICE, NICOLAS)
"""Whoever is asked, three are left; two of each group, so that every drawn approval can be given."""

FAMILIES = 6
"""Groups of targets, each under a rule of its own."""

APPROVALS: tuple[list[dict[str, Any]], ...] = (
    [{"role": "cpi"}],
    [{"role": "cpi", "count": 2}],
    [{"role": "cpi", "count": 3}],
    [{"role": "cpi"}, {"group": "security"}],
    [{"group": "security"}, {"group": "network"}],
)
GROUPS = ((f"[{CLAIRE}, {ALICE}]", f"[{JEAN}, {NICOLAS}]"), (f"[{JEAN}, {NICOLAS}]", f"[{CLAIRE}, {ALICE}]"))
"""The members of security and of network, which change places."""


def _wall(at: datetime) -> str:
    return at.replace(tzinfo=None, microsecond=0).isoformat()


def drawn_rule(family: int, chance: random.Random, now: datetime) -> dict[str, str]:
    """A rule for one family of targets: votes, and at times a freeze that ends or a window that opens soon."""
    soon = now + timedelta(seconds=chance.randint(3, 20))
    spec: dict[str, Any] = {"match": {"names": [f"f{family}-*"]}, "approvals": chance.choice(APPROVALS)}
    match chance.choice(("open", "open", "freeze", "window")):
        case "freeze":
            reason = "The books are closed"
            spec["freezes"] = [{"starts": _wall(now - timedelta(hours=1)), "ends": _wall(soon), "reason": reason}]
        case "window":
            spec["windows"] = [{"starts": _wall(soon), "ends": _wall(soon + timedelta(hours=6))}]
    return rule(f"family-{family}", **spec)


@dataclass
class Lawgiver:
    """Pushes rules and groups to the record, as reviewed commits come: at any moment of a promotion."""

    record: Path
    chance: random.Random
    pushed: int = 0

    def begin(self) -> None:
        """Have a rule for every family, and both groups."""
        self._platform = git(self.record, "show", "main:platform.yaml")
        files = [drawn_rule(family, self.chance, datetime.now(UTC)) for family in range(FAMILIES)]
        self._push({path: text for file in files for path, text in file.items()} | self._groups())

    def push(self) -> None:
        """Draw the rule of one family anew, or have the groups change places."""
        family = self.chance.randrange(FAMILIES + 1)
        now = datetime.now(UTC)
        self._push(self._groups() if family == FAMILIES else drawn_rule(family, self.chance, now))

    def _groups(self) -> dict[str, str]:
        security, network = self.chance.choice(GROUPS)
        groups = f"  groups:\n    security: {security}\n    network: {network}\n"
        return {"platform.yaml": f"{self._platform}\n{groups}"}

    def _push(self, files: dict[str, str]) -> None:
        person_commits(self.record, files, "Change the rules")
        self.pushed += 1


@dataclass
class Voters(Crowd):
    """Promotes a number of requests. `between` is awaited between the votes of a request, with its number."""

    between: Callable[[int], Awaitable[None]] = field(kw_only=True)
    _places: "Iterator[int]" = field(default_factory=itertools.count)

    async def promote_all(self, count: int) -> None:
        """One promotion after the other, together with other lanes, until that many were begun."""
        while (number := next(self._places)) < count:
            await self._promotion(number, random.Random(f"{self.seed}.{number}"))  # noqa: S311  drawn again alike

    def _target(self, number: int, fate: str) -> str:
        return f"f{number // 3 % FAMILIES}-{number // 3}"

    async def _promotion(self, number: int, chance: random.Random) -> None:
        requester = chance.choice(REQUESTERS)
        ticket = await self._submit(number, requester, chance)
        while (state := await self._state(ticket)) not in ENDED - {"failed"}:
            if state == "pending":
                await self._votes(number, ticket, requester, chance)
            elif state == "failed":
                await self._decide(requester, "retry", ticket)
            await asyncio.sleep(chance.uniform(0.2, 1.0))

    async def _votes(self, number: int, ticket: str, requester: str, chance: random.Random) -> None:
        """Everybody votes: one after the other or at once, at both APIs; somebody changes their mind, or asks twice."""
        voters = chance.sample(VOTERS, len(VOTERS))  # the requester among them: refused, and the checker sees to it
        if chance.random() < 0.5:
            twice = [*voters, voters[0]]
            await asyncio.gather(*(self._decide(each, "approve", ticket) for each in twice))
            return
        for voter in voters:
            await self._decide(voter, "approve", ticket)
            await self.between(number)
            if chance.random() < 0.15 and voter != requester:
                await self._decide(voter, "unendorse", ticket)

    async def _state(self, ticket: str) -> str | None:
        """The request's state, as one of the APIs knows it; None where it does not answer."""
        try:
            url = f"{self._url()}/v1/requests/prod/{ticket}"
            answer = await self.http.get(url, headers=self._headers(ALICE), timeout=20)
        except httpx.TransportError:
            return None
        return str(answer.json()["status"]["state"]) if answer.is_success else None
