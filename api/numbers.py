"""Numbers for new tickets: the first that this process has neither read in the record nor handed out."""

from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool

from record.index.reader import Index


@dataclass
class Numbers:
    """Hands out ticket ids; another process may hold one already, then its start is refused and the next is tried."""

    index: Index
    _handed_out: dict[int, int] = field(default_factory=dict)
    _spare: list[str] = field(default_factory=list)
    """Numbers that were handed out and then not used."""

    async def next_id(self, year: int) -> str:
        """One more than any number recorded or handed out here, or a spare one."""
        while self._spare:
            if (spare := self._spare.pop()).startswith(f"PR-{year}-"):
                return spare
        recorded = await run_in_threadpool(self.index.last_number, year)
        number = max(recorded, self._handed_out.get(year, 0)) + 1
        self._handed_out[year] = number
        return f"PR-{year}-{number:04}"

    def give_back(self, ticket_id: str) -> None:
        """Keep a number that was handed out and not used for the next submission."""
        self._spare.append(ticket_id)
