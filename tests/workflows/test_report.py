"""A report on stage: a part for each tenant, kept by its content, noted in the record whatever becomes of it."""

import asyncio
import hashlib
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from temporalio.client import WorkflowFailureError, WorkflowHandle
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.service import RPCError

from activities.reports import RENDERED_AT_ONCE, ReportSetup
from clients.store.documents import ObjectDocuments
from clients.store.sealing import DocumentSealer
from documents.rendering import Rendered, Renderer
from documents.shipped import shipped
from domain.audience import Language
from domain.documents import DocumentFormat, DocumentKind, template_folder
from domain.reports import PartState, ReportOrder, ReportRun, RunState, new_report, workflow_of
from record.git.reports import MadeReports
from record.git.repository import open_repository
from tests.domain.builders import PIERRE
from tests.record.building import person_commits
from tests.workflows.stage import Stage
from workflows.report import MakeReport

NOW = datetime(2026, 11, 29, 8, tzinfo=UTC)
FINANCE, LOGISTICS, RETAIL = "tenant-finance", "tenant-logistics", "tenant-retail"
Made = WorkflowHandle[MakeReport, RunState]


def order(*tenants: str, **fields: Any) -> ReportOrder:
    """An order of everybody's October, as pages."""
    given: dict[str, Any] = {
        "id": new_report("0f3a9c2e", NOW),
        "kind": DocumentKind.CHANGE_REGISTER,
        "forms": (DocumentFormat.HTML,),
        "language": Language.EN,
        "tenants": tenants,
        "by": PIERRE.email,
        "at": NOW,
    }
    return ReportOrder(**given | fields)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of documents."""
    made = tmp_path / "documents"
    made.mkdir()
    return made


@pytest.fixture
def reporting(dev_stage: Stage, folder: Path) -> Stage:
    """A stage whose worker makes reports."""
    storage = ObjectDocuments(folder.as_uri(), DocumentSealer(None))
    dev_stage.reports = ReportSetup(storage, ZoneInfo("Europe/Paris"), "main")
    dev_stage.follows = False
    return dev_stage


async def start(stage: Stage, asked: ReportOrder, **options: Any) -> Made:
    return await stage.environment.client.start_workflow(
        MakeReport.run, asked, id=workflow_of(asked.id or ""), task_queue=stage.queue, **options
    )


def recorded(stage: Stage, asked: ReportOrder) -> ReportRun:
    """The report as the record has it."""
    found = MadeReports(open_repository(str(stage.git), "main", stage.git.parent)).get(asked.id or "")
    assert found is not None
    return found


async def until(seen: Callable[[], bool | Awaitable[bool]], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while True:
        found = seen()
        if found if isinstance(found, bool) else await found:
            return
        assert time.monotonic() < end, "not seen in time"
        await asyncio.sleep(0.05)


def states(run: ReportRun) -> dict[str, str]:
    return {part.tenant: part.state for part in run.parts}


async def test_a_report_has_a_part_for_each_tenant_kept_by_its_content(reporting: Stage, folder: Path) -> None:
    """And the record says who had it made, from which template, and with which hash."""
    asked = order(FINANCE, RETAIL)
    async with reporting.working():
        assert await (await start(reporting, asked)).result() is RunState.MADE
    run = recorded(reporting, asked)
    assert (run.by, run.at, states(run)) == (PIERRE.email, NOW, {FINANCE: PartState.MADE, RETAIL: PartState.MADE})
    for part in run.parts:
        (file,) = part.files
        content = (folder / "documents" / part.tenant / file.sha256).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (file.sha256, file.size)
        assert part.template == shipped(run.kind).version


async def test_a_schedule_s_report_is_of_last_month_and_of_every_tenant(reporting: Stage) -> None:
    """Its id comes of the schedule's name and the time."""
    asked = order(id=None, kind=DocumentKind.MONTHLY_REPORT, by="system")
    named = "monthly-2026-11-01T05:00:00Z"
    async with reporting.working():
        handle = await reporting.environment.client.start_workflow(
            MakeReport.run, asked, id=workflow_of(named), task_queue=reporting.queue
        )
        assert await handle.result() is RunState.MADE
    run = recorded(reporting, asked.model_copy(update={"id": named}))
    today = datetime.now(ZoneInfo("Europe/Paris"))
    assert run.month == (f"{today.year}-{today.month - 1:02}" if today.month > 1 else f"{today.year - 1}-12")
    assert set(states(run)) == {FINANCE, LOGISTICS, RETAIL}


async def test_a_schedule_s_report_of_too_many_tenants_fails_and_is_not_cut(
    reporting: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the word that the API has for it; nothing is recorded that looks like a whole report."""
    monkeypatch.setattr("domain.reports.MOST_TENANTS", 2)
    asked = order()
    async with reporting.working():
        with pytest.raises(WorkflowFailureError) as failed:
            await (await start(reporting, asked)).result()
    assert isinstance(failed.value.cause, ActivityError)
    assert isinstance(failed.value.cause.cause, ApplicationError)
    assert failed.value.cause.cause.type == "report-too-large"
    assert states_or_none(reporting, asked) == set()


class GitLost(Renderer):
    """Makes a document, after which the repository can't be reached."""

    away: Callable[[], object]

    def render(self, *asked: Any, **more: Any) -> Rendered:
        made = super().render(*asked, **more)
        GitLost.away()
        return made


async def test_a_cancellation_that_arrives_while_a_part_is_noted_keeps_what_was_made(reporting: Stage) -> None:
    """The part is noted as it is once Git is back; no operator ended anything."""
    assert reporting.reports is not None
    reporting.reports = replace(reporting.reports, renderer=GitLost())
    asked, away = order(FINANCE), reporting.git.with_suffix(".away")
    GitLost.away = staticmethod(lambda: reporting.git.rename(away))
    async with reporting.working():
        made = await start(reporting, asked)
        child = reporting.environment.client.get_workflow_handle(f"{made.id}/{FINANCE}")
        await until(lambda: noting(child))
        await made.cancel()
        await asyncio.sleep(1)
        away.rename(reporting.git)
        assert await made.result() is RunState.MADE
    assert states(recorded(reporting, asked)) == {FINANCE: PartState.MADE}


async def noting(part: WorkflowHandle[Any, Any]) -> bool:
    """Tells whether the record can't take the part now."""
    try:
        pending = (await part.describe()).raw_description.pending_activities
    except RPCError:  # not begun yet
        return False
    return any(each.activity_type.name == "note_parts" and each.HasField("last_failure") for each in pending)


async def test_a_store_that_is_away_is_waited_for_and_shown(reporting: Stage, folder: Path) -> None:
    """The other parts wait for the same store; once it is back, everything is made without anybody's doing."""
    asked, away = order(FINANCE), moved(folder, "away")
    async with reporting.working():
        made = await start(reporting, asked)
        child = reporting.environment.client.get_workflow_handle(f"{made.id}/{FINANCE}")

        async def shown() -> bool:
            try:
                pending = (await child.describe()).raw_description.pending_activities
            except Exception:  # not begun yet
                return False
            return any("is it mounted" in each.last_failure.message for each in pending)

        await until(shown)
        assert states(recorded(reporting, asked)) == {FINANCE: PartState.WAITING}
        moved(away, folder.name)
        assert await made.result() is RunState.MADE


def moved(folder: Path, name: str) -> Path:
    return folder.rename(folder.with_name(name))


def commit_template(stage: Stage, **changed: str) -> None:
    """Give the record a template of its own for registers."""
    kind = DocumentKind.CHANGE_REGISTER
    files = shipped(kind).files | changed
    person_commits(stage.git, {f"{template_folder(kind)}/{name}": text for name, text in files.items()})


async def test_a_faulty_template_fails_a_part_for_good_and_a_retry_makes_it(reporting: Stage) -> None:
    """The retry reaches a report that has ended, and the other parts stay as they are."""
    asked = order(FINANCE, RETAIL)
    commit_template(reporting, **{"document.html.j2": "{% if %}"})
    async with reporting.working():
        assert await (await start(reporting, asked)).result() is RunState.FAILED
    run = recorded(reporting, asked)
    assert {part.kind for part in run.parts} == {"template-faulty"}
    assert "document.html.j2" in (run.parts[0].failure or "")
    commit_template(reporting)
    async with reporting.working():
        again = await start(reporting, run.order(), start_signal="retry_part", start_signal_args=[FINANCE])
        assert await again.result() is RunState.FAILED
        assert states(recorded(reporting, asked)) == {FINANCE: PartState.MADE, RETAIL: PartState.FAILED}
        again = await start(reporting, run.order(), start_signal="retry_part", start_signal_args=[RETAIL])
        assert await again.result() is RunState.MADE


async def test_a_cancelled_report_keeps_what_is_made_and_says_what_is_not(reporting: Stage, folder: Path) -> None:
    """Of eight parts two are under way; those, and the ones that were not begun, are cancelled."""
    tenants = [f"tenant-{number}" for number in range(8)]
    asked = order(*tenants)
    away = moved(folder, "away")
    async with reporting.working():
        made = await start(reporting, asked)
        await until(lambda: begun(made, 2))
        await made.cancel()
        assert await made.result() is RunState.CANCELLED
        run = recorded(reporting, asked)
        assert set(states(run).values()) == {PartState.CANCELLED}
        moved(away, folder.name)
        again = await start(reporting, run.order(), start_signal="retry_part", start_signal_args=[tenants[0]])
        assert await again.result() is RunState.CANCELLED
    assert states(recorded(reporting, asked))[tenants[0]] == PartState.MADE


async def begun(made: Made, parts: int) -> bool:
    """Tells whether so many parts are under way."""
    return len((await made.describe()).raw_description.pending_children) >= parts


async def test_a_git_server_that_is_away_is_waited_for(reporting: Stage) -> None:
    """The report is opened, and its parts are noted, once it is back."""
    asked = order(FINANCE)
    async with reporting.working():
        with reporting.git_away():
            made = await start(reporting, asked)
            await asyncio.sleep(1)
        assert await made.result() is RunState.MADE
    assert states(recorded(reporting, asked)) == {FINANCE: PartState.MADE}


async def test_parts_that_are_noted_at_once_are_all_there(reporting: Stage) -> None:
    """Each is a commit of one journal, moved to by compare-and-swap."""
    asked = order(*(f"tenant-{number}" for number in range(12)))
    async with reporting.working():
        assert await (await start(reporting, asked)).result() is RunState.MADE
    assert set(states(recorded(reporting, asked)).values()) == {PartState.MADE}


class Counted(Renderer):
    """Counts the documents that are made at the same time."""

    turn = threading.Lock()
    under_way = most = 0

    def render(self, *asked: Any, **more: Any) -> Rendered:
        with self.turn:
            Counted.under_way += 1
            Counted.most = max(Counted.most, Counted.under_way)
        try:
            return super().render(*asked, **more)
        finally:
            Counted.under_way -= 1


async def test_reports_that_are_made_at_once_share_the_processors(reporting: Stage) -> None:
    """However many are ordered: threads are left to everything else that a worker does."""
    assert reporting.reports is not None
    reporting.reports = replace(reporting.reports, renderer=Counted())
    asked = [order(FINANCE, RETAIL, id=new_report(f"0f3a9c2{number}", NOW)) for number in range(4)]
    async with reporting.working():
        made = [await start(reporting, each) for each in asked]
        assert [await each.result() for each in made] == [RunState.MADE] * 4
    assert Counted.most == RENDERED_AT_ONCE


async def test_a_report_that_lost_its_engine_goes_on_from_the_record(reporting: Stage) -> None:
    """What is made stays made: the order is enough to go on by."""
    asked = order(FINANCE, RETAIL)
    async with reporting.working():
        made = await start(reporting, asked)
        await until(lambda: PartState.MADE in states_or_none(reporting, asked))
        await made.terminate()
        first = recorded(reporting, asked)
        assert await (await start(reporting, first.order())).result() is RunState.MADE
    kept = [part for part in first.parts if part.state is PartState.MADE]
    assert kept == [part for part in recorded(reporting, asked).parts if part in kept]


def states_or_none(stage: Stage, asked: ReportOrder) -> set[str]:
    found = MadeReports(open_repository(str(stage.git), "main", stage.git.parent)).get(asked.id or "")
    return set(states(found).values()) if found else set()
