"""The samples in the documentation are what the shipped templates make today."""

from tests.documents.samples import FOLDER, made


def test_the_samples_are_current() -> None:
    """`make samples` writes them anew; an upgrade of Typst may change a byte, and then they are looked at again."""
    found = dict(made())
    assert {file.name for file in FOLDER.iterdir()} == set(found)
    stale = [name for name, content in found.items() if (FOLDER / name).read_bytes() != content]
    assert not stale
