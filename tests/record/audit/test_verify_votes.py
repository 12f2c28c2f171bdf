"""The audit of votes: everybody whom the rules asked for had approved what was approved and launched."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.change import Change, Proof
from domain.ticket import BY_PEOPLE
from record.audit.verify import verify
from record.git.repository import Repository
from record.signing.signatures import sealed
from tests.domain.builders import JEAN, NOW, PIERRE, pending
from tests.record.audit.test_verify import TENANT, rules
from tests.record.building import after, bare, number, opened, person_commits
from tests.record.facts.test_line import PLATFORM
from tests.record.people.test_directory import tenant
from tests.rules import rule, two_of_cpi
from tests.signing import KEY, claims_for, key_file

CLAIRE, PETER = "claire.moreau@cab-i.com", PIERRE.email
PEOPLE = tenant(
    "tenant-finance",
    f"email: {PIERRE.email}, name: Pierre, role: devops",
    f"email: {PIERRE.email}, name: Pierre, role: cpi",
    f"email: {JEAN.email}, name: Jean, role: cpi",
    f"email: {CLAIRE}, name: Claire, role: cpi",
)
GROUPS = f"{PLATFORM}  groups:\n    security: [{CLAIRE}]\n"


@pytest.fixture
async def repository(tmp_path: Path) -> AsyncIterator[Repository]:
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    files = {**key_file(), TENANT: PEOPLE, "platform.yaml": GROUPS, **two_of_cpi()}
    person_commits(repository.path, files, at=NOW - timedelta(hours=1))
    yield repository
    await repository.close()


async def tell(repository: Repository, *steps: tuple[str, str], ordinal: int = 1) -> None:
    """A gate that checks nothing records a ticket and these (action, actor) of it, each signed."""
    ticket, revision = pending(id=number(ordinal)), None
    for action, by in (("created", PIERRE.email), *steps):
        if action != "created":
            given: dict[str, Any] = {"job_id": "awx-job-1"} if action in {"deploying", "deployed"} else {}
            ticket = after(ticket, action, by, **given)
        proof = None
        if ticket.last.action in BY_PEOPLE:
            claims = claims_for(ticket)
            proof = Proof(jws=sealed(claims, KEY), message=claims.message)
        change = Change(ticket=ticket, base=revision, actor_name="Somebody", proof=proof)
        revision = (await repository.record(change)).revision


LAUNCH = ("deploying", "system")


async def test_two_votes_are_enough(repository: Repository) -> None:
    """Given, taken back and given again."""
    votes = (("endorsed", JEAN.email), ("unendorsed", JEAN.email), ("endorsed", JEAN.email), ("approved", CLAIRE))
    await tell(repository, *votes, LAUNCH)
    assert rules(repository.path) == []


@pytest.mark.parametrize(
    "votes",
    [
        [("approved", JEAN.email)],
        [("endorsed", JEAN.email), ("approved", JEAN.email)],
        [("endorsed", CLAIRE), ("unendorsed", CLAIRE), ("approved", JEAN.email)],
    ],
    ids=["one", "one twice", "taken back"],
)
async def test_an_approval_that_lacks_votes_is_named(repository: Repository, votes: list[tuple[str, str]]) -> None:
    """And once more where it is launched."""
    await tell(repository, *votes, LAUNCH)
    assert rules(repository.path) == ["votes-missing", "votes-missing"]


async def test_the_requesters_vote_is_named(repository: Repository) -> None:
    """It is no vote, and so one is missing."""
    await tell(repository, ("endorsed", PETER), ("approved", JEAN.email))
    assert rules(repository.path) == ["self-approval", "votes-missing"]


async def test_a_vote_that_nobody_gave_is_taken_back(repository: Repository) -> None:
    await tell(repository, ("unendorsed", JEAN.email))
    assert rules(repository.path) == ["no-such-vote"]


async def test_a_group_has_to_vote(repository: Repository) -> None:
    """Two people of the role are not enough where one has to be of the group."""
    wanted = rule("two", approvals=[{"role": "cpi"}, {"group": "security"}])
    person_commits(repository.path, wanted, at=NOW - timedelta(minutes=59))
    await tell(repository, ("endorsed", CLAIRE), ("approved", JEAN.email))
    assert rules(repository.path) == []
    people = PEOPLE.replace(CLAIRE, "other@cab-i.com")
    person_commits(repository.path, {TENANT: people}, at=NOW - timedelta(minutes=58))
    await tell(repository, ("endorsed", "other@cab-i.com"), ("approved", JEAN.email), ordinal=2)
    (found,) = verify(repository.path)
    assert "1 of security had not approved it" in found.sentence


async def test_a_gate_may_have_read_any_state_of_the_files_in_ten_minutes(repository: Repository) -> None:
    """Two votes were asked for before, and are now; for a few minutes in between, one was enough."""
    two = two_of_cpi()
    person_commits(repository.path, dict.fromkeys(two), at=NOW - timedelta(minutes=5))
    person_commits(repository.path, two, at=NOW - timedelta(minutes=1))
    await tell(repository, ("approved", JEAN.email))
    assert rules(repository.path) == []
