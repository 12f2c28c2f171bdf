"""Gives tests the repository of the demo's company, which Git founds once a process."""

import tempfile
from functools import cache
from pathlib import Path

from demo.company import prepare_repository


def found(path: Path) -> None:
    """Make a bare repository at the path with the demo's tenants and people on `main`, and no ticket yet."""
    folders, files = _company()
    for folder in folders:
        (path / folder).mkdir()
    for name, content in files.items():
        (path / name).write_bytes(content)


@cache
def _company() -> tuple[list[Path], dict[Path, bytes]]:
    """The repository's folders and files; Git's commands take a hundred times as long as writing them."""
    with tempfile.TemporaryDirectory() as founded:
        path = Path(founded) / "gitops.git"
        prepare_repository(path, "main")
        parts = [path, *sorted(path.rglob("*"))]
        folders = [part.relative_to(path) for part in parts if part.is_dir()]
        return folders, {part.relative_to(path): part.read_bytes() for part in parts if part.is_file()}
