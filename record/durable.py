"""Files that are on the disk when the call returns."""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def write_files(files: Mapping[Path, bytes]) -> None:
    """Write each under another name, fsync all side by side, then rename in order: who sees a name sees a whole file.

    Side by side, the disk writes them in one go. The names are durable after `sync` of their folder. Raises OSError.
    """
    unfinished = {path.with_name(f"tmp_{path.name}.{os.getpid()}"): path for path in files}
    for temporary, path in unfinished.items():
        temporary.write_bytes(files[path])
    with ThreadPoolExecutor(len(files)) as pool:
        list(pool.map(sync, unfinished))
    for temporary, path in unfinished.items():
        temporary.replace(path)


def sync(path: Path) -> None:
    """Make a file's content, or a folder's names, durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
