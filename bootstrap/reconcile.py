"""`prodgate reconcile`: holds Git, Temporal and AWX against each other, and has lost promotions go on from Git."""

import argparse
import asyncio
import json
import os
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from temporalio.service import RPCError

from activities.awx_watch import WatchActivities
from activities.drift import DriftReader, together
from bootstrap.doctor import awx_connection
from clients.awx.client import AwxClient
from clients.awx.errors import AwxError
from clients.tls import CertificateUnusable
from domain.drift import Drift, DriftKind, of_jobs
from domain.watch import Window
from engine.codec import PayloadKeysUnusable
from engine.connection import NoServer, connect
from engine.mending import Mending
from engine.promotions import EnginePromotions
from record.errors import RecordError
from record.facts.resuming import ResumptionReader
from record.git.repository import open_repository
from record.index.changes import printable
from record.index.reader import Index
from record.signing.keys import KeyReader
from settings import Settings, SettingsError, plain, variable
from workflows import options

CANNOT_LOOK = (
    *(AwxError, CertificateUnusable, NoServer, OSError, PayloadKeysUnusable, RecordError, RPCError, SettingsError),
    sqlite3.Error,
)
_TOLD_EVERY = 500
_EPILOG = (
    "Exit code 0: nothing differs, or all was mended; 1: something is left, a line each; 2: it could not be looked at."
)


@dataclass(frozen=True)
class Reconciler:
    """Finds drift and mends it."""

    reader: DriftReader
    mending: Mending
    jobs: WatchActivities

    async def engine_drift(self) -> list[Drift]:
        """The differences between Git and Temporal. Raises RPCError, RecordError, sqlite3.Error."""
        return await self.reader.find()

    async def job_drift(self) -> list[Drift]:
        """The differences between Git and AWX, of its recent jobs. Raises AwxError, RecordError, sqlite3.Error."""
        now = datetime.now(UTC)
        return list(of_jobs(await self.jobs.compare(Window(since=now - options.WATCHED, now=now))))

    async def mend(self, found: Sequence[Drift]) -> list[bool]:
        """Mend what needs no person; for each whether it is done. Raises RPCError, RecordError."""
        began, done = time.monotonic(), 0

        async def one(drift: Drift) -> bool:
            nonlocal done
            mended = await self.mending.mend(drift)
            done += 1
            if done % _TOLD_EVERY == 0:
                _tell(f"{done} of {len(found)} looked after, {time.monotonic() - began:.0f} s")
            return mended

        return await together(one, found)


def run(arguments: Sequence[str]) -> int:
    """Run the command; the answer is its exit code."""
    given = parser().parse_args(arguments)
    try:
        settings = Settings.from_environment({name: each for name, each in os.environ.items() if each}, "awx_url")
        return asyncio.run(_reconcile(settings, given))
    except CANNOT_LOOK as error:
        _tell(f"prodgate: it could not be looked at: {error}")
        return 2


def parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    made = argparse.ArgumentParser(prog="prodgate reconcile", epilog=_EPILOG)
    made.description = (
        "Hold Git, Temporal and AWX against each other, with the worker's settings, and print what differs and what "
        "mends it. It keeps a clone and an index of its own below " + variable("data_dir") + "."
    )
    made.add_argument(
        "--apply",
        action="store_true",
        help="have tickets without a promotion, or with an older one, go on from what Git proves; nothing is launched "
        "by this, and what a person has to mend is left",
    )
    made.add_argument("--json", action="store_true", help="print one JSON object")
    return made


@asynccontextmanager
async def reconciler(settings: Settings) -> AsyncIterator[Reconciler]:
    """Everything that the command asks. Raises NoServer, RecordUnavailable, PayloadKeysUnusable."""
    temporal = await connect(settings.payload_keys)
    folder = settings.data_dir / "reconcile"
    folder.mkdir(parents=True, exist_ok=True)
    repository = open_repository(settings.git_repo, settings.git_branch, folder, token=plain(settings.git_token))
    index = Index(repository, folder / "index.db")
    promotions = EnginePromotions(temporal, settings.task_queue)
    resumptions = ResumptionReader(repository, index, KeyReader(repository), settings.expiry)
    try:
        async with AwxClient(awx_connection(settings)) as awx:
            yield Reconciler(
                DriftReader(index, promotions, options.RETRY_WINDOW),
                Mending(promotions, resumptions),
                WatchActivities(awx, index),
            )
    finally:
        index.close()
        await repository.close()


async def _reconcile(settings: Settings, given: argparse.Namespace) -> int:
    began = time.monotonic()
    async with reconciler(settings) as parts:
        found = await parts.engine_drift()
        mended = await parts.mend(found) if given.apply else [False] * len(found)
        try:
            jobs = _others(await parts.job_drift(), found)
            unasked = None
        except AwxError as error:  # Git and Temporal are reconciled all the same
            jobs, unasked = [], str(error)
    results = list(zip([*found, *jobs], [*mended, *[False] * len(jobs)], strict=True))
    _say(_json(results, unasked) if given.json else _text(results, time.monotonic() - began))
    if unasked is not None:
        _tell(f"prodgate: AWX could not be looked at: {unasked}")
        return 2
    return 0 if all(done for _, done in results) else 1


def _others(jobs: list[Drift], found: list[Drift]) -> list[Drift]:
    """The jobs' differences, without launches that are missing for want of a promotion."""
    lost = {each.subject for each in found if each.kind is DriftKind.NO_PROMOTION}
    return [each for each in jobs if each.kind is not DriftKind.MISSING_JOB or each.subject not in lost]


def _json(results: Sequence[tuple[Drift, bool]], unasked: str | None) -> str:
    told = [drift.model_dump(mode="json") | {"mended": done} for drift, done in results]
    return json.dumps({"drift": told, "left": sum(not done for _, done in results), "awxUnasked": unasked}, indent=2)


def _text(results: Sequence[tuple[Drift, bool]], took: float) -> str:
    lines = [
        printable(f"{drift.kind:<12}  {drift.subject}  {drift.found}; {'mended' if done else drift.mend}")
        for drift, done in results
    ]
    mended = sum(done for _, done in results)
    return "\n".join([*lines, f"{len(results)} differences, {mended} mended, in {took:.1f} s"])


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def _tell(text: str) -> None:
    sys.stderr.write(text + "\n")
