"""Files that are on the disk when the call returns."""

import os
from collections.abc import Mapping
from pathlib import Path


def write_files(files: Mapping[Path, bytes]) -> None:
    """Write each under another name, fsync all, then rename in order: who sees a name sees a whole file.

    All are written before the first fsync, which then takes most of the others with it. The names are durable after
    `sync` of their folder. Raises OSError.
    """
    unfinished = {path.with_name(f"tmp_{path.name}.{os.getpid()}"): path for path in files}
    for temporary, path in unfinished.items():
        temporary.write_bytes(files[path])
    for temporary in unfinished:
        sync(temporary)
    for temporary, path in unfinished.items():
        temporary.replace(path)


def sync(path: Path) -> None:
    """Make a file's content, or a folder's names, durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
