"""Measures a report of every tenant: `python -m bench.reports [--tickets 100000] [--tenants 50] [--formats pdf,xlsx]`.

A real Temporal server, the record's index, the renderer and a folder; the worker is this process, whose memory is told
after each tenth of the parts.
"""

import argparse
import asyncio
import resource
import shutil
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.reports import ReportActivities, ReportSetup
from bench.record_data import copied, repository
from clients.store.documents import ObjectDocuments
from clients.store.sealing import DocumentSealer
from documents.shipped import shipped
from domain.audience import Language
from domain.documents import DocumentFormat, DocumentKind
from domain.reports import PartState, ReportOrder, new_report, workflow_of
from engine.connection import converter
from engine.heartbeats import HeartbeatInterceptor
from record.documents.templates import TemplateReader
from record.git.reports import MadeReports
from record.git.repository import Repository, open_repository
from record.index.reader import Index
from record.people.directory import DirectoryReader
from workflows.report import MakePart, MakeReport

_MB = 1_024
_NOW = datetime(2027, 1, 2, 8, tzinfo=UTC)


def memory() -> int:
    """The resident memory of this process in MB."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) // _MB


def ordered(kind: str, tenants: list[str], forms: str) -> ReportOrder:
    """The order of a report of every tenant; of a monthly one, of the middle of the year."""
    return ReportOrder(
        id=new_report(kind[:4], _NOW),
        kind=DocumentKind(kind),
        month="2026-06" if kind == DocumentKind.MONTHLY_REPORT else None,
        forms=tuple(map(DocumentFormat, forms.split(","))),
        language=Language.EN,
        tenants=tuple(tenants),
        at=_NOW,
    )


async def followed(made: MadeReports, order: ReportOrder) -> None:
    """Tell how much memory is used as the parts are made."""
    told, total = 0, len(order.tenants)
    while told < total:
        await asyncio.sleep(0.2)
        run = await asyncio.to_thread(made.get, order.id or "")
        ended = sum(part.state is not PartState.WAITING for part in run.parts) if run else 0
        if ended >= told + total / 10 or ended == total > told:
            told = ended
            sys.stdout.write(f"  {ended:>3} of {total} parts: {memory()} MB\n")


async def measure(folder: Path, record: Repository, tenants: list[str], forms: str) -> None:
    begun = time.perf_counter()
    index = Index(record, folder / "index.db")
    await asyncio.to_thread(index.catch_up)
    sys.stdout.write(f"index built in {time.perf_counter() - begun:.0f} s, {memory()} MB\n")
    setup = ReportSetup(ObjectDocuments((folder / "documents").as_uri(), DocumentSealer(None)), ZoneInfo("UTC"), "main")
    reports = ReportActivities(record, index, DirectoryReader(record), TemplateReader(record, shipped), setup)
    made = MadeReports(record)
    async with (
        await WorkflowEnvironment.start_local(
            data_converter=converter(None), dev_server_existing_path=str(Path(sys.executable).with_name("temporal"))
        ) as server,
        Worker(
            server.client,
            task_queue="reports",
            workflows=[MakeReport, MakePart],
            activities=[reports.open_report, reports.make_part, reports.note_parts],
            interceptors=[HeartbeatInterceptor()],
            workflow_runner=UnsandboxedWorkflowRunner(),
        ),
    ):
        for kind in (DocumentKind.MONTHLY_REPORT, DocumentKind.CHANGE_REGISTER):
            order = ordered(kind, tenants, forms)
            begun = time.perf_counter()
            sys.stdout.write(f"{kind}, {forms}:\n")
            making = server.client.execute_workflow(
                MakeReport.run, order, id=workflow_of(order.id or ""), task_queue="reports"
            )
            state, _ = await asyncio.gather(making, followed(made, order))
            sys.stdout.write(f"  {state} in {time.perf_counter() - begun:.0f} s\n")
    index.close()
    await record.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.reports", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(".bench"))
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--tenants", type=int, default=50)
    parser.add_argument("--formats", default="pdf,xlsx")
    given = parser.parse_args()
    folder = given.folder.absolute() / "reports"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "documents").mkdir(parents=True)
    tenants = [f"tenant-{number:02}" for number in range(given.tenants)]
    path = copied(repository(given.folder.absolute(), given.tickets, tenants), folder / "record.git")
    asyncio.run(measure(folder, open_repository(str(path), "main", folder), tenants, given.formats))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    files = [file for file in (folder / "documents").rglob("*") if file.is_file()]
    sys.stdout.write(f"{len(files)} files, {sum(file.stat().st_size for file in files) / 1e6:.0f} MB; ")
    sys.stdout.write(f"the largest other process {used.ru_maxrss // _MB} MB, all {used.ru_utime:.0f} CPU s\n")


if __name__ == "__main__":
    main()
