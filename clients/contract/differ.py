"""Compares two OpenAPI documents by oasdiff, in a process of its own that has its limits.

https://github.com/oasdiff/oasdiff/blob/main/docs/BREAKING-CHANGES.md; what it prints is documented there. Whoever wrote
a document may have written it to do harm: nothing is parsed here, and references out of a document are refused.
"""

import asyncio
import json
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationError

from clients.contract.reader import ContractUnavailable
from clients.letters import one_line
from domain.contract import LONGEST_TEXT, ContractChange, Found, NotCompared, Severity

COMPARED_WITHIN = 8
"""Seconds for one comparison, of the clock and of a processor; large documents take one."""

MEMORY_KB = 4 << 20
"""Kilobytes of address space: Go takes much and uses little of it, which GOMEMLIMIT bounds."""

LARGEST_KB = 8 << 10
"""Kilobytes of what it prints."""

_LIMITED = f'ulimit -t {COMPARED_WITHIN} && ulimit -v {MEMORY_KB} && ulimit -f {LARGEST_KB * 2} && exec "$@"'
"""POSIX counts a file's size in blocks of 512 bytes."""


_OPENAPI = re.compile(rb"""["']?openapi["']?\s*:\s*["']?3\.""")
"""A document's own word for what it is: oasdiff takes anything for a document without operations."""


def _cut(limit: int) -> BeforeValidator:
    return BeforeValidator(lambda value: one_line(value)[:limit] if isinstance(value, str) else value)


class _PrintedChange(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: Annotated[str, _cut(100)]
    text: Annotated[str, _cut(LONGEST_TEXT)]
    level: Severity
    operation: str = ""
    path: str = ""

    def change(self) -> ContractChange:
        operation = one_line(f"{self.operation} {self.path}".strip())[:LONGEST_TEXT]
        return ContractChange(severity=self.level, rule=self.id, text=self.text, operation=operation)


_ROWS = TypeAdapter(list[_PrintedChange])


@dataclass(frozen=True)
class Differ:
    """Starts oasdiff, where the settings say where it is."""

    program: Path | None = None

    async def changes(self, production: bytes, staging: bytes) -> Found:
        """The changes that staging's document would bring to production's callers. Raises ContractUnavailable."""
        if self.program is None:
            raise ContractUnavailable(NotCompared.NO_DIFFER, "the worker has no oasdiff")
        if not all(map(_OPENAPI.search, (production, staging))):
            raise ContractUnavailable(NotCompared.UNREADABLE, "one of the documents is no OpenAPI 3")
        with tempfile.TemporaryDirectory(prefix="prodgate-contract-") as name:
            folder = Path(name)
            (folder / "production").write_bytes(production)
            (folder / "staging").write_bytes(staging)
            status, said = await self._run(self.program, folder)
            if status != 0:
                why = one_line(said) or f"it ended with {status}"
                raise ContractUnavailable(NotCompared.UNREADABLE, f"oasdiff can't compare the documents: {why[:300]}")
            return _read((folder / "changes").read_bytes())

    async def _run(self, program: Path, folder: Path) -> tuple[int, str]:
        """The status that it ended with, and what it complained of. No variable of this process reaches it."""
        command = [str(program), "changelog", "production", "staging", "--format", "json"]
        command.append("--allow-external-refs=false")
        with (folder / "changes").open("wb") as changes, (folder / "faults").open("wb") as faults:
            process = await asyncio.create_subprocess_exec(
                *("/bin/sh", "-c", _LIMITED, "sh", *command),
                cwd=folder,
                env={"HOME": str(folder), "GOMEMLIMIT": "512MiB", "OASDIFF_NO_TELEMETRY": "1"},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=changes,
                stderr=faults,
            )
            try:
                async with asyncio.timeout(COMPARED_WITHIN):
                    status = await process.wait()
            except TimeoutError as error:
                raise ContractUnavailable(
                    NotCompared.UNREADABLE, f"comparing took more than {COMPARED_WITHIN} s"
                ) from error
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
        return status, (folder / "faults").read_bytes()[:2_000].decode(errors="replace")


def _read(printed: bytes) -> Found:
    try:
        rows = _ROWS.validate_python(json.loads(printed))
    except (ValueError, ValidationError, RecursionError) as error:
        raise ContractUnavailable(NotCompared.UNREADABLE, "oasdiff printed something else than changes") from error
    return Found.of(row.change() for row in rows)
