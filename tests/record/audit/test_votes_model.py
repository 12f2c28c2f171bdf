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
from domain.errors import IllegalTransition
from domain.ticket import BY_PEOPLE, PromotionRequest
from record.audit.verify import verify
from record.git.message import trailer
from record.git.repository import Repository
from record.signing.signatures import sealed
from tests.domain.builders import ADA, FINANCE, JEAN, PIERRE, VERA, details, pending
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
VOTERS = (JEAN.email, OTHER, CLAIRE, PIERRE.email, ADA.email, VERA.email)
RULES, RIGHTS = {"votes-missing", "frozen", "no-such-vote", "fault-ignored"}, {"self-approval", "no-role"}
_ALWAYS = (
    f"email: {PIERRE.email}, name: Pierre, role: devops",
    f"email: {PIERRE.email}, name: Pierre, role: cpi",
    f"email: {VERA.email}, name: Vera, role: viewer",
)
_JEAN, _CLAIRE = f"email: {JEAN.email}, name: Jean, role: cpi", f"email: {CLAIRE}, name: Claire, role: cpi"
PEOPLE = tuple(
    tenant(FINANCE, *_ALWAYS, *more)
    for more in (
        (_JEAN, _CLAIRE),
        (_JEAN, _CLAIRE, f"email: {OTHER}, name: Jean, role: cpi"),
        (f"{_JEAN}, aliases: [{OTHER}]", _CLAIRE),
        (f"email: {OTHER}, name: Jean, role: cpi, aliases: [{JEAN.email}]", _CLAIRE),
        (_JEAN, f"email: {CLAIRE}, name: Claire, role: viewer"),
        (_CLAIRE, f"email: {OTHER}, name: Jean, role: cpi"),
        (f"{_JEAN}, aliases: [{PIERRE.email}]", _CLAIRE),
    )
)
_MEMBERS = f"  members:\n    - {{email: {ADA.email}, name: Ada, role: cpi_admin}}\n"
PLATFORMS = tuple(
    f"{PLATFORM}{_MEMBERS}  groups:\n    security: {security}\n    network: {network}\n"
    for security, network in ((f"[{CLAIRE}]", f"[{JEAN.email}]"), (f"[{OTHER}, {ADA.email}]", f"[{CLAIRE}]"))
)

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
def stories(draw: st.DrawFn) -> tuple[datetime, list[tuple[timedelta, str, Any]]]:
    """When it begins, and what comes after how long: files that are pushed, and acts with who took them."""
    begins = datetime.fromisoformat(draw(st.sampled_from(BEGINNINGS))).replace(tzinfo=UTC)
    files = st.one_of(
        rule_files(begins.replace(tzinfo=None)),
        rule_files(begins.replace(tzinfo=None)),
        st.sampled_from(PEOPLE).map(lambda text: {TENANT: text}),
        st.sampled_from(PLATFORMS).map(lambda text: {"platform.yaml": text}),
    )
    voters = st.tuples(st.sampled_from(VOTERS), st.booleans())
    acts = st.one_of(st.tuples(st.just("file"), files), *[st.tuples(ACTS, voters)] * 3)
    steps = st.tuples(st.sampled_from(STEPS), acts).map(lambda step: (step[0], *step[1]))
    return begins, draw(st.lists(steps, min_size=6, max_size=16))


@dataclass
class Gate:
    """A gate that checks nothing: whatever the lifecycle allows is signed and recorded."""

    repository: Repository
    now: datetime
    ticket: PromotionRequest = field(init=False)
    revision: str | None = None
    tickets: int = 0

    async def ask(self) -> None:
        self.tickets, self.revision = self.tickets + 1, None
        low = details(impact_assessment="low" if self.tickets % 2 else "high")
        self.ticket = pending(id=number(self.tickets), at=self.now, request=low)
        await self._record("S-pierre")

    async def act(self, action: str, by: str, as_jean: bool) -> None:
        given: dict[str, Any] = {"job_id": "awx-job-1"} if action == "deploying" else {}
        given |= {"reason": "Votes are missing", "decide_by": self.now} if action == "lapsed" else {}
        by = by if action in BY_PEOPLE else "system"
        try:
            self.ticket = after(self.ticket, action, by, self.now, **given)
        except IllegalTransition:
            return
        await self._record("S-jean" if as_jean and by == OTHER else f"S-{by.partition('.')[0]}-{len(by)}")
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
        if kind == "file":
            person_commits(repository.path, given_, at=gate.now)
        else:
            await gate.act(kind, *given_)
    await repository.close()
    return repository.path


def audited(path: Path) -> set[tuple[str, str, str]]:
    """The audit's findings of the rules that the model has; rights are looked at of votes alone."""
    found, git = {(each.commit, each.ticket, each.rule) for each in verify(path)}, pygit2.Repository(str(path))
    votes = {each for each in found if trailer(git[each[0]].peel(pygit2.Commit), "Action") in {"endorsed", "approved"}}
    return {each for each in found if each[2] in RULES or (each[2] in RIGHTS and each in votes)}


M = timedelta(minutes=1)
BEGIN = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
TWO: dict[str, str | None] = {**two_of_cpi()}
BETWEEN: list[tuple[timedelta, str, Any]] = [
    *((11 * M, "file", TWO), (11 * M, "file", dict.fromkeys(TWO)), (4 * M, "file", TWO)),
    (M, "approved", (JEAN.email, False)),
]
"""One vote was enough for a few minutes, between two rules that ask for two: an honest gate may have read that."""
WAS_REQUESTER: list[tuple[timedelta, str, Any]] = [
    *((11 * M, "file", {TENANT: PEOPLE[6]}), (M, "approved", (CLAIRE, False)), (M, "deploying", (CLAIRE, False))),
    *((M, "file", {TENANT: PEOPLE[0]}), (11 * M, "approved", (JEAN.email, False))),
]
"""Jean and who asked were one person then, and are not any more: no vote of his is one."""


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
