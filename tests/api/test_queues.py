"""The queue of many requests, on a record of its own."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from api.queues import queue
from domain.roles import ALL
from domain.ticket import Target, TargetType
from record.facts.line import LineReader
from record.git.repository import Repository
from record.index.reader import Index
from record.people.directory import DirectoryReader
from tests.domain.builders import MINUTE, NOW, details, pending
from tests.record.audit.test_verify import PEOPLE, TENANT
from tests.record.building import Story, bare, number, opened, person_commits
from tests.signing import key_file


@pytest.fixture
async def repository(tmp_path: Path) -> AsyncIterator[Repository]:
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    person_commits(repository.path, {**key_file(), TENANT: PEOPLE})
    yield repository
    await repository.close()


@pytest.fixture
def lines(repository: Repository, tmp_path: Path) -> Iterator[LineReader]:
    index = Index(repository, tmp_path / "index.db")
    yield LineReader.of(repository, DirectoryReader(repository), index)
    index.close()


async def approved(repository: Repository, ordinal: int, name: str, **fields: object) -> Story:
    target = Target(type=TargetType.API, name=name, version=f"{ordinal}.0")
    ticket = pending(id=number(ordinal), at=NOW + ordinal * MINUTE, target=target, request=details(**fields))
    return await (await Story(repository, ticket).create()).then("approved")


async def test_what_deploys_is_told_however_much_is_planned(repository: Repository, lines: LineReader) -> None:
    """With who waits behind it; of the planned ones those that changed last, and how many are left out."""
    for ordinal in (1, 2, 3):
        await approved(repository, ordinal, f"planned-{ordinal}", scheduled_date=NOW + timedelta(days=9))
    await approved(repository, 4, "behind")
    await (await approved(repository, 5, "deploying")).then("deploying")
    await approved(repository, 6, "deploying")
    told = queue(lines, ALL, lambda _ticket: True, NOW, most=1)
    assert [(each.name, [one.version for one in each.requests]) for each in told.targets] == [
        ("deploying", ["5.0", "6.0"]),
    ]
    assert told.more == 4
    whole = queue(lines, ALL, lambda _ticket: True, NOW)
    assert [each.name for each in whole.targets] == ["deploying", "behind", "planned-3", "planned-2", "planned-1"]
    assert whole.more == 0
