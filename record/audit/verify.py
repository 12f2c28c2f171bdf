"""The offline audit: replays the history of a plain clone with the product's own rules and names each violation."""

import argparse
import dataclasses
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache, partial
from pathlib import Path, PurePosixPath

import git
import pygit2
from pygit2.enums import SortMode

from domain import lifecycle
from domain.errors import RuleViolation, Unproven
from domain.roles import Requester
from domain.signing import Claims
from domain.targets import TargetFacts
from domain.ticket import FOLDER, Action, PromotionRequest
from domain.values import same_name
from record.audit import line_checks
from record.audit.checks import CHECKS, Check, RecordAsOf, Step, Violation
from record.audit.turns import LOOKED, TargetsSoFar
from record.errors import RecordUnavailable
from record.facts.controls import facts
from record.facts.identities import ActsSoFar
from record.facts.requesters import claims_in, requester_then
from record.files.reading import read_ticket
from record.git.message import SERVICE_EMAIL, plain
from record.git.plumbing import UNREADABLE, last_line, opened
from record.index.bulk import blob_of
from record.index.changes import CommitChanges, added, count, is_ticket, merges, printable, touched
from record.index.entries import brought, changes_of
from record.index.feed import Progress
from record.index.schema import ID
from record.index.targets import TargetState
from record.people.catalogue import Catalogue, CatalogueState, Key
from record.people.directory import Directory, DirectoryState
from record.people.members import Fault
from record.people.switch import find_switch, older
from record.signing.keys import KeyState

_PROGRESS_EVERY = 1_000
_UNKNOWN = datetime.min.replace(tzinfo=UTC)
ALL = (*CHECKS, *line_checks.CHECKS)


def verify(
    path: Path,
    since: str | None = None,
    progress: Progress | None = None,
    *,
    branch: str = "HEAD",
    keys: Sequence[str] = (),
    checks: tuple[Check, ...] = ALL,
) -> Iterator[Violation]:
    """Every violation in the history of the branch, oldest first; `since` takes all up to that commit for granted.

    What merges take back comes last. Where `keys` are named, by kid, only these prove anything. `progress` is told how
    many commits were looked at, and of how many. Raises RecordUnavailable when there is no such repository, branch or
    commit, or when the clone is shallow and so has nothing to prove.
    """
    try:
        repo = opened(path)
        tip = repo.git.rev_parse("--verify", f"{branch}^{{commit}}")
        start = repo.git.rev_parse("--verify", f"{since}^{{commit}}") if since else None
        shallow = repo.git.rev_parse("--is-shallow-repository") == "true"
    except UNREADABLE as error:
        raise RecordUnavailable(f"There is nothing to verify at {path}: {last_line(error)}") from error
    with repo:
        if shallow:
            raise RecordUnavailable(f"{path} is a shallow clone; an audit needs the whole history")
        try:
            yield from _verify(_Audit(repo, checks, keys), tip, start, progress or (lambda done, total: None))
        except UNREADABLE as error:
            reason = f"{path} is not whole: objects are missing or can't be read ({error})"
            raise RecordUnavailable(reason) from error


def _verify(audit: "_Audit", tip: str, start: str | None, progress: Progress) -> Iterator[Violation]:
    repo = audit.repo
    if start is not None:
        if not _is_ancestor(repo, start, tip):
            yield Violation(start, "", "branch-rewritten", "the commit to start from is not in the branch's history")
        audit.start_from(audit.git[start].peel(pygit2.Commit))
    audit.look_for_switch(tip)
    revisions = f"{start}..{tip}" if start else tip
    audit.look_for_line(revisions)
    total = count(repo, revisions)
    for done, change in enumerate(touched(repo, revisions), 1):
        yield from audit.commit(change)
        if done % _PROGRESS_EVERY == 0:
            progress(done, total)
    for commit in merges(repo, revisions):
        yield from audit.merge(audit.git[commit].peel(pygit2.Commit))
    progress(total, total)


def _is_ancestor(repo: git.Repo, commit: str, tip: str) -> bool:
    """Ask Git as `opened` set it up; GitPython's own way takes the clone's configuration as it is."""
    return bool(repo.git.merge_base(commit, tip, with_exceptions=False) == commit)


@dataclass
class _Audit:
    """The audit's memory from one commit to the next."""

    repo: git.Repo
    checks: tuple[Check, ...]
    believed: Sequence[str]
    git: pygit2.Repository = field(init=False)
    directory: DirectoryState = field(init=False)
    keys: KeyState = field(init=False)
    numbers: dict[str, str] = field(default_factory=dict)
    used: dict[str, str] = field(default_factory=dict)
    acts: ActsSoFar = field(init=False)
    requesters: dict[str, Requester] = field(default_factory=dict)
    people: dict[Requester, Requester] = field(default_factory=dict)
    """Each requester once: they are few, and their tickets many."""
    catalogue: CatalogueState = field(default_factory=CatalogueState)
    first_approved: dict[Key, str] = field(default_factory=dict)
    """The tenant of each target's first approved request, so far."""
    until: dict[str, datetime] = field(default_factory=dict)
    """Until when somebody had to decide on each ticket, as its submission was signed."""
    targets: TargetsSoFar = field(default_factory=TargetsSoFar)
    place: int = 0
    """The number of the last commit of the line."""
    beside: dict[str, str] = field(default_factory=dict)
    """The commits that are not on the line themselves, with the merges that brought them."""
    turned: set[str] = field(default_factory=set)
    switch: str | None = None
    older: frozenset[str] = frozenset()
    """The tickets that were there when the rules of `spec.controls: 2` were switched on, by path."""

    def __post_init__(self) -> None:
        self.git = pygit2.Repository(str(self.repo.git_dir))
        self.directory = DirectoryState(self.git)
        self.keys = KeyState(self.git, self.believed)
        self.acts = ActsSoFar(self.git)
        self._read = lru_cache(maxsize=5_000)(self._read_uncached)

    def look_for_switch(self, tip: str) -> None:
        """Learn from which commit on the newer rules hold."""
        self.switch = find_switch(self.git, tip)
        if self.switch is not None:
            self.older = frozenset(older(self.git, self.switch))

    def look_for_line(self, revisions: str) -> None:
        """Learn which commits came to the branch's first-parent line by a merge."""
        for merge in merges(self.repo, revisions, "--first-parent"):
            for each in brought(self.git, self.git[merge].peel(pygit2.Commit)):
                if str(each.id) != merge:
                    self.beside[str(each.id)] = merge

    def start_from(self, commit: pygit2.Commit) -> None:
        """Take the state as of a commit for granted."""
        self.directory.move_to(commit, search=True)
        self.catalogue.move_to(commit)
        found: list[PromotionRequest] = []
        for delta in commit.tree.diff_to_tree(swap=True).deltas:
            path = delta.new_file.path
            if path.startswith(f"{FOLDER}/"):
                self.numbers[PurePosixPath(path).stem] = path
                read = self._read(path, str(delta.new_file.id)) if is_ticket(path) else None
                if isinstance(read, PromotionRequest):
                    found.append(read)
        for ticket in sorted(found, key=lambda ticket: ticket.last.at):
            self.targets.of(ticket).note(ticket, self.place)
        approvals = (
            (entry.at, ticket) for ticket in found for entry in ticket.status.history if entry.action is Action.APPROVED
        )
        for _, ticket in sorted(approvals, key=lambda each: each[0]):
            self.first_approved.setdefault(_key(ticket), ticket.metadata.tenant)

    def commit(self, change: CommitChanges) -> Iterator[Violation]:
        commit = self.git[change.commit].peel(pygit2.Commit)
        known = self._faults()
        directory = self.directory.move_to(commit)
        self.catalogue.move_to(commit)
        for fault in self._faults():
            if fault not in known:
                yield Violation(change.commit, fault.path, "unreadable", fault.sentence)
        for path, old, new in change.files:
            yield from self._file(commit, directory, path, old, new)
        if change.commit not in self.beside:
            self._go_on(commit, change)

    def _go_on(self, commit: pygit2.Commit, change: CommitChanges) -> None:
        """Take the next commit of the line into what is known of the targets."""
        self.place += 1
        if len(commit.parent_ids) > 1:
            files = [(each.path, each.blob) for each in changes_of(commit, self.place) if each.blob]
        else:
            files = [(path, new) for path, _, new in change.files if new is not None]
        for path, blob in files:
            ticket = self._read(path, blob)
            if isinstance(ticket, PromotionRequest):
                self.targets.of(ticket).note(ticket, self.place)
                if any(entry.action is Action.APPROVED for entry in ticket.status.history):
                    self.first_approved.setdefault(_key(ticket), ticket.metadata.tenant)

    def _faults(self) -> tuple[Fault, ...]:
        """The files that can't be used now; the catalogue's count from when targets have owners."""
        directory = self.directory.directory
        return (*directory.faults, *(self.catalogue.catalogue.faults if directory.rules.controls > 1 else ()))

    def merge(self, commit: pygit2.Commit) -> Iterator[Violation]:
        """Finds what a merge takes back of what one of its parents tells, though it may say the same as another."""
        for parent in commit.parents:
            for delta in parent.tree.diff_to_tree(commit.tree).deltas:
                path, old, new = delta.new_file.path, str(delta.old_file.id), str(delta.new_file.id)
                before = self._read(path, old) if is_ticket(path) and int(old, 16) else None
                if not isinstance(before, PromotionRequest):
                    continue
                now = self._read(path, new) if int(new, 16) else None
                if not isinstance(now, PromotionRequest) or not lifecycle.continues(before, now):
                    sentence = f"the merge leaves out what {str(parent.id)[:12]} tells of it"
                    yield Violation(str(commit.id), before.id, "taken-back", sentence)

    def _file(
        self, commit: pygit2.Commit, directory: Directory, path: str, old: str | None, new: str | None
    ) -> Iterator[Violation]:
        name = PurePosixPath(path).stem
        if new is None:
            yield Violation(str(commit.id), name, "removed", "the ticket's file was removed")
            return
        if old is None and ID.fullmatch(name) and name in self.numbers:
            yield Violation(
                str(commit.id), name, "number-reused", f"the number was given to {self.numbers[name]} before"
            )
        self.numbers.setdefault(name, path)
        now = self._read(path, new)
        if not isinstance(now, PromotionRequest):
            yield Violation(str(commit.id), name, "unreadable", now)
            return
        before = self._read(path, old) if old else None
        known = before if isinstance(before, PromotionRequest) else None
        signed = claims_in(commit, self.keys.as_of(commit.parents[0] if commit.parents else None))
        if name not in self.requesters:
            first = (signed, directory) if old is None else self._submission_before(commit, path)
            self._note_submission(name, now.metadata.created_by, *first)
        asker, until = self.requesters[name], lifecycle.decide_by(now, self.until[name])
        target, others = self._target(commit, path, now, directory), self.targets.of(now)
        earlier = partial(self._earlier, commit, path, now)
        step = Step(
            commit, path, known, now, directory, signed, asker, self.used, target, self.acts, others, until, earlier
        )
        for check in self.checks:
            yield from check(step)
        yield from self._beside(step)

    def _beside(self, step: Step) -> Iterator[Violation]:
        """Checks that the service's commits stand on the branch's line, unless a merge took the branch in as a side."""
        merge = self.beside.get(str(step.commit.id))
        ours = plain(step.commit.committer.raw_email) == SERVICE_EMAIL
        if merge is not None and merge not in self.turned and ours and step.target.controlled:
            self.turned.add(merge)
            yield Violation(merge, step.now.id, "line-turned", "the merge puts what was on the branch's line beside it")

    def _target(self, commit: pygit2.Commit, path: str, ticket: PromotionRequest, directory: Directory) -> TargetFacts:
        """The record's facts about the ticket's target as of the commit."""
        controlled = self.switch is not None and path not in self.older
        first = self.first_approved.get(_key(ticket))
        catalogue, tenant = self.catalogue.move_to(commit), ticket.metadata.tenant
        return facts(directory, catalogue, controlled, TargetState(first), tenant, ticket.spec.target)

    def _earlier(self, commit: pygit2.Commit, path: str, ticket: PromotionRequest) -> RecordAsOf:
        """The same as of some minutes before the act: what a gate that was honest may have read last."""
        until = (ticket.last.at - LOOKED).timestamp()
        walk = self.git.walk(commit.id, SortMode.TOPOLOGICAL)
        walk.simplify_first_parent()
        then = next((each for each in walk if each.commit_time <= until), None)
        controlled, first = self.switch is not None and path not in self.older, self.first_approved.get(_key(ticket))
        directory = Directory() if then is None else DirectoryState(self.git).move_to(then, search=True)
        catalogue = Catalogue() if then is None else CatalogueState().move_to(then)
        tenant, tickets = ticket.metadata.tenant, TargetState(first)
        return RecordAsOf(directory, facts(directory, catalogue, controlled, tickets, tenant, ticket.spec.target))

    def _note_submission(
        self, name: str, created_by: str, signed: Claims | Unproven | None, directory: Directory
    ) -> None:
        """Keep who asked, and until when somebody had to decide."""
        asked = requester_then(created_by, signed, directory)
        self.requesters[name] = self.people.setdefault(asked, asked)
        self.until[name] = (signed.decide_by if isinstance(signed, Claims) else None) or _UNKNOWN

    def _submission_before(self, commit: pygit2.Commit, path: str) -> tuple[Claims | Unproven | None, Directory]:
        """The claims on a ticket whose first commit is taken for granted or held no ticket, and the directory then."""
        created = self.git[added(self.repo, str(commit.id), path)].peel(pygit2.Commit)
        keys = KeyState(self.git, self.believed).as_of(created.parents[0] if created.parents else None)
        return claims_in(created, keys), DirectoryState(self.git).move_to(created, search=True)

    def _read_uncached(self, path: str, blob: str) -> PromotionRequest | str:
        try:
            return read_ticket(path, blob_of(self.git, blob))
        except RuleViolation as error:
            return str(error)


def _key(ticket: PromotionRequest) -> Key:
    return ticket.spec.target.type, same_name(ticket.spec.target.name)


def run(arguments: Sequence[str]) -> int:
    """The command `verify REPO [--json] [--since …] [--branch …] [--key …]`; 0 only for a clean history, 2 for none."""
    parser = argparse.ArgumentParser(prog="prodgate verify", description="Audit the record in a plain clone, offline.")
    parser.add_argument("repo", type=Path, help="a clone of the GitOps repository, bare or not")
    parser.add_argument("--json", action="store_true", help="one JSON object a line for each violation")
    parser.add_argument("--since", metavar="COMMIT", help="take everything up to this commit for granted")
    parser.add_argument("--branch", default="HEAD", help="the branch to audit (default: the clone's HEAD)")
    parser.add_argument("--key", metavar="KID", action="append", default=[], help="believe this key alone; repeatable")
    asked = parser.parse_args(arguments)
    found = 0
    try:
        for violation in verify(asked.repo, asked.since, _show_progress, branch=asked.branch, keys=asked.key):
            found += 1
            sys.stdout.write(_shown(violation, as_json=asked.json) + "\n")
    except RecordUnavailable as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if not asked.json:
        sys.stdout.write(f"{found} violation{'s' if found > 1 else ''}\n" if found else "The record is clean\n")
    return 1 if found else 0


def _shown(violation: Violation, *, as_json: bool) -> str:
    if as_json:
        return json.dumps(dataclasses.asdict(violation))
    return printable(f"{violation.commit[:12]} {violation.ticket}: {violation.rule}: {violation.sentence}")


def _show_progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done} of {total} commits" + ("\n" if done == total else ""))
