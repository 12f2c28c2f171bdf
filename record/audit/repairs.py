"""Follows tickets' files that commits changed against the rules, until a signed repair puts back what was good."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import pygit2
from pygit2.enums import FileMode

from domain import roles
from domain.errors import IdentityChanged, Unproven
from domain.identity import SignIn
from domain.repair import Repair
from domain.roles import Permission, same_address
from record.audit.checks import Violation
from record.audit.reading import CommitRead
from record.audit.seen import Seen
from record.audit.submitted import Submitted
from record.audit.turns import TargetSoFar
from record.facts.identities import ActsSoFar
from record.people.catalogue import Key
from record.people.directory import Directory

ELSEWHERE = ""
"""Stands for what a commit broke beside its tickets' files, which no repair puts back."""


@dataclass
class BrokenFile:
    """A ticket's file since a commit broke a rule, with what the audit knew of the ticket before."""

    good: str | None
    """The last blob without a violation; None where there was no file."""
    asked: Submitted | None
    commits: set[str] = field(default_factory=set)
    blobs: set[str] = field(default_factory=set)
    targets: dict[str, TargetSoFar] = field(default_factory=dict)
    """The ticket's target before, and any other that it named since, by their names in the index."""
    unowned: set[Key] = field(default_factory=set)
    """Those of them of which no request was approved before."""


@dataclass
class BrokenFiles:
    """The files that are broken, and the commits that broke them; bounded by violations."""

    broken: dict[str, BrokenFile] = field(default_factory=dict)
    """By path."""
    void: set[tuple[str, str]] = field(default_factory=set)
    """Files that were taken back, by path and blob: a merge may leave them out."""
    repaired: dict[str, str] = field(default_factory=dict)
    """Each commit of whose changes nothing is left, with the commit that put the last of them back."""
    _violations: Counter[str] = field(default_factory=Counter)
    _left: dict[str, set[str]] = field(default_factory=dict)
    """The paths that each commit broke, as far as nobody put them back."""

    @property
    def violations(self) -> int:
        """The number of violations of the commits that are repaired."""
        return sum(self._violations[commit] for commit in self.repaired)

    def note(self, violation: Violation, paths: Iterable[str]) -> None:
        """A commit broke a rule, by what it made of these files."""
        self._violations[violation.commit] += 1
        self._left.setdefault(violation.commit, set()).update(paths)

    def put_back(self, path: str, by: str) -> BrokenFile:
        """The file is good again; what it was meanwhile."""
        broken = self.broken.pop(path)
        self.void |= {(path, blob) for blob in broken.blobs if blob != broken.good}
        for commit in broken.commits:
            self._left[commit].discard(path)
            if not self._left[commit]:
                self.repaired[commit] = by
        return broken

    def refusal(
        self, commit: pygit2.Commit, read: CommitRead, directory: Directory, acts: ActsSoFar, seen: Seen
    ) -> str | None:
        """The reason why a commit that says so is no repair; None where it is one. `directory` is as it was before."""
        repair = read.repair
        if not isinstance(repair, Repair):
            return str(repair or Unproven())
        if repair.commit != read.repairs:
            return f"it was signed for {repair.commit[:12]}"
        if len(commit.parents) != 1 or read.listed.merge is not None:
            return "it does not stand on the branch's line"
        if _changed(commit) != {file.path: file.revision for file in repair.files}:
            return "it changes something else than what was signed"
        for file in repair.files:
            broken = self.broken.get(file.path)
            if broken is None or repair.commit not in broken.commits:
                return f"{repair.commit[:12]} broke no rule by {file.path}, or not since what is taken for granted"
            if broken.good != file.revision:
                return f"it does not make {file.path} what it was before a rule was broken"
        if seen.get("line", repair.tip) is None:
            return f"the signer saw {repair.tip[:12]}, which is not before it"
        return _signer_refused(repair, directory, acts) or _used(repair, commit, seen)


def _changed(commit: pygit2.Commit) -> dict[str, str | None]:
    """Every file that the commit changed, with its blob; one that is no plain file has a blob that nobody signs."""
    found: dict[str, str | None] = {}
    for delta in commit.parents[0].tree.diff_to_tree(commit.tree).deltas:
        new = delta.new_file
        there = new.mode != FileMode.UNREADABLE
        found[new.path] = (str(new.id) if new.mode == FileMode.BLOB else "") if there else None
    return found


def _signer_refused(repair: Repair, directory: Directory, acts: ActsSoFar) -> str | None:
    person = directory.person(repair.email, repair.sub)
    if person is None or roles.scope(person, Permission.OPERATE).tenants is not None:
        return f"{repair.email} did not hold cpi_admin for the whole platform"
    try:
        acts.check(directory, same_address(repair.email), SignIn(subject=repair.sub, issuer=repair.issuer))
    except IdentityChanged:
        return f"{repair.email} acted as subject {repair.sub}, not as before"
    return None


def _used(repair: Repair, commit: pygit2.Commit, seen: Seen) -> str | None:
    first = seen.first("signature", repair.id, str(commit.id))
    return None if first == str(commit.id) else f"{first[:12]} was made by the same signature"
