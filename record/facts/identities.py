"""Tells who has acted by which sign-in, as the record's signed commits prove it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count

import pygit2
from pygit2.enums import SortMode

from domain.errors import IdentityChanged, Unproven
from domain.identity import SignIn, check_issuer, check_sign_in
from domain.roles import Person, same_address
from domain.signing import Claims, ServiceClaims
from record.facts.requesters import act_in, made, opened
from record.git.repository import Repository
from record.index.reader import Index
from record.people.directory import Directory
from record.people.members import Member
from record.signing.keys import KeyReader
from record.signing.signatures import Keys


@dataclass
class _Found:
    """The sign-in of an address's first proven act and that commit's number, or up to which there is none."""

    looked_to: int
    sign_in: SignIn | None = None


_NOTHING = _Found(0)


class SignIns(ABC):
    """Tells whether a sign-in is the one that a person's entry is bound to."""

    @abstractmethod
    def bound(self, directory: Directory, member: Member) -> SignIn | None:
        """The sign-in of the entry's first proven act, under any of its addresses; None before there is one."""

    def subject_of(self, directory: Directory, email: str) -> str | None:
        """The subject that an entry of this very address acted by; None before it acted, or where it names one."""
        found = (self.bound(directory, each) for each in directory.bindable(email))
        return next((bound.subject for bound in found if bound), None)

    def person(self, directory: Directory, email: str, sign_in: SignIn) -> Person | None:
        """The directory's person; an entry is not theirs where it names, or is bound to, another sign-in.

        An alias alone makes nobody its entry's person: it gives roles to the bound subject only. Raises
        IdentityChanged, RecordUnavailable.
        """
        foreign = self._foreign(directory, email, sign_in)
        person = directory.person(email, sign_in.subject, without=foreign)
        if person is not None and person.grants:
            check_issuer(sign_in, directory.rules.sign_ins.issuers)
        return person

    def _foreign(self, directory: Directory, email: str, sign_in: SignIn) -> list[Member]:
        """The entries that an address leads to, and that are somebody else's. Raises IdentityChanged."""
        foreign = []
        for member in directory.entries_without_subject(email):
            bound = self.bound(directory, member)
            if same_address(member.email) == same_address(email):
                check_sign_in(sign_in, bound)
            elif bound is None or not sign_in.is_of(bound):
                foreign.append(member)
        return foreign

    def check(self, directory: Directory, person: Person) -> None:
        """Raise IdentityChanged where a person who decides is not by the sign-in that their entry is bound to.

        Raise what reading the record raises where that can't be told now: it is no answer, and is asked again.
        """
        sign_in = SignIn(subject=person.subject, issuer=person.issuer)
        found = self.person(directory, person.email, sign_in)
        foreign = self._foreign(directory, person.email, sign_in)
        if foreign and not set(person.grants) <= set(found.grants if found else ()):
            raise IdentityChanged


@dataclass(frozen=True)
class KnownSignIns(SignIns):
    """The sign-ins that one state of the record binds addresses to, with the number of the act that did."""

    first: Mapping[str, tuple[int, SignIn]]

    def bound(self, directory: Directory, member: Member) -> SignIn | None:
        """The sign-in of the entry's first proven act; None before there is one."""
        del directory
        acts = (self.first[address] for address in member.addresses if address in self.first)
        return min(acts, key=lambda act: act[0], default=(0, None))[1]


@dataclass
class Identities(SignIns):
    """Finds the sign-in that an entry without `subject` is bound to. Safe to use from any thread.

    What was found is kept: a first act stays the first. Of who has not acted, only new commits are looked at.
    """

    repository: Repository
    index: Index
    keys: KeyReader
    _known: dict[str, _Found] = field(default_factory=dict)
    _by: tuple[Keys, str | None] | None = None
    _seen: int = 0

    def bound(self, directory: Directory, member: Member) -> SignIn | None:
        """The sign-in of the entry's first proven act, under any of its addresses; None before there is one."""
        since = directory.rules.sign_ins.since
        with self.index.turn:
            self._forget_changed(since)
            found = [self._first(address, since) for address in sorted(member.addresses)]
        return min((each for each in found if each.sign_in), key=lambda each: each.looked_to, default=_NOTHING).sign_in

    def all_of(self, directory: Directory) -> KnownSignIns:
        """The sign-ins that entries without `subject` are bound to. Costs what changed since the last time."""
        since = directory.rules.sign_ins.since
        with self.index.turn:
            self._forget_changed(since)
            last = self.index.sequence()
            new = self.index.signers(self._seen) if last > self._seen else frozenset()
            for address in directory.unnamed_addresses:
                if address in new or address not in self._known:
                    self._first(address, since)
            self._seen = last
            found = ((address, self._known[address]) for address in directory.unnamed_addresses)
            return KnownSignIns({address: (act.looked_to, act.sign_in) for address, act in found if act.sign_in})

    def _forget_changed(self, since: str | None) -> None:
        """Forget what was found by other keys, or from another commit on."""
        keys = self.keys.current()
        if self._by is None or self._by[0] is not keys or self._by[1] != since:
            self._known, self._by, self._seen = {}, (keys, since), 0

    def _first(self, address: str, since: str | None) -> _Found:
        known = self._known.get(address)
        if known is None:
            known = self._known[address] = _Found(self.index.ordinal(since) if since else 0)
        if known.sign_in is None and known.looked_to < (tip := self.index.sequence()):
            known.looked_to, known.sign_in = self._look(address, known.looked_to) or (tip, None)
        return known

    def _look(self, address: str, after: int) -> tuple[int, SignIn] | None:
        for each in self.index.signed_by(address, after):
            git = opened(self.repository)
            claims = act_in(git, each, self.keys.before(each.position))
            sign_in = proven_sign_in(claims, address)
            if sign_in and isinstance(claims, Claims) and self._made(git[each.oid].peel(pygit2.Commit), claims):
                return each.ordinal, sign_in
        return None

    def _made(self, commit: pygit2.Commit, claims: Claims) -> bool:
        ticket = self.index.get(claims.ticket)
        return ticket is not None and made(commit, ticket.path, claims)


def proven_sign_in(claims: Claims | ServiceClaims | Unproven | None, address: str) -> SignIn | None:
    """The sign-in that a signed act proves of the address: what isn't signed, or is another's, proves nothing."""
    if not isinstance(claims, Claims) or claims.sub is None or same_address(claims.email) != address:
        return None
    return SignIn(subject=claims.sub, issuer=claims.issuer)


@dataclass
class _Run:
    """Acts of one address by one sign-in, until it acts by another: where they begin, and their last commit."""

    place: int
    last: str
    sign_in: SignIn


@dataclass
class ActsSoFar:
    """The proven acts that an audit has passed, as far as they tell who acted by which sign-in."""

    git: pygit2.Repository
    _runs: dict[str, list[_Run]] = field(default_factory=dict)
    _passed: dict[str, frozenset[str]] = field(default_factory=dict)
    _places: "count[int]" = field(default_factory=count)

    def check(self, directory: Directory, address: str, sign_in: SignIn) -> None:
        """Raise IdentityChanged where an entry of that address, as of now, is bound to another sign-in."""
        for member in directory.entries_without_subject(address):
            check_sign_in(sign_in, self._bound(directory.rules.sign_ins.since, member))
        check_issuer(sign_in, directory.rules.sign_ins.issuers)

    def subject_of(self, directory: Directory, email: str) -> str | None:
        """The subject that an entry of this very address acted by, so far."""
        found = (self._bound(directory.rules.sign_ins.since, each) for each in directory.bindable(email))
        return next((bound.subject for bound in found if bound), None)

    def has_acted_as(self, subject: str, email: str) -> bool:
        """Tells whether that sign-in ever acted by the address, whatever the entries say by now."""
        return any(run.sign_in.subject == subject for run in self._runs.get(same_address(email), ()))

    def note(self, commit: str, address: str, sign_in: SignIn) -> None:
        """Remember an act."""
        runs = self._runs.setdefault(address, [])
        if runs and runs[-1].sign_in == sign_in:
            runs[-1].last = commit
        else:
            runs.append(_Run(next(self._places), commit, sign_in))

    def _bound(self, since: str | None, member: Member) -> SignIn | None:
        before = self._up_to(since) if since else frozenset[str]()
        runs = (run for address in member.addresses for run in self._runs.get(address, ()) if run.last not in before)
        first = min(runs, key=lambda run: run.place, default=None)
        return first.sign_in if first else None

    def _up_to(self, since: str) -> frozenset[str]:
        if since not in self._passed:
            known = since in self.git
            walk = self.git.walk(since, SortMode.NONE) if known else ()
            self._passed[since] = frozenset(str(commit.id) for commit in walk)
        return self._passed[since]
