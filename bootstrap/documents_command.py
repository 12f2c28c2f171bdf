"""`prodgate documents`: removes from the store what no report names any more, and gives its documents another key."""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from bootstrap.documents import documents
from bootstrap.noting import note_beside
from clients.store.documents import ObjectDocuments, path_of
from domain.reports import kept_since
from domain.storage import StorageDown
from domain.trail import AuditAction
from engine.codec import PayloadKeysUnusable, rotate
from record.errors import RecordUnavailable
from record.git.reports import MadeReports
from record.git.repository import open_repository
from settings import Settings, SettingsError, plain, variable

GRACE = timedelta(days=1)
"""The age from which an object that no report names is an orphan: a report names its files after they are kept."""


class NothingKnown(Exception):
    """The history names no report, and the store has documents: these are not each other's."""

    def __init__(self) -> None:
        super().__init__("The record has no report at all, and the store has documents: nothing is removed")


@dataclass(frozen=True)
class Purged:
    """The outcome of a purge: the objects that are removed, or would be, their bytes, and how many stay."""

    paths: tuple[str, ...]
    size: int
    kept: int


async def purge(
    store: ObjectDocuments, made: MadeReports, now: datetime, keep: timedelta, note: Callable[[str], None], *, dry: bool
) -> Purged:
    """Remove orphans and what is past its time, noted before. Raises NothingKnown, StorageDown, RecordUnavailable."""
    runs = await asyncio.to_thread(lambda: tuple(made.newest()))
    named = {path_of(*each) for each in kept_since(runs, now - keep)}
    found = [each async for each in store.listed()]
    if found and not runs:
        raise NothingKnown
    gone = [each for each in found if each.path not in named and now - each.at > GRACE]
    if gone and not dry:
        await asyncio.to_thread(note, f"{len(gone)} documents, {sum(each.size for each in gone)} bytes")
        for each in gone:
            await store.remove(each.path)
    return Purged(tuple(each.path for each in gone), sum(each.size for each in gone), len(found) - len(gone))


def run(arguments: Sequence[str]) -> int:
    """Run one command; the answer is its exit code."""
    given = parser().parse_args(arguments)
    try:
        code: int = given.command(given)
    except SettingsError as error:
        sys.stderr.write(f"prodgate: {error}" + "\n")
        return 2
    except (NothingKnown, StorageDown, RecordUnavailable, PayloadKeysUnusable, OSError) as error:
        sys.stderr.write(f"prodgate: {error}" + "\n")
        return 1
    return code


def parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = argparse.ArgumentParser(prog="prodgate documents", description="The store of documents.")
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    purging = verbs.add_parser("purge", help="remove orphans, and documents that are past their time")
    purging.description = (
        f"Remove what no report of the record names, a day after it was put there, and what is older than "
        f"{variable('documents_keep')}. Needs the worker's settings of record and store; for a nightly job."
    )
    purging.add_argument("--dry-run", action="store_true", help="remove nothing, say what would be")
    purging.add_argument("--json", action="store_true", help="print one JSON object")
    purging.set_defaults(command=_purge)
    rotating = verbs.add_parser("rotate", help="encrypt with a new key; the first one is made by this as well")
    rotating.description = (
        f"Add a key to the file of {variable('documents_keys')}, which worker and API read again by themselves. Older "
        "keys stay there: they decrypt what is kept."
    )
    rotating.add_argument("--after", type=float, metavar="MINUTES", default=10.0, help="when the new key begins (10)")
    rotating.set_defaults(command=_rotate)
    for verb in (purging, rotating):
        folder = Path(os.environ.get(variable("data_dir")) or ".data")
        verb.add_argument(
            "--data", type=Path, metavar="DIR", default=folder, help="folder of the demo, or PRODGATE_DATA_DIR"
        )
    return parser


def _settings(data: Path) -> Settings:
    """The environment's settings; what it does not name is the demo's in the folder."""
    demo = {variable("git_repo"): str(data / "gitops.git")}
    given = {name: value for name, value in os.environ.items() if value}
    return Settings.from_environment(demo | given | {variable("data_dir"): str(data)})


def _purge(given: argparse.Namespace) -> int:
    settings, now = _settings(given.data), datetime.now(UTC)
    token, folder = plain(settings.git_token), settings.data_dir / "documents-command"
    repository = open_repository(settings.git_repo, settings.git_branch, folder, token=token)
    repository.fetch()
    made = MadeReports(repository)
    note = partial(note_beside, os.environ, settings.data_dir, AuditAction.PURGE)
    found = asyncio.run(purge(documents(settings), made, now, settings.documents_keep, note, dry=given.dry_run))
    if given.json:
        _say(json.dumps({"removed": found.paths, "bytes": found.size, "kept": found.kept, "dryRun": given.dry_run}))
    else:
        _say("\n".join([*found.paths, f"{len(found.paths)} removed, {found.size} bytes; {found.kept} stay"]))
    return 0


def _rotate(given: argparse.Namespace) -> int:
    file = _settings(given.data).documents_keys
    if file is None:
        raise SettingsError(f"{variable('documents_keys')} must be set")
    _say(rotate(file, datetime.now(UTC), timedelta(minutes=given.after)))
    return 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
