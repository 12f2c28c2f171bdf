"""A key that ended, or that came by a side branch, proves nothing, whatever time its holder writes."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import OKPKey

from domain.change import Change, Proof
from domain.decision import DecisionAction
from domain.errors import Unproven
from domain.signing import counts_from, mismatch
from record.facts.acts import Act, ActReader
from record.git.repository import Repository
from record.index.reader import Index
from record.signing.keys import KeyReader
from record.signing.proofs import Proofs
from record.signing.signatures import new_key, sealed, signed
from tests.domain.builders import JEAN, NOW, decision, pending
from tests.record.building import Story, after, bare, git, number, opened, person_commits
from tests.signing import KEY, claims_for, key_file

SERVICE, NEXT = new_key(), new_key()


class Record:
    """A record whose service signs, and what a worker's readers and doors make of it."""

    def __init__(self, repository: Repository, folder: Path) -> None:
        self.repository, self.path = repository, repository.path
        self.index = Index(repository, folder / "index.db")
        self.keys = KeyReader(repository)
        self.acts = ActReader(repository, self.index, self.keys)
        self.proofs = Proofs.of(repository)
        self.made = 0

    @property
    def tip(self) -> str:
        return git(self.path, "rev-parse", "main")

    async def approved(self, key: OKPKey, **claims: Any) -> Act:
        """A request and its approval, both signed by the key, put on the branch, dated long ago."""
        self.made += 1
        story = Story(self.repository, pending(id=number(self.made)))
        await self._record(story, key, claims)
        story.ticket = after(story.ticket, "approved", JEAN.email)
        await self._record(story, key, claims)
        return Act(story.ticket)

    async def _record(self, story: Story, key: OKPKey, claims: dict[str, Any]) -> None:
        ticket = story.ticket
        attempt, round_ = counts_from(ticket)
        counted = {"attempt": attempt, "round": round_, "tip": self.tip} | claims
        proof = Proof(jws=sealed(claims_for(ticket, **counted), key), message="0" * 64)
        change = Change(ticket=ticket, base=story.revision, actor_name="Somebody", proof=proof)
        story.revision = (await self.repository.record(change)).revision

    def believes(self, act: Act) -> bool:
        """Tells whether the act is proven, which every reader says alike."""
        told = self.acts.proven(act)
        assert told is any(mismatch(each, act.ticket) is None for each in self.acts.claims(act.ticket.id))
        return told

    def takes(self, key: OKPKey) -> bool:
        """Tells whether a worker takes a decision that the key signed just now, dated a moment back."""
        made = decision(
            pending(),
            DecisionAction.APPROVE,
            JEAN,
            at=NOW - timedelta(minutes=1),
            attempt=1,
            round=pending().round,
            tip=self.tip,
        )
        try:
            self.proofs.check_decision(signed(made, key), pending().id, NOW)
        except Unproven:
            return False
        return True


@pytest.fixture
async def record(tmp_path: Path) -> AsyncIterator[Record]:
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    person_commits(repository.path, key_file())
    person_commits(repository.path, key_file(SERVICE, key_class="service"))
    yield Record(repository, tmp_path)
    await repository.close()


async def test_a_retired_key_approves_nothing_by_a_date_before_its_end(record: Record) -> None:
    """Neither as a message to the engine nor as a commit; what it signed before stays proven."""
    honest = await record.approved(KEY)
    assert record.takes(KEY)
    person_commits(record.path, {**key_file(retired=NOW), **key_file(NEXT)})
    assert not record.takes(KEY)
    assert record.takes(NEXT)
    assert not record.believes(await record.approved(KEY))
    assert record.believes(await record.approved(NEXT))
    assert record.believes(honest)


async def test_a_stolen_key_ends_where_it_was_stolen(record: Record) -> None:
    """The drill: revoke from the last commit at which it was ours alone, rotate; readers that run already agree."""
    honest = await record.approved(KEY)
    ours = record.tip
    stolen = await record.approved(KEY)
    assert record.believes(stolen)
    person_commits(record.path, key_file(revoked=NOW, revoked_from=ours))
    person_commits(record.path, key_file(NEXT))
    assert not record.believes(stolen)
    assert not record.believes(await record.approved(KEY))
    assert not record.takes(KEY)
    assert record.takes(NEXT)
    assert record.believes(honest)
    person_commits(record.path, key_file())
    assert not record.takes(KEY), "whoever may push can't undo it"


async def test_a_key_by_a_side_branch_proves_nothing_that_comes_with_it(record: Record, tmp_path: Path) -> None:
    """Its acts and the key reach the line by one merge, which is one change."""
    main, thief = record.tip, new_key()
    git(record.path, "update-ref", "refs/heads/side", main)
    aside = opened(git_clone(record.path, tmp_path / "aside.git"), tmp_path / "aside")
    person_commits(aside.path, key_file(thief))
    there = Record(aside, tmp_path / "aside")
    forged = await there.approved(thief)
    assert there.believes(forged)
    git(record.path, "fetch", "--quiet", str(aside.path), "main:side")
    merge = git(record.path, "commit-tree", "side^{tree}", "-p", main, "-p", "side", "-m", "Merge")
    git(record.path, "update-ref", "refs/heads/main", merge)
    assert not record.believes(forged)
    await aside.close()


def git_clone(source: Path, target: Path) -> Path:
    bare(target)
    git(target, "fetch", "--quiet", str(source), "main:main")
    return target


async def test_an_act_that_saw_no_commit_before_its_own_is_not_proven(record: Record) -> None:
    """Once the service signs, an act without a tip, or with one that is not on the line before it, has no place."""
    assert record.believes(await record.approved(KEY))
    assert not record.believes(await record.approved(KEY, tip=None))
    assert not record.believes(await record.approved(KEY, tip="0" * 40))


async def test_an_unsigned_act_of_the_service_is_told_to_nobody(record: Record) -> None:
    """A push with the service's name and trailers; before the service signed, that was its own."""
    act = await record.approved(KEY)
    deploying = after(act.ticket, "deploying", "system", job_id="awx-job-999")
    revision = record.index.revision(act.ticket.id)
    await record.repository.record(Change(ticket=deploying, base=revision, actor_name="Prodgate"))
    assert not record.acts.proven(Act(deploying))
