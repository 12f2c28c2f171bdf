"""Knows who is who and who may do what, as the record's branch says it now."""

import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from types import MappingProxyType
from typing import TypeVar

import pygit2
from pygit2.enums import SortMode

from domain import roles
from domain.audience import Audience, Contact
from domain.errors import RuleViolation, TenantGone
from domain.roles import MOST_GRANTS, Grant, Permission, Person, Requester, same_address
from domain.ticket import PromotionRequest
from domain.values import same_name
from domain.votes import Groups
from domain.webhooks import Webhook
from record.git.lasting import Lasting, repository_at
from record.git.repository import Repository
from record.people.members import PLATFORM, TENANTS, Fault, Member, Membership, PlatformRules, disputes, parse, shown

_LOG = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TenantInfo:
    """A tenant as its file describes it. One person stands once for each of their roles."""

    name: str
    display_name: str
    members: tuple[Member, ...]
    webhooks: tuple[Webhook, ...] = ()
    unusable: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Directory:
    """The people and tenants of one state of the record. What no file grants, nobody has.

    A service account in dispute stays known, and holds no role.
    """

    memberships: tuple[Membership, ...] = ()
    faults: tuple[Fault, ...] = ()

    @cached_property
    def tenants(self) -> Mapping[str, TenantInfo]:
        """Every tenant that has a good file, by name."""
        found = {
            each.tenant: TenantInfo(each.tenant, each.display_name, each.members, each.webhooks, each.unusable)
            for each in self.memberships
            if each.tenant is not None
        }
        return MappingProxyType(found)

    @cached_property
    def rules(self) -> PlatformRules:
        """The rules that the platform's file sets for everybody; without one, it sets nothing."""
        return next((each.rules for each in self.memberships if each.tenant is None), PlatformRules())

    def faults_of(self, tenant: str) -> tuple[Fault, ...]:
        """The faults in whose reach a tenant is: its own file's, and the platform's."""
        reaching = (PLATFORM, TENANTS)
        return tuple(each for each in self.faults if each.path in reaching or each.stem == same_name(tenant))

    @cached_property
    def disputes(self) -> Mapping[str, Fault]:
        """The service accounts that can't be what the files say, by address, and why."""
        return disputes(self.memberships)

    @cached_property
    def unusable(self) -> tuple[Fault, ...]:
        """The entries of good files that are told nothing as they are; no right depends on them."""
        return tuple(fault for each in self.memberships for fault in each.unusable)

    @cached_property
    def _granted(self) -> tuple[tuple[Member, Grant], ...]:
        return tuple(granted for each in self.memberships for granted in each.grants())

    @cached_property
    def _by_address(self) -> Mapping[str, list[tuple[Member, Grant]]]:
        return _grouped((address, each) for each in self._granted for address in each[0].addresses)

    @cached_property
    def _by_subject(self) -> Mapping[str, list[tuple[Member, Grant]]]:
        return _grouped((each[0].subject, each) for each in self._granted if each[0].subject is not None)

    @cached_property
    def _owned(self) -> Mapping[str, list[Member]]:
        """Service accounts by their owner's address."""
        return _grouped((same_address(each.owner), each) for each, _ in self._granted if each.owner is not None)

    @cached_property
    def unnamed_addresses(self) -> frozenset[str]:
        """Every address of an entry that names no subject."""
        unnamed = (member for member, _ in self._granted if member.subject is None)
        return frozenset(address for member in unnamed for address in member.addresses)

    def entries_without_subject(self, email: str) -> tuple[Member, ...]:
        """The entries that have this address, or alias, and name no subject, one of those that are alike."""
        found = (member for member, _ in self._by_address.get(same_address(email), ()) if member.subject is None)
        return tuple({_alike(member): member for member in found}.values())

    def bindable(self, email: str) -> tuple[Member, ...]:
        """The entries of this very address that name no subject."""
        found = self.entries_without_subject(email)
        return tuple(each for each in found if same_address(each.email) == same_address(email))

    def person(self, email: str, subject: str | None = None, without: Collection[Member] = ()) -> Person | None:
        """The person with that address or alias, or with that proven subject; None if no file knows them.

        An entry that names another subject than the one proven is somebody else's and grants nothing; where none is
        proven, the subject that counts is that of the address's own entry, not of whoever has it as an alias. Grants
        come from entries that name this address or subject themselves; addresses also from what those entries lead to,
        so that somebody with several accounts, or with a service account, is recognised as one requester. Entries alike
        to one in `without` grant nothing, and name nobody who has an entry of their own.
        """
        address = same_address(email)
        entries = [*self._by_address.get(address, ()), *self._by_subject.get(subject or "", ())]
        subject = subject or self._subject_of(address)
        mine = [(member, grant) for member, grant in entries if member.subject in {None, subject} or subject is None]
        if not mine:
            return None
        outside = set(map(_alike, without))
        own = [member for member, _ in mine if _alike(member) not in outside] or [mine[0][0]]
        main = next((member for member in own if same_address(member.email) == address), own[0])
        others = self._addresses(member for member, _ in mine) | {address}
        granted = (grant for member, grant in mine if _alike(member) not in outside)
        disputed = any(same_address(member.email) in self.disputes for member, _ in mine)
        return Person(
            email=main.email,
            name=main.name,
            subject=subject or next((member.subject for member, _ in mine if member.subject), None),
            aliases=tuple(sorted(others - {same_address(main.email)})),
            # More than a person can hold is no reason to refuse everybody else.
            grants=() if disputed else tuple(dict.fromkeys(granted))[:MOST_GRANTS],
            owner=next((member.owner for member, _ in mine if member.owner), None),
        )

    def _subject_of(self, address: str) -> str | None:
        """The subject that an entry of the address itself names."""
        own = (each.subject for each, _ in self._by_address.get(address, ()) if same_address(each.email) == address)
        return next(filter(None, own), None)

    def _addresses(self, members: Iterable[Member]) -> set[str]:
        """Every address that these entries, and entries that share one with them, call one person's or own."""
        found: set[str] = set()
        queue = [address for member in members for address in member.addresses]
        while queue:
            address = queue.pop()
            if address not in found:
                found.add(address)
                queue += [each for member, _ in self._by_address.get(address, ()) for each in member.addresses]
                queue += [each for member in self._owned.get(address, ()) for each in member.addresses]
        return found

    @cached_property
    def people(self) -> tuple[Person, ...]:
        """Everybody whom a file names, once."""
        emails = dict.fromkeys(same_address(member.email) for member, _ in self._granted)
        found: dict[str, Person] = {}
        for person in map(self.person, emails):
            if person is not None:
                found.setdefault(same_address(person.email), person)
        return tuple(found.values())

    def who_may(self, permission: Permission, tenant: str) -> tuple[Person, ...]:
        """Everybody who holds the permission on any ticket of the tenant; nobody for a tenant without a file."""
        if tenant not in self.tenants:
            return ()
        return tuple(person for person in self.people if roles.holds(person, permission, tenant))

    def refusal(
        self, person: Person, permission: Permission, ticket: PromotionRequest, requester: Requester | None = None
    ) -> RuleViolation | None:
        """Asks `roles.refusal`, and lets nothing through for a tenant without a file, which has no rules."""
        tenant = ticket.metadata.tenant
        if refused := roles.refusal(person, permission, ticket, requester):
            return refused
        if permission in {Permission.APPROVE, Permission.RETRY} and tenant not in self.tenants:
            return TenantGone(f"The tenant {tenant} no longer exists", tenant=tenant)
        return None

    def audience(self, tenant: str) -> Audience:
        """The audience of announcements of the tenant's tickets: its people, the platform's, and its Slack channel."""
        here = [each for each in self.memberships if each.tenant in {None, tenant}]
        entries: dict[str, tuple[Person, list[Member]]] = {}
        for member in (member for each in here for member in each.members):
            if (person := self.person(member.email)) is not None:
                entries.setdefault(same_address(person.email), (person, []))[1].append(member)
        return Audience(
            tenant_name=next((each.display_name for each in here if each.tenant), tenant),
            contacts=tuple(_contact(*each, self.rules.groups) for each in entries.values()),
            ops=tuple(contact for each in here for contact in each.ops),
            slack_channel=next((each.slack_channel for each in here if each.slack_channel), None),
            webhooks=tuple(webhook for each in here for webhook in each.webhooks),
        )

    def person_in_slack(self, user: str) -> Person | None:
        """The one person whose entries name this Slack user; None where that is nobody, several, or a service."""
        emails = {same_address(member.email) for member, _ in self._granted if member.slack_id == user}
        found = {person.email: person for person in map(self.person, sorted(emails)) if person is not None}
        only = next(iter(found.values())) if len(found) == 1 else None
        return only if only and only.owner is None else None


def _alike(member: Member) -> tuple[str | None, str, frozenset[str]]:
    """The marks that the entries of one person have in common, wherever they stand."""
    return member.subject, same_address(member.email), member.addresses


def _contact(person: Person, members: Iterable[Member], groups: Groups) -> Contact:
    """Makes a person's contact of their entries for one place: who listens in one of them listens."""
    entries = tuple(members)
    return Contact(
        person=person,
        language=next((member.language for member in entries if member.language), None),
        follows=any(member.notify is True for member in entries),
        silent=all(member.notify == "never" for member in entries),
        groups=tuple(name for name, members in groups.items() if not members.isdisjoint(person.addresses)),
        slack=next((member.slack_id for member in entries if member.slack_id), None),
    )


def _grouped(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


@dataclass(slots=True)
class DirectoryState:
    """Follows the files from one commit to the next.

    A file that went bad keeps what it last said well, for reading and for what grants nothing: rejecting and
    withdrawing stay possible to whom it allowed them. Its fault keeps everything else from going on.
    """

    git: pygit2.Repository
    good: dict[str, tuple[str, Membership]] = field(default_factory=dict)
    directory: Directory = field(default_factory=Directory)
    _seen: tuple[str, str] | None = None

    def move_to(self, commit: pygit2.Commit, *, search: bool = False) -> Directory:
        """The directory as of the commit; `search` the history for the last good state of files that are bad now."""
        marks = _marks(commit)
        if marks != self._seen:
            self.directory = self._read(commit, search=search)
            self._seen = marks
        return self.directory

    def _read(self, commit: pygit2.Commit, *, search: bool) -> Directory:
        faults: list[Fault] = []
        good: dict[str, tuple[str, Membership]] = {}
        for path, entry in _files(commit.tree).items():
            read = self._file(path, entry)
            if isinstance(read, Fault):
                faults.append(read)
                last = self.good.get(path) or (self._last_good(commit, path) if search else None)
            else:
                last = read
            if last is not None:
                good[path] = last
        self.good = good
        return Directory(tuple(membership for _, membership in good.values()), tuple(faults))

    def _file(self, path: str, entry: pygit2.Object) -> tuple[str, Membership] | Fault:
        if path == TENANTS:
            return Fault(path, "must be a folder")
        if not isinstance(entry, pygit2.Blob) or entry.filemode == pygit2.enums.FileMode.LINK:
            return Fault(path, "must be a file")
        if not path.endswith(".yaml"):
            return Fault(path, "must end in .yaml")
        known = self.good.get(path)
        if known is not None and known[0] == str(entry.id):
            return known
        read = parse(path, entry.data)
        return read if isinstance(read, Fault) else (str(entry.id), read)

    def _last_good(self, commit: pygit2.Commit, path: str) -> tuple[str, Membership] | None:
        """Finds what the file last said well, unless it was away since."""
        seen = None
        walk = self.git.walk(commit.id, SortMode.TOPOLOGICAL)
        walk.simplify_first_parent()
        for earlier in walk:
            marks = _marks(earlier)
            if marks == seen:
                continue
            seen = marks
            entry = _files(earlier.tree).get(path)
            if entry is None:
                return None
            read = self._file(path, entry)
            if not isinstance(read, Fault):
                return read
        return None


def _marks(commit: pygit2.Commit) -> tuple[str, str]:
    """The marks of a commit that change when a file of the directory does."""
    tree = commit.tree
    found = (tree[name] if name in tree else None for name in (TENANTS, PLATFORM))  # noqa: SIM401  a tree has no get
    first, second = ("" if each is None else f"{each.filemode} {each.id}" for each in found)
    return first, second


def _files(tree: pygit2.Tree) -> dict[str, pygit2.Object]:
    """The directory's files by path; what only documents (`.md`, `.gitkeep`) is none."""
    found: dict[str, pygit2.Object] = {PLATFORM: tree[PLATFORM]} if PLATFORM in tree else {}
    folder = tree[TENANTS] if TENANTS in tree else None  # noqa: SIM401  a tree has no get
    if folder is not None and not isinstance(folder, pygit2.Tree):
        found[TENANTS] = folder
    for entry in folder if isinstance(folder, pygit2.Tree) else ():
        if entry.name and not entry.name.endswith(".md") and not entry.name.startswith("."):
            found[f"{TENANTS}/{shown(entry.name)}"] = entry
    return found


class DirectoryReader:
    """The directory as the branch has it now. Safe to use from any thread; cheap while nothing changes."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._state: DirectoryState | None = None
        self._lasting: Lasting
        self._tip: str | None = None
        self._directory = Directory()
        self._lock = Lock()

    def current(self) -> Directory:
        """The directory of the branch's tip: a change of a file takes effect with the next call."""
        tip = self._repository.tip()
        if tip == self._tip or tip is None:
            return self._directory
        with self._lock:
            if tip != self._tip:
                self._move_to(tip)
            return self._directory

    def _move_to(self, tip: str) -> None:
        if self._state is None:
            self._state = DirectoryState(repository_at(self._repository.path))
            self._lasting = Lasting(self._state.git)
        self._lasting.look()
        before = self._directory
        self._directory = self._state.move_to(self._state.git[tip].peel(pygit2.Commit), search=True)
        self._tip = tip
        for fault in self._directory.faults:
            if fault not in before.faults:
                _LOG.error("%s; until that is mended nothing in its reach is created, approved or launched", fault)
        for fault in self._directory.unusable:
            if fault not in before.unusable:
                _LOG.error("%s; until that is mended it is told nothing", fault)
        for account, fault in self._directory.disputes.items():
            if before.disputes.get(account) != fault:
                _LOG.error("%s: %s; until that is mended it holds no role", fault.path, fault.sentence)
