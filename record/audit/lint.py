"""Checks every file of a repository that grants something, offline, before a change of it is merged."""

import argparse
import contextlib
import os
import sys
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import pygit2

from domain.delegations import FOLDER
from domain.errors import RuleViolation
from domain.targets import CatalogueEntry
from domain.ticket import PromotionRequest, State
from record.audit.states import RecordCommit
from record.audit.trial import Newest
from record.audit.trial_replay import Side
from record.audit.trial_report import strands
from record.errors import RecordUnavailable
from record.facts.controls import TAKEN_BACK
from record.files.reading import read_ticket
from record.git.plumbing import UNREADABLE, last_line, opened
from record.index.changes import printable
from record.people.catalogue import CatalogueState
from record.people.delegations import parse
from record.people.directory import Directory, DirectoryState
from record.people.members import PLATFORM, Fault, shown
from record.people.passkeys import faults_in as passkey_faults
from record.people.rules import RULES, Rulebook, RulesState
from record.people.switch import find_switch, older

_NOT_YET = Fault(RULES, "rules hold from the commit on that sets spec.controls to 2 in platform.yaml")


def lint(path: Path, commit: str = "HEAD") -> tuple[Fault, ...]:
    """Everything that is wrong with the people, tenants, targets and rules of a commit, by file.

    What would take rights away is here, and so is what is no fault to the gate but surely a mistake: a target of a
    tenant that does not exist. Raises RecordUnavailable where there is no such repository or commit.
    """
    try:
        with opened(path) as repo:
            oid = repo.git.rev_parse("--verify", f"{commit}^{{commit}}")
            objects = _objects(repo.git_dir)
            return tuple(sorted(_faults(objects, objects[oid].peel(pygit2.Commit)), key=lambda fault: fault.path))
    except UNREADABLE as error:
        raise RecordUnavailable(f"{path} has no commit {commit} that can be read: {last_line(error)}") from error


def _objects(folder: str | os.PathLike[str]) -> pygit2.Repository:
    """The repository's objects; within a pre-receive hook those of the push too, which Git keeps apart until then."""
    objects = pygit2.Repository(str(folder))
    if pushed := os.environ.get("GIT_QUARANTINE_PATH"):
        objects.odb.add_disk_alternate(pushed)
    return objects


def _faults(objects: pygit2.Repository, commit: pygit2.Commit) -> Iterator[Fault]:
    directory, catalogue = DirectoryState(objects).move_to(commit), CatalogueState().move_to(commit)
    yield from directory.faults
    yield from directory.disputes.values()
    yield from directory.unusable
    yield from catalogue.faults
    yield from _of_delegations(commit)
    yield from passkey_faults(commit, objects, directory.rules.passkeys)
    book = RulesState().move_to(commit)
    yield from _of_rules(book, directory)
    unread = any(fault.path == PLATFORM for fault in directory.faults)
    if not unread and directory.rules.controls < 2:
        if find_switch(objects, str(commit.id)):
            yield TAKEN_BACK
        elif book.rules:
            yield _NOT_YET
    yield from _owned_by_nobody(directory, catalogue.read)
    if not unread and directory.rules.controls > 1:
        yield from _stranded(RecordCommit(objects, commit, book, catalogue, directory))


def _stranded(record: RecordCommit) -> Iterator[Fault]:
    """Rules by which nobody could approve a request that waits, unless they say that they may leave one so."""
    if not any(rule.approvals is not None and rule.strand is None for rule in record.rules.rules):
        return
    side = Side(record.rules.rules, record.catalogue, record.directory)
    replay, switch = side.replay(), find_switch(record.objects, str(record.commit.id))
    past = frozenset(older(record.objects, switch)) if switch is not None else frozenset()
    found: dict[str, Newest] = {}
    for ticket in _waiting(record, past):
        held = replay.held(ticket)
        if side.strands(held, ticket):
            found.setdefault(held.approvals_of or "", Newest()).add(ticket.metadata.created_at, ticket.id)
    for rule, tickets in found.items():
        yield Fault(f"{RULES}/{rule}.yaml", strands(tickets))


def _waiting(record: RecordCommit, past: Collection[str]) -> Iterator[PromotionRequest]:
    """The requests that wait by today's rules. Files without the word are not read further: most have ended."""
    for path, blob in record.tickets():
        data = bytes(record.objects[blob].read_raw()) if path not in past else b""
        if State.PENDING.value.encode() not in data:
            continue
        with contextlib.suppress(RuleViolation):  # a file that is no ticket waits for nobody
            ticket = read_ticket(path, data)
            if ticket.state is State.PENDING:
                yield ticket


def _of_delegations(commit: pygit2.Commit) -> Iterator[Fault]:
    """Files of delegations that are none by their form; `verify` tells which of the others people signed."""
    folder = commit.tree[FOLDER] if FOLDER in commit.tree else ()  # noqa: SIM401  a tree has no get
    for giver in folder if isinstance(folder, pygit2.Tree) else ():
        for each in giver if isinstance(giver, pygit2.Tree) else ():
            path = f"{FOLDER}/{shown(giver.name)}/{shown(each.name)}"
            read = parse(path, each.data) if isinstance(each, pygit2.Blob) else Fault(path, "must be a file")
            if isinstance(read, Fault):
                yield read


def _of_rules(book: Rulebook, directory: Directory) -> Iterator[Fault]:
    """Faults of rules; and tenants that they name and that do not exist."""
    yield from book.faults
    known = {*directory.tenants, *(fault.stem for fault in directory.faults)}
    groups = {None, *directory.rules.groups}
    for rule in book.rules:
        for group in sorted({need.group for need in rule.approvals or ()} - groups, key=str):
            yield Fault(f"{RULES}/{rule.name}.yaml", f"{PLATFORM} has no group {group}: nobody can give its votes")
        for group in sorted({step.group for step in rule.escalation or ()} - groups, key=str):
            yield Fault(f"{RULES}/{rule.name}.yaml", f"{PLATFORM} has no group {group}: its escalation asks nobody")
        for tenant in sorted({*rule.match.tenants} - known):
            yield Fault(
                f"{RULES}/{rule.name}.yaml", f"there is no tenant {tenant}: the rule holds for none of its requests"
            )


def _owned_by_nobody(directory: Directory, read: Sequence[tuple[str, CatalogueEntry]]) -> Iterator[Fault]:
    faulty = {fault.stem for fault in directory.faults}
    for path, entry in read:
        if entry.tenant not in directory.tenants and entry.tenant not in faulty:
            yield Fault(path, f"there is no tenant {entry.tenant}: nobody can ask for a promotion of it")


def parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = argparse.ArgumentParser(
        prog="prodgate lint",
        description="Check people, targets, rules, delegations and passkeys of a clone, offline.",
    )
    parser.add_argument("repo", type=Path, help="a clone of the GitOps repository, bare or not")
    parser.add_argument("--commit", default="HEAD", metavar="REV", help="the commit to check (default: HEAD)")
    return parser


def run(arguments: Sequence[str]) -> int:
    """The command `lint REPO [--commit REV]`; 0 where nothing is wrong, 1 where something is, 2 for no repository."""
    asked = parser().parse_args(arguments)
    try:
        found = lint(asked.repo, asked.commit)
    except RecordUnavailable as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for fault in found:
        sys.stdout.write(printable(f"{fault.path}:{fault.line or 1}: {fault.sentence}") + "\n")
    many = "s" if len(found) > 1 else ""
    sys.stdout.write(f"{len(found)} fault{many}\n" if found else "Every file is good\n")
    return 1 if found else 0
