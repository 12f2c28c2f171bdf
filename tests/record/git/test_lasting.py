"""A process that runs for weeks holds no packs that background packing has removed."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pygit2

from documents.shipped import shipped
from domain.documents import DocumentKind
from record.documents.templates import TemplateReader
from record.git.lasting import LOOKS, Lasting, repository_at
from record.git.objects import GitObject, ObjectKind
from record.git.outbox import announced
from record.git.pack import PackWriter
from record.git.packing import Packing
from record.index.history import changed_by
from record.index.reader import Index
from tests.record.building import Story, bare, opened, person_commits

MANY = 8
"""Packs above which they are merged."""


def mapped(folder: Path) -> list[str]:
    """The files of the folder that this process has in its memory."""
    return [each for each in Path("/proc/self/maps").read_text().splitlines() if str(folder) in each]


def gone(folder: Path) -> int:
    """Those of them that are in the folder no more."""
    return sum(each.endswith("(deleted)") for each in mapped(folder))


def put(folder: Path, text: str) -> GitObject:
    """One more pack, of one blob."""
    writer, blob = PackWriter(), GitObject.of(ObjectKind.BLOB, text.encode())
    writer.add((blob,))
    for path, data in writer.files(folder).items():
        path.write_bytes(data)
    return blob


def read(lasting: Lasting, blob: GitObject) -> bytes:
    lasting.look()
    return bytes(lasting.git.odb.read(pygit2.Oid(raw=blob.oid))[1])


def test_packs_that_were_merged_are_let_go_at_the_next_look(tmp_path: Path) -> None:
    """By each repository of the process that looks, however seldom: the last one that holds a pack keeps it for all."""
    path = bare(tmp_path / "record.git")
    folder, packing, merged = path / "objects" / "pack", Packing(path, many=MANY), 0
    often, seldom = Lasting(repository_at(path)), Lasting(repository_at(path))
    for number in range(6 * MANY):
        blob = put(folder, f"{number}")
        before = len(list(folder.glob("*.pack")))
        assert read(often, blob) == blob.data
        packing.look()
        packing.close()
        if len(list(folder.glob("*.pack"))) < before:
            merged += 1
            assert gone(folder) > 0
            assert read(often, blob) == read(seldom, blob) == blob.data
            assert gone(folder) == 0
    assert merged > 3


def test_packs_that_are_gone_are_let_go(tmp_path: Path) -> None:
    """Where nobody says that they were merged: few more than between two looks are mapped; what is there is read."""
    folder = bare(tmp_path / "record.git") / "objects" / "pack"
    lasting = Lasting(repository_at(tmp_path / "record.git"))
    for number in range(3 * LOOKS):
        blob = put(folder, f"{number}")
        assert read(lasting, blob) == blob.data
        for path in folder.iterdir():
            path.unlink()
    # Each is a pack and its index.
    assert 0 < len(mapped(folder)) <= 2 * (LOOKS + 1)
    lasting.git.free()
    assert mapped(folder) == []


@contextmanager
def no_cycles_sought() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def open_now() -> int:
    """The repositories that this process has open."""
    return sum(isinstance(each, pygit2.Repository) for each in gc.get_objects())


async def test_what_is_read_once_leaves_no_repository_open(tmp_path: Path) -> None:
    """Reads by which an API answers: Python's search for cycles is not needed, which knows nothing of packs."""
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    tip = person_commits(repository.path, {"README.md": "The record"})
    story = await Story(repository).create()
    repository.journal("refs/outbox/mail").add({"cursor.json": b"1"}, "Begin")
    index = Index(repository, tmp_path / "index.sqlite")
    index.catch_up()
    with no_cycles_sought():
        before = open_now()
        for _ in range(10):
            announced(repository, story.ticket.id)
            TemplateReader(repository, shipped).current(DocumentKind.EVIDENCE_PACK)
            assert changed_by(repository, index, tip) == (tip, ())
        assert open_now() == before
    index.close()
    await repository.close()
