"""The command `prodgate verify`: an audit's violations and its report, for people and for programs."""

import argparse
import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from record.audit.checkpoints import notes_in
from record.audit.checks import Violation
from record.audit.reading import bound_memory
from record.audit.receipt_command import verified
from record.audit.report import AuditReport
from record.audit.verify import RecordAudit
from record.errors import RecordUnavailable
from record.index.changes import printable
from record.signing.notes import NotANote


def parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = argparse.ArgumentParser(prog="prodgate verify", description="Audit the record in a plain clone, offline.")
    parser.add_argument("repo", type=Path, nargs="?", help="a clone of the GitOps repository, bare or not")
    parser.add_argument("--receipt", type=Path, metavar="FILE", help="prove a receipt instead, by --key name+id+key")
    parser.add_argument(
        "--tsa-root", type=Path, metavar="FILE", help="and its time-stamp, by the authority's root in PEM"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line: each violation, then the report")
    parser.add_argument("--since", metavar="COMMIT", help="take everything up to this commit for granted")
    parser.add_argument("--branch", default="HEAD", help="the branch to audit (default: the clone's HEAD)")
    parser.add_argument(
        "--key",
        type=str.strip,
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
    parser.add_argument(
        "--accept",
        metavar="COMMIT",
        action="append",
        default=[],
        help="a forged commit that was repaired, and that you have looked at; repeatable",
    )
    return parser


def run(arguments: Sequence[str]) -> int:
    """The command `verify REPO …`: 0 for a proven history, 1 for violations, 2 for nothing or not enough to prove."""
    asked = parser().parse_args(arguments)
    if asked.receipt is not None and asked.repo is None:
        return verified(asked.receipt, asked.key, asked.tsa_root, as_json=asked.json)
    if asked.receipt is not None or asked.repo is None:
        parser().error("name a clone, or a receipt by --receipt")
    if asked.tsa_root is not None:
        parser().error("--tsa-root is for a receipt; `prodgate checkpoints stamps` judges the time-stamps of a clone")
    bound_memory()
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
    accepted = {each: report.repaired_as(each) for each in asked.accept}
    code, why = _judged(report, set(accepted.values()), report.not_enough(_kids(asked)))
    if unknown := [each for each, commit in accepted.items() if commit is None]:
        code, why = 2, f"--accept: {', '.join(unknown)} is no commit that was repaired"
    if not asked.json:
        sys.stdout.write(f"{_conclusion(report, clean=code == 0)}\n")
    if why:
        sys.stderr.write(f"{printable(why)}\n")
    return code


def _kids(asked: argparse.Namespace) -> list[str]:
    return [key for key in asked.key if "+" not in key]


def _judged(report: AuditReport, accepted: set[str | None], not_enough: str | None) -> tuple[int, str | None]:
    """The exit code, and what to say of it beside the report."""
    if report.open:
        return 1, None
    if waiting := [commit for commit in report.repaired if commit not in accepted]:
        return 1, f"Look at each repaired commit, then say so: {' '.join(f'--accept {each}' for each in waiting)}"
    return (2, not_enough) if not_enough else (0, None)


def _conclusion(report: AuditReport, *, clean: bool) -> str:
    said = [f"{report.open} violation{'s' if report.open > 1 else ''}"] if report.open else []
    said += [f"{report.mended} repaired"] if report.mended else []
    return ", ".join(said) or ("The record is clean" if clean else "Nothing is proven")


def _shown(violation: Violation, *, as_json: bool) -> str:
    if as_json:
        return json.dumps(dataclasses.asdict(violation))
    return printable(f"{violation.commit[:12]} {violation.ticket}: {violation.rule}: {violation.sentence}")


def _show_progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done} of {total} commits" + ("\n" if done == total else ""))
