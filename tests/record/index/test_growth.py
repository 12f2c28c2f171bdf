"""Following the branch costs what is new: neither rows nor objects that grow with the tickets there are."""

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.record_data import repository as generated
from bench.record_data import ticket
from domain.change import Change
from record.git.repository import Repository
from record.index import schema
from record.index.reader import Index
from tests.record.building import git, opened

FEW, MANY = 100, 800


@contextmanager
def counting_steps(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Counts the steps that SQLite takes in each index opened meanwhile: a row that is looked at takes some."""
    steps, opening = [0], schema.opened

    def step() -> int:
        steps[0] += 1
        return 0

    def counted(path: Path) -> sqlite3.Connection:
        db = opening(path)
        db.set_progress_handler(step, 1)
        return db

    with monkeypatch.context() as patched:
        patched.setattr(schema, "opened", counted)
        yield steps


async def one_more(repository: Repository, number: int) -> None:
    await repository.record(Change(ticket=ticket(number, number, final=False), base=None, actor_name="Somebody"))


async def test_catching_up_looks_at_no_more_rows_in_a_larger_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One new ticket costs SQLite the same steps among 100 tickets and among 800."""
    found: dict[int, int] = {}
    for size in (FEW, MANY):
        path = shutil.copytree(generated(tmp_path, size), tmp_path / f"record-{size}.git")
        repository = opened(path, tmp_path)
        with counting_steps(monkeypatch) as steps:
            index = Index(repository, tmp_path / f"index-{size}.sqlite")
            index.catch_up()
            await one_more(repository, size + 1)
            before = steps[0]
            index.catch_up()
            found[size] = steps[0] - before
        assert index.sequence() == 12 + 1
        index.close()
        await repository.close()
    assert found[MANY] < 1.1 * found[FEW] + FEW, f"steps by size: {found}"


def unpack(repository: Path) -> None:
    """Give each object a file of its own."""
    packs = repository / "objects/pack"
    packed = next(packs.glob("*.pack")).read_bytes()
    for each in packs.iterdir():
        each.unlink()
    subprocess.run(["git", "-C", str(repository), "unpack-objects", "-q"], check=True, input=packed)


async def test_catching_up_opens_no_folder_of_another_month(tmp_path: Path) -> None:
    """The folders of eleven months are gone from the disk, and nobody misses them."""
    path = shutil.copytree(generated(tmp_path, FEW), tmp_path / "record.git")
    unpack(path)
    repository = opened(path, tmp_path)
    index = Index(repository, tmp_path / "index.sqlite")
    index.catch_up()
    await one_more(repository, FEW + 1)
    months = git(path, "ls-tree", "main", "requests/prod/2026/").splitlines()
    for month in months[:-1]:
        name = month.split()[2]
        (path / "objects" / name[:2] / name[2:]).unlink()
    index.catch_up()
    assert index.get(f"PR-2026-{FEW + 1:04}") == ticket(FEW + 1, FEW + 1, final=False)
    index.close()
    await repository.close()
