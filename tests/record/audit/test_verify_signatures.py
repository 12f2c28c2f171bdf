"""Each way to tamper with what people decided is planted in a real history, and named by the audit."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from domain.change import Change, Proof
from domain.signing import Claims
from domain.ticket import PromotionRequest
from record.audit.command import run
from record.audit.verify import verify
from record.git.repository import Repository
from record.signing.signatures import new_key, sealed
from tests.domain.builders import JEAN, MINUTE, NOW, PIERRE, pending
from tests.record.audit.test_verify import PEOPLE, TENANT, rules
from tests.record.building import Story, after, bare, number, opened, person_commits
from tests.signing import KEY, claims_for, key_file


@pytest.fixture
async def repository(tmp_path: Path) -> AsyncIterator[Repository]:
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    person_commits(repository.path, {**key_file(), TENANT: PEOPLE})
    yield repository
    await repository.close()


async def write(repository: Repository, story: Story, ticket: PromotionRequest, claims: Claims | None) -> None:
    """Record the ticket as the service would, with a signature over these claims, or with none."""
    proof = claims and Proof(jws=sealed(claims, KEY), message=claims.message)
    await repository.record(Change(ticket=ticket, base=story.revision, actor_name="Jean", proof=proof))


async def test_what_nobody_signed_is_named(repository: Repository) -> None:
    """An approval that somebody made past the API, with everything else right."""
    story = await Story(repository).create()
    await write(repository, story, after(story.ticket, "approved"), None)
    assert rules(repository.path) == ["not-signed"]


@pytest.mark.parametrize(
    "false",
    [
        {"ticket": number(2)},
        {"digest": "f" * 64},
        {"action": "rejected"},
        {"email": PIERRE.email},
        {"words": "0" * 64},
        {"at": NOW - timedelta(days=30)},
    ],
    ids=lambda false: next(iter(false)),
)
async def test_a_signature_for_something_else_is_named(repository: Repository, false: dict[str, object]) -> None:
    """Another ticket, content, act, person, comment, or another day's decision."""
    story = await Story(repository).create()
    ticket = after(story.ticket, "approved")
    await write(repository, story, ticket, claims_for(ticket, **false))
    assert rules(repository.path) == ["signed-for-something-else"]


async def test_a_message_that_was_used_twice_is_named(repository: Repository) -> None:
    """The second retry in a row carries the first one's signature."""
    story = await (await Story(repository).create()).then("approved", "deploying", "failed", "retried")
    first = claims_for(story.ticket)
    await story.then("deploying", "failed")
    again = after(story.ticket, "retried", JEAN.email)
    await write(repository, story, again, first)
    assert rules(repository.path) == ["signature-reused"]


async def test_a_key_that_came_after_the_commit_blesses_nothing(repository: Repository) -> None:
    """Somebody signs with a key of their own, and publishes it afterwards; or in a commit of its own before."""
    own = new_key()
    story = await Story(repository).create()
    ticket = after(story.ticket, "approved")
    claims = claims_for(ticket)
    proof = Proof(jws=sealed(claims, own), message=claims.message)
    await repository.record(Change(ticket=ticket, base=story.revision, actor_name="Jean", proof=proof))
    assert rules(repository.path) == ["signature-not-valid"]
    person_commits(repository.path, key_file(own))
    assert rules(repository.path) == ["signature-not-valid"]


async def test_a_key_that_somebody_put_there_proves_nothing_to_who_names_the_gates(repository: Repository) -> None:
    """Whoever may push can commit a key, then sign with it; an auditor knows from elsewhere which are the gate's."""
    own = new_key()
    story = await Story(repository).create()
    person_commits(repository.path, key_file(own))
    ticket = after(story.ticket, "approved")
    claims = claims_for(ticket)
    proof = Proof(jws=sealed(claims, own), message=claims.message)
    await repository.record(Change(ticket=ticket, base=story.revision, actor_name="Jean", proof=proof))
    both = [own.thumbprint(), KEY.thumbprint()]
    found = [[each.rule for each in verify(repository.path, keys=keys)] for keys in ([], both, both[1:])]
    assert found == [[], [], ["signature-not-valid"]]
    assert run([str(repository.path), f"--key={both[1]}"]) == 1


async def test_a_retired_key_still_proves_what_it_signed_and_nothing_later(repository: Repository) -> None:
    """Years later, offline: a decision from before its end stands, one from after it doesn't."""
    await (await Story(repository).create()).then("approved", "deploying", "deployed")
    person_commits(repository.path, key_file(retired=NOW + timedelta(days=1)))
    assert rules(repository.path) == []
    await (await Story(repository, pending(id=number(2), at=NOW + timedelta(hours=5))).create()).then("approved")
    assert rules(repository.path) == []
    await Story(repository, pending(id=number(3), at=NOW + timedelta(days=2))).create()
    assert rules(repository.path) == ["signature-not-valid"]


async def test_a_removed_key_takes_nothing_back(repository: Repository) -> None:
    """Keys count as of each commit: what was proven stays so; what comes then is proven by nobody."""
    story = await (await Story(repository).create()).then("approved")
    person_commits(repository.path, dict.fromkeys(key_file()))
    assert rules(repository.path) == []
    await (await story.then("deploying", "failed")).then("retried")
    assert rules(repository.path) == ["signature-not-valid"]


async def test_the_service_signs_nothing(repository: Repository) -> None:
    """A signature on what nobody decided was put there by somebody."""
    story = await (await Story(repository).create()).then("approved")
    ticket = after(story.ticket, "deploying", "system", story.ticket.last.at + MINUTE)
    claims = claims_for(story.ticket, id="another-id")
    await write(repository, story, ticket, claims)
    assert rules(repository.path) == ["signature-misplaced"]
