"""An outlet of checkpoints: an authority stamps each one's time, and its answer is kept beside them (RFC 3161)."""

import asyncio
from dataclasses import dataclass

from clients.outlet import Allowed, OutletDown
from clients.tsa import TimeStampAuthority
from domain.checkpoint import SignedCheckpoint
from record.errors import JournalMoved, RecordUnavailable
from record.facts.time_stamps import keep_time_stamp
from record.git.repository import Repository
from record.signing.time_stamps import NotStamped, check_answer, request_for


@dataclass(frozen=True)
class TimeStampOutlet:
    """Asks the authority. A checkpoint waits for none: this comes after it was signed, and is tried until it works."""

    authority: TimeStampAuthority
    repository: Repository
    branch: str

    @property
    def name(self) -> str:
        return self.authority.name

    async def hand_out(self, signed: SignedCheckpoint, allowed: Allowed) -> None:
        """Ask, look whether it answers that, and keep it. Raises OutletDown."""
        asked = request_for(signed.note)
        allowed()
        answer = await self.authority.ask(asked.as_bytes())
        try:
            check_answer(asked, answer)
            allowed()
            await asyncio.to_thread(keep_time_stamp, self.repository, self.branch, signed.note, answer)
        except (NotStamped, JournalMoved, RecordUnavailable) as error:
            raise OutletDown(f"{self.name}: {error}") from error

    async def close(self) -> None:
        """Release nothing: each question has a connection of its own."""
