"""The audit of freezes and of windows for changes, under the rules as of each launch."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from record.audit.verify import verify
from record.git.repository import Repository
from tests.domain.builders import MINUTE, NOW
from tests.record.audit.test_verify import PEOPLE, TENANT, rules
from tests.record.audit.test_verify_line import approved, deployed
from tests.record.building import bare, opened, person_commits
from tests.record.facts.test_line import PLATFORM
from tests.rules import freeze, frozen, rule
from tests.signing import key_file

HOUR = timedelta(hours=1)


@pytest.fixture
async def repository(tmp_path: Path) -> AsyncIterator[Repository]:
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    person_commits(repository.path, {**key_file(), TENANT: PEOPLE, "platform.yaml": PLATFORM}, at=NOW - 2 * HOUR)
    yield repository
    await repository.close()


def broken(repository: Repository) -> list[str]:
    return rules(repository.path)


async def test_a_launch_in_a_freeze_is_named(repository: Repository) -> None:
    """With the rule and its reason."""
    person_commits(repository.path, frozen(NOW), at=NOW - HOUR)
    await deployed(await approved(repository, 1))
    (found,) = verify(repository.path)
    assert found.rule == "frozen"
    assert "year-end lets nothing: The books are closed, until" in found.sentence


async def test_a_launch_outside_of_the_windows_is_named(repository: Repository) -> None:
    """The only window is tomorrow."""
    window = freeze(NOW + 24 * HOUR, NOW + 26 * HOUR)
    del window["reason"]
    person_commits(repository.path, rule("tomorrow", windows=[window]), at=NOW - HOUR)
    request = await approved(repository, 1)
    await deployed(request)
    await deployed(await approved(repository, 2, "2.2.0"), NOW + 25 * HOUR)
    assert broken(repository) == ["frozen"]


async def test_what_a_gate_that_is_honest_does_is_no_violation(repository: Repository) -> None:
    """Another target's freeze; one that began after the look; one that came while the job was made."""
    person_commits(repository.path, frozen(NOW, names=["other-*"]), at=NOW - HOUR)
    await deployed(await approved(repository, 1))
    begins = NOW + 2 * HOUR
    person_commits(repository.path, rule("later", freezes=[freeze(begins, begins + HOUR)]), at=NOW + 10 * MINUTE)
    second = await approved(repository, 2, "2.2.0")
    await deployed(second, begins + 5 * MINUTE)
    launch = NOW + 6 * HOUR
    third = await approved(repository, 3, "2.3.0")
    person_commits(repository.path, frozen(launch), at=launch - MINUTE)
    await deployed(third, launch)
    assert broken(repository) == []


async def test_rules_that_can_not_be_read_or_decide_nothing_are_named(repository: Repository) -> None:
    """Nothing goes on in their reach: a launch by them is one too many."""
    odd = "apiVersion: apim.cab-i.com/v1\nkind: Rules\nmetadata: {name: odd}\nspec: {frezes: []}\n"
    person_commits(repository.path, {"rules/odd.yaml": odd}, at=NOW - HOUR)
    await deployed(await approved(repository, 1))
    assert set(broken(repository)) == {"unreadable", "fault-ignored"}
