"""Remembers by name what an audit has passed, on disk: a record has any number of tickets, memory an end."""

import sqlite3

_CACHE = 32_000
"""KiB of memory, whatever the size of the record."""


class Seen:
    """Names with the value that each had first, in a database without a file name, which SQLite removes by itself."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute(f"PRAGMA cache_size = -{_CACHE}")
        self._db.execute("CREATE TABLE seen (kind, name, value, PRIMARY KEY (kind, name)) WITHOUT ROWID")
        self._db.execute("BEGIN")

    def first(self, kind: str, name: str, value: str) -> str:
        """The value that the name got first, this one where it is new."""
        made = self._db.execute("INSERT OR IGNORE INTO seen VALUES (?, ?, ?)", (kind, name, value))
        return value if made.rowcount else self.get(kind, name) or value

    def get(self, kind: str, name: str) -> str | None:
        """The value of the name; None where it has none."""
        found = self._db.execute("SELECT value FROM seen WHERE kind = ? AND name = ?", (kind, name)).fetchone()
        return None if found is None else str(found[0])

    def forget(self, kind: str, name: str) -> None:
        self._db.execute("DELETE FROM seen WHERE kind = ? AND name = ?", (kind, name))

    def close(self) -> None:
        self._db.close()
