"""What Temporal is told when the record refuses, conflicts or can't be reached."""

import dataclasses
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.record import RecordActivities
from domain import yaml
from domain.change import Change
from record.repository import Repository
from tests.domain.builders import details, pending
from tests.record.building import Story, after, bare, git, number, opened, person_commits

PATH = "requests/prod/2026/03/PR-2026-0001.yaml"


@pytest.fixture
async def repository(tmp_path: Path) -> AsyncIterator[Repository]:
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    yield repository
    await repository.close()


def created(**fields: object) -> Change:
    return Change(ticket=pending(**fields), base=None, actor_name="Pierre")


async def test_running_it_twice_is_harmless(repository: Repository) -> None:
    """The second run returns the first one's revision and commits nothing."""
    record = RecordActivities(repository).record_change
    first = await ActivityEnvironment().run(record, created())
    assert await ActivityEnvironment().run(record, created()) == first
    assert git(repository.path, "rev-list", "--count", "main") == "1"


async def test_a_number_that_is_taken_fails_for_good(repository: Repository) -> None:
    """Retrying would never help: the workflow has to know."""
    record = RecordActivities(repository).record_change
    await ActivityEnvironment().run(record, created())
    with pytest.raises(ApplicationError, match="already exists") as caught:
        await ActivityEnvironment().run(record, created(request=details(rollback_plan="Another plan")))
    assert caught.value.non_retryable
    assert caught.value.type == "TicketExists"


@pytest.mark.parametrize(("attempt", "seconds"), [(1, 10), (3, 40), (50, 300), (10_000, 300)])
async def test_a_conflict_is_looked_at_again_until_a_person_has_resolved_it(
    repository: Repository, attempt: int, seconds: int
) -> None:
    """The failure is a sentence, the waits grow to minutes, and a restored file lets it pass."""
    story = await Story(repository).create()
    person_commits(repository.path, {PATH: yaml.dump(story.ticket).replace("payment", "refund")})
    change = Change(ticket=after(story.ticket, "approved"), base=story.revision, actor_name="Jean")
    environment = ActivityEnvironment()
    environment.info = dataclasses.replace(environment.info, attempt=attempt)
    record = RecordActivities(repository).record_change
    with pytest.raises(ApplicationError, match="waits for a person") as caught:
        await environment.run(record, change)
    assert not caught.value.non_retryable
    assert caught.value.next_retry_delay == timedelta(seconds=seconds)
    person_commits(repository.path, {PATH: yaml.dump(story.ticket)})
    await environment.run(record, change)


async def test_a_record_that_is_closed_or_down_is_tried_again(repository: Repository) -> None:
    """Retryable, with the reason that people see in the Temporal UI."""
    await repository.close()
    with pytest.raises(ApplicationError, match="closed") as caught:
        await ActivityEnvironment().run(RecordActivities(repository).record_change, created(id=number(2)))
    assert not caught.value.non_retryable
    assert caught.value.type == "RecordUnavailable"
