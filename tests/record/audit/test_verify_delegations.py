"""The audit of delegations: who handed a vote over might, and each vote by one was theirs to give when they did."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.change import Change, Proof
from domain.delegations import Delegation
from domain.ticket import BY_PEOPLE
from record.audit.verify import verify
from record.git.repository import Repository
from record.people.delegations import text_of
from record.signing.signatures import sealed
from tests.delegating import delegation, hand_over, withdraw
from tests.domain.builders import ADA, JEAN, NOW, PIERRE, VERA, pending
from tests.record.audit.test_verify import TENANT
from tests.record.audit.test_verify import rules as found_by
from tests.record.building import after, bare, git, number, opened, person_commits
from tests.record.facts.test_line import PLATFORM
from tests.record.people.test_directory import tenant
from tests.rules import two_of_cpi
from tests.signing import KEY, claims_for, key_file

CLAIRE, PAUL = "claire.moreau@cab-i.com", "paul.petit@cab-i.com"
PEOPLE = tenant(
    "tenant-finance",
    f"email: {PIERRE.email}, name: Pierre, role: devops",
    f"email: {PIERRE.email}, name: Pierre, role: cpi",
    f"email: {JEAN.email}, name: Jean, role: cpi",
    f"email: {CLAIRE}, name: Claire, role: cpi, aliases: [c.moreau@cab-i.com]",
    f"email: {VERA.email}, name: Vera, role: viewer",
    f"email: {PAUL}, name: Paul, role: viewer",
)
ADMINS = f"{PLATFORM}  members:\n    - {{email: {ADA.email}, name: Ada, role: cpi_admin}}\n"


@pytest.fixture
async def repository(tmp_path: Path) -> AsyncIterator[Repository]:
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    files = {**key_file(), TENANT: PEOPLE, "platform.yaml": ADMINS}
    person_commits(repository.path, files, at=NOW - timedelta(hours=1))
    yield repository
    await repository.close()


def rules(path: Path) -> list[str]:
    """The names of what it finds, in the order of names."""
    return sorted(found_by(path))


async def tell(repository: Repository, *steps: tuple[str, str, str | None], ordinal: int = 1) -> None:
    """A gate that checks nothing records a ticket and these (action, actor, giver) of it, each signed."""
    ticket, revision = pending(id=number(ordinal)), None
    for action, by, giver in (("created", PIERRE.email, None), *steps):
        if action != "created":
            given: dict[str, Any] = {"job_id": "awx-job-1"} if action == "deploying" else {}
            given |= {"on_behalf_of": giver} if giver else {}
            given |= {"reason": "Not tested enough"} if action == "rejected" else {}
            ticket = after(ticket, action, by, **given)
        proof = None
        if ticket.last.action in BY_PEOPLE:
            claims = claims_for(ticket)
            proof = Proof(jws=sealed(claims, KEY), message=claims.message)
        change = Change(ticket=ticket, base=revision, actor_name="Somebody", proof=proof)
        revision = (await repository.record(change)).revision


def given(repository: Repository, giver: str = CLAIRE, to: str = VERA.email, **fields: Any) -> Delegation:
    """A signed delegation from before the request on."""
    made = delegation(giver, to, **{"at": NOW - timedelta(minutes=30)} | fields)
    hand_over(repository.path, made)
    return made


def time_passes(repository: Repository) -> None:
    """A commit says that it is a while later: what was there before it, nobody has read who votes now."""
    person_commits(repository.path, {"README.md": "Later"}, at=NOW - timedelta(minutes=15))


APPROVED = ("approved", VERA.email, CLAIRE)
LAUNCH = ("deploying", "system", None)


async def test_a_vote_on_somebodys_behalf_holds(repository: Repository) -> None:
    """Approved and launched, rejected, and as one of two with its taking back, after the delegation ended too."""
    made = given(repository)
    await tell(repository, APPROVED, LAUNCH)
    await tell(repository, ("rejected", VERA.email, CLAIRE), ordinal=2)
    person_commits(repository.path, two_of_cpi(), at=NOW - timedelta(minutes=20))
    endorsed = ("endorsed", VERA.email, CLAIRE)
    votes = (endorsed, ("unendorsed", VERA.email, CLAIRE), endorsed, ("approved", JEAN.email, None))
    await tell(repository, *votes, ordinal=3)
    withdraw(repository.path, made, ADA.email, NOW + timedelta(minutes=30))
    assert rules(repository.path) == []
    middle = git(repository.path, "rev-parse", "main~3")
    assert list(verify(repository.path, since=middle)) == []


@pytest.mark.parametrize("action", ["approved", "rejected"])
@pytest.mark.parametrize(
    ("giver", "fields"),
    [
        (None, {}),
        (CLAIRE, {"until": NOW - timedelta(minutes=15)}),
        (CLAIRE, {"since": NOW + timedelta(hours=1)}),
        (CLAIRE, {"to": PAUL}),
        (JEAN.email, {}),
    ],
    ids=["without any", "after its end", "before its time", "of another delegate", "of another giver"],
)
async def test_a_vote_that_nothing_gives_is_named(
    repository: Repository, giver: str | None, fields: dict[str, Any], action: str
) -> None:
    """An approval lacks it, too."""
    if giver is not None:
        given(repository, giver, **fields)
    await tell(repository, (action, VERA.email, CLAIRE))
    assert rules(repository.path) == ["not-delegated", *(["votes-missing"] if action == "approved" else [])]


async def test_what_is_withdrawn_gives_no_later_vote(repository: Repository) -> None:
    """But for ten minutes, in which the worker may have read the record before."""
    made = given(repository)
    withdraw(repository.path, made, CLAIRE, NOW - timedelta(minutes=20))
    time_passes(repository)
    await tell(repository, APPROVED)
    assert rules(repository.path) == ["not-delegated", "votes-missing"]


async def test_a_vote_after_a_withdrawal_is_named_by_the_records_order(repository: Repository) -> None:
    """Whatever the clock of whoever withdrew it said."""
    made = given(repository)
    withdraw(repository.path, made, CLAIRE, NOW + timedelta(minutes=2), tip=None)
    time_passes(repository)
    await tell(repository, APPROVED)
    assert "not-delegated" in rules(repository.path)


@pytest.mark.parametrize(("giver", "to"), [(PIERRE.email, VERA.email), (CLAIRE, PIERRE.email)])
async def test_the_requesters_part_in_it_is_named(repository: Repository, giver: str, to: str) -> None:
    """Whether they gave the vote or voted."""
    given(repository, giver, to)
    await tell(repository, ("approved", to, giver))
    assert rules(repository.path) == ["self-approval", "votes-missing"]


async def test_a_chain_is_named(repository: Repository) -> None:
    """Claire to Vera, and Vera to Paul: Paul can't vote for Vera, who has no vote, nor for Claire."""
    given(repository)
    given(repository, VERA.email, PAUL)
    assert rules(repository.path) == ["delegation-not-allowed"]
    await tell(repository, ("approved", PAUL, VERA.email))
    await tell(repository, ("approved", PAUL, CLAIRE), ordinal=2)
    named = ["not-delegated", "votes-missing"]
    assert rules(repository.path) == sorted(["delegation-not-allowed", *named, *named])


@pytest.mark.parametrize(
    ("votes", "found"),
    [
        ([("endorsed", JEAN.email, CLAIRE), ("approved", CLAIRE, None)], ["votes-missing"]),
        ([("endorsed", CLAIRE, None), ("approved", JEAN.email, CLAIRE)], ["votes-missing"]),
        ([("endorsed", JEAN.email, CLAIRE), ("approved", CLAIRE, JEAN.email)], ["votes-missing"]),
        ([("endorsed", JEAN.email, None), ("approved", JEAN.email, CLAIRE)], ["votes-missing"]),
        ([("endorsed", VERA.email, CLAIRE), ("approved", JEAN.email, None)], []),
    ],
    ids=["then the giver", "after the giver", "a circle", "twice", "two people"],
)
async def test_two_votes_of_one_person_are_one(
    repository: Repository, votes: list[tuple[str, str, str | None]], found: list[str]
) -> None:
    for giver, to in ((CLAIRE, JEAN.email), (JEAN.email, CLAIRE), (CLAIRE, VERA.email)):
        given(repository, giver, to)
    person_commits(repository.path, two_of_cpi(), at=NOW - timedelta(minutes=20))
    await tell(repository, *votes)
    assert rules(repository.path) == found


async def test_the_giver_who_lost_the_role_gives_nothing(repository: Repository) -> None:
    """Neither for a vote nor, after it, for the launch."""
    given(repository)
    await tell(repository, APPROVED)
    without = PEOPLE.replace("name: Claire, role: cpi", "name: Claire, role: viewer")
    person_commits(repository.path, {TENANT: without}, at=NOW - timedelta(minutes=15))
    await tell(repository, APPROVED, ordinal=2)
    assert rules(repository.path) == ["not-delegated", "votes-missing"]


async def test_a_forged_file_is_named_and_gives_nothing(repository: Repository) -> None:
    """So is one that was altered, and one that was removed; put back as it was proven, it is none."""
    forged = delegation(CLAIRE, VERA.email, NOW - timedelta(minutes=30))
    person_commits(repository.path, {forged.path: text_of(forged)}, at=NOW - timedelta(minutes=29))
    await tell(repository, APPROVED)
    assert rules(repository.path) == ["delegation-not-proven", "not-delegated", "votes-missing"]
    made = given(repository, JEAN.email, PAUL)
    longer = made.model_copy(update={"until": made.until + timedelta(days=1)})
    for text in (text_of(longer), None, text_of(made)):
        person_commits(repository.path, {made.path: text})
    assert rules(repository.path).count("delegation-not-proven") == 3


async def test_who_may_not_end_a_delegation_is_named(repository: Repository) -> None:
    """It has ended all the same: that takes rights away."""
    made = given(repository)
    withdraw(repository.path, made, JEAN.email, NOW - timedelta(minutes=20))
    time_passes(repository)
    await tell(repository, APPROVED)
    assert rules(repository.path) == ["delegation-not-allowed", "not-delegated", "votes-missing"]


@pytest.mark.parametrize(
    ("giver", "to"),
    [(CLAIRE, "nobody@cab-i.com"), (VERA.email, JEAN.email), (CLAIRE, "c.moreau@cab-i.com")],
    ids=["to nobody", "by who has no vote", "to oneself"],
)
async def test_who_may_not_hand_over_is_named(repository: Repository, giver: str, to: str) -> None:
    given(repository, giver, to)
    assert rules(repository.path) == ["delegation-not-allowed"]


async def test_its_commit_is_the_services(repository: Repository) -> None:
    """One by somebody else's hand, with the API's signature, is named, and so is what it changes besides."""
    made = given(repository)
    message = git(repository.path, "log", "-1", "--format=%B", "main")
    git(repository.path, "update-ref", "refs/heads/main", "main~1")
    person_commits(repository.path, {made.path: text_of(made), "README.md": "Besides"}, message)
    assert rules(repository.path) == ["false-author", "not-one-delegation"]
