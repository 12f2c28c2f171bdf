"""Takes orders for reports, and shows what became of them."""

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from limits import RateLimitItemPerMinute
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api.counting import Counts
from api.engine_errors import EngineUnavailable
from api.errors import NotFound, TooManyRequests
from api.report_engine import ReportEngine, UnderWay
from domain import roles
from domain.audience import Language
from domain.documents import DocumentFormat, Month
from domain.errors import NotAuthorized
from domain.reports import (
    MOST_TENANTS,
    Formats,
    PartNotRetryable,
    PartState,
    ReportedKind,
    ReportId,
    ReportOrder,
    ReportPart,
    ReportRun,
    ReportStopped,
    RunState,
    check_month,
    check_tenants,
    is_report,
    new_report,
)
from domain.roles import Permission, Person
from domain.values import Frozen, Moment, Tenant
from record.git.reports import MadeReports, path_of
from record.git.repository import Repository
from record.index.query import Page
from record.people.directory import DirectoryReader

ORDERS_PER_MINUTE = 10
"""For one person: each order may be a minute's work."""

_LOOK_AGAIN = (0.05, 0.1, 0.2, 0.4, 0.8, 1.0)
"""Seconds between looks whether the record has what was just ordered."""


class OrderBody(Frozen):
    """An order. Without tenants, the report is of every tenant that the caller may have reports of.

    A register without a month is of every request so far.
    """

    kind: ReportedKind
    month: Month | None = None
    forms: Formats = (DocumentFormat.PDF,)
    language: Language = Language.EN
    tenants: Annotated[tuple[Tenant, ...], Field(max_length=MOST_TENANTS)] = ()


class ShownPart(ReportPart):
    """A part of a report. `waits` says why one that is being made is tried again."""

    waits: str | None = None


class ShownReport(Frozen):
    """A report, with the parts that the caller may see; `made` and `total` count these."""

    id: ReportId
    kind: ReportedKind
    month: Month | None
    forms: Formats
    language: Language
    by: str
    name: str | None
    at: Moment
    state: RunState
    made: int
    total: int
    parts: tuple[ShownPart, ...]

    @classmethod
    def of(cls, run: ReportRun, state: RunState, waits: UnderWay | None = None) -> Self:
        """The report as it is shown."""
        why = waits.waits if waits else {}
        parts = tuple(ShownPart(**part.model_dump(), waits=why.get(part.tenant)) for part in run.parts)
        made = sum(part.state is PartState.MADE for part in parts)
        said = run.model_dump(exclude={"parts"})
        return cls(**said, state=state, made=made, total=len(parts), parts=parts)


@dataclass(frozen=True)
class ReportOrders:
    """Orders reports for whoever may have those of a tenant; what one may not have, there is not."""

    engine: ReportEngine
    made: MadeReports
    repository: Repository
    directory: DirectoryReader
    counts: Counts
    zone: ZoneInfo
    now: Callable[[], datetime]

    async def order(self, person: Person, body: OrderBody) -> ShownReport:
        """Have a report made.

        Raises NotAuthorized, NotFound, NoSuchMonth, ReportTooLarge, TooManyRequests, EngineUnavailable.
        """
        now = self.now()
        check_month(body.kind, body.month, now, self.zone)
        tenants = await run_in_threadpool(self._tenants, person, body.tenants)
        limit = RateLimitItemPerMinute(ORDERS_PER_MINUTE)
        if wait := await self.counts.take(limit, "report", person.subject or person.email):
            raise TooManyRequests(wait)
        order = ReportOrder(
            **body.model_dump(exclude={"tenants"}),
            tenants=tenants,
            id=new_report(secrets.token_hex(4), now),
            by=person.email,
            name=person.name,
            at=now,
        )
        await self.engine.start(order)
        return ShownReport.of(await self._opened(order), RunState.MAKING)

    def _tenants(self, person: Person, named: Iterable[Tenant]) -> tuple[Tenant, ...]:
        """The tenants of an order: those named, or every one that the person may have reports of."""
        mine, directory = require(person), self.directory.current()
        known = directory.tenants.keys() if mine is None else directory.tenants.keys() & mine
        for tenant in (wanted := sorted(set(named))):
            if mine is not None and tenant not in mine:
                raise roles.lacking(Permission.REPORT, tenant, ())
            if tenant not in known:
                raise NotFound("No such tenant")
        check_tenants(tenants := tuple(wanted or sorted(known)))
        return tenants

    async def _opened(self, order: ReportOrder) -> ReportRun:
        """The report as the record has it, or will have it: Git may be away, or every worker."""
        for pause in _LOOK_AGAIN:
            if found := await self._recorded(order.id or ""):
                return found
            await asyncio.sleep(pause)
        return _to_come(order)

    async def _recorded(self, report: str) -> ReportRun | None:
        return await run_in_threadpool(self.made.get, report)

    async def get(self, person: Person, report: str) -> ShownReport:
        """The report. Raises NotAuthorized, NotFound."""
        run, under_way, _ = await self._found(person, report)
        return ShownReport.of(run, _state(run, under_way), under_way)

    async def _found(self, person: Person, report: str) -> tuple[ReportRun, UnderWay | None, bool]:
        """The report as the person may see it, whether it is made now, and whether that is all of it."""
        mine, recorded = require(person), await self._recorded(report)
        under_way = None
        if is_report(report) and (recorded is None or recorded.state is RunState.MAKING):
            under_way = await self.engine.under_way(report)
            recorded = recorded if under_way else await self._recorded(report)  # it may have ended since it was read
        run = recorded or (_to_come(under_way.order) if under_way and under_way.order else None)
        seen = run.seen_in(mine) if run else None
        if run is None or seen is None:
            raise NotFound("No such report")
        return seen, under_way, len(seen.parts) == len(run.parts)

    async def newest(self, person: Person, limit: int, before: ReportId | None) -> Page:
        """The newest reports, or those before one. Raises NotAuthorized."""
        total, runs = await run_in_threadpool(self._newest, require(person), limit + 1, before)
        shown = [await self._shown(run) for run in runs[:limit]]
        documents = tuple(each.model_dump_json(by_alias=True) for each in shown)
        return Page(documents, total, shown[-1].id if len(runs) > limit else None)

    def _newest(self, mine: frozenset[str] | None, limit: int, before: ReportId | None) -> tuple[int, list[ReportRun]]:
        """The number of all that may be seen, and the newest of them, or of those before one."""
        seen = [each for each in self.made.listed() if mine is None or not mine.isdisjoint(each.tenants)]
        asked = islice((each for each in seen if before is None or each.path < path_of(before)), limit)
        runs = (run.seen_in(mine) for run in self.made.read(asked))
        return len(seen), [run for run in runs if run is not None]

    async def _shown(self, run: ReportRun) -> ShownReport:
        if run.state is RunState.MAKING:
            with contextlib.suppress(EngineUnavailable):  # nobody can say now that it has stopped
                under_way = await self.engine.under_way(run.id)
                if under_way is None and (ended := await self._recorded(run.id)):
                    run = run.with_(ended.parts)
                return ShownReport.of(run, _state(run, under_way), under_way)
        return ShownReport.of(run, run.state)

    async def cancel(self, person: Person, report: str) -> ShownReport:
        """Have what is not made yet stay so. Raises NotAuthorized, NotFound, ReportStopped."""
        run, under_way, whole = await self._found(person, report)
        if under_way is None:
            raise ReportStopped
        if not whole:
            raise NotAuthorized("Not authorized: the report is of other tenants, too")
        await self.engine.cancel(run.id)
        return ShownReport.of(run, RunState.MAKING, under_way)

    async def retry(self, person: Person, report: str, tenant: str) -> ShownReport:
        """Have a part made again. Raises NotAuthorized, NotFound, PartNotRetryable."""
        run, under_way, _ = await self._found(person, report)
        part, recorded = run.part(tenant), await self._recorded(report)
        if part is None or recorded is None:
            raise NotFound("No such part")
        if part.state is PartState.MADE or (part.state is PartState.WAITING and under_way is not None):
            raise PartNotRetryable
        await self.engine.start(recorded.order(), retried=tenant)
        await self._noticed(recorded, part)
        return ShownReport.of(run.with_([ReportPart(tenant=part.tenant)]), RunState.MAKING)

    async def _noticed(self, run: ReportRun, part: ReportPart) -> None:
        """Return when the record has the part another than it was, or soon: Git may be away, or every worker."""
        for pause in _LOOK_AGAIN:
            found = await self._recorded(run.id)
            if found is not None and found.part(part.tenant) != part:
                return
            await asyncio.sleep(pause)


def require(person: Person) -> frozenset[str] | None:
    """The tenants that the person may have reports of, None for every one. Raises NotAuthorized for none."""
    mine = roles.scope(person, Permission.REPORT).tenants
    if mine is not None and not mine:
        raise NotAuthorized("Not authorized: reports take the role cpi or cpi_admin")
    return mine


def _state(run: ReportRun, under_way: UnderWay | None) -> RunState:
    stopped = run.state is RunState.MAKING and under_way is None
    return RunState.STOPPED if stopped else run.state


def _to_come(order: ReportOrder) -> ReportRun:
    """The report before the record has it."""
    said = order.model_dump(exclude={"tenants"})
    return ReportRun(**said, parts=tuple(ReportPart(tenant=each) for each in order.tenants))
