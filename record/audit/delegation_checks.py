"""Checks of delegations: who handed a vote over might, and who voted by one was let by it, when they did."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pygit2
from git import Repo

from domain import roles
from domain.delegations import (
    FOLDER,
    Delegation,
    DelegationClaims,
    check_ended,
    check_given,
    stand_in,
    stood_in,
    vote_of,
)
from domain.errors import IdentityChanged, NotDelegated, RuleViolation, SelfApproval
from domain.identity import SignIn
from domain.roles import Permission, same_address
from domain.signing import FRESH, Claims
from domain.ticket import Action
from domain.values import iso
from record.audit.checks import Check, RecordAsOf, Step, Violation
from record.audit.seen import Seen
from record.audit.turns import LOOKED
from record.facts.delegations import DelegationAct, DelegationBook, DelegationsState, ProvenDelegation, read_line
from record.facts.identities import ActsSoFar
from record.git.message import SERVICE_EMAIL, plain
from record.people.directory import Directory, DirectoryState
from record.signing.keys import KeyLine


def check_behalf(step: Step) -> Iterator[Violation]:
    """Whoever voted for another did so by a delegation that stood then, and neither of them had asked for it."""
    if step.last.on_behalf_of is not None and step.always(lambda record: _refusal(step, record)):
        now = RecordAsOf(step.directory, step.target)
        refused = _refusal(step, now)
        rule = "self-approval" if isinstance(refused, SelfApproval) else "not-delegated"
        yield step.violation(rule, f"{step.last.by} {step.last.action} it for {step.last.on_behalf_of}: {refused}")


def _refusal(step: Step, record: RecordAsOf) -> RuleViolation | None:
    last = step.last
    sub = step.signed.sub if isinstance(step.signed, Claims) else None
    person, given = record.directory.person(last.by, sub), None
    if person is None or last.on_behalf_of is None:
        return NotDelegated()
    if last.action is Action.UNENDORSED and step.before is not None:
        given = vote_of(step.before, person.model_copy(update={"email": last.by}))
    stands, at = (stand_in, last.at) if given is None else (stood_in, given.at)
    found = stands(record.target.handed, person, last.on_behalf_of, at)
    return roles.refusal(found, Permission.APPROVE, step.now, step.requester) if found else NotDelegated()


CHECKS: tuple[Check, ...] = (check_behalf,)

BOOKS_KEPT = 16
"""Books of earlier states that are kept: an act is judged by few of them, and the next one by the same."""


@dataclass
class DelegationsSoFar:
    """The delegations as the line has them so far, and as it had them a few minutes before.

    Of states before only the changes are kept, and the books that were asked for last: memory grows with their number.
    """

    git: pygit2.Repository
    state: DelegationsState = field(init=False)
    _changes: list[tuple[str, ProvenDelegation | None]] = field(default_factory=list)
    """Each change of what is proven: the file, and what it is after it."""
    _made: dict[str, int] = field(default_factory=dict)
    """The number of changes that had been made in a state of the folder."""
    _books: dict[str, DelegationBook] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.state = DelegationsState(self.git)

    @property
    def book(self) -> DelegationBook:
        """The delegations after the last commit."""
        return self.state.book

    def book_of(self, commit: pygit2.Commit) -> DelegationBook:
        """The delegations as an earlier commit of the line had them."""
        mark = _mark(commit)
        if mark not in self._books:
            if len(self._books) >= BOOKS_KEPT:
                del self._books[next(iter(self._books))]
            self._books[mark] = self._book_after(self._made.get(mark, 0))
        return self._books[mark]

    def start_from(self, repo: Repo, commit: pygit2.Commit, keys: KeyLine) -> None:
        """Take all up to a commit for granted."""
        if _mark(commit):
            read_line(self.state, repo, str(commit.id), keys)
        self._changes = [(each.delegation.path, each) for each in self.book.proven]
        self._stands_at(commit)

    def take(self, commit: pygit2.Commit, position: int, keys: KeyLine) -> tuple[DelegationAct, ...]:
        """Take in the next commit of the line; what it did to delegations."""
        acts = self.state.take(commit, keys.before(position))
        self._changes += [(act.path, self.state.proven(act.path)) for act in acts]
        self._stands_at(commit)
        return acts

    def _stands_at(self, commit: pygit2.Commit) -> None:
        """Note that the folder, as the commit has it, is what the changes so far made of it."""
        mark = _mark(commit)
        if self._made.get(mark) != len(self._changes):
            self._made[mark] = len(self._changes)
            self._books.pop(mark, None)

    def _book_after(self, changes: int) -> DelegationBook:
        found = dict(self._changes[:changes])
        return DelegationBook(tuple(each for each in found.values() if each is not None))


def _mark(commit: pygit2.Commit) -> str:
    return str(commit.tree[FOLDER].id) if FOLDER in commit.tree else ""


@dataclass(frozen=True)
class DelegationJudge:
    """Judges what a commit of the line did to delegations; `directory` is as it was before, `line` leads back.

    `signs_service` tells that the service signed its acts by then.
    """

    commit: pygit2.Commit
    directory: Directory
    line: Callable[[], Iterator[pygit2.Commit]]
    git: pygit2.Repository
    acts: ActsSoFar
    seen: Seen
    signs_service: bool

    def violations(self, acts: Iterable[DelegationAct]) -> Iterator[Violation]:
        """Every rule that it broke."""
        for act in acts:
            if act.fault is not None:
                yield self._violation(act, "delegation-not-proven", f"{act.fault}; it gives nobody a vote")
            elif act.signed is not None and act.now is not None:
                yield from self._signed(act, act.now, act.signed)

    def _signed(self, act: DelegationAct, now: Delegation, claims: DelegationClaims) -> Iterator[Violation]:
        broken = _broken_gift if now.withdrawn is None else _broken_end
        if all(broken(each, now, claims) for each in self._directories(claims.at)):
            why = broken(self.directory, now, claims)
            yield self._violation(act, "delegation-not-allowed", f"{claims.email} {claims.action} it: {why}")
        try:
            sign_in = SignIn(subject=claims.sub, issuer=claims.issuer)
            self.acts.check(self.directory, same_address(claims.email), sign_in)
        except IdentityChanged:
            yield self._violation(act, "subject-changed", f"{claims.email} acted as {claims.sub}, not as before")
        if self.signs_service and (claims.tip is None or self.seen.get("line", claims.tip) is None):
            yield self._violation(act, "signed-out-of-order", "the signer saw a commit that is not before it")
        yield from self._commit(act, claims)

    def _commit(self, act: DelegationAct, claims: DelegationClaims) -> Iterator[Violation]:
        """Checks that the service committed it, that act alone, when it had happened."""
        author, committer = (plain(each.raw_email) for each in (self.commit.author, self.commit.committer))
        if committer != SERVICE_EMAIL or same_address(author) != same_address(claims.email):
            yield self._violation(act, "false-author", f"{claims.email} acted, and {author} is the author")
        parent = self.commit.parents[0].tree if self.commit.parents else None
        if parent is not None and len(list(parent.diff_to_tree(self.commit.tree).deltas)) > 1:
            yield self._violation(act, "not-one-delegation", "its commit changes more than was signed")
        committed = datetime.fromtimestamp(self.commit.commit_time, UTC)
        if claims.at > committed + FRESH:
            yield self._violation(
                act, "false-date", f"it was committed at {iso(committed)}, before it was signed at {iso(claims.at)}"
            )

    def _directories(self, at: datetime) -> Iterator[Directory]:
        """The people of every state of the line that whoever acted may have read."""
        yield self.directory
        for commit in self.line():
            yield DirectoryState(self.git).move_to(commit, search=True)
            if commit.commit_time <= (at - LOOKED).timestamp():
                return

    def _violation(self, act: DelegationAct, rule: str, sentence: str) -> Violation:
        return Violation(str(self.commit.id), act.path, rule, sentence)


def _broken_gift(directory: Directory, now: Delegation, claims: DelegationClaims) -> RuleViolation | None:
    """The reason why the giver could not hand their vote over, or not to them."""
    giver, delegate = directory.person(now.giver, claims.sub), directory.person(now.to)
    try:
        check_given(now, giver, delegate, directory.tenants)
    except RuleViolation as refused:
        return refused
    return None


def _broken_end(directory: Directory, now: Delegation, claims: DelegationClaims) -> RuleViolation | None:
    """The reason why whoever withdrew it might not."""
    try:
        check_ended(now, directory.person(claims.email, claims.sub))
    except RuleViolation as refused:
        return refused
    return None
