"""Records the history of each path that has none yet: `make histories`. A recorded one is never written over.

What is recorded now is the next release's; `make freeze` puts it into that release's manifest, and from then on nobody
may change it. Only a history that no manifest names may be deleted and recorded anew.
"""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from temporalio.client import WorkflowContinuedAsNewError, WorkflowHistory

from activities import leading
from activities.reports import ReportSetup
from clients.store.documents import ObjectDocuments
from clients.store.sealing import DocumentSealer
from domain.announcement import Channel, Event
from domain.browsers import BrowserChange
from domain.contract import ContractWanted, Severity
from domain.decision import DecisionAction
from domain.evidence import EvidenceWanted, PipelineAddress
from domain.feeds import CurrentFeed, FeedChange
from domain.following import outbox
from domain.passkeys import PasskeyAction, PasskeyChange, PasskeyClaims
from domain.preferences import DEFAULTS, MailTime, Preferences, PreferencesChange
from domain.sessions import Revocation
from domain.ticket import TargetType
from domain.webhooks import WebhookCall
from engine.connection import converter
from record.signing.signatures import sealed
from tests.awx_fixtures import simulating
from tests.board import Board
from tests.company import found
from tests.delegating import change_of, delegation
from tests.dev_server import dev_server
from tests.domain.builders import JEAN, NOW, details
from tests.domain.test_contract import difference
from tests.passkeys import Authenticator, files_of, passkey
from tests.record.building import git, person_commits
from tests.signing import KEY, WORKER_KEY
from tests.workflows.paths import ALICE, HISTORIES, PATHS, Scene, come_to_rest, emergency
from tests.workflows.stage import Stage
from tests.workflows.test_report import begun, order, start, until
from tests.workflows.test_templates import change
from workflows.browsers import KeepBrowser
from workflows.contract import CompareContract
from workflows.delegations import ChangeDelegation, delegation_change_of
from workflows.drift import DriftWatch
from workflows.evidence import ReadEvidence
from workflows.feeds import KeepFeed
from workflows.passkeys import ChangePasskey, passkey_change_of
from workflows.preferences import KeepPreferences
from workflows.sessions import Logout
from workflows.shown import SEARCH_ATTRIBUTES
from workflows.templates import TemplateEdit
from workflows.watch import AwxWatch
from workflows.webhooks import CallWebhook


@asynccontextmanager
async def staged() -> AsyncIterator[Stage]:
    """A stage of its own, on a dev server of its own."""
    with TemporaryDirectory() as folder, simulating() as awx:
        found(Path(folder) / "gitops.git")
        async with await dev_server(
            data_converter=converter(None),
            search_attributes=SEARCH_ATTRIBUTES,
        ) as server:
            yield Stage(server, Path(folder) / "gitops.git", awx)


async def record(scene: Scene) -> str:
    """The scene's history as JSON, once its promotion has come to rest."""
    async with staged() as stage, stage.working():
        promoted = await scene(stage)
        await come_to_rest(stage, promoted)
        return written(await promoted.fetch_history())


async def record_shift() -> str:
    """The history of a follower that leads for one shift and goes on in another run."""
    leading.SHIFT = timedelta(seconds=1)
    async with staged() as stage:
        stage.channel_clients[Channel.MAIL] = Board()
        async with stage.working():
            handle = stage.environment.client.get_workflow_handle(outbox(Channel.MAIL).name)
            first = (await handle.describe()).run_id
            ended = stage.environment.client.get_workflow_handle(handle.id, run_id=first)
            with contextlib.suppress(WorkflowContinuedAsNewError):
                await ended.result(follow_runs=False)
            return written(await ended.fetch_history())


async def record_watch() -> str:
    """The history of a comparison that finds a job that nobody approved."""
    async with staged() as stage, stage.working():
        stage.awx.control("POST", "launch", json={"extra_vars": {"request_id": "PR-2026-0077", "attempt": 1}})
        handle = await stage.environment.client.start_workflow(AwxWatch.run, id="a-watch", task_queue=stage.queue)
        await handle.result()
        return written(await handle.fetch_history())


async def record_drift() -> str:
    """The history of a look for drift that finds a ticket without its promotion."""
    async with staged() as stage, stage.working():
        await stage.lose(await stage.submit())
        handle = await stage.environment.client.start_workflow(DriftWatch.run, id="a-look", task_queue=stage.queue)
        await handle.result()
        return written(await handle.fetch_history())


async def record_logout() -> str:
    """The history of a session's end that is put on the record's list."""
    async with staged() as stage, stage.working():
        ended = Revocation(at=NOW, until=NOW, issuer="https://id.cab-i.example", sid="s-1")
        handle = await stage.environment.client.start_workflow(Logout.run, ended, id="a-logout", task_queue=stage.queue)
        await handle.result()
        return written(await handle.fetch_history())


async def record_delegation() -> str:
    """The history of a delegation on its way into the record."""
    async with staged() as stage, stage.working():
        given, _ = change_of(delegation(JEAN.email, ALICE.email, await stage.now()))
        handle = await stage.environment.client.start_workflow(
            ChangeDelegation.run, given, id=delegation_change_of(given), task_queue=stage.queue
        )
        await handle.result()
        return written(await handle.fetch_history())


async def record_passkey() -> str:
    """The history of the end of a passkey on its way into the record."""
    async with staged() as stage:
        stage.sign()
        made = passkey(JEAN, Authenticator(), at=await stage.now())
        tip = person_commits(stage.git, files_of(made))
        async with stage.working():
            at = await stage.now()
            ended = made.ended_by(JEAN.email, at)
            claims = PasskeyClaims(
                id=ended.id,
                action=PasskeyAction.WITHDRAWN,
                content=ended.digest,
                email=JEAN.email,
                sub=JEAN.subject,
                issuer=JEAN.issuer,
                tip=tip,
                at=at,
            )
            given = PasskeyChange(passkey=ended, name=JEAN.name, proof=sealed(claims, KEY))
            handle = await stage.environment.client.start_workflow(
                ChangePasskey.run, given, id=passkey_change_of(given), task_queue=stage.queue
            )
            await handle.result()
            return written(await handle.fetch_history())


async def record_template() -> str:
    """The history of a change of a template that is committed."""
    async with staged() as stage, stage.working():
        client = stage.environment.client
        handle = await client.start_workflow(
            TemplateEdit.run, change("en: {}\nfr: {}"), id="a-template", task_queue=stage.queue
        )
        await handle.result()
        return written(await handle.fetch_history())


async def record_preferences() -> str:
    """The history of a change of somebody's preferences."""
    async with staged() as stage, stage.working():
        quiet = Preferences(mail={Event.CREATED: MailTime.OFF})
        asked = PreferencesChange(email="jean.dupont@cab-i.com", base=DEFAULTS.revision, preferences=quiet)
        handle = await stage.environment.client.start_workflow(
            KeepPreferences.run, asked, id="a-preference", task_queue=stage.queue
        )
        await handle.result()
        return written(await handle.fetch_history())


async def record_feed() -> str:
    """The history of the end of a calendar's address."""
    async with staged() as stage, stage.working():
        ended = FeedChange(owner="0" * 64, current=CurrentFeed(id=None, at=NOW))
        client = stage.environment.client
        handle = await client.start_workflow(KeepFeed.run, ended, id="a-calendar", task_queue=stage.queue)
        await handle.result()
        return written(await handle.fetch_history())


async def record_browser() -> str:
    """The history of the end of somebody's notifications in a browser."""
    async with staged() as stage, stage.working():
        gone = BrowserChange(addresses=("jean.dupont@cab-i.com",), removed="0" * 32)
        client = stage.environment.client
        handle = await client.start_workflow(KeepBrowser.run, gone, id="a-browser", task_queue=stage.queue)
        await handle.result()
        return written(await handle.fetch_history())


async def record_call() -> str:
    """The history of a webhook's try, where no worker has secrets."""
    async with staged() as stage, stage.working():
        call = WebhookCall(tenant="tenant-finance", id="0" * 12)
        handle = await stage.environment.client.start_workflow(
            CallWebhook.run, call, id="a-call", task_queue=stage.queue
        )
        await handle.result()
        return written(await handle.fetch_history())


async def record_look() -> str:
    """The history of a look at test evidence, where no worker has a token."""
    async with staged() as stage, stage.working():
        url = "https://gitlab.cab-i.com/finance/payment-api/-/pipelines/4711"
        address = PipelineAddress(host="gitlab.cab-i.com", project="finance/payment-api", pipeline=4711)
        wanted = EvidenceWanted(key="0" * 64, url=url, address=address, token_name="company")
        handle = await stage.environment.client.start_workflow(
            ReadEvidence.run, wanted, id="a-look", task_queue=stage.queue
        )
        await handle.result()
        return written(await handle.fetch_history())


async def record_contract() -> str:
    """The history of a comparison of contracts, one of which is where nobody may be sent to."""
    async with staged() as stage:
        stage.sign()
        entry = git(stage.git, "show", "main:apis/payment-api.yaml")
        files = {each: f"https://127.0.0.1/{each}" for each in ("staging", "production")}
        person_commits(stage.git, {"apis/payment-api.yaml": f"{entry}\n  contract: {json.dumps(files)}\n"})
        async with stage.working():
            wanted = ContractWanted(key="0" * 64, type=TargetType.API, name="payment-api")
            handle = await stage.environment.client.start_workflow(
                CompareContract.run, wanted, id="a-contract", task_queue=stage.queue
            )
            await handle.result()
            return written(await handle.fetch_history())


async def record_creation() -> str:
    """The history of a promotion whose contract a worker compared before: both are recorded by one commit."""
    async with staged() as stage:
        stage.sign()
        async with stage.working():
            breaks = difference(Severity.BREAKING)
            asked = details(impact_assessment=breaks.impact)
            promoted = await stage.submit(request=asked, contract=sealed(breaks, WORKER_KEY))
            await stage.decide(promoted, DecisionAction.APPROVE, JEAN)
            await come_to_rest(stage, promoted)
            return written(await promoted.fetch_history())


async def record_debt(*, declared: bool) -> str:
    """The history of an emergency until it goes on as a debt, or that of the debt until somebody has answered."""
    async with staged() as stage, stage.working():
        promoted = await emergency(stage)
        first = (await promoted.describe()).raw_description.workflow_execution_info.first_run_id
        await stage.until_taken(promoted, DecisionAction.RATIFY, ALICE)
        await promoted.result()
        wanted = stage.environment.client.get_workflow_handle(promoted.id, run_id=first) if declared else promoted
        return written(await wanted.fetch_history())


async def record_report(*, part: str = "", store: bool = True) -> str:
    """The history of a report of two tenants, or of a part of it; without a store, of one that is cancelled."""
    async with staged() as stage:
        folder = stage.git.with_name("documents")
        if store:
            folder.mkdir()
        storage = ObjectDocuments(folder.as_uri(), DocumentSealer(None))
        stage.reports = ReportSetup(storage, ZoneInfo("Europe/Paris"), "main")
        async with stage.working():
            asked = order("tenant-finance", "tenant-retail")
            made = await start(stage, asked)
            if not store:
                await until(lambda: begun(made, 2))
                await made.cancel()
            await made.result()
            wanted = f"{made.id}/{part}" if part else made.id
            return written(await stage.environment.client.get_workflow_handle(wanted).fetch_history())


def written(history: WorkflowHistory) -> str:
    return json.dumps(anonymous(history.to_json_dict()), separators=(",", ":")) + "\n"


def anonymous(value: Any) -> Any:
    """The history without what tells of the machine that recorded it: stack traces and process names replay nothing."""
    if isinstance(value, dict):
        kept = {key: anonymous(each) for key, each in value.items() if key != "stackTrace"}
        return kept | ({"identity": "worker"} if "identity" in kept else {})
    return [anonymous(each) for each in value] if isinstance(value, list) else value


async def main() -> None:
    """Record what is missing."""
    wanted: dict[Path, Callable[[], Awaitable[str]]] = {
        HISTORIES / f"{name}.json": partial(record, scene) for name, scene in PATHS.items()
    }
    wanted |= {
        HISTORIES / "following" / "a-shift.json": record_shift,
        HISTORIES / "watching" / "a-comparison.json": record_watch,
        HISTORIES / "drifting" / "a-look.json": record_drift,
        HISTORIES / "sessions" / "a-logout.json": record_logout,
        HISTORIES / "templates" / "a-change.json": record_template,
        HISTORIES / "delegations" / "an-act.json": record_delegation,
        HISTORIES / "passkeys" / "an-act.json": record_passkey,
        HISTORIES / "preferences" / "a-change.json": record_preferences,
        HISTORIES / "calendars" / "an-address-ended.json": record_feed,
        HISTORIES / "browsers" / "one-removed.json": record_browser,
        HISTORIES / "webhooks" / "a-call.json": record_call,
        HISTORIES / "evidence" / "a-look.json": record_look,
        HISTORIES / "contracts" / "a-contract.json": record_contract,
        HISTORIES / "contracts" / "a-creation.json": record_creation,
        HISTORIES / "debts" / "an-emergency.json": partial(record_debt, declared=True),
        HISTORIES / "debts" / "an-answer.json": partial(record_debt, declared=False),
        HISTORIES / "reports" / "a-report.json": record_report,
        HISTORIES / "reports" / "a-cancelled-report.json": partial(record_report, store=False),
        HISTORIES / "reports" / "a-part.json": partial(record_report, part="tenant-finance"),
        HISTORIES / "reports" / "a-cancelled-part.json": partial(record_report, part="tenant-retail", store=False),
    }
    for file, recorded in wanted.items():
        if not file.exists():
            file.parent.mkdir(exist_ok=True)
            file.write_text(await recorded(), encoding="utf-8")
            sys.stdout.write(f"recorded {file.stem}\n")


if __name__ == "__main__":
    asyncio.run(main())
    sys.stdout.flush()
    os._exit(0)  # the Temporal SDK's threads can crash an ordinary exit
