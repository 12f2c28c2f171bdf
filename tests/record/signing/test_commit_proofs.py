"""Proofs that commits carry: made when the commit is, whoever else writes, and however often a push is lost."""

import asyncio
from datetime import timedelta
from functools import partial
from pathlib import Path

from domain import lifecycle
from domain.change import Change
from domain.signing import mismatch
from domain.ticket import PromotionRequest
from domain.vouching import Vouched
from record.files.reading import load
from record.git.message import SIGNATURE
from record.signing.keys import KeyReader
from record.signing.proofs import CommitProofs
from record.signing.signatures import Signer, private_text
from tests.domain.builders import NOW, pending
from tests.record.building import Story, bare, git, number, opened, publish_worker_key
from tests.signing import WORKER_KEY

WRITERS = 32


async def test_thirty_two_writers_at_once_sign_each_act_once(tmp_path: Path) -> None:
    """By two clones of one remote, which take each other's turns: grouped commits, lost pushes, no id twice."""
    remote = bare(tmp_path / "remote.git")
    publish_worker_key(remote)
    (file := tmp_path / "worker.json").write_text(private_text(WORKER_KEY))
    clones = [opened(remote.as_uri(), tmp_path / name) for name in ("one", "two")]
    writers = [(clone, CommitProofs(KeyReader(clone), Signer(file))) for clone in clones]

    async def expired(index: int) -> None:
        clone, proofs = writers[index % 2]
        story = await Story(clone, pending(id=number(index + 1))).create()
        ticket = lifecycle.expire(story.ticket, NOW + timedelta(days=31))
        change = Change(ticket=ticket, base=story.revision, actor_name="Prodgate")
        await clone.record(change, partial(proofs.by_service, ticket.last.at, Vouched()))

    await asyncio.gather(*map(expired, range(WRITERS)))
    for clone in clones:
        await clone.close()
    keys = KeyReader(opened(remote, tmp_path)).current()
    commits = git(remote, "log", "--grep=Action: expired", "--format=%H", "main").split()
    claims = [
        keys.acts(git(remote, "log", "-1", f"--format=%(trailers:key={SIGNATURE},valueonly)", each)) for each in commits
    ]
    assert len({each.id for each in claims}) == WRITERS
    for commit, each in zip(commits, claims, strict=True):
        assert mismatch(each, ticket_of(remote, commit, each.ticket)) is None
        assert each.tip
        git(remote, "merge-base", "--is-ancestor", each.tip, commit)


def ticket_of(remote: Path, commit: str, ticket_id: str) -> PromotionRequest:
    path = pending(id=ticket_id).path
    return load(f"{git(remote, 'show', f'{commit}:{path}')}\n".encode())
