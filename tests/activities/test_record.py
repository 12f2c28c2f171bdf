"""The answers that Temporal gets when the record refuses, conflicts or can't be reached."""

import dataclasses
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.awx import AwxActivities
from activities.confirming import Confirming
from activities.preflight import RecordPreflight
from activities.record import RecordActivities
from activities.vouching import Vouching
from clients.awx.client import AwxClient, AwxConnection
from domain import lifecycle
from domain.change import Change
from domain.decision import DecisionAction
from domain.signing import proof_of
from domain.ticket import PromotionRequest
from record.audit.verify import verify
from record.facts.controls import Controls
from record.facts.health import HealthReader
from record.facts.line import LineReader
from record.files.writing import text_of
from record.git.repository import Repository
from record.index.reader import Index
from record.people.directory import DirectoryReader
from record.signing.keys import KeyReader
from record.signing.proofs import CommitProofs
from record.signing.signatures import signed
from tests.awx_fixtures import no_objection
from tests.domain.builders import JEAN, NOW, decision, details, submission
from tests.record.building import Story, after, bare, git, number, opened, person_commits, publish_key
from tests.signing import KEY, key_file

PATH = "requests/prod/2026/03/PR-2026-0001.yaml"


@pytest.fixture
async def repository(tmp_path: Path) -> AsyncIterator[Repository]:
    publish_key(bare(tmp_path / "record.git"))
    repository = opened(tmp_path / "record.git", tmp_path)
    yield repository
    await repository.close()


async def nobody_runs(ticket: PromotionRequest) -> bool:
    return False


def activities(repository: Repository) -> RecordActivities:
    """By a worker without a key, in a record without one of the service: nothing is vouched for."""
    index = Index(repository, repository.path.with_name("index.db"))
    directory, keys = DirectoryReader(repository), KeyReader(repository)
    lines = LineReader.of(repository, directory, index)
    record = RecordPreflight(repository, index, keys, lines, nobody_runs)
    controls = Controls.of(repository, directory, index)
    confirming = Confirming(keys, controls)
    proofs = CommitProofs(keys)
    awx = AwxActivities(AwxClient(AwxConnection("http://127.0.0.1:9/api/", "unasked")), no_objection)
    vouching = Vouching(proofs, record, awx, timedelta(days=30), "Promotion", HealthReader(repository, index, controls))
    return RecordActivities(repository, index, proofs, vouching, confirming)


def created(**fields: object) -> Change:
    asked = signed(submission(**fields), KEY)
    return Change(ticket=lifecycle.create(asked), base=None, actor_name="Pierre", proof=proof_of(asked))


def approved(story: Story) -> Change:
    """Jean's approval of the story's ticket, signed."""
    made = signed(decision(story.ticket, DecisionAction.APPROVE, JEAN), KEY)
    ticket = lifecycle.apply(story.ticket, made, NOW)
    return Change(ticket=ticket, base=story.revision, actor_name="Jean", proof=proof_of(made))


async def test_running_it_twice_is_harmless(repository: Repository) -> None:
    """The second run returns the first one's revision and commits nothing."""
    record = activities(repository).record_change
    first = await ActivityEnvironment().run(record, created())
    assert await ActivityEnvironment().run(record, created()) == first
    assert git(repository.path, "rev-list", "--count", "main") == "2", "the key and the ticket"


async def test_a_commit_is_dated_by_the_engine_s_clock(repository: Repository) -> None:
    """Nothing is dated by a worker's own clock, which may be an hour ahead: `verify` calls that a false date."""
    environment, begun = ActivityEnvironment(), datetime.now(UTC) - timedelta(hours=1)
    environment.info = dataclasses.replace(environment.info, started_time=begun)
    await environment.run(activities(repository).record_change, created())
    committed = int(git(repository.path, "log", "-1", "--format=%ct", "main"))
    assert 0 <= committed - int(begun.timestamp()) < 300


async def test_a_number_that_is_taken_fails_for_good(repository: Repository) -> None:
    """Retrying would never help: the workflow has to know."""
    record = activities(repository).record_change
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
    person_commits(repository.path, {PATH: text_of(story.ticket).replace("payment", "refund")})
    change = approved(story)
    environment = ActivityEnvironment()
    environment.info = dataclasses.replace(environment.info, attempt=attempt)
    record = activities(repository).record_change
    with pytest.raises(ApplicationError, match="waits for a person") as caught:
        await environment.run(record, change)
    assert not caught.value.non_retryable
    assert caught.value.next_retry_delay == timedelta(seconds=seconds)
    person_commits(repository.path, {PATH: text_of(story.ticket)})
    await environment.run(record, change)


async def test_a_record_that_is_closed_or_down_is_tried_again(repository: Repository) -> None:
    """Retryable, with the reason that people see in the Temporal UI."""
    await repository.close()
    with pytest.raises(ApplicationError, match="closed") as caught:
        await ActivityEnvironment().run(activities(repository).record_change, created(id=number(2)))
    assert not caught.value.non_retryable
    assert caught.value.type == "RecordUnavailable"


@pytest.mark.parametrize("how", ["elsewhere", "for another act"])
async def test_a_signature_that_was_copied_keeps_no_decision_from_the_record(repository: Repository, how: str) -> None:
    """Whoever may push reads a decision on its way, and puts its signature under a commit of theirs first."""
    story = await Story(repository).create()
    change = approved(story)
    assert change.proof
    trailers = f"Request-Id: {story.ticket.id}\nAction: approved\nActor: {JEAN.email}\nSignature: {change.proof.jws}\n"
    rejected = text_of(after(story.ticket, "rejected", JEAN.email, reason="Not this week"))
    path, text = (PATH, rejected) if how == "for another act" else ("README.md", "x")
    person_commits(repository.path, {path: text}, f"Copy\n\n{trailers}")
    if path == PATH:
        person_commits(repository.path, {PATH: text_of(story.ticket)}, "Put it back")
    record = activities(repository).record_change
    story.revision = (await ActivityEnvironment().run(record, change)).revision
    assert "signature-reused" not in {each.rule for each in verify(repository.path)}

    story.ticket = change.ticket
    await story.then("lapsed")
    last = change.ticket.last
    again = after(story.ticket, last.action, last.by, comment=last.comment)
    with pytest.raises(ApplicationError, match="recorded before"):
        await ActivityEnvironment().run(record, change.model_copy(update={"ticket": again, "base": story.revision}))


async def test_what_nobody_signed_is_not_committed(repository: Repository) -> None:
    """A submission fails for good; a decision that was taken already waits until its key is back."""
    unsigned = created().model_copy(update={"proof": None})
    with pytest.raises(ApplicationError, match="not signed") as caught:
        await ActivityEnvironment().run(activities(repository).record_change, unsigned)
    assert caught.value.type == "Unproven"
    assert caught.value.non_retryable
    story = await Story(repository).create()
    change = approved(story)
    assert change.proof
    gone = dict.fromkeys(key_file())
    person_commits(repository.path, gone)
    with pytest.raises(ApplicationError, match="no key") as caught:
        await ActivityEnvironment().run(activities(repository).record_change, change)
    assert not caught.value.non_retryable
    assert caught.value.next_retry_delay == timedelta(seconds=10)
    publish_key(repository.path)
    await ActivityEnvironment().run(activities(repository).record_change, change)
    assert git(repository.path, "log", "-1", "--format=%(trailers:key=Signature,valueonly)", "main") == change.proof.jws
