"""The command `prodgate rules`: explains the rules for a request, tries a change of them, prints their schema."""

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from domain.ticket import Impact, Target, TargetType
from domain.values import Moment, Tenant
from record.audit.explaining import of_new, of_ticket, told
from record.audit.states import RecordCommit, state
from record.audit.trial_replay import Side, put_in_place, replayed
from record.audit.trial_report import faulty, lines, report
from record.errors import RecordUnavailable
from record.facts.controls import Requested
from record.files.reading import describe
from record.index.changes import printable
from record.people.rules import RULES
from record.people.rules_schema import written

_NEW = ("tenant", "type", "name", "impact")
"""The options that describe a request that nobody has asked for yet."""
_BAR = 30
"""Characters of the bar that shows how much of the record is read."""


def parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = argparse.ArgumentParser(
        prog="prodgate rules", description="The company's rules (rules/*.yaml) of a clone, offline."
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_explain(commands.add_parser("explain", help="say which rules hold for a request, and what is closed now"))
    _add_try(commands.add_parser("try", help="say what a change of rules would have done to every past request"))
    schema = commands.add_parser("schema", help="print the JSON Schema of a rule, by which editors complete one")
    schema.description = (
        "Print the JSON Schema of a file of rules. `# yaml-language-server: $schema=FILE` names it to editors."
    )
    schema.set_defaults(command=_schema)
    return parser


def _add_try(command: argparse.ArgumentParser) -> None:
    command.description = (
        "Replay a change of rules over all requests of the record, as their files say them: which launches would have "
        "been frozen, outside of windows, or short of votes, by the rules of HEAD and by the change, and how they "
        "ended. Exit code 1 where the change has a fault, decides nothing for some past request, or leaves one that "
        "waits to nobody."
    )
    _add_common(command)
    command.add_argument(
        "change", nargs="+", metavar="CHANGE", help="a commit of the clone; or files (*.yaml), in place of HEAD's"
    )
    command.add_argument("--since", type=_day, metavar="DATE", help="requests from this day on, such as 2026-01-31")
    command.set_defaults(command=_try, refuse=command.error)


def _add_explain(explain: argparse.ArgumentParser) -> None:
    explain.description = (
        "Say for a request of the record, or for one that the options describe, which rules hold and which do not, "
        "which of them decides what, and what keeps it from being launched. Exit code 1 where nothing decides: a file "
        "of rules can't be read, or two rules contradict each other."
    )
    _add_common(explain)
    explain.add_argument("ticket", nargs="?", metavar="TICKET", help="such as PR-2026-0001")
    explain.add_argument("--tenant", help="the tenant that would ask")
    explain.add_argument("--type", choices=[each.value for each in TargetType], help="the kind of its target")
    explain.add_argument("--name", help="the target's name")
    explain.add_argument("--impact", choices=[each.value for each in Impact], help="the impact as the tenant judges it")
    explain.add_argument("--commit", default="HEAD", metavar="REV", help="the rules of this commit (default: HEAD)")
    explain.add_argument(
        "--at", type=_moment, metavar="TIME", help="what is closed then, such as 2026-12-24T18:00:00Z (default: now)"
    )
    explain.set_defaults(command=_explain, refuse=explain.error)


def _add_common(command: argparse.ArgumentParser) -> None:
    command.add_argument("repo", type=Path, metavar="REPO", help="a clone of the GitOps repository, bare or not")
    command.add_argument("--json", action="store_true", help="print one JSON object")


def _moment(text: str) -> datetime:
    try:
        return TypeAdapter[datetime](Moment).validate_python(text)
    except ValidationError as error:
        raise argparse.ArgumentTypeError(describe(error).removeprefix("ticket: Value error, ")) from error


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise argparse.ArgumentTypeError("must be a day, such as 2026-01-31") from error


def run(arguments: Sequence[str]) -> int:
    """One of the commands; 1 where nothing decides, 2 where nothing can be read or it was asked wrongly."""
    asked = parser().parse_args(arguments)
    try:
        return int(asked.command(asked))
    except RecordUnavailable as error:
        sys.stderr.write(f"{printable(str(error))}\n")
        return 2


def _explain(asked: argparse.Namespace) -> int:
    at = asked.at or datetime.now(UTC)
    new = _asked(asked)
    found = state(asked.repo, asked.commit)
    said = of_ticket(found, asked.ticket, at) if new is None else of_new(found, new, at)
    _say(asked, said.as_dict(), said.lines())
    return 0 if said.decided else 1


def _asked(asked: argparse.Namespace) -> Requested | None:
    """The request that the options describe; None where a ticket is named."""
    given = [getattr(asked, name) is not None for name in _NEW]
    if asked.ticket is not None and not any(given):
        return None
    if asked.ticket is not None or not all(given):
        asked.refuse("name a ticket, or else --tenant, --type, --name and --impact together")
    try:
        target = Target(type=asked.type, name=asked.name, version="any")  # no rule looks at versions
        return Requested(TypeAdapter[str](Tenant).validate_python(asked.tenant), target, Impact(asked.impact))
    except ValidationError as error:
        raise RecordUnavailable(describe(error)) from error


def _try(asked: argparse.Namespace) -> int:
    today = state(asked.repo, "HEAD")
    change, commit = _changed(asked, today)
    if change.rules.faults:
        _say(asked, {"faults": [told(each) for each in change.rules.faults]}, faulty(change.rules.faults))
        return 1
    side = Side(change.rules.rules, change.catalogue, change.directory)
    trial = replayed(today, side, asked.since, _show_progress, alone=False)
    _say(asked, report(trial, (str(today.commit.id), commit)).model_dump(mode="json"), lines(trial))
    return 1 if trial.undecided or trial.stranded else 0


def _changed(asked: argparse.Namespace, today: RecordCommit) -> tuple[RecordCommit, str | None]:
    """The record with the change; the commit, where it is one."""
    if all(each.endswith(".yaml") for each in asked.change):
        files = {f"{RULES}/{file.name}": _content(file) for file in map(Path, asked.change)}
        return replace(today, rules=put_in_place(today.rules, files)), None
    if len(asked.change) > 1:
        asked.refuse("name one commit, or else files that end in .yaml")
    other = state(asked.repo, asked.change[0])
    return other, str(other.commit.id)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise RecordUnavailable(f"{file} can't be read: {error.strerror}") from error


def _schema(_asked: argparse.Namespace) -> int:
    sys.stdout.write(written())
    return 0


def _say(asked: argparse.Namespace, for_programs: dict[str, Any], for_people: Iterable[str]) -> None:
    shown = [json.dumps(for_programs, indent=2)] if asked.json else map(printable, for_people)
    sys.stdout.writelines(f"{line}\n" for line in shown)


def _show_progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        bar = "#" * (_BAR * done // total)
        sys.stderr.write(f"\r[{bar:{_BAR}}] {done:,} of {total:,} requests" + ("\n" if done == total else ""))
