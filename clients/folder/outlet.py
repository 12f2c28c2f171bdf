"""A folder of checkpoints, a file each: on a disk, a share or a mount of the company's archive."""

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path

from clients.outlet import Allowed, OutletDown
from domain.checkpoint import SignedCheckpoint


@dataclass(frozen=True)
class FolderOutlet:
    """Writes files that it never changes again."""

    folder: Path

    @property
    def name(self) -> str:
        return f"folder:{self.folder}"

    async def hand_out(self, signed: SignedCheckpoint, allowed: Allowed) -> None:
        """Write the file, whole or not at all; one that is there by that name holds the same note."""
        allowed()
        try:
            await asyncio.to_thread(self._write, signed)
        except OSError as error:
            raise OutletDown(f"{self.folder} takes no file: {error.strerror or error}") from error

    def _write(self, signed: SignedCheckpoint) -> None:
        path = self.folder / signed.name
        if path.exists():
            return
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        with unfinished.open("wb") as file:
            file.write(signed.note)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    async def close(self) -> None:
        """Nothing is held."""
