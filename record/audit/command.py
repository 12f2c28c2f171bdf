"""The command `prodgate verify`: an audit's violations and its report, for people and for programs."""

import argparse
import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from record.audit.checkpoints import notes_in
from record.audit.checks import Violation
from record.audit.verify import RecordAudit
from record.errors import RecordUnavailable
from record.index.changes import printable
from record.signing.notes import NotANote


def run(arguments: Sequence[str]) -> int:
    """The command `verify REPO …`: 0 for a proven history, 1 for violations, 2 for nothing or not enough to prove."""
    parser = argparse.ArgumentParser(prog="prodgate verify", description="Audit the record in a plain clone, offline.")
    parser.add_argument("repo", type=Path, help="a clone of the GitOps repository, bare or not")
    parser.add_argument("--json", action="store_true", help="one JSON object a line: each violation, then the report")
    parser.add_argument("--since", metavar="COMMIT", help="take everything up to this commit for granted")
    parser.add_argument("--branch", default="HEAD", help="the branch to audit (default: the clone's HEAD)")
    parser.add_argument(
        "--key",
        metavar="KEY",
        action="append",
        default=[],
        help="believe this key alone: a kid, or for checkpoints name+id+key; repeatable",
    )
    parser.add_argument(
        "--checkpoint",
        metavar="FILE",
        type=Path,
        action="append",
        default=[],
        help="a checkpoint that was signed of the branch, which has to agree with it; repeatable",
    )
    parser.add_argument(
        "--expect-tip", metavar="COMMIT", help="a tip that the branch had before, which it has to hold still"
    )
    asked = parser.parse_args(arguments)
    try:
        notes = notes_in(asked.checkpoint)
        audit = RecordAudit(asked.repo, asked.since, _show_progress, asked.branch, asked.key, asked.expect_tip, notes)
        for violation in audit.violations():
            sys.stdout.write(_shown(violation, as_json=asked.json) + "\n")
    except (RecordUnavailable, NotANote) as error:
        sys.stderr.write(f"{printable(str(error))}\n")
        return 2
    report = audit.report
    for line in [json.dumps({"report": report.as_dict()})] if asked.json else map(printable, report.lines()):
        sys.stdout.write(f"{line}\n")
    not_enough = report.not_enough([key for key in asked.key if "+" not in key])
    if not asked.json:
        found = report.violations
        clean = "Nothing is proven" if not_enough else "The record is clean"
        sys.stdout.write(f"{found} violation{'s' if found > 1 else ''}\n" if found else f"{clean}\n")
    if report.violations:
        return 1
    if not_enough:
        sys.stderr.write(f"{printable(not_enough)}\n")
        return 2
    return 0


def _shown(violation: Violation, *, as_json: bool) -> str:
    if as_json:
        return json.dumps(dataclasses.asdict(violation))
    return printable(f"{violation.commit[:12]} {violation.ticket}: {violation.rule}: {violation.sentence}")


def _show_progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done} of {total} commits" + ("\n" if done == total else ""))
