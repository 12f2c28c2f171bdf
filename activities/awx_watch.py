"""Compares every recent job of AWX that runs our playbook, or on our inventory, with the record."""

import asyncio
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from temporalio import activity
from temporalio.exceptions import ApplicationError

from clients.awx.client import AwxClient
from clients.awx.errors import AwxError
from domain.roles import ALL
from domain.ticket import PromotionRequest, State
from domain.watch import Approved, JobComparison, OrphanJob, Window, missing, named, orphans
from record.errors import RecordError
from record.index.query import MAX_LIMIT, Sort, TicketQuery
from record.index.reader import Index

STRAYS, MISSING = "prodgate_awx_stray_jobs", "prodgate_awx_missing_jobs"


@dataclass
class WatchActivities:
    """Reads AWX and the record's index."""

    client: AwxClient
    index: Index

    @activity.defn
    async def compare_jobs(self, window: Window) -> JobComparison:
        """Tell which jobs no ticket explains, and which tickets lack their job: in the log, as metrics, as the answer.

        Harmless twice: it reads, but for cancelling twins that have not run, which stay cancelled.
        """
        try:
            comparison = await self.compare(window)
            strays = [await self._without_twin(orphan) for orphan in comparison.strays]
        except (AwxError, RecordError, sqlite3.Error) as error:
            raise ApplicationError(str(error), type=type(error).__name__) from error
        comparison = comparison.model_copy(update={"strays": tuple(strays)})
        for orphan in comparison.strays:
            activity.logger.error("AWX job %s (%s): %s", orphan.job, orphan.status, orphan.reason)
        for lacking in comparison.missing:
            activity.logger.error("%s: %s", lacking.request_id, lacking.reason)
        meter = activity.metric_meter()
        meter.create_gauge(STRAYS, "Recent AWX jobs that no ticket explains").set(len(comparison.strays))
        meter.create_gauge(MISSING, "Tickets without their AWX job").set(len(comparison.missing))
        return comparison

    async def compare(self, window: Window) -> JobComparison:
        """Compare, and change nothing. Raises AwxError, RecordError, sqlite3.Error."""
        template, me = await self.client.template(), await self.client.me()
        # The record first: a job made while it is read is in neither, or explained.
        moved = await asyncio.to_thread(lambda: list(self._moved(window)))
        jobs = await self.client.jobs_like(template, window.since)
        tickets = await asyncio.to_thread(self._tickets, named(jobs))
        approved = [Approved.of(ticket, window.now) for ticket in tickets if ticket.status.approved_at]
        return JobComparison(
            strays=orphans(jobs, approved, me.id, template.watched),
            missing=missing(moved, jobs, window),
        )

    def _moved(self, window: Window) -> Iterator[PromotionRequest]:
        """Tickets that may lack a job: deployed or deploying since, and approved at any time."""
        self.index.catch_up(fetch=True)
        for states in ((State.DEPLOYING, State.VERIFYING, State.DEPLOYED), (State.APPROVED,)):
            cursor: str | None = None
            while True:
                query = TicketQuery(scope=ALL, state=states, sort=Sort.RECENT, limit=MAX_LIMIT, cursor=cursor)
                page = self.index.page(query)
                yield from page.items
                cursor = page.next_cursor
                old = bool(page.items) and page.items[-1].last.at < window.since
                if cursor is None or (old and states != (State.APPROVED,)):
                    break

    def _tickets(self, ids: set[str]) -> list[PromotionRequest]:
        self.index.catch_up(fetch=True)
        return [ticket for ticket in map(self.index.get, sorted(ids)) if ticket]

    async def _without_twin(self, orphan: OrphanJob) -> OrphanJob:
        """The job; a twin that has not run is cancelled."""
        if orphan.twin_of is None:
            return orphan
        row = await self.client.job(orphan.job)
        if not row.active or row.ran:
            return orphan
        await self.client.cancel(row)
        return orphan.model_copy(update={"reason": f"{orphan.reason}; it had not run and was cancelled"})
