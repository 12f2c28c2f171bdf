"""Entry point of the process that tries a change of rules: `python -m api.trial_process`.

It reads one JSON object on standard input and writes the report, or the faults of the change, on standard output.
Files of rules may be written to do harm, so they are read here, within limits.
"""

import json
import os
import sys
from dataclasses import replace
from datetime import datetime
from typing import Any

import pygit2

from documents.apart import FAULT, PREFIX, TOO_LARGE, confine
from record.audit.states import RecordCommit, state_at
from record.audit.trial_replay import Side, put_in_place, replayed
from record.audit.trial_report import report
from record.git.plumbing import UNREADABLE, last_line

AWAY = b"away\n"
"""Stands, with the reason behind it, where the record can't be read."""

_OPEN_FILES = 64
"""Git's packs and the time zones; nothing that is read can name a file."""
_WINDOW, _WINDOWS = 32 << 20, 256 << 20
"""Bytes of a pack that are mapped at once, and of all packs: by itself, libgit2 maps more than the limit of memory."""
_GIVES_WAY = 10
"""Steps by which it comes after the API, and whatever else this machine does."""


def answer(asked: dict[str, Any]) -> bytes:
    """The report with its prefix, the faults of the change, or why there is neither."""
    limits = asked["limits"]
    os.nice(_GIVES_WAY)
    pygit2.settings.mwindow_size, pygit2.settings.mwindow_mapped_limit = _WINDOW, _WINDOWS
    confine(limits["seconds"], limits["memory"], _OPEN_FILES)
    try:
        content = _tried(state_at(pygit2.Repository(asked["record"]), asked["commit"]), asked)
    except MemoryError:
        return TOO_LARGE
    except UNREADABLE as error:
        return AWAY + last_line(error).encode()
    return content if len(content) <= limits["size"] else TOO_LARGE


def _tried(today: RecordCommit, asked: dict[str, Any]) -> bytes:
    files = {path: None if text is None else text.encode() for path, text in asked["files"].items()}
    change = replace(today, rules=put_in_place(today.rules, files))
    if faults := change.rules.faults:
        said = [{"path": each.path, "line": each.line, "sentence": each.sentence} for each in faults]
        return FAULT + json.dumps(said).encode()
    since = datetime.fromisoformat(asked["since"]) if asked["since"] else None
    trial = replayed(
        today, Side(change.rules.rules, change.catalogue, change.directory), since, lambda *_: None, alone=True
    )
    return PREFIX + report(trial, (str(today.commit.id), None)).model_dump_json().encode()


if __name__ == "__main__":
    sys.stdout.buffer.write(answer(json.load(sys.stdin.buffer)))
