"""An audit of acts beside a change of files: whoever looked before it was honest, whoever had time was not."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from record.audit.turns import LOOKED
from record.audit.verify import verify
from record.git.repository import Repository
from tests.domain.builders import MINUTE, pending
from tests.record.audit.test_verify import PEOPLE, TENANT
from tests.record.building import Story, bare, number, opened, person_commits
from tests.record.facts.test_line import PLATFORM
from tests.signing import key_file

ENTRY = "apis/payment-api.yaml"
DESCRIBED = (
    "apiVersion: apim.cab-i.com/v1\nkind: Api\nmetadata: {name: payment-api, tenant: tenant-finance}\n"
    'spec: {version: "2.0.0"}\n'
)


@pytest.fixture
async def repository(tmp_path: Path) -> AsyncIterator[Repository]:
    """A record whose files are a day old."""
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    files = {**key_file(), TENANT: PEOPLE, "platform.yaml": PLATFORM, ENTRY: DESCRIBED}
    person_commits(repository.path, files, at=datetime.now(UTC) - timedelta(days=1))
    yield repository
    await repository.close()


CHANGES = {
    "a fault of the tenant's file": (TENANT, PEOPLE.replace("displayName", "displayname"), "fault-ignored"),
    "a fault of the target's entry": (ENTRY, "][", "fault-ignored"),
    "another owner": (ENTRY, DESCRIBED.replace("tenant-finance", "tenant-retail"), "foreign-target"),
}
"""The file that changes, what it says then, and the rule that whoever had time to see it breaks."""

BEFORE = {
    "created": [],
    "approved": ["created"],
    "deploying": ["created", "approved"],
    "retried": ["created", "approved", "deploying", "failed"],
}
"""The acts before each one for which a target's files count."""


async def _acts(repository: Repository, act: str, change: str, since: timedelta) -> datetime:
    """Have a gate that checks nothing do the act now, that long after the change of a file."""
    now = datetime.now(UTC).replace(microsecond=0)
    began = now - 3 * LOOKED if BEFORE[act] else now
    story = Story(repository, pending(id=number(1, now.year), at=began))
    for each in BEFORE[act]:
        await (story.create() if each == "created" else story.then(each))
    path, text, _ = CHANGES[change]
    person_commits(repository.path, {path: text}, at=now - since)
    await (story.create() if act == "created" else story.then(act, at=now))
    return now


def _found(repository: Repository) -> list[str]:
    """The rules that acts broke; a file that became faulty is named by itself, whatever was done."""
    return [each.rule for each in verify(repository.path) if each.rule != "unreadable"]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("act", BEFORE)
async def test_an_act_right_after_a_change_is_clean(repository: Repository, act: str, change: str) -> None:
    """A launch takes minutes and a decision waits for Git: both may have looked before the change."""
    await _acts(repository, act, change, since=LOOKED - MINUTE)
    assert _found(repository) == []


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("act", BEFORE)
async def test_an_act_long_after_a_change_is_named(repository: Repository, act: str, change: str) -> None:
    """Nobody who looked could have missed it."""
    await _acts(repository, act, change, since=LOOKED + MINUTE)
    assert _found(repository) == [CHANGES[change][2]]


@pytest.mark.parametrize(("since", "found"), [(LOOKED - MINUTE, []), (LOOKED + MINUTE, ["impact-too-low"])])
async def test_a_bound_that_is_new_is_not_missed_either(
    repository: Repository, since: timedelta, found: list[str]
) -> None:
    """Owners who raise the least impact are heard by requests of after that."""
    raised = DESCRIBED.replace("spec: {", "spec: {minimumImpact: high, ")
    person_commits(repository.path, {ENTRY: raised}, at=datetime.now(UTC) - since)
    await Story(repository, pending(at=datetime.now(UTC).replace(microsecond=0))).create()
    assert _found(repository) == found
