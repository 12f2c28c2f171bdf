"""Refuses a clone that would have Git see another history than its objects tell, or read files beside it."""

import stat
from pathlib import Path

from record.errors import RecordUnavailable

_LARGEST_CONFIG = 1_000_000


def check_clone(path: Path) -> None:
    """Raise RecordUnavailable where the clone is shallow or partial, has grafts, or has Git read files elsewhere.

    Looks at plain files alone: Git itself would follow what they name before it could be asked.
    """
    folder = path / ".git" if (path / ".git").is_dir() else path
    for name in ("config", "config.worktree"):
        _check_config(folder / name)
    for name, sentence in {
        "shallow": "is a shallow clone; an audit needs the whole history",
        "info/grafts": "has grafts, which show other parents than its commits have",
        "objects/info/alternates": "takes objects from elsewhere; make a clone of its own with `git clone --no-local`",
    }.items():
        if (folder / name).exists():
            raise RecordUnavailable(f"{path} {sentence}")


def _check_config(file: Path) -> None:
    if not file.exists():
        return
    found = file.stat()
    if not stat.S_ISREG(found.st_mode) or found.st_size > _LARGEST_CONFIG:
        raise RecordUnavailable(f"{file} is no configuration that can be read")
    text = file.read_bytes().lower()
    if b"[include" in text:
        raise RecordUnavailable(f"{file} includes other files, which may be anywhere; take the include out")
    if b"partialclone" in text:
        raise RecordUnavailable(f"{file} says that this is a partial clone; an audit needs all objects")
