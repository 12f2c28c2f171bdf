"""Quorums and recurrences that an attack went through: each is held off here."""

import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from domain.calendars import Freeze, holding, opens
from domain.change import Change, Proof
from domain.roles import Role
from domain.ticket import State
from domain.votes import Need, Poll
from record.git.repository import Repository
from record.signing.signatures import sealed
from tests.domain.builders import ADA, FINANCE, JEAN, NOW, PIERRE, pending, person
from tests.domain.test_votes import votes
from tests.record.audit.test_verify import TENANT, rules
from tests.record.building import after, bare, opened, person_commits
from tests.record.facts.test_line import PLATFORM
from tests.record.people.test_directory import tenant
from tests.rules import two_of_cpi
from tests.signing import KEY, claims_for, key_file

CLAIRE = "claire.moreau@cab-i.com"
THREE = (Need(role=Role.CPI, count=3),)
TWO = (Need(role=Role.CPI, count=2),)


def test_a_rule_that_asks_for_less_strands_nobody() -> None:
    """Two have voted where three had to, and now two have to: whoever approves completes it."""
    voted = votes(votes(pending(), JEAN, THREE), ADA, THREE)
    claire = person(CLAIRE, Role.CPI, FINANCE)
    assert voted.state is State.PENDING
    assert votes(voted, claire, TWO).state is State.APPROVED
    assert votes(voted, JEAN, TWO).state is State.APPROVED


def test_an_alias_brings_nobody_into_a_group() -> None:
    """A tenant's file names the address of a group's member as somebody's alias."""
    eve = person("eve@cab-i.com", Role.CPI, FINANCE, aliases=(CLAIRE,))
    poll = Poll(needs=(Need(group="security"),), tenant=FINANCE, groups={"security": frozenset({CLAIRE})})
    assert poll.missing(eve) == poll.needs
    assert poll.missing(person(CLAIRE, Role.CPI, FINANCE)) == ()


@pytest.fixture
async def repository(tmp_path: Path) -> AsyncIterator[Repository]:
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    people = tenant(
        "tenant-finance",
        f"email: {PIERRE.email}, name: Pierre, role: devops",
        f"email: {JEAN.email}, name: Jean, role: cpi",
        f"email: {CLAIRE}, name: Claire, role: cpi",
    )
    files = {**key_file(), TENANT: people, "platform.yaml": PLATFORM, **two_of_cpi()}
    person_commits(repository.path, files, at=NOW - timedelta(hours=1))
    yield repository
    await repository.close()


@pytest.mark.parametrize(("other", "found"), [("S", ["votes-missing"]), ("T", [])], ids=["one", "two"])
async def test_one_sign_in_is_one_voter(repository: Repository, other: str, found: list[str]) -> None:
    """Whose address changed between two votes, to that of somebody who has never acted."""
    ticket, revision = pending(), None
    for action, by, sub in (("created", PIERRE.email, "P"), ("endorsed", JEAN.email, "S"), ("approved", CLAIRE, other)):
        ticket = ticket if action == "created" else after(ticket, action, by)
        claims = claims_for(ticket, sub=sub)
        proof = Proof(jws=sealed(claims, KEY), message=claims.message)
        change = Change(ticket=ticket, base=revision, actor_name="Somebody", proof=proof)
        revision = (await repository.record(change)).revision
    assert rules(repository.path) == found


ENDLESS: list[dict[str, Any]] = [
    {"every": every}
    for every in (
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=-1",
        "FREQ=DAILY;FREQ=SECONDLY",
        "FREQ=DAILY;BYMONTH=13",
        "FREQ=WEEKLY;BYSETPOS=3",
        "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=WEEKLY;BYDAY=2MO",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=HOURLY",
        "FREQ=DAILY;COUNT=0",
    )
]


@pytest.mark.parametrize("said", [*ENDLESS, {"starts": "1970-01-01T00:00", "ends": "1970-01-02T00:00"}], ids=str)
def test_a_recurrence_that_a_program_would_look_for_too_long_is_a_fault(said: dict[str, Any]) -> None:
    """As lint and the gate read it: the process that asked would never have answered again."""
    given = {"starts": "2026-01-01T00:00", "ends": "2026-01-02T00:00", "reason": "The books are closed"}
    with pytest.raises(ValidationError):
        Freeze.model_validate(given | said)


@pytest.mark.parametrize("every", ["FREQ=DAILY", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=MONTHLY;BYDAY=-1FR"])
def test_what_a_rule_may_say_is_answered_in_time(every: str) -> None:
    """Of the oldest beginning there may be, also where it never ends or never comes."""
    said = {"starts": "2000-01-01T00:00", "ends": "2000-01-02T00:00", "every": every, "reason": "The books are closed"}
    freeze, began = Freeze.model_validate(said), time.process_time()
    holding((freeze,), NOW)
    opens((freeze,), None, NOW)
    assert time.process_time() - began < 20  # it holds off a hang, and measures nothing
