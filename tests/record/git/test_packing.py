"""Packs are merged beside writers and readers."""

import asyncio
import itertools
from pathlib import Path

import pygit2

from domain.roles import ALL
from record.git.packing import Packing
from record.git.repository import open_repository
from record.index.query import TicketQuery
from record.index.reader import Index
from tests.domain.builders import pending
from tests.record.building import Story, bare, git, number, opened, person_commits


async def test_packs_are_merged_while_writers_write_and_readers_read(tmp_path: Path) -> None:
    """After 80 groups, and loose objects of people, few packs are left; nothing is missing, for anybody."""
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    packing, index = Packing(repository.path, many=8), Index(repository, tmp_path / "index.sqlite")
    for each in range(1, 81):
        await Story(repository, pending(id=number(each))).create()
        await asyncio.to_thread(packing.look)
        assert index.page(TicketQuery(scope=ALL, limit=1)).total == each
    person_commits(repository.path, {"README.md": "hello"})
    packing.close()
    packing.look()
    packing.close()
    packs = list((repository.path / "objects" / "pack").glob("*.pack"))
    assert len(packs) <= 10
    assert git(repository.path, "rev-list", "--count", "main") == "81"
    assert git(repository.path, "fsck", "--strict", "--full", "--no-dangling") == ""
    index.close()
    await repository.close()


async def test_a_clone_that_only_fetches_merges_packs_too(tmp_path: Path) -> None:
    """An API writes nothing; what its fetches leave is merged when the branch has moved."""
    remote = bare(tmp_path / "remote.git")
    person_commits(remote, {"README.md": "hello"})
    repository = open_repository(remote.as_uri(), "main", tmp_path)
    await asyncio.to_thread(repository.fetch)
    folder = repository.path / "objects" / "pack"
    made = pygit2.Repository(str(repository.path))
    for each in range(81):
        oid = str(made.create_blob(str(each).encode()))
        git(repository.path, "pack-objects", "-q", str(folder / "pack"), stdin=f"{oid}\n")
    person_commits(remote, {"README.md": "hello again"})
    await asyncio.to_thread(repository.fetch)
    await repository.close()
    assert len(list(folder.glob("*.pack"))) <= 10


def test_loose_objects_are_a_reason_too(tmp_path: Path) -> None:
    """Pushes of people leave loose objects; thousands of them, as one folder's number tells, are packed."""
    path = bare(tmp_path / "record.git")
    loose = pygit2.Repository(str(path))
    texts = (str(each).encode() for each in itertools.count())
    sampled = itertools.islice((each for each in texts if str(pygit2.hash(each)).startswith("17")), 17)
    for each in (b"7", *sampled):
        loose.create_blob(each)
    packing = Packing(path)
    packing.look()
    packing.close()
    assert git(path, "count-objects").startswith("0 ")
    assert loose.create_blob(b"7") in pygit2.Repository(str(path))
