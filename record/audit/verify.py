"""The offline audit: replays the history of a plain clone with the product's own rules and names each violation."""

from collections.abc import Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path

import git
import pygit2

from record.audit import (
    checkpoints,
    contract_checks,
    delegation_checks,
    emergency_checks,
    evidence_checks,
    health_checks,
    line_checks,
    passkey_checks,
    proof_checks,
    standard_checks,
)
from record.audit.checks import CHECKS, Check, Violation
from record.audit.clone import check_clone
from record.audit.judge import Judge
from record.audit.reading import listed, read_ahead
from record.audit.report import AuditReport
from record.errors import RecordUnavailable
from record.git.plumbing import UNREADABLE, count, last_line, opened
from record.index.feed import Progress
from record.signing.keys import KeyLine

_PROGRESS_EVERY = 1_000
ALL = (
    *CHECKS,
    *proof_checks.CHECKS,
    *evidence_checks.CHECKS,
    *contract_checks.CHECKS,
    *line_checks.CHECKS,
    *standard_checks.CHECKS,
    *emergency_checks.CHECKS,
    *delegation_checks.CHECKS,
    *passkey_checks.CHECKS,
    *health_checks.CHECKS,
)


@dataclass
class RecordAudit:
    """One audit of a branch; `report` is whole when all violations were asked for.

    `since` takes all up to that commit for granted. Where `keys` are named, only these prove anything: those by kid
    acts and checkpoints, verifier keys (`name+id+key`) checkpoints. `expected` is a commit that the branch held before;
    `checkpoints` were signed of it, each with its name. `progress` is told how many commits were
    looked at, of how many.
    """

    path: Path
    since: str | None = None
    progress: Progress | None = None
    branch: str = "HEAD"
    keys: Sequence[str] = ()
    expected: str | None = None
    checkpoints: Sequence[tuple[str, bytes]] = ()
    checks: tuple[Check, ...] = ALL
    report: AuditReport = field(init=False)

    def __post_init__(self) -> None:
        self.report = AuditReport(self.branch)
        self._kids = tuple(key for key in self.keys if "+" not in key)

    def violations(self) -> Iterator[Violation]:
        """Every violation in the history of the branch, oldest first.

        Raises RecordUnavailable where there is no such repository, branch or commit, or one that is not whole;
        NotANote for a checkpoint or a key that can't be read.
        """
        try:
            check_clone(self.path)
            repo = opened(self.path)
            tip = repo.git.rev_parse("--verify", f"{self.branch}^{{commit}}")
            start = repo.git.rev_parse("--verify", f"{self.since}^{{commit}}") if self.since else None
            if self.branch == "HEAD":
                self.report.branch = repo.git.rev_parse("--symbolic-full-name", "HEAD")
        except UNREADABLE as error:
            reason = last_line(error) if self.path.exists() else "there is no such folder"
            raise RecordUnavailable(f"There is nothing to verify at {self.path}: {reason}") from error
        self.report.tip, self.report.since = tip, start
        with repo:
            try:
                for violation in self._all(repo, tip, start):
                    self.report.violations += 1
                    yield violation
            except BrokenProcessPool as error:
                raise RecordUnavailable("A process that read commits was ended, such as for want of memory") from error
            except UNREADABLE as error:
                reason = f"{self.path} is not whole: objects are missing or can't be read ({last_line(error)})"
                raise RecordUnavailable(reason) from error

    def _all(self, repo: git.Repo, tip: str, start: str | None) -> Iterator[Violation]:
        line = KeyLine(self.path, self._kids)
        line.move_to(tip)
        self.report.keys = tuple(public for public, _ in line.current().known.values())
        judge = Judge(repo, self.checks, self.report, line)
        if self.expected is not None:
            yield from check_against(repo, tip, self.expected)
        if start is not None:
            if not _is_ancestor(repo, start, tip):
                yield Violation(
                    start, "", "branch-rewritten", "the commit to start from is not in the branch's history"
                )
            judge.start_from(judge.git[start].peel(pygit2.Commit))
        revisions = f"{start}..{tip}" if start else tip
        total = int(repo.git.rev_list("--count", revisions))
        told = self.progress or (lambda done, total: None)
        commits = listed(repo, tip, start, count(repo, tip) - count(repo, revisions))
        held = checkpoints.CheckpointCheck(judge.git, tip, self.checkpoints, self.keys) if self.checkpoints else None
        reads_all = held is not None and start is None
        for read in read_ahead(self.path, tip, self._kids, commits, total, with_leaves=reads_all):
            if held and reads_all and read.listed.merge is None:
                held.take(read.listed.id, read.leaves)
            yield from judge.violations(read)
            self.report.commits += 1
            if self.report.commits % _PROGRESS_EVERY == 0:
                told(self.report.commits, total)
        told(total, total)
        self.report.repaired, self.report.mended = judge.repairs.repaired, judge.repairs.violations
        if held:
            if not reads_all:
                held.read()
            yield from held.violations()


def verify(
    path: Path,
    since: str | None = None,
    progress: Progress | None = None,
    *,
    branch: str = "HEAD",
    keys: Sequence[str] = (),
    checks: tuple[Check, ...] = ALL,
) -> Iterator[Violation]:
    """Every violation that such an audit finds."""
    return RecordAudit(path, since, progress, branch, keys, checks=checks).violations()


def check_against(repo: git.Repo, tip: str, known: str) -> Iterator[Violation]:
    """Finds that the branch does not hold a commit any more that it held before, as somebody knows from elsewhere."""
    try:
        before = repo.git.rev_parse("--verify", f"{known}^{{commit}}")
    except git.GitError:
        yield Violation(tip, "", "rolled-back", f"{known[:40]}, which the branch held before, is not in this clone")
        return
    if not _is_ancestor(repo, before, tip):
        yield Violation(tip, "", "rolled-back", f"the branch held {before} before, and does not any more")


def _is_ancestor(repo: git.Repo, commit: str, tip: str) -> bool:
    """Ask Git as `opened` set it up; GitPython's own way takes the clone's configuration as it is."""
    return bool(repo.git.merge_base(commit, tip, with_exceptions=False) == commit)
