"""The floor's workflow: created, approved, deploying, deployed."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio import workflow

QUEUE = "floor"
_WITHIN = timedelta(seconds=60)


@dataclass
class Ticket:
    """A request: what was asked for, and what happened to it so far."""

    id: str
    asked: dict[str, Any]
    history: list[dict[str, str]]


@workflow.defn
class FloorPromotion:
    """Takes a ticket from creation to deployment; commits each step before it answers."""

    @workflow.init
    def __init__(self, ticket: Ticket) -> None:
        self._ticket = ticket
        self._created = self._approved = self._ended = False

    @workflow.run
    async def run(self, _ticket: Ticket) -> Ticket:
        await self._commit("created", "pierre.durand@cab-i.com")
        self._created = True
        await workflow.wait_condition(lambda: self._approved)
        await workflow.execute_activity("read_template", start_to_close_timeout=_WITHIN)
        await workflow.execute_activity("launch_job", self._ticket.id, start_to_close_timeout=_WITHIN)
        await self._commit("deploying", "system")
        await workflow.wait_condition(lambda: self._ended)
        await self._commit("deployed", "system")
        return self._ticket

    async def _commit(self, action: str, by: str) -> None:
        self._ticket.history.append({"action": action, "at": workflow.now().isoformat(), "by": by})
        await workflow.execute_activity("commit", self._ticket, start_to_close_timeout=_WITHIN)

    @workflow.update
    async def create(self) -> Ticket:
        """Return the ticket once it is committed."""
        await workflow.wait_condition(lambda: self._created)
        return self._ticket

    @workflow.update
    async def approve(self, by: str) -> Ticket:
        """Approve the ticket; return it once that is committed."""
        await self._commit("approved", by)
        self._approved = True
        return self._ticket

    @workflow.signal
    def job_ended(self) -> None:
        """Hear that the job is over."""
        self._ended = True
