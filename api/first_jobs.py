"""Remembers, on this process's disk, which job of each attempt AWX was let run: a restart forgets none."""

import sqlite3
from pathlib import Path
from threading import Lock


class FirstJobs:
    """The first job of each attempt. Safe from any thread; processes that share the file share what it says."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = Lock()
        self._db: sqlite3.Connection | None = None

    def first(self, marker: str, job: int) -> int:
        """The number of the attempt's first job: this one, unless another was noted before. Raises sqlite3.Error."""
        with self._turn:
            db = self._db or self._opened()
            with db:
                db.execute("INSERT OR IGNORE INTO jobs (marker, job) VALUES (?, ?)", (marker, job))
            found: int = db.execute("SELECT job FROM jobs WHERE marker = ?", (marker,)).fetchone()[0]
            return found

    def _opened(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(self._path, timeout=0.5, check_same_thread=False)
        try:
            db.execute("CREATE TABLE IF NOT EXISTS jobs (marker TEXT PRIMARY KEY, job INTEGER NOT NULL)")
        except sqlite3.Error:
            db.close()  # the next job opens it again
            raise
        self._db = db
        return db

    def close(self) -> None:
        """Give the file back."""
        with self._turn:
            if self._db is not None:
                self._db.close()
            self._db = None
