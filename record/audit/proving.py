"""The command `prodgate checkpoints`: shows a checkpoint, proves an act by one, and checks such a proof, offline."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pygit2
from joserfc.jwk import OKPKey

from domain.errors import NewerFormat
from domain.merkle import inclusion_proof, leaf_hash
from domain.values import iso
from record.errors import BranchRewritten, RecordUnavailable
from record.facts.checkpoints import all_checkpoints, checkpoints_ref, newest_checkpoint
from record.facts.time_stamps import time_stamp_of, time_stamps_ref
from record.facts.tree import ActTree
from record.git.remote import fetched
from record.index.changes import printable
from record.signing.checkpoints import InclusionProof, proven_checkpoint, read_checkpoint, service_keys, verifier
from record.signing.keys import KeyLine
from record.signing.notes import NotANote, NoteUnproven, SignedNote, VerifierKey
from record.signing.time_stamps import NotStamped, read_roots, stamped_at

LATEST = "latest"


class NotProven(Exception):
    """The record has no such act, or none that the checkpoint covers; `str()` says which."""


def run(arguments: Sequence[str]) -> int:
    """One of the commands; 1 where something is not proven, 2 where it was asked wrongly or nothing can be read."""
    asked = parser().parse_args(arguments)
    try:
        asked.command(asked)
    except (NoteUnproven, NotProven, NotStamped) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except (NotANote, NewerFormat, RecordUnavailable, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = argparse.ArgumentParser(prog="prodgate checkpoints", description="Checkpoints of the record, offline.")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    show = commands.add_parser("show", help="print a checkpoint, and the key that signed it")
    show.add_argument("checkpoint", help=f"a file, or `{LATEST}`: the newest in the clone")
    show.set_defaults(command=_show)
    prove = commands.add_parser("prove", help="print a short proof that an act was in the record")
    prove.add_argument("ticket", help="such as PR-2026-0001")
    prove.add_argument("--act", type=int, metavar="N", help="the act's place in the history (default: the last)")
    prove.add_argument("--checkpoint", default=LATEST, metavar="FILE", help="prove it by this one, not the newest")
    prove.set_defaults(command=_prove)
    check = commands.add_parser("check", help="check such a proof; with --key, without any record")
    check.add_argument("proof", type=Path, help="a file that `prove` printed")
    check.set_defaults(command=_check)
    stamps = commands.add_parser("stamps", help="judge the time-stamps of all checkpoints by an authority's root")
    stamps.add_argument("--tsa-root", type=Path, required=True, metavar="FILE", help="the authority's root, in PEM")
    stamps.set_defaults(command=_stamps)
    for each in (show, prove, check, stamps):
        each.add_argument("--repo", type=Path, help="a clone of the GitOps repository; its service keys are believed")
        each.add_argument("--branch", default="main", help="the branch that is the record (default: main)")
        each.add_argument("--key", action="append", default=[], metavar="KEY", help="believe name+id+key; repeatable")
    return parser


def _show(asked: argparse.Namespace) -> None:
    shown = note(asked)
    said = proven_checkpoint(shown, *believed(asked))
    sys.stdout.write(shown.decode())
    sys.stderr.write(f"Signed at {iso(said.at)} by {SignedNote.read(shown).signed_by(spelled(asked, said.origin))}\n")


def spelled(asked: argparse.Namespace, origin: str) -> list[VerifierKey]:
    """The keys that are believed, as verifiers of that origin."""
    keys, named = believed(asked)
    return [*(verifier(origin, key) for key in keys), *named]


def _prove(asked: argparse.Namespace) -> None:
    shown = note(asked)
    said, hashes, found = proven_checkpoint(shown, *believed(asked)), list[bytes](), dict[int, tuple[int, bytes]]()
    try:
        for _, leaves in ActTree(clone(asked)).read(said.tip):
            for each in leaves:
                told = json.loads(each)
                if told["ticket"] == asked.ticket:
                    found[told["number"]] = len(hashes), each
                hashes.append(leaf_hash(each))
    except BranchRewritten as error:
        raise RecordUnavailable(str(error)) from error
    number = asked.act or max(found, default=0)
    if number not in found:
        raise NotProven(f"Of {asked.ticket}, {len(found)} acts came before the checkpoint")
    index, leaf = found[number]
    proof = InclusionProof(leaf, index, inclusion_proof(index, hashes), shown)
    proof.check(*believed(asked))
    sys.stdout.write(proof.written().decode())


def _stamps(asked: argparse.Namespace) -> None:
    """A line for each checkpoint that was signed: its time, and the authority's."""
    roots, read, wrong = read_roots(asked.tsa_root.read_bytes()), _journal(asked, checkpoints_ref(asked.branch)), 0
    for number, each in enumerate(all_checkpoints(read), 1):
        said, answer = read_checkpoint(SignedNote.read(each).text), time_stamp(asked, each)
        try:
            told = f"stamped {iso(stamped_at(answer, each, roots))}" if answer else "no time-stamp"
        except NotStamped as why:
            told, wrong = str(why), wrong + 1
        sys.stdout.write(f"{number}  {iso(said.at)}  {printable(told)}\n")
    if wrong:
        raise NotProven(f"{wrong} time-stamps do not hold")


def _check(asked: argparse.Namespace) -> None:
    proof = InclusionProof.read(asked.proof.read_bytes())
    said = proof.check(*believed(asked))
    sys.stdout.write(f"{printable(proof.leaf.decode())}\nis act {proof.index + 1} of {said.size}, {iso(said.at)}\n")


def note(asked: argparse.Namespace) -> bytes:
    """The checkpoint of a file, or the newest that the clone has."""
    if asked.checkpoint != LATEST:
        return Path(asked.checkpoint).read_bytes()
    ref = checkpoints_ref(asked.branch)
    newest = newest_checkpoint(_journal(asked, ref))
    if newest is None:
        raise RecordUnavailable(f"{asked.repo} has no checkpoint: git fetch origin {ref}:{ref} brings them")
    return newest


def time_stamp(asked: argparse.Namespace, note: bytes) -> bytes | None:
    """The time-stamp of a checkpoint, where the clone has one."""
    return time_stamp_of(note, _journal(asked, time_stamps_ref(asked.branch)))


def _journal(asked: argparse.Namespace, ref: str) -> Callable[[str], bytes | None]:
    """The files of a journal, by path, as the clone has it."""
    git = clone(asked)
    found = git.references.get(ref) or git.references.get(fetched(ref))
    return partial(_file, found.peel(pygit2.Tree)) if found else lambda _: None


def _file(tree: pygit2.Tree, path: str) -> bytes | None:
    try:
        found = tree[path]
    except KeyError:
        return None
    return found.data if isinstance(found, pygit2.Blob) else None


def believed(asked: argparse.Namespace) -> tuple[tuple[OKPKey, ...], tuple[VerifierKey, ...]]:
    """The keys whose checkpoints are believed: the clone's, or those that were named."""
    return _keys(asked), tuple(map(VerifierKey.read, asked.key))


def _keys(asked: argparse.Namespace) -> tuple[OKPKey, ...]:
    """The clone's service keys, unless the keys to believe are named."""
    if asked.key:
        return ()
    git = clone(asked)
    tip, line = git.references.get(f"refs/heads/{asked.branch}"), KeyLine(Path(git.path))
    if tip is not None:
        line.move_to(str(tip.peel(pygit2.Commit).id))
    keys = line.current()
    return tuple(service_keys(keys, without=keys.revoked))


def clone(asked: argparse.Namespace) -> pygit2.Repository:
    """The clone that was named. Raises RecordUnavailable."""
    if asked.repo is None:
        raise RecordUnavailable("--repo names a clone of the GitOps repository, which this needs; or --key")
    try:
        return pygit2.Repository(str(asked.repo))
    except pygit2.GitError as error:
        raise RecordUnavailable(f"{asked.repo} is no Git repository: {error}") from error
