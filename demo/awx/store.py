"""Keeps the simulator's jobs and labels: in memory, and in a SQLite file when one is given."""

import sqlite3
from pathlib import Path

from demo.awx.model import Label, SimulatedJob


class Store:
    """Jobs and labels by id. What is saved survives the process being killed, when there is a file."""

    def __init__(self, path: Path | None) -> None:
        # Tests make the application in one thread and serve it in another; only the second uses the connection.
        self._db = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
        # A demo's jobs need to outlive the process, not a power cut.
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.execute("CREATE TABLE IF NOT EXISTS kept (kind TEXT, id INTEGER, body TEXT, PRIMARY KEY (kind, id))")
        self._db.execute("CREATE TABLE IF NOT EXISTS counters (kind TEXT PRIMARY KEY, last INTEGER)")
        self.jobs = {job.id: job for job in map(SimulatedJob.model_validate_json, self._rows("job"))}
        self.labels = {label.id: label for label in map(Label.model_validate_json, self._rows("label"))}

    def _rows(self, kind: str) -> list[str]:
        return [row[0] for row in self._db.execute("SELECT body FROM kept WHERE kind = ? ORDER BY id", (kind,))]

    def next_id(self, kind: str) -> int:
        """A number never given before to a row of this kind, deleted ones included."""
        upsert = "INSERT INTO counters VALUES (?, 1) ON CONFLICT (kind) DO UPDATE SET last = last + 1 RETURNING last"
        return int(self._db.execute(upsert, (kind,)).fetchone()[0])

    def save(self, row: SimulatedJob | Label) -> None:
        if isinstance(row, SimulatedJob):
            kind, self.jobs[row.id] = "job", row
        else:
            kind, self.labels[row.id] = "label", row
        self._db.execute("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", (kind, row.id, row.model_dump_json()))

    def delete_job(self, job_id: int) -> None:
        """Remove a job; a label goes with the last job that carries it, as in AWX."""
        job = self.jobs.pop(job_id)
        self._db.execute("DELETE FROM kept WHERE kind = 'job' AND id = ?", (job_id,))
        still_used = {label for other in self.jobs.values() for label in other.labels}
        for label in set(job.labels) - still_used:
            self.labels.pop(label, None)
            self._db.execute("DELETE FROM kept WHERE kind = 'label' AND id = ?", (label,))

    def clear(self) -> None:
        """Forget everything; numbers begin at 1 again."""
        for table in ("kept", "counters"):
            self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - the two names above
        self.jobs.clear()
        self.labels.clear()

    def close(self) -> None:
        self._db.close()
