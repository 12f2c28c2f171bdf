"""A process that runs for weeks holds no packs that background packing has removed."""

from pathlib import Path

import pygit2

from record.git.lasting import LOOKS, Lasting
from record.git.objects import GitObject, ObjectKind
from record.git.pack import PackWriter
from tests.record.building import bare


def mapped(folder: Path) -> int:
    """The files of the folder that this process has in its memory."""
    return sum(str(folder) in each for each in Path("/proc/self/maps").read_text().splitlines())


def test_packs_that_are_gone_are_let_go(tmp_path: Path) -> None:
    """However many there were, few more than between two looks are mapped; what is there is still read."""
    folder = bare(tmp_path / "record.git") / "objects" / "pack"
    lasting = Lasting(pygit2.Repository(str(tmp_path / "record.git")))
    for number in range(3 * LOOKS):
        writer, blob = PackWriter(), GitObject.of(ObjectKind.BLOB, f"{number}".encode())
        writer.add((blob,))
        for path, data in writer.files(folder).items():
            path.write_bytes(data)
        lasting.look()
        assert lasting.git.odb.read(pygit2.Oid(raw=blob.oid))[1] == blob.data
        for path in folder.iterdir():
            path.unlink()
    # Each is a pack and its index.
    assert 0 < mapped(folder) <= 2 * (LOOKS + 1)
    lasting.git.free()
    assert mapped(folder) == 0
