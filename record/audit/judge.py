"""Judges the steps of a history one by one, in the branch's order, with what the steps before it left.

People, rules, targets and keys count as the first-parent line has them right before a commit; a merge is one change of
that line, so what a side branch says of them proves none of its own acts.
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import PurePosixPath

import git
import pygit2

from domain import lifecycle
from domain.delegations import FOLDER as DELEGATIONS
from domain.emergencies import ANSWERS, Debt
from domain.errors import RuleViolation, Unproven
from domain.roles import Requester
from domain.signing import Claims, ServiceClaims
from domain.standard import approved_alone
from domain.targets import TargetFacts
from domain.ticket import FOLDER, Action, PromotionRequest, State
from record.audit import passkey_checks
from record.audit.checks import Check, RecordAsOf, Step, Violation
from record.audit.delegation_checks import DelegationJudge, DelegationsSoFar
from record.audit.reading import ChangedFile, CommitRead, sealed_in
from record.audit.repairs import ELSEWHERE, BrokenFile, BrokenFiles
from record.audit.report import AuditReport
from record.audit.seen import Seen
from record.audit.submitted import Submitted, sealed_for
from record.audit.turns import LOOKED, TargetsSoFar
from record.facts.controls import Files, Requested, facts
from record.facts.identities import ActsSoFar
from record.facts.passkeys import PasskeysState, read_line
from record.facts.requesters import claims_in, requester_then
from record.files.reading import read_ticket
from record.git.message import CONTRACT, EVIDENCE, SERVICE_EMAIL, plain, trailer
from record.git.plumbing import count, newest_first
from record.git.trees import TreeComparer
from record.index.bulk import blob_of
from record.index.changes import added, is_ticket
from record.index.entries import changes_of
from record.index.schema import ID, what_of
from record.index.targets import TargetState
from record.people.catalogue import FOLDERS, Catalogue, CatalogueState, Key, key_of
from record.people.directory import Directory, DirectoryState
from record.people.members import PLATFORM, TENANTS, Fault
from record.people.rules import RULES, Rulebook, RulesState
from record.people.switch import find_switch, older
from record.signing.keys import KeyLine

_UNKNOWN = datetime.min.replace(tzinfo=UTC)
_JUDGING = (PLATFORM, TENANTS, RULES, DELEGATIONS, *FOLDERS)
"""The files that requests are judged by, in the tree of a commit."""
_RECENT = 1_000
"""Tickets kept in memory as they were last: the next step of one is mostly near."""


@dataclass
class Judge:
    """The audit's memory from one commit to the next: bounded by targets and open tickets."""

    repo: git.Repo
    checks: tuple[Check, ...]
    report: AuditReport
    keys: KeyLine
    git: pygit2.Repository = field(init=False)
    trees: TreeComparer = field(init=False)
    directory: DirectoryState = field(init=False)
    catalogue: CatalogueState = field(default_factory=CatalogueState)
    rules: RulesState = field(default_factory=RulesState)
    delegations: DelegationsSoFar = field(init=False)
    passkeys: PasskeysState = field(init=False)
    acts: ActsSoFar = field(init=False)
    seen: Seen = field(default_factory=Seen)
    asked: dict[str, Submitted] = field(default_factory=dict)
    """The signed facts of each open ticket's submission."""
    people: dict[Requester, Requester] = field(default_factory=dict)
    """Each requester once: they are few, and their tickets many."""
    first_approved: dict[Key, str] = field(default_factory=dict)
    """The tenant of each target's first approved request, so far."""
    targets: TargetsSoFar = field(default_factory=TargetsSoFar)
    debts: dict[str, Debt] = field(default_factory=dict)
    """The emergencies for which nobody has answered so far, by ticket."""
    before: pygit2.Commit | None = None
    """The line's last commit so far: its people, rules and targets judge what comes next."""
    newest: int = 0
    """The latest time, in seconds, that a commit of the line says of itself so far."""
    turned: set[str] = field(default_factory=set)
    switch: str | None = None
    repairs: BrokenFiles = field(default_factory=BrokenFiles)
    older: frozenset[str] = frozenset()
    """The tickets that were there when the rules of `spec.controls: 2` were switched on, by path."""
    recent: "OrderedDict[tuple[str, str], PromotionRequest | str]" = field(default_factory=OrderedDict)

    def __post_init__(self) -> None:
        self.git = pygit2.Repository(str(self.repo.git_dir))
        self.trees = TreeComparer(self.git)
        self.directory = DirectoryState(self.git)
        self.delegations = DelegationsSoFar(self.git)
        self.passkeys = PasskeysState(self.git)
        self.acts = ActsSoFar(self.git)

    def start_from(self, commit: pygit2.Commit) -> None:
        """Take the state as of a commit for granted."""
        self.directory.move_to(commit, search=True)
        self.catalogue.move_to(commit)
        self.rules.move_to(commit)
        self.delegations.start_from(self.repo, commit, self.keys)
        read_line(self.passkeys, self.repo, str(commit.id))
        self.before, self.newest, self.switch = commit, commit.commit_time, find_switch(self.git, str(commit.id))
        told = self.repo.git.rev_list("--first-parent", "--reverse", str(commit.id), as_process=True)
        for position, each in enumerate(told.stdout, 1):
            self.seen.first("line", each.decode("ascii").strip(), str(position))
        told.wait()
        if self.switch is not None:
            self.older = frozenset(older(self.git, self.switch))
        found: list[PromotionRequest] = []
        for delta in commit.tree.diff_to_tree(swap=True).deltas:
            path = delta.new_file.path
            if path.startswith(f"{FOLDER}/"):
                self.seen.first("ticket", PurePosixPath(path).stem, path)
                read = self._read(path, str(delta.new_file.id)) if is_ticket(path) else None
                if isinstance(read, PromotionRequest):
                    found.append(read)
        for ticket in sorted(found, key=lambda ticket: ticket.last.at):
            counts = not approved_alone(ticket, self.directory.directory.person)
            self.targets.of(ticket).note(ticket, 0, signed=counts)
            self._owe(ticket)
            if not lifecycle.is_over(ticket):
                passkey_checks.grant(self.seen, ticket, *range(len(ticket.status.history)))
        for target in self.targets.known.values():
            target.past.sort(key=lambda event: event.at)
        approvals = (
            (entry.at, ticket) for ticket in found for entry in ticket.status.history if entry.action is Action.APPROVED
        )
        for _, ticket in sorted(approvals, key=lambda each: each[0]):
            self.first_approved.setdefault(key_of(ticket), ticket.metadata.tenant)

    def violations(self, read: CommitRead) -> Iterator[Violation]:
        """Every rule that the commit broke; the next one has to be asked after it."""
        commit = self.git[read.listed.id].peel(pygit2.Commit)
        refused = self._refused_repair(commit, read)
        if read.repairs and refused is None:
            self._put_back(commit, read)
        else:
            yield from self._changes(commit, read, [refused] if refused else [])
        if read.listed.merge is None:
            for violation in self._go_on(commit, read):
                self.repairs.note(violation, [ELSEWHERE])
                yield violation

    def _changes(self, commit: pygit2.Commit, read: CommitRead, found: list[Violation]) -> Iterator[Violation]:
        """Checks tickets as the commit changed them, and reports that beside what was `found` of it before."""
        if len(commit.parent_ids) > 1:
            found += self._taken_back(commit)
        elif read.signs_service and len(read.files) != 1 and (named := trailer(commit, "Request-Id")):
            sentence = f"the commit changes {len(read.files)} tickets, and says that it is one step of one"
            found.append(Violation(str(commit.id), named, "not-one-ticket", sentence))
        for file in read.files:
            asked = self.asked.get(PurePosixPath(file.path).stem)
            if file.new is not None and file.ticket is not None:
                self._keep(file.path, file.new, file.ticket)
            of_file = list(self._file(commit, read, file))
            if of_file or found:
                self._break(commit, file, asked)
            else:
                self.repairs.broken.pop(file.path, None)
            for violation in of_file:
                beside = violation.commit != str(commit.id)
                self.repairs.note(violation, [ELSEWHERE if beside else file.path])
            yield from of_file
        mends = len(commit.parent_ids) == 1 and read.files
        for violation in found:
            self.repairs.note(violation, [file.path for file in read.files] if mends else [ELSEWHERE])
        yield from found

    def _refused_repair(self, commit: pygit2.Commit, read: CommitRead) -> Violation | None:
        """The violation of a commit that says that it repairs another one, and does not."""
        if not read.repairs:
            return None
        why = self.repairs.refusal(commit, read, self.directory.directory, self.acts, self.seen)
        return Violation(str(commit.id), read.repairs[:64], "repair-not-valid", why) if why else None

    def _break(self, commit: pygit2.Commit, file: ChangedFile, asked: Submitted | None) -> None:
        """Keep what is known of the ticket, for a repair to put back."""
        broken = self.repairs.broken.setdefault(file.path, BrokenFile(file.old, asked))
        broken.commits.add(str(commit.id))
        broken.blobs |= {file.new} if file.new else set()
        name = PurePosixPath(file.path).stem
        for blob in {file.old, file.new} - {None}:
            ticket = self._read(file.path, blob or "")
            if isinstance(ticket, PromotionRequest) and (target := what_of(ticket)) not in broken.targets:
                broken.targets[target] = self.targets.of(ticket).before(name)
                if key_of(ticket) not in self.first_approved:
                    broken.unowned.add(key_of(ticket))

    def _put_back(self, commit: pygit2.Commit, read: CommitRead) -> None:
        """Take the files of a repair for what they were before somebody broke them."""
        for file in read.files:
            name = PurePosixPath(file.path).stem
            broken = self.repairs.put_back(file.path, str(commit.id))
            for target, then in broken.targets.items():
                self.targets.known[target].put_back(name, then)
            for key in broken.unowned:
                self.first_approved.pop(key, None)
            self.asked.pop(name, None)
            if broken.asked is not None:
                self.asked[name] = broken.asked
            self.debts.pop(name, None)
            before = self._read(file.path, file.new) if file.new else None
            if isinstance(before, PromotionRequest):
                self._owe(before)
            if file.new is None:
                self.report.tickets -= 1
                self.seen.forget("ticket", name)

    def _go_on(self, commit: pygit2.Commit, read: CommitRead) -> Iterator[Violation]:
        """Take the commit of the line into what is known of people, rules and targets."""
        known = self._faults()
        if acts := self.delegations.take(commit, read.listed.position, self.keys):
            people = self.directory.directory
            said = DelegationJudge(commit, people, self._line, self.git, self.acts, self.seen, read.signs_service)
            yield from said.violations(acts)
        yield from passkey_checks.violations(self.passkeys.take(commit), commit, self.keys.before(read.listed.position))
        self.directory.move_to(commit)
        self.catalogue.move_to(commit)
        self.rules.move_to(commit)
        for fault in self._faults():
            if fault not in known:
                yield Violation(str(commit.id), fault.path, "unreadable", fault.sentence)
        if self.switch is None and self.directory.directory.rules.controls > 1:
            self.switch, self.older = str(commit.id), frozenset(older(self.git, str(commit.id)))
        position = read.listed.position
        if len(commit.parent_ids) > 1:
            files = [(each.path, each.blob) for each in changes_of(self.trees, commit, position) if each.blob]
        else:
            files = [(file.path, file.new) for file in read.files if file.new is not None]
        for path, blob in files:
            ticket = self._read(path, blob)
            if isinstance(ticket, PromotionRequest):
                broke = path in self.repairs.broken
                self._owe(ticket)
                if ticket.last.action in ANSWERS and ticket.state is State.DEPLOYED and len(commit.parent_ids) < 2:
                    continue  # its deployment was noted when it was
                counts = read.signs_service and not approved_alone(ticket, self.directory.directory.person)
                self.targets.of(ticket).note(ticket, position, signed=counts, broke=broke)
                if any(entry.action is Action.APPROVED for entry in ticket.status.history):
                    self.first_approved.setdefault(key_of(ticket), ticket.metadata.tenant)
        self.before, self.newest = commit, max(self.newest, commit.commit_time)
        self.seen.first("line", str(commit.id), str(position))

    def _owe(self, ticket: PromotionRequest) -> None:
        """Keep what the ticket owes, as the branch has it."""
        self.debts.pop(ticket.id, None)
        if (debt := Debt.of(ticket)) is not None:
            self.debts[ticket.id] = debt

    def _faults(self) -> tuple[Fault, ...]:
        """The files that can't be used now; the catalogue's count from when targets have owners."""
        directory = self.directory.directory
        files = (*self.catalogue.catalogue.faults, *self.rules.book.faults) if directory.rules.controls > 1 else ()
        return (*directory.faults, *files)

    def _taken_back(self, commit: pygit2.Commit) -> Iterator[Violation]:
        """Finds what a merge takes back of what one of its parents tells, though it may say the same as another."""
        for parent in commit.parents:
            for delta in parent.tree.diff_to_tree(commit.tree).deltas:
                path, old, new = delta.new_file.path, str(delta.old_file.id), str(delta.new_file.id)
                before = self._read(path, old) if is_ticket(path) and int(old, 16) else None
                if not isinstance(before, PromotionRequest) or (path, old) in self.repairs.void:
                    continue
                now = self._read(path, new) if int(new, 16) else None
                if not isinstance(now, PromotionRequest) or not lifecycle.continues(before, now):
                    sentence = f"the merge leaves out what {str(parent.id)[:12]} tells of it"
                    yield Violation(str(commit.id), before.id, "taken-back", sentence)

    def _file(self, commit: pygit2.Commit, read: CommitRead, file: ChangedFile) -> Iterator[Violation]:
        name, number = PurePosixPath(file.path).stem, str(commit.id)
        if file.new is None:
            yield Violation(number, name, "removed", "the ticket's file was removed")
            return
        given = self.seen.get("ticket", name)
        if file.old is None and ID.fullmatch(name) and given is not None:
            yield Violation(number, name, "number-reused", f"the number was given to {given} before")
        self.seen.first("ticket", name, file.path)
        if not isinstance(file.ticket, PromotionRequest):
            yield Violation(number, name, "unreadable", file.ticket or "")
            return
        self.report.tickets += given is None
        step = self._step(commit, read, file, file.ticket)
        found = [violation for check in self.checks for violation in check(step)]
        if not found:
            signed = None if isinstance(step.signed, Unproven) else step.signed
            self.report.note(file.ticket, signed, read.kid)
        if file.ticket.state in lifecycle.CLOSED:
            self.asked.pop(name, None)
        yield from found
        yield from self._beside(step, read.listed.merge)

    def _step(self, commit: pygit2.Commit, read: CommitRead, file: ChangedFile, now: PromotionRequest) -> Step:
        before = self._read(file.path, file.old) if file.old else None
        people = self.directory.directory
        submitted = self._submission(commit, read, file, now)
        return Step(
            commit=commit,
            path=file.path,
            mode=file.mode,
            before=before if isinstance(before, PromotionRequest) else None,
            now=now,
            directory=people,
            signed=read.signed,
            evidence=read.evidence,
            contract=read.contract,
            difference=read.difference,
            signs_service=read.signs_service,
            requester=submitted.requester,
            seen=self.seen,
            target=self._facts(file.path, now, self._files()),
            acts=self.acts,
            others=self.targets.of(now),
            passkeys=self.passkeys.book,
            decide_by=lifecycle.decide_by(now, submitted.decide_by),
            sealed=submitted.sealed,
            earlier=partial(self._earlier, file.path, now),
            lately=partial(self._earlier, file.path, now, self.newest),
        )

    def _files(self) -> Files:
        return Files(self.directory.directory, self.catalogue.catalogue, self.rules.book, self.delegations.book)

    def _beside(self, step: Step, merge: str | None) -> Iterator[Violation]:
        """Checks that the service's commits stand on the branch's line, unless a merge took the branch in as a side."""
        ours = plain(step.commit.committer.raw_email) == SERVICE_EMAIL
        if merge is not None and merge not in self.turned and ours and step.target.controlled:
            self.turned.add(merge)
            yield Violation(merge, step.now.id, "line-turned", "the merge puts what was on the branch's line beside it")

    def _facts(self, path: str, ticket: PromotionRequest, files: Files) -> TargetFacts:
        """The record's facts about the ticket's target."""
        controlled = self.switch is not None and path not in self.older
        owed = tuple(each for each in self.debts.values() if each.tenant == ticket.metadata.tenant)
        state = TargetState(self.first_approved.get(key_of(ticket)), debts=owed)
        return facts(files, controlled, state, Requested.of(ticket))

    def _earlier(self, path: str, ticket: PromotionRequest, since: int | None = None) -> Iterator[RecordAsOf]:
        """The same in every state of the line since some minutes before the act, or before that, the newest first."""
        until, seen = (ticket.last.at.timestamp() if since is None else since) - LOOKED.total_seconds(), None
        for commit in self._line():
            files = tuple(str(commit.tree[each].id) if each in commit.tree else "" for each in _JUDGING)
            if files != seen:
                seen, people = files, DirectoryState(self.git).move_to(commit, search=True)
                judging = CatalogueState().move_to(commit), RulesState().move_to(commit)
                read = Files(people, *judging, self.delegations.book_of(commit))
                yield RecordAsOf(people, self._facts(path, ticket, read))
            if commit.commit_time <= until:
                return
        if since is None:
            yield RecordAsOf(Directory(), self._facts(path, ticket, Files(Directory(), Catalogue(), Rulebook())))

    def _line(self) -> Iterator[pygit2.Commit]:
        """The commits of the line so far, the newest first."""
        return newest_first(self.git, self.before)

    def _submission(
        self, commit: pygit2.Commit, read: CommitRead, file: ChangedFile, now: PromotionRequest
    ) -> Submitted:
        """Finds who asked, until when somebody had to decide, and what was sealed of it."""
        if (known := self.asked.get(now.id)) is not None:
            return known
        signed: Claims | ServiceClaims | Unproven | None = read.signed
        people, said = self.directory.directory, (read.evidence, read.contract)
        if file.old is not None:
            created = self.git[added(self.repo, str(commit.id), file.path)].peel(pygit2.Commit)
            keys = self.keys.before(count(self.repo, str(created.id)))
            signed, people = claims_in(created, keys), DirectoryState(self.git).move_to(created, search=True)
            said = sealed_in(created, EVIDENCE, keys.evidence), sealed_in(created, CONTRACT, keys.contract)
        claims = signed if isinstance(signed, Claims) else None
        asker = requester_then(now.metadata.created_by, claims, people)
        until = (claims.decide_by if claims else None) or _UNKNOWN
        submitted = Submitted(self.people.setdefault(asker, asker), until, sealed_for(now, claims, *said))
        return self.asked.setdefault(now.id, submitted)

    def _read(self, path: str, blob: str) -> PromotionRequest | str:
        if (known := self.recent.get((path, blob))) is None:
            try:
                known = read_ticket(path, blob_of(self.git, blob))
            except RuleViolation as error:
                known = str(error)
            self._keep(path, blob, known)
        return known

    def _keep(self, path: str, blob: str, read: PromotionRequest | str) -> None:
        self.recent[path, blob] = read
        if len(self.recent) > _RECENT:
            self.recent.popitem(last=False)
