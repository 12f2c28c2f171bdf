"""The command `prodgate audit`: the audit trail in its repository, without an API."""

import argparse
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from pathlib import Path

from bootstrap.noting import note, trail_location
from bootstrap.process import configure_logs
from domain.trail import AuditAction, AuditEntry, Outcome
from record.errors import RecordUnavailable
from record.index.changes import printable
from record.signing.checkpoints import proven_checkpoint
from record.signing.notes import NotANote, NoteUnproven, VerifierKey
from record.trail.export import ExportFormat, exported
from record.trail.query import TrailQuery
from record.trail.repository import TrailRepository, open_trail
from record.trail.segments import month_of, read
from settings import variable

_SHOWN_EVERY = 1_000


class AskedWrongly(Exception):
    """The arguments do not go together; `str()` says why."""


def run(arguments: Sequence[str]) -> int:
    """One of the commands: 0 when done, 1 where something stands in the way or is not proven, 2 when asked wrongly."""
    asked = parser().parse_args(arguments)
    configure_logs("WARNING")
    try:
        with closing(_opened(asked)) as trail:
            trail.fetch()
            code: int = asked.command(asked, trail)
    except AskedWrongly as error:
        return _refuse(error, 2)
    except (RecordUnavailable, NotANote, NoteUnproven, OSError) as error:
        return _refuse(error, 1)
    return code


def _opened(asked: argparse.Namespace) -> TrailRepository:
    if not asked.repo:
        raise AskedWrongly(f"--repo, or {variable('audit_repo')}, must name the audit trail's repository")
    return open_trail(asked.repo, asked.data / "audit", os.environ.get(variable("audit_token")) or None)


def _refuse(why: object, code: int) -> int:
    sys.stderr.write(f"prodgate audit: {printable(str(why))}\n")
    return code


def parser(environment: Mapping[str, str] = os.environ) -> argparse.ArgumentParser:
    """The command's arguments; the environment's settings are their defaults."""
    parser = argparse.ArgumentParser(prog="prodgate audit", description="The audit trail, in its repository.")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    listing = commands.add_parser("list", help="show entries, the newest first")
    listing.add_argument("--limit", type=int, metavar="N", default=50, help="how many at most (50); 0 for all")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    listing.set_defaults(command=_list)
    export = commands.add_parser("export", help="write all that the filters find, the newest first; it is noted")
    export.add_argument("--format", type=ExportFormat, choices=list(ExportFormat), default=ExportFormat.CSV)
    export.add_argument("--output", type=Path, metavar="FILE", help="where to (default: standard output)")
    export.set_defaults(command=_export)
    for each in (listing, export):
        _add_filters(each)
    purge = commands.add_parser("purge", help="drop whole months that ended so long ago; the drop itself is noted")
    purge.add_argument("--older-than", type=_days, metavar="DAYS", required=True, help="the age of a month's last day")
    purge.add_argument("--yes", action="store_true", help="do not ask")
    purge.set_defaults(command=_purge)
    verify = commands.add_parser("verify", help="check that months only ever grew, and are what checkpoints named")
    verify.add_argument("--checkpoint", type=Path, metavar="FILE", action="append", default=[], help="repeatable")
    verify.add_argument("--key", metavar="KEY", action="append", default=[], help="that signs them: name+id+key")
    verify.set_defaults(command=_verify)
    data = Path(environment.get(variable("data_dir")) or ".data")
    found = trail_location(environment, data)
    for each in (listing, export, purge, verify):
        each.add_argument("--repo", default=found, help=f"path or URL; else {variable('audit_repo')}, else the demo's")
        each.add_argument("--data", type=Path, metavar="DIR", default=data, help="folder that a URL is cloned into")
    return parser


def _add_filters(command: argparse.ArgumentParser) -> None:
    command.add_argument("--person", help="an e-mail address")
    command.add_argument("--action", type=AuditAction, action="append", default=[], help="repeatable")
    command.add_argument("--outcome", type=Outcome, action="append", default=[], help="done, refused, failed")
    command.add_argument("--tenant")
    command.add_argument("--ticket", help="such as PR-2026-0001")
    command.add_argument("--from", dest="since", type=_since, metavar="DAY", help="the day, in UTC, or an instant")
    command.add_argument("--to", dest="until", type=_until, metavar="DAY", help="the same, included")
    command.add_argument("--q", default="", help="beginnings of words")


def _moment(text: str) -> datetime | date:
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no day, such as 2026-01-31, and no instant") from error
    if found.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} needs a zone, such as Z")
    return found


def _since(text: str) -> datetime:
    found = _moment(text)
    return found if isinstance(found, datetime) else datetime.combine(found, time(), UTC)


def _until(text: str) -> datetime:
    found = _moment(text)
    if isinstance(found, datetime):
        return found + timedelta(seconds=1)
    return datetime.combine(found + timedelta(days=1), time(), UTC)


def _days(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 40_000:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days")
    return int(text)


def _found(asked: argparse.Namespace, trail: TrailRepository) -> Iterator[str]:
    """The entries that the filters find as JSON, the newest first; each once, few in memory."""
    query = TrailQuery(
        person=asked.person,
        action=tuple(asked.action),
        outcome=tuple(asked.outcome),
        tenant=asked.tenant,
        ticket=asked.ticket,
        since=asked.since,
        until=asked.until,
        q=asked.q,
    )
    first, last = (month_of(at.astimezone(UTC)) if at else None for at in (query.since, query.until))
    looked = matched = 0
    for month, tip in reversed(trail.months().items()):
        if (first and month < first) or (last and month > last):
            continue
        for segment in trail.segments(month, tip):
            for entry in reversed(list(read(f"{month}/{segment.path}", segment.data))):
                looked += 1
                _show_progress(looked, matched, month)
                if query.finds(entry):
                    matched += 1
                    yield entry.model_dump_json(exclude_none=True)
    _show_progress(looked, matched, None)


def _show_progress(looked: int, matched: int, month: str | None) -> None:
    if sys.stderr.isatty() and not sys.stdout.isatty() and (month is None or looked % _SHOWN_EVERY == 0):
        sys.stderr.write(f"\r{looked:,} entries looked at, {matched:,} found" + (f" ({month})" if month else "\n"))


def _list(asked: argparse.Namespace, trail: TrailRepository) -> int:
    for document in islice(_found(asked, trail), asked.limit or None):
        sys.stdout.write((document if asked.json else _line(AuditEntry.model_validate_json(document))) + "\n")
    return 0


def _line(entry: AuditEntry) -> str:
    said = [f"{entry.at:%Y-%m-%d %H:%M:%S}", f"{entry.outcome:<7}", f"{entry.action:<16}", entry.by or "a stranger"]
    said += [each for each in (entry.tenant, entry.ticket, entry.kind, entry.detail) if each]
    return printable("  ".join(said))


def _export(asked: argparse.Namespace, trail: TrailRepository) -> int:
    note(trail, AuditAction.EXPORT, _asked_for(asked))
    lines = exported(_found(asked, trail), asked.format)
    if asked.output is None:
        sys.stdout.reconfigure(newline="")  # type: ignore[union-attr]  # CSV has its own ends of lines
        sys.stdout.writelines(lines)
        return 0
    unfinished = asked.output.with_name(f"{asked.output.name}.unfinished")
    with unfinished.open("w", encoding="utf-8", newline="") as file:
        file.writelines(lines)
    unfinished.replace(asked.output)  # whoever sees the name sees a whole export
    return 0


def _asked_for(asked: argparse.Namespace) -> str:
    """The format and the filters, as they were asked for."""
    names = ("person", "action", "outcome", "tenant", "ticket", "since", "until", "q")
    given = {name: value for name in names if (value := getattr(asked, name))}
    return " ".join([asked.format, *(f"{name}={_text(value)}" for name, value in given.items())])


def _text(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _purge(asked: argparse.Namespace, trail: TrailRepository) -> int:
    oldest = datetime.now(UTC) - timedelta(days=asked.older_than)
    months = {month: tip for month, tip in trail.months().items() if _ended(month) <= oldest}
    if not months:
        sys.stdout.write(f"No month ended more than {asked.older_than} days ago\n")
        return 0
    sys.stdout.write(f"To be dropped for good: {', '.join(months)}\n")
    if not asked.yes and not _agreed():
        raise AskedWrongly("nothing was dropped; say yes, or --yes")
    # Before it is done, for what is dropped is told by nothing else.
    note(trail, AuditAction.PURGE, f"Drops {', '.join(months)}: older than {asked.older_than} days")
    moved = [month for month, tip in months.items() if not trail.drop(month, tip)]
    trail.forget()
    if moved:
        said = f"Did not drop {', '.join(moved)}: somebody wrote to it meanwhile"
        note(trail, AuditAction.PURGE, said, Outcome.FAILED)
        return _refuse(f"{', '.join(moved)} was written to meanwhile, and is still there", 1)
    sys.stdout.write(f"Dropped {', '.join(months)}\n")
    return 0


def _ended(month: str) -> datetime:
    """The moment at which the month was over."""
    first = datetime.fromisoformat(f"{month}-01T00:00:00+00:00")
    return (first + timedelta(days=31)).replace(day=1)


def _agreed() -> bool:
    if not sys.stdin.isatty():
        return False
    sys.stderr.write("Drop them? yes/no: ")
    return sys.stdin.readline().strip() == "yes"


def _verify(asked: argparse.Namespace, trail: TrailRepository) -> int:
    wrong = [
        f"{month}: {commit[:12]} changes or removes what was noted before it"
        for month, tip in trail.months().items()
        if (commit := trail.only_adds(month, tip))
    ]
    wrong += [each for file in asked.checkpoint for each in _against(file, asked.key, trail)]
    for line in wrong:
        sys.stdout.write(f"{line}\n")
    if not wrong:
        named = f", as {len(asked.checkpoint)} checkpoints name them" if asked.checkpoint else ""
        sys.stdout.write(f"{len(trail.months())} months only ever grew{named}\n")
    return 1 if wrong else 0


def _against(file: Path, keys: Sequence[str], trail: TrailRepository) -> Iterator[str]:
    """Compares the trail with what a checkpoint names of it. Raises NotANote, NoteUnproven."""
    if not keys:
        raise AskedWrongly("--checkpoint is of no use without --key: `prodgate checkpoints show` prints the key")
    said = proven_checkpoint(file.read_bytes(), (), [VerifierKey.read(each) for each in keys])
    months = trail.months()
    for each in said.audit:
        tip = months.get(each.month)
        if tip is None:
            yield f"{each.month}: it is gone; {file.name} named it at {each.commit[:12]}"
        elif not trail.follows(tip, each.commit):
            yield f"{each.month}: it was rewritten: {tip[:12]} does not come after {each.commit[:12]} of {file.name}"
