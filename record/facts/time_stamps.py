"""The time-stamps of a branch's checkpoints, in a journal beside theirs: a file each, by the SHA-256 of the note."""

import hashlib
from collections.abc import Callable

from record.git.repository import Repository


def time_stamps_ref(branch: str) -> str:
    """The ref of the time-stamps of a branch's checkpoints."""
    return f"refs/checkpoints/time-stamps/{branch}"


def path_of(note: bytes) -> str:
    """The place of a note's time-stamp in its journal."""
    name = hashlib.sha256(note).hexdigest()
    return f"{name[:2]}/{name}.tsr"


def time_stamp_of(note: bytes, read: Callable[[str], bytes | None]) -> bytes | None:
    """The time-stamp of a note, of a journal whose files are read so; None where it has none."""
    return read(path_of(note))


def keep_time_stamp(repository: Repository, branch: str, note: bytes, answer: bytes) -> None:
    """Keep what the authority answered; the first answer stays. Raises JournalMoved, RecordUnavailable."""
    journal = repository.journal(time_stamps_ref(branch))
    journal.open()
    if journal.read(path_of(note)) is None:
        journal.append({path_of(note): answer}, "Keep a time-stamp")
