"""The audit and an independent model agree on every act that breaks a rule of votes or calendars, in drawn records."""

import asyncio
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pygit2
from hypothesis import HealthCheck, example, given, note, settings
from hypothesis import strategies as st

from domain.change import Change, Proof
from domain.delegations import Delegation
from domain.errors import IllegalTransition
from domain.roles import Person, Role
from domain.ticket import BY_PEOPLE, PromotionRequest
from record.audit.verify import verify
from record.git.message import trailer
from record.git.repository import Repository
from record.people.delegations import text_of
from record.signing.signatures import sealed
from tests.delegating import change_of, delegation
from tests.domain.builders import ADA, FINANCE, JEAN, PIERRE, RETAIL, VERA, details, pending, person
from tests.examples import examples
from tests.model.drawn import BEGINNINGS, specs
from tests.model.votes import NOT_JUDGED, illegal
from tests.record.audit.test_verify import TENANT
from tests.record.building import after, bare, number, opened, person_commits
from tests.record.facts.test_line import PLATFORM
from tests.record.people.test_directory import tenant
from tests.rules import rule, two_of_cpi
from tests.signing import KEY, claims_for, key_file

CLAIRE, OTHER = "claire.moreau@cab-i.com", "jean.new@cab-i.com"
ROBOT = person("robot@cab-i.com", Role.DEVOPS)
VOTERS = (JEAN.email, OTHER, CLAIRE, PIERRE.email, ADA.email, VERA.email)
RULES, RIGHTS = (
    {"votes-missing", "frozen", "no-such-vote", "fault-ignored", "not-delegated"},
    {"self-approval", "no-role"},
)
PAIRS = (
    *((JEAN.email, VERA.email), (CLAIRE, VERA.email), (OTHER, VERA.email), (ADA.email, JEAN.email)),
    *((JEAN.email, CLAIRE), (CLAIRE, JEAN.email), (CLAIRE, OTHER), (JEAN.email, OTHER)),
    *((PIERRE.email, VERA.email), (JEAN.email, PIERRE.email), (VERA.email, CLAIRE), (CLAIRE, ROBOT.email)),
)
"""Givers and delegates: two for one, circles, the requester on either side, a chain, a service account."""
_SERVICE = f"email: {ROBOT.email}, name: CI, role: devops, kind: service, owner:"
_ALWAYS = (
    f"email: {PIERRE.email}, name: Pierre, role: devops",
    f"email: {PIERRE.email}, name: Pierre, role: cpi",
    f"email: {VERA.email}, name: Vera, role: viewer",
)
_JEAN, _CLAIRE = f"email: {JEAN.email}, name: Jean, role: cpi", f"email: {CLAIRE}, name: Claire, role: cpi"
PEOPLE = tuple(
    tenant(FINANCE, *_ALWAYS, f"{_SERVICE} {owner}", *more)
    for owner, *more in (
        (VERA.email, _JEAN, _CLAIRE),
        (CLAIRE, _JEAN, _CLAIRE, f"email: {OTHER}, name: Jean, role: cpi"),
        (VERA.email, f"{_JEAN}, aliases: [{OTHER}]", _CLAIRE),
        (JEAN.email, f"email: {OTHER}, name: Jean, role: cpi, aliases: [{JEAN.email}]", _CLAIRE),
        (VERA.email, _JEAN, f"email: {CLAIRE}, name: Claire, role: viewer"),
        (CLAIRE, _CLAIRE, f"email: {OTHER}, name: Jean, role: cpi"),
        (VERA.email, f"{_JEAN}, aliases: [{PIERRE.email}]", _CLAIRE),
    )
)
_MEMBERS = f"  members:\n    - {{email: {ADA.email}, name: Ada, role: cpi_admin}}\n"
PLATFORMS = tuple(
    f"{PLATFORM}{_MEMBERS}  groups:\n    security: {security}\n    network: {network}\n"
    for security, network in ((f"[{CLAIRE}]", f"[{JEAN.email}]"), (f"[{OTHER}, {ADA.email}]", f"[{CLAIRE}]"))
)

M = timedelta(minutes=1)
STEPS = tuple(timedelta(minutes=each) for each in (0, 1, 4, 9, 11, 60, 600, 1_440))


@st.composite
def rule_files(draw: st.DrawFn, begins: datetime) -> dict[str, str | None]:
    """One of three rules, written anew, or taken away; seldom one that nobody can read."""
    name, kind = draw(st.sampled_from("abc")), draw(st.sampled_from(["rule"] * 12 + ["gone", "gone", "odd"]))
    if kind != "rule":
        return {f"rules/{name}.yaml": None} if kind == "gone" else {**rule(name, frezes=[])}
    return {**rule(name, **draw(specs(begins)))}


ACTS = st.sampled_from(["endorsed"] * 4 + ["approved"] * 4 + ["deploying"] * 6 + ["unendorsed"] * 2 + ["lapsed"])


@st.composite
def handovers(draw: st.DrawFn) -> dict[str, Any]:
    """A vote that is handed over, from now or soon on, for minutes or days."""
    giver, to = draw(st.sampled_from(PAIRS))
    begins, length = draw(st.sampled_from([0, 0, 0, 30])), draw(st.sampled_from([30, 700, 10_000, 40_000]))
    tenants = draw(st.sampled_from([None, None, (FINANCE,), (RETAIL,)]))
    return {"giver": giver, "to": to, "begins": begins, "length": length, "tenants": tenants}


@st.composite
def stories(draw: st.DrawFn) -> tuple[datetime, list[tuple[timedelta, str, Any]]]:
    """When it begins, and what comes after how long: files that are pushed, and acts with who took them."""
    begins = datetime.fromisoformat(draw(st.sampled_from(BEGINNINGS))).replace(tzinfo=UTC)
    files = st.one_of(
        rule_files(begins.replace(tzinfo=None)),
        rule_files(begins.replace(tzinfo=None)),
        st.sampled_from(PEOPLE).map(lambda text: {TENANT: text}),
        st.sampled_from(PLATFORMS).map(lambda text: {"platform.yaml": text}),
    )
    own = st.tuples(st.sampled_from(VOTERS), st.booleans(), st.none())
    for_another = st.sampled_from(PAIRS).map(lambda pair: (pair[1], False, pair[0]))
    acts = st.one_of(
        st.tuples(st.just("file"), files),
        st.tuples(st.just("delegated"), handovers()),
        st.tuples(st.sampled_from(["withdrawn", "forged", "removed", "put back"]), st.integers(0, 3)),
        st.tuples(st.just("created"), st.sampled_from([PIERRE, ROBOT])),
        *[st.tuples(ACTS, own)] * 3,
        *[st.tuples(ACTS, for_another)] * 3,
    )
    steps = st.tuples(st.sampled_from(STEPS), acts).map(lambda step: (step[0], *step[1]))
    return begins, draw(st.lists(steps, min_size=6, max_size=16))


def sub_of(address: str) -> str:
    """The sign-in of whoever has the address."""
    return f"S-{address.partition('.')[0]}-{len(address)}"


@dataclass
class Gate:
    """A gate that checks nothing: whatever the lifecycle allows is signed and recorded."""

    repository: Repository
    now: datetime
    ticket: PromotionRequest = field(init=False)
    revision: str | None = None
    tickets: int = 0
    given: list[Delegation] = field(default_factory=list)

    async def ask(self, by: Person = PIERRE) -> None:
        self.tickets, self.revision = self.tickets + 1, None
        low = details(impact_assessment="low" if self.tickets % 2 else "high")
        self.ticket = pending(id=number(self.tickets), at=self.now, request=low, requester=by)
        await self._record(f"S-{by.name}")

    def hand_over(self, giver: str, to: str, begins: int, length: int, tenants: tuple[str, ...] | None) -> None:
        """Sign it for anybody, whatever they have."""
        since = self.now + begins * M
        fields: dict[str, Any] = {"since": since, "until": since + length * M, "tenants": tenants}
        self.given.append(delegation(giver, to, self.now, **fields))
        self._sign(self.given[-1])

    def tamper(self, how: str, number: int) -> None:
        """Withdraw a delegation, or change its file with nobody's signature."""
        if not self.given:
            return
        place = number % len(self.given)
        given = self.given[place]
        if how == "withdrawn":
            if given.withdrawn is None:
                self.given[place] = given.ended_by(given.giver, self.now)
                self._sign(self.given[place])
            return
        longer = given.model_copy(update={"reason": "For longer than it was"})
        texts = {"forged": text_of(longer), "removed": None, "put back": text_of(given)}
        person_commits(self.repository.path, {given.path: texts[how]}, at=self.now)

    def _sign(self, given: Delegation) -> None:
        change, _ = change_of(given, sub=sub_of(given.giver))
        message = f"Hand over\n\nSignature: {change.proof}\n"
        person_commits(self.repository.path, {given.path: text_of(given)}, message, at=self.now)

    async def act(self, action: str, by: str, as_jean: bool, giver: str | None) -> None:
        given: dict[str, Any] = {"job_id": "awx-job-1"} if action == "deploying" else {}
        given |= {"on_behalf_of": giver} if giver and action in BY_PEOPLE else {}
        given |= {"reason": "Votes are missing", "decide_by": self.now} if action == "lapsed" else {}
        by = by if action in BY_PEOPLE else "system"
        try:
            self.ticket = after(self.ticket, action, by, self.now, **given)
        except IllegalTransition:
            return
        await self._record("S-jean" if as_jean and by == OTHER else sub_of(by))
        if action == "deploying":
            await self.ask()

    async def _record(self, sub: str) -> None:
        proof = None
        if self.ticket.last.by != "system":
            claims = claims_for(self.ticket, sub=sub)
            proof = Proof(jws=sealed(claims, KEY), message=claims.message)
        change = Change(ticket=self.ticket, base=self.revision, actor_name="Somebody", proof=proof)
        self.revision = (await self.repository.record(change)).revision


async def told(folder: Path, begins: datetime, steps: list[tuple[timedelta, str, Any]]) -> Path:
    """The record of the story."""
    repository = opened(bare(folder / "record.git"), folder)
    first = {**key_file(), TENANT: PEOPLE[0], "platform.yaml": PLATFORMS[0]}
    person_commits(repository.path, first, at=begins - timedelta(hours=1))
    gate = Gate(repository, begins)
    await gate.ask()
    for later, kind, given_ in steps:
        gate.now += later + timedelta(seconds=1)
        match kind:
            case "file":
                person_commits(repository.path, given_, at=gate.now)
            case "delegated":
                gate.hand_over(**given_)
            case "withdrawn" | "forged" | "removed" | "put back":
                gate.tamper(kind, given_)
            case "created":
                await gate.ask(given_)
            case _:
                await gate.act(kind, *given_)
    await repository.close()
    return repository.path


def audited(path: Path) -> set[tuple[str, str, str]]:
    """The audit's findings of the rules that the model has; rights are looked at of votes alone."""
    found, git = {(each.commit, each.ticket, each.rule) for each in verify(path)}, pygit2.Repository(str(path))
    votes = {each for each in found if trailer(git[each[0]].peel(pygit2.Commit), "Action") in {"endorsed", "approved"}}
    return {each for each in found if each[2] in RULES or (each[2] in RIGHTS and each in votes)}


BEGIN = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
TWO: dict[str, str | None] = {**two_of_cpi()}
BETWEEN: list[tuple[timedelta, str, Any]] = [
    *((11 * M, "file", TWO), (11 * M, "file", dict.fromkeys(TWO)), (4 * M, "file", TWO)),
    (M, "approved", (JEAN.email, False, None)),
]
"""One vote was enough for a few minutes, between two rules that ask for two: an honest gate may have read that."""
WAS_REQUESTER: list[tuple[timedelta, str, Any]] = [
    *(
        (11 * M, "file", {TENANT: PEOPLE[6]}),
        (M, "approved", (CLAIRE, False, None)),
        (M, "deploying", (CLAIRE, False, None)),
    ),
    *((M, "file", {TENANT: PEOPLE[0]}), (11 * M, "approved", (JEAN.email, False, None))),
]
"""Jean and who asked were one person then, and are not any more: no vote of his is one."""


_HANDED = {"giver": JEAN.email, "to": VERA.email, "begins": 0, "length": 30, "tenants": None}
_FOR_JEAN = (VERA.email, False, JEAN.email)
HANDED: list[tuple[timedelta, str, Any]] = [
    *((M, "delegated", _HANDED), (11 * M, "endorsed", _FOR_JEAN), (M, "file", TWO), (11 * M, "forged", 0)),
    *((11 * M, "approved", (CLAIRE, False, None)), (M, "put back", 0), (11 * M, "deploying", _FOR_JEAN)),
    *((M, "endorsed", _FOR_JEAN), (M, "approved", (CLAIRE, False, None))),
]
"""A vote that outlives its delegation, but for while the file is forged; and one that was given after the end."""


@example(story=(BEGIN, HANDED))
@example(story=(BEGIN, BETWEEN))
@example(story=(BEGIN, WAS_REQUESTER))
@settings(max_examples=examples(100), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(story=stories())
def test_the_audit_agrees_with_the_model(story: tuple[datetime, list[tuple[timedelta, str, Any]]]) -> None:
    """On valid and invalid acts, under rules, groups and roles that change in between."""
    with tempfile.TemporaryDirectory() as folder:
        path = asyncio.run(told(Path(folder), *story))
        note("\n".join(map(str, story[1])))
        modelled, found = illegal(path), audited(path)
        unjudged = {each[:2] for each in modelled if each[2] == NOT_JUDGED}
        of_nobody = {(*each, broken) for each in unjudged for broken in (NOT_JUDGED, "votes-missing", "frozen")}
        assert found - of_nobody == modelled - of_nobody
