"""The command `prodgate receipt`: writes one file that proves a promotion without the record."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from domain.errors import NewerFormat, RuleViolation, Unproven
from domain.values import iso
from record.audit import proving
from record.audit.receipt_making import ActLeaves, NotProvable, held, made, path_in
from record.audit.receipt_proof import prove
from record.audit.receipts import MAX_BYTES, NoReceipt, PromotionReceipt, read_receipt
from record.errors import BranchRewritten, RecordUnavailable
from record.index.changes import printable
from record.signing.checkpoints import proven_checkpoint, read_checkpoint
from record.signing.notes import NotANote, NoteUnproven, SignedNote, VerifierKey
from record.signing.time_stamps import NotStamped, read_roots

_REFUSED = (NoteUnproven, Unproven, NotProvable, NotStamped)
_UNREADABLE = (NotANote, NoReceipt, NewerFormat, RuleViolation, RecordUnavailable, BranchRewritten, OSError)


def parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = argparse.ArgumentParser(prog="prodgate receipt", description="Write a promotion's receipt, offline.")
    parser.add_argument("ticket", help="such as PR-2026-0001; it has to be over")
    parser.add_argument("--repo", type=Path, required=True, help="a clone of the GitOps repository")
    parser.add_argument("--branch", default="main", help="the branch that is the record (default: main)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write it there, not to standard output")
    parser.add_argument("--checkpoint", default=proving.LATEST, metavar="FILE", help="prove it by this one")
    parser.add_argument("--key", action="append", default=[], metavar="KEY", help="believe name+id+key; repeatable")
    return parser


def run(arguments: Sequence[str]) -> int:
    """The command: 1 where there is no such promotion that is over by the checkpoint, 2 where nothing can be read."""
    asked = parser().parse_args(arguments)
    try:
        receipt = _made(asked)
        prove(
            receipt, proving.spelled(asked, read_checkpoint(SignedNote.read(receipt.checkpoint.encode()).text).origin)
        )
        data = receipt.written()
        if asked.out:
            asked.out.write_bytes(data)
        else:
            sys.stdout.write(data.decode())
    except _REFUSED as error:
        return _say(error, 1)
    except _UNREADABLE as error:
        return _say(error, 2)
    return 0


def verified(file: Path, keys: Sequence[str], roots: Path | None, *, as_json: bool) -> int:
    """Prove a receipt: 0 where all holds, 1 where something does not, 2 without a key or for no receipt.

    With the roots of a time-stamping authority, its time-stamp has to hold, too.
    """
    try:
        believed = [VerifierKey.read(key) for key in keys if "+" in key]
        with file.open("rb") as opened:
            receipt = read_receipt(opened.read(MAX_BYTES + 1))
        if not believed:
            raise NoReceipt("Nothing is proven: --key name+id+key says whose checkpoints you believe")
        proven = prove(receipt, believed)
        stamped = receipt.stamped_at(read_roots(roots.read_bytes())) if roots else None
    except _REFUSED as error:
        return _say(error, 1)
    except _UNREADABLE as error:
        return _say(error, 2)
    said = proven.checkpoint
    told = {"ticket": proven.ticket.id, "state": str(proven.ticket.state), "acts": proven.acts, "shown": proven.shown}
    if as_json:
        more = {"checkpoint": said.model_dump(mode="json"), "stamped": iso(stamped) if stamped else None}
        sys.stdout.write(json.dumps({"receipt": told | more}) + "\n")
        return 0
    lines = (
        f"{proven.ticket.id} is {proven.ticket.state}: as the record was at {iso(said.at)}, {said.tip}",
        *proven.acts,
    )
    if stamped:
        lines = (*lines, f"The checkpoint was there at {iso(stamped)}, by the time-stamping authority")
    elif receipt.time_stamp:
        lines = (*lines, "Its time-stamp was not judged: --tsa-root names the authority's root")
    lines = (*lines, "Shown as the branch had it, and judged by nobody here: " + ", ".join(proven.shown))
    sys.stdout.write("".join(f"{printable(line)}\n" for line in lines))
    return 0


def _say(error: Exception, code: int) -> int:
    sys.stderr.write(f"{printable(str(error) or type(error).__name__)}\n")
    return code


def _made(asked: argparse.Namespace) -> PromotionReceipt:
    note, git = proving.note(asked), proving.clone(asked)
    said = proven_checkpoint(note, *proving.believed(asked))
    path = path_in(git, said.tip, asked.ticket)
    held(git, said.tip, path)
    acts = ActLeaves(git)
    acts.read(said)
    return made(git, note, said, path, acts, proving.time_stamp(asked, note))
