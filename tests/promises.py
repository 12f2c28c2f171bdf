"""The promises of each release, frozen before its tag: `make freeze`.

Of the API its OpenAPI document, `docs/api/<version>.json`. Of the workflows the histories that it adds, by their
digests in `tests/workflows/histories/<version>.sha256`, in the form of `sha256sum`.
"""

import hashlib
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

from api.app import document
from tests.workflows.paths import HISTORIES

ROOT = Path(__file__).parent.parent
API = ROOT / "docs" / "api"
KEPT = 2
"""Releases before this one whose API is kept."""


class CannotFreeze(Exception):
    """The promises stand already, or nobody could tell of which release they are; `str()` says what to do."""


def release() -> str:
    """The version in pyproject.toml."""
    project: dict[str, str] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project["version"]


def ordered(files: list[Path]) -> list[Path]:
    """Files named after releases, oldest first."""
    return sorted(files, key=lambda file: [int(part) for part in file.stem.split(".")])


def documents(folder: Path = API) -> list[Path]:
    """The frozen documents of the API that still bind: those of the last releases before this one, and its own."""
    every = ordered(list(folder.glob("*.json")))
    before = [file for file in every if file.stem != release()]
    return before[-KEPT:] + [file for file in every if file.stem == release()]


def manifests(folder: Path = HISTORIES) -> list[Path]:
    return ordered(list(folder.glob("*.sha256")))


def digests(manifest: Path) -> dict[str, str]:
    """The histories of a manifest with their digests."""
    lines = (line.split("  ", 1) for line in manifest.read_text(encoding="utf-8").splitlines())
    return {name: digest for digest, name in lines}


def digest_of(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def broken(manifest: Path) -> list[str]:
    """A sentence for each frozen history that is gone or says something else."""
    found = []
    for name, digest in digests(manifest).items():
        file = manifest.parent / name
        if not file.exists():
            found.append(f"{name} is gone, which {manifest.stem} promised to go on with")
        elif digest_of(file) != digest:
            found.append(f"{name} is not what {manifest.stem} recorded")
    return found


def freeze_histories(folder: Path, name: str) -> None:
    """Write the release's manifest: every history that no other release has."""
    others = {each for manifest in manifests(folder) if manifest.stem != name for each in digests(manifest)}
    files = {file.relative_to(folder).as_posix(): file for file in folder.rglob("*.json")}
    lines = [f"{digest_of(file)}  {each}\n" for each, file in sorted(files.items()) if each not in others]
    (folder / f"{name}.sha256").write_text("".join(lines), encoding="utf-8")


def freeze(name: str) -> None:
    """Freeze the promises of the version in pyproject.toml; again, while it has no tag. Raises CannotFreeze."""
    if version("prodgate") != name:
        raise CannotFreeze(f"the environment has {version('prodgate')}, pyproject.toml {name}: make install")
    if _tagged(name):
        raise CannotFreeze(f"v{name} is released, and its promises stand: raise the version in pyproject.toml")
    API.mkdir(exist_ok=True)
    (API / f"{name}.json").write_text(document(), encoding="utf-8")
    freeze_histories(HISTORIES, name)


def _tagged(name: str) -> bool:
    command = ["git", "rev-parse", "--quiet", "--verify", f"refs/tags/v{name}"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    try:
        freeze(release())
    except CannotFreeze as error:
        sys.exit(f"freeze: {error}")
