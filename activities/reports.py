"""Makes reports: reads the tickets of a tenant, has them rendered, keeps the files and notes the part in the record."""

import asyncio
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TypeVar
from zoneinfo import ZoneInfo

from temporalio import activity
from temporalio.exceptions import ApplicationError

from documents.rendering import Renderer
from domain.documents import DocumentData, DocumentFormat, DocumentTemplate, RecordState
from domain.errors import RuleViolation, kind_of
from domain.reporting import report_data
from domain.reports import (
    PartOrder,
    PartsNote,
    ReportFile,
    ReportOrder,
    ReportPart,
    ReportRun,
    check_tenants,
    month_before,
    period,
    report_of,
)
from domain.roles import ALL
from domain.storage import DocumentStorage, StorageDown
from domain.ticket import PromotionRequest
from record.documents.templates import TemplateReader
from record.facts.line import UNREADABLE
from record.git.reports import note_parts, open_run
from record.git.repository import Repository
from record.index.query import MAX_LIMIT, Sort, TicketQuery
from record.index.reader import Index
from record.people.directory import DirectoryReader

T = TypeVar("T")

RENDERED_WITHIN = 150
"""Seconds for one document: nobody waits for the answer, and a register of thousands of changes takes most of them on a
busy machine."""

RENDERED_AT_ONCE = 2
"""Documents under way in one worker, of however many reports: each takes a processor, and a thread of those that
promotions' activities need too."""


@dataclass(frozen=True)
class ReportSetup:
    """The parts that reports take besides the record: store, renderer and the company's zone.

    `branch` is the record's, as documents name it.
    """

    storage: DocumentStorage
    zone: ZoneInfo
    branch: str
    renderer: Renderer = field(default_factory=lambda: Renderer(seconds=RENDERED_WITHIN))


@dataclass
class ReportActivities:
    """Makes the parts of reports. What is kept is named by its content, and what is noted is noted once."""

    repository: Repository
    index: Index
    directory: DirectoryReader
    templates: TemplateReader
    setup: ReportSetup
    _turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(RENDERED_AT_ONCE))

    @activity.defn
    async def open_report(self, order: ReportOrder) -> ReportRun:
        """Put the report into the record, with a part for each tenant; as the record has it.

        Running it twice is harmless: the second time finds the first one's. Fails for good where a report can't have so
        many parts, and as `RecordUnavailable` until Git can be reached.
        """
        run = await _retried(asyncio.to_thread(self._run, order, activity.info()))
        return await _retried(asyncio.to_thread(open_run, self.repository, run))

    def _run(self, order: ReportOrder, info: activity.Info) -> ReportRun:
        check_tenants(tenants := order.tenants or tuple(sorted(self.directory.current().tenants)))
        scheduled = order.id is None
        at = info.started_time if scheduled else order.at
        return ReportRun(
            id=order.id or report_of(info.workflow_id or ""),
            kind=order.kind,
            month=order.month or (month_before(at, self.setup.zone) if scheduled else None),
            forms=order.forms,
            language=order.language,
            by=order.by,
            name=order.name,
            at=at,
            parts=tuple(ReportPart(tenant=each) for each in tenants),
        )

    @activity.defn
    async def make_part(self, order: PartOrder) -> ReportPart:
        """Make the documents of a tenant and keep them.

        Running it twice is harmless: a document is kept under its content's hash. Fails for good where a template or a
        limit refuses, and as `StorageDown` or `RecordUnavailable` until store and Git can be reached.
        """
        template = await _retried(asyncio.to_thread(self.templates.current, order.kind))
        data = await _retried(asyncio.to_thread(self._data, order))
        files = [await self._kept(order, form, template, data) for form in order.forms]
        return order.part.made(tuple(files), template.version, order.at)

    async def _kept(
        self, order: PartOrder, form: DocumentFormat, template: DocumentTemplate, data: DocumentData
    ) -> ReportFile:
        """Render one file and keep it."""
        render = partial(self.setup.renderer.render, order.kind, template, data, form, order.language)
        async with self._turns:
            made = await _retried(asyncio.to_thread(render))
        name = await _retried(self.setup.storage.put(order.part.tenant, made.content))
        tenant, said = order.part.tenant, made.file_name
        called = said if said.startswith(f"{tenant}-") else f"{tenant}-{said}"  # people keep several in one folder
        return ReportFile(form=form, sha256=name, size=len(made.content), name=called)

    def _data(self, order: PartOrder) -> DocumentData:
        """The data of the documents: of each ticket a line of a list alone, so that they need little memory."""
        tenant, zone = order.part.tenant, self.setup.zone
        record = RecordState(branch=self.setup.branch, tip=self.repository.tip())
        tickets = self._tickets(tenant, *period(order.month, order.at, zone))
        return report_data(order.kind, tenant, order.month, tickets, made_at=order.at, zone=zone, record=record)

    def _tickets(self, tenant: str, since: datetime, until: datetime) -> Iterator[PromotionRequest]:
        """The tenant's tickets that were created then, the oldest first."""
        first = TicketQuery(scope=ALL, sort=Sort.OLDEST, limit=MAX_LIMIT, tenant=tenant)
        query: TicketQuery | None = replace(first, created_after=since, created_before=until)
        while query is not None:
            found = self.index.page(query)
            yield from found.items
            query = replace(query, cursor=found.next_cursor) if found.next_cursor else None

    @activity.defn
    async def note_parts(self, note: PartsNote) -> None:
        """Put the parts into their report in the record. Running it twice is harmless: they are the same.

        Fails as `RecordUnavailable` until Git can be reached.
        """
        await _retried(asyncio.to_thread(note_parts, self.repository, note))


async def _retried(work: Awaitable[T]) -> T:
    """The work's answer; a record or a store that is away is waited for, a broken rule ends the part."""
    try:
        return await work
    except RuleViolation as error:
        raise ApplicationError(str(error), type=kind_of(error), non_retryable=True) from error
    except StorageDown as error:
        raise ApplicationError(str(error), type="StorageDown") from error
    except UNREADABLE as error:
        raise ApplicationError(str(error), type="RecordUnavailable") from error
