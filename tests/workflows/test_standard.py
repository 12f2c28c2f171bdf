"""A rule of the company approves what went well before: by the service's own act, asked again before the launch."""

import uuid
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from domain.decision import DecisionAction
from domain.ticket import State, Target, TargetType
from record.audit.verify import verify
from record.git.repository import open_repository
from record.index.reader import Index
from tests.domain.builders import JEAN, details
from tests.past import EVERYDAY, History
from tests.record.building import person_commits
from tests.workflows.stage import Stage

APPROVE = DecisionAction.APPROVE
PATCH = Target(type=TargetType.API, name="payment-api", version="2.0.2")


@pytest.fixture
async def past(dev_stage: Stage) -> AsyncIterator[History]:
    """The past of a record whose company has such a rule, and whose worker signs."""
    dev_stage.sign()
    person_commits(dev_stage.git, EVERYDAY)
    repository = open_repository(str(dev_stage.git), "main", dev_stage.git.parent / "past")
    index = Index(repository, dev_stage.git.parent / f"{uuid.uuid4()}.db")
    yield History.of(repository, index, number=100)
    index.close()
    await repository.close()


async def test_nobody_is_asked_where_a_rule_approves(dev_stage: Stage, past: History) -> None:
    """The entry names the rule and what satisfied it; verify proves it."""
    await past.well()
    async with dev_stage.working():
        promoted = await dev_stage.submit(target=PATCH)
        ended = await promoted.result()
    approval = ended.status.history[1]
    assert (ended.state, ended.status.approved_by, approval.rule) == (State.DEPLOYED, None, "everyday")
    assert approval.comment is not None
    assert approval.comment.endswith("2 clean deployments: PR-2026-0101, PR-2026-0102")
    assert list(verify(dev_stage.git)) == []
    assert len(dev_stage.awx.jobs()) == 1


async def test_people_are_asked_where_no_rule_approves(dev_stage: Stage, past: History) -> None:
    """Only one deployment went well."""
    await past.deploy("2.0.1", 10)
    async with dev_stage.working():
        promoted = await dev_stage.submit(target=PATCH)
        await dev_stage.until_taken(promoted, APPROVE, JEAN)
        assert (await promoted.result()).status.approved_by == JEAN.email
    assert list(verify(dev_stage.git)) == []


async def test_a_failure_meanwhile_has_people_asked(dev_stage: Stage, past: History) -> None:
    """The approval lapses before the launch, and no rule gives it again."""
    await past.well()
    async with dev_stage.working():
        date = await dev_stage.now() + timedelta(days=1)
        promoted = await dev_stage.submit(target=PATCH, request=details(scheduled_date=date))
        await dev_stage.until(promoted, State.APPROVED)
        await past.deploy("2.0.3", 0, "failed")
        lapsed = await dev_stage.until(promoted, State.PENDING)
        assert lapsed.last.reason is not None
        assert lapsed.last.reason.startswith("No rule approves it any more")
        approved = await dev_stage.until_taken(promoted, APPROVE, JEAN)
        assert approved.status.approved_by == JEAN.email
        await promoted.terminate()
    assert list(verify(dev_stage.git)) == []
