"""People who submit, decide, cancel and retry while everything fails, and note each answer that they get.

Each promotion's course is drawn from the seed and its number. The log is the clients' own: one JSON object a line,
only ever appended to.
"""

import asyncio
import contextlib
import itertools
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from tests.chaos.checker import Answer, Entry, History
from tests.e2e.stack import JEAN, PIERRE, Stack, submission

CLAIRE, ALICE = "claire.moreau@cab-i.com", "alice.admin@cab-i.com"
REQUESTERS, APPROVERS = (PIERRE, JEAN, CLAIRE), (JEAN, CLAIRE)
"""Finance's people. Jean and Claire may approve, but not what they asked for themselves."""

FATES = {
    "approve": 7,
    "approve-twice": 2,
    "approve-and-cancel": 2,
    "reject": 1,
    "cancel": 1,
    "hold": 2,
    "thaw": 1,
    "two": 2,
    "urgent": 2,
}
"""The courses that a promotion may take, and how many of each deck: none is left out by chance.

The last three are families of targets, whose rules stand in `laws.py`.
"""

REASONED = {
    "reject": "It is not what we want today",
    "hold": "Somebody has to look at it first",
    "release": "Somebody has looked at it",
    "emergency": "Production is down without it",
    "ratify": "Production was down indeed",
    "refute": "Production was down no longer",
}
DUE = timedelta(seconds=12)
"""From a request that will be held to its date, by which it is held, and released or not."""
UNCERTAIN = {401, 429}
"""Statuses that say nothing about the request: a clock jumped, or too much is asked at once."""

RETRIES = 2
LAUNCHED = {"deployed", "failed"}
"""The states in which somebody answers for an emergency."""
NONE = {"status": 0, "said": None}
REPORT = {"kind": "change-register", "forms": ["xlsx"]}


def _rests(ticket: Mapping[str, Any]) -> bool:
    return ticket["status"]["state"] not in {"approved", "deploying"}


def history_of(ticket: Mapping[str, Any]) -> History:
    """The history of a ticket as the API and the record's files have it."""
    return tuple(
        Entry(
            each["action"],
            datetime.fromisoformat(each["at"]),
            each["by"],
            each.get("jobId"),
            each.get("emergency", False),
        )
        for each in ticket["status"]["history"]
    )


@dataclass
class ClientLog:
    """The clients' own log."""

    path: Path

    def note(self, person: str, act: str, answer: httpx.Response | None, **about: str | None) -> None:
        """Keep an answer, or that there was none."""
        said: dict[str, Any] = {"at": datetime.now(UTC).isoformat(), "person": person, "act": act, **about}
        said |= {"status": answer.status_code, "said": _said(answer)} if answer is not None else NONE
        with self.path.open("a", encoding="utf-8") as log:
            log.write(json.dumps(said) + "\n")

    def answers(self) -> tuple[Answer, ...]:
        """Every answer, oldest first."""
        return tuple(self._answers())

    def _answers(self) -> Iterator[Answer]:
        for line in self.path.read_text(encoding="utf-8").splitlines():
            noted = json.loads(line)
            said = noted["said"] if isinstance(noted["said"], dict) else {}
            shows = "metadata" in said
            yield Answer(
                noted["person"],
                noted["act"],
                noted["status"],
                said["metadata"]["id"] if shows else noted.get("ticket"),
                noted.get("key"),
                str(said.get("type", "")).rpartition(":")[2] or None,
                history_of(said) if shows else (),
            )


def _said(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return answer.text


@dataclass
class Crowd:
    """Everybody. `reports` are those that were ordered, by id."""

    stack: Stack
    urls: list[str]
    http: httpx.AsyncClient
    log: ClientLog
    seed: int
    tokens: Mapping[str, str]
    tickets: list[str] = field(default_factory=list)
    reports: set[str] = field(default_factory=set)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    _acts: dict[str, int] = field(default_factory=dict)
    """The most acts of each ticket that an answer has shown."""

    async def promote(self, until: float, pause: float) -> None:
        """One promotion after the other, until that time of the loop."""
        while asyncio.get_running_loop().time() < until:
            number = next(self._numbers)
            chance = random.Random(f"{self.seed}.{number}")  # noqa: S311  drawn again alike
            await asyncio.sleep(chance.uniform(0, 2 * pause))
            await self._promotion(number, chance)

    async def _promotion(self, number: int, chance: random.Random) -> None:
        requester = chance.choice(REQUESTERS)
        approver = chance.choice([each for each in APPROVERS if each != requester])
        fate = self._fate(number)
        ticket = await self._submit(number, requester, chance, fate)
        if chance.random() < 0.3:
            await self._decide(requester, "approve", ticket)  # of one's own: refused, and the checker sees to it
        match fate:
            case "reject":
                await self._decide(approver, "reject", ticket)
            case "cancel":
                await self._decide(requester, "cancel", ticket)
            case "hold":
                await self._hold(requester, approver, ticket, chance)
            case "two":
                await self._vote(requester, approver, ticket, chance)
            case "urgent":
                await self._declare(requester, approver, ticket, chance)
            case _:
                deciding = [(approver, "approve")]
                deciding += [(approver, "approve")] if fate == "approve-twice" else []
                deciding += [(requester, "cancel")] if fate == "approve-and-cancel" else []
                await asyncio.gather(*(self._decide(*each, ticket) for each in deciding))
                await self._follow(requester, ticket)

    def _fate(self, number: int) -> str:
        """The course of the promotion of that number, from a deck that the seed has shuffled."""
        deck = [fate for fate, times in FATES.items() for _ in range(times)]
        random.Random(self.seed).shuffle(deck)  # noqa: S311  drawn again alike
        return deck[number % len(deck)]

    async def _hold(self, requester: str, approver: str, ticket: str, chance: random.Random) -> None:
        """Approve for a date, hold until it may be over, and release; some are withdrawn while they are held."""
        await self._decide(approver, "approve", ticket)
        await self._decide(approver, "hold", ticket)
        await asyncio.sleep(chance.uniform(0, 2 * DUE.total_seconds()))
        last = (requester, "cancel") if chance.random() < 0.2 else (approver, "release")
        await self._decide(*last, ticket)
        await self._follow(requester, ticket)

    async def _vote(self, requester: str, approver: str, ticket: str, chance: random.Random) -> None:
        """Vote, at times take it back and vote again, and have the administrator complete it; or all at once."""
        if chance.random() < 0.3:
            await asyncio.gather(*(self._decide(each, "approve", ticket) for each in (approver, ALICE)))
        else:
            again = ("approve", "unendorse", "approve") if chance.random() < 0.4 else ("approve",)
            for verb in again:
                await self._decide(approver, verb, ticket)
            await self._decide(ALICE, "approve", ticket)
        await self._follow(requester, ticket)

    async def _declare(self, requester: str, approver: str, ticket: str, chance: random.Random) -> None:
        """Launch past two votes and a freeze, at times with the requester and after a vote; then somebody answers."""
        if chance.random() < 0.3:
            await self._decide(ALICE, "approve", ticket)
        if chance.random() < 0.3:
            await self._decide(requester, "emergency", ticket)  # refused, and the checker sees to it
        await self._decide(approver, "emergency", ticket)
        launched = await self._follow(requester, ticket) in LAUNCHED
        await self._decide(approver, "ratify", ticket)  # one's own: refused, too
        if chance.random() < 0.8 and launched:  # one that lapsed before its launch owes nobody an answer
            await self._decide(ALICE, chance.choice(("ratify", "refute")), ticket)

    async def _submit(self, number: int, requester: str, chance: random.Random, fate: str = "approve") -> str:
        """Ask for a promotion, now and then twice at once with one key; its ticket. Three share each target."""
        due = f"{datetime.now(UTC) + DUE:%Y-%m-%dT%H:%M:%SZ}" if fate == "hold" else None
        body = submission(f"1.0.{number}", due, self._target(number, fate))
        key = f"chaos-{self.seed}-{number}"
        times = 2 if chance.random() < 0.25 else 1
        asking = [self._ask(requester, "submit", "/v1/requests/prod", body, key=key) for _ in range(times)]
        answer = (await asyncio.gather(*asking))[0]
        assert answer.status_code in {201, 202}, answer.text
        ticket = str(answer.json()["metadata"]["id"])
        self.tickets.append(ticket)
        return ticket

    def _target(self, number: int, fate: str) -> str:
        """The name of a target, of the family whose rule the fate is about."""
        return f"{fate if fate in {'thaw', 'two', 'urgent'} else 'api'}-{number // 3}"

    async def _decide(self, person: str, what: str, ticket: str) -> None:
        """Decide, and look again where production changed meanwhile."""
        body = {"reason": REASONED[what]} if what in REASONED else {}
        while True:
            answer = await self._ask(person, what, f"/v1/requests/prod/{ticket}/{what}", body, ticket=ticket)
            assert answer.status_code != 422, answer.text
            if "production-changed" not in answer.text:
                return

    async def _follow(self, requester: str, ticket: str) -> str:
        """Wait for the end, and retry what failed; the state in the end."""
        for _ in range(RETRIES):
            if (state := await self._end(requester, ticket)) != "failed":
                return state
            await self._decide(requester, "retry", ticket)
        return await self._end(requester, ticket)

    async def _end(self, person: str, ticket: str) -> str:
        """The state in which nothing happens by itself any more.

        An API whose Git is away shows less than what another one has answered already: that is no state to go by.
        """
        while True:
            with contextlib.suppress(httpx.TransportError):
                answer = await self.http.get(
                    f"{self._url()}/v1/requests/prod/{ticket}", headers=self._headers(person), timeout=20
                )
                if answer.is_success and self._is_new(ticket, found := answer.json()) and _rests(found):
                    return str(found["status"]["state"])
            await asyncio.sleep(1)

    async def _ask(
        self, person: str, act: str, path: str, body: object, *, key: str | None = None, ticket: str | None = None
    ) -> httpx.Response:
        """Ask one of the APIs until there is an answer that says something: it, or what it needs, may be away."""
        headers = self._headers(person) | ({"Idempotency-Key": key} if key else {})
        while True:
            answer = None
            with contextlib.suppress(httpx.TransportError):
                answer = await self.http.post(self._url() + path, json=body, headers=headers)
            self.log.note(person, act, answer, key=key, ticket=ticket)
            if answer is not None and answer.status_code < 500 and answer.status_code not in UNCERTAIN:
                if ticket is not None and answer.is_success:
                    self._is_new(ticket, answer.json())
                return answer
            await asyncio.sleep(0.5)

    def _is_new(self, ticket: str, shown: Mapping[str, Any]) -> bool:
        """Tells whether no answer has shown more of the ticket than this one; it counts from now on."""
        acts = len(shown["status"]["history"])
        self._acts[ticket] = known = max(acts, self._acts.get(ticket, 0))
        return acts == known

    async def report(self, every: float) -> None:
        """Order a report now and then."""
        while True:
            answer = await self._ask(ALICE, "report", "/v1/reports", REPORT)
            assert answer.status_code == 202, answer.text
            self.reports.add(str(answer.json()["id"]))
            await asyncio.sleep(every)

    async def forge(self) -> None:
        """Send callbacks that say what isn't so, with the right secret and with a wrong one."""
        secret = json.loads((self.stack.data / "secrets.json").read_text())["callback"]
        chance = random.Random(self.seed)  # noqa: S311
        while True:
            ticket = chance.choice(self.tickets or ["PR-2026-0001"])
            body = {"id": chance.randint(1, 400), "status": "successful", "extra_vars": {"request_id": ticket}}
            for given in (secret, "guessed"):
                with contextlib.suppress(httpx.TransportError):
                    url = f"{self._url()}/v1/webhooks/awx/job-complete"
                    await self.http.post(url, json=body, headers={"X-Prodgate-Secret": given})
            await asyncio.sleep(0.5)

    def _url(self) -> str:
        return random.choice(self.urls)  # noqa: S311  a load balancer

    def _headers(self, person: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[person]}"}
