"""The command `prodgate receipt`: writes one file that proves a promotion without the record."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pygit2

from domain import lifecycle
from domain.checkpoint import leaf
from domain.errors import NewerFormat, RuleViolation, Unproven
from domain.merkle import inclusion_proof, leaf_hash
from domain.ticket import PromotionRequest
from domain.values import iso
from record.audit import proving
from record.audit.receipt_proof import paths_of, prove
from record.audit.receipts import MAX_BYTES, ActPlace, NoReceipt, PromotionReceipt, collected, read_receipt
from record.errors import BranchRewritten, RecordUnavailable
from record.facts.tree import ActTree
from record.files.reading import read_ticket
from record.index.changes import is_ticket, printable
from record.signing.checkpoints import proven_checkpoint, read_checkpoint
from record.signing.keys import FOLDER as KEYS
from record.signing.notes import NotANote, NoteUnproven, SignedNote, VerifierKey

_REFUSED = (NoteUnproven, Unproven, proving.NotProven)
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


def verified(file: Path, keys: Sequence[str], *, as_json: bool) -> int:
    """Prove a receipt: 0 where all holds, 1 where something does not, 2 without a key or for no receipt."""
    try:
        believed = [VerifierKey.read(key) for key in keys if "+" in key]
        with file.open("rb") as opened:
            receipt = read_receipt(opened.read(MAX_BYTES + 1))
        if not believed:
            raise NoReceipt("Nothing is proven: --key name+id+key says whose checkpoints you believe")
        proven = prove(receipt, believed)
    except _REFUSED as error:
        return _say(error, 1)
    except _UNREADABLE as error:
        return _say(error, 2)
    said = proven.checkpoint
    told = {"ticket": proven.ticket.id, "state": str(proven.ticket.state), "acts": proven.acts, "shown": proven.shown}
    if as_json:
        sys.stdout.write(json.dumps({"receipt": told | {"checkpoint": said.model_dump(mode="json")}}) + "\n")
        return 0
    lines = (
        f"{proven.ticket.id} is {proven.ticket.state}: as the record was at {iso(said.at)}, {said.tip}",
        *proven.acts,
    )
    lines = (*lines, "Shown as the branch had it, and judged by nobody here: " + ", ".join(proven.shown))
    sys.stdout.write("".join(f"{printable(line)}\n" for line in lines))
    return 0


def _say(error: Exception, code: int) -> int:
    sys.stderr.write(f"{printable(str(error) or type(error).__name__)}\n")
    return code


def _made(asked: argparse.Namespace) -> PromotionReceipt:
    note, git = proving.note(asked), proving.clone(asked)
    said = proven_checkpoint(note, *proving.believed(asked))
    tip = git[said.tip].peel(pygit2.Commit)
    path, ticket = _find(tip, asked.ticket)
    if not lifecycle.is_over(ticket):
        raise proving.NotProven(f"{ticket.id} was {ticket.state} at the newest checkpoint: it has to be over")
    hashes, places = _places(git, said.tip, path, ticket)
    acts = [
        ActPlace(commit=commit, index=index, hashes=tuple(each.hex() for each in inclusion_proof(index, hashes)))
        for commit, index in places
    ]
    wanted = [(said.tip, (path, KEYS)), *((commit, (path,)) for commit, _ in places)]
    befores = [str(each) for commit, _ in places for each in git[commit].peel(pygit2.Commit).parent_ids[:1]]
    objects = collected(git, [*wanted, *((before, paths_of(ticket)) for before in befores)])
    return PromotionReceipt(path=path, checkpoint=note.decode(), acts=tuple(acts), objects=objects)


def _places(
    git: pygit2.Repository, tip: str, path: str, ticket: PromotionRequest
) -> tuple[list[bytes], list[tuple[str, int]]]:
    """The hashes of all acts up to the tip, and the commit and index of each act of the ticket."""
    hashes, found = list[bytes](), dict[int, tuple[str, int]]()
    count = len(ticket.status.history)
    for commit, leaves in ActTree(git).read(tip):
        for each in leaves:
            number = json.loads(each)["number"] if json.loads(each)["ticket"] == ticket.id else 0
            if 0 < number <= count and _is(git, commit, path, each, ticket.status.history[:number]):
                found.setdefault(number, (commit, len(hashes)))
            hashes.append(leaf_hash(each))
    if len(found) != count:
        raise proving.NotProven(f"Of {ticket.id}, not every act came by a commit of its own")
    return hashes, [found[number] for number in range(1, count + 1)]


def _is(git: pygit2.Repository, commit: str, path: str, act: bytes, history: tuple[object, ...]) -> bool:
    """Tells whether that commit left the ticket with that very history, as the leaf says."""
    try:
        ticket = read_ticket(path, git[commit].peel(pygit2.Commit).tree[path].data)  # type: ignore[union-attr]
    except (KeyError, AttributeError, RuleViolation):
        return False
    return tuple(ticket.status.history) == tuple(history) and leaf(commit, ticket) == act


def _find(tip: pygit2.Commit, name: str) -> tuple[str, PromotionRequest]:
    for delta in tip.tree.diff_to_tree(swap=True).deltas:
        path = delta.new_file.path
        if is_ticket(path) and Path(path).stem == name:
            return path, read_ticket(path, tip.tree[path].data)  # type: ignore[union-attr]
    raise proving.NotProven(f"The checkpoint's commit has no {name}")
