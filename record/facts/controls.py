"""Tells what the record says of a target now: whose it is, and which files of the record stand in the way."""

from dataclasses import dataclass, field, replace
from typing import Self

import pygit2

from domain import roles, rules, targets, votes
from domain.delegations import HandedVote, stood_in
from domain.escalation import EscalationStep
from domain.roles import Permission, Person, same_address
from domain.rules import Applied
from domain.targets import CatalogueEntry, FileFault, TargetFacts
from domain.ticket import HistoryEntry, Impact, PromotionRequest, Target, TargetType
from domain.votes import Need, Poll
from record.facts.debts import OpenDebts
from record.facts.delegations import DelegationBook, DelegationReader
from record.facts.passkeys import PasskeyBook, PasskeyReader
from record.facts.requesters import opened
from record.git.repository import Repository
from record.index.reader import Index
from record.index.targets import TargetState
from record.people.catalogue import FOLDERS, Catalogue, CatalogueReader
from record.people.directory import Directory, DirectoryReader
from record.people.members import PLATFORM, TENANTS, Fault
from record.people.rules import RULES, Rulebook, RulesReader
from record.signing.keys import KeyReader

_ASKING = (PLATFORM, TENANTS, RULES, *FOLDERS)
"""The files by which a passkey is asked for, in the tree of a commit."""

TAKEN_BACK = Fault(PLATFORM, "spec.controls was 2 before, and is not taken back")


@dataclass(frozen=True)
class Requested:
    """A request as far as the record's word on it depends on it."""

    tenant: str
    target: Target
    impact: Impact
    requester: str = ""
    votes: tuple[HistoryEntry, ...] = ()
    """Those that stand."""
    declarer: str | None = None
    """The address of whoever declared its emergency."""

    @classmethod
    def of(cls, ticket: PromotionRequest) -> Self:
        target, impact = ticket.spec.target, ticket.spec.request.impact_assessment
        cast = tuple(ticket.status.history[place] for place in ticket.votes)
        declarer = ticket.emergency.by if ticket.emergency else None
        return cls(ticket.metadata.tenant, target, impact, ticket.metadata.created_by, cast, declarer)


@dataclass(frozen=True)
class Files:
    """The files that judge a request, in one state of the record."""

    directory: Directory
    catalogue: Catalogue
    rules: Rulebook
    delegations: DelegationBook = field(default_factory=DelegationBook)
    passkeys: PasskeyBook = field(default_factory=PasskeyBook)


def facts(files: Files, controlled: bool, tickets: TargetState, asked: Requested) -> TargetFacts:
    """The facts of the target in one state of the record, for a tenant's request; `tickets` is what its tickets say.

    Files of targets and of rules stand in nobody's way before the rules about owners hold.
    """
    directory, catalogue, tenant, target = files.directory, files.catalogue, asked.tenant, asked.target
    faults, entry = directory.faults_of(tenant), catalogue.entry(target.type, target.name)
    applied = _applied(files.rules, asked, entry) if controlled else Applied()
    handed = files.delegations.handed(directory, tenant) if controlled else ()
    if controlled:
        taken_back = (TAKEN_BACK,) if directory.rules.controls < 2 else ()
        faults += (*taken_back, *catalogue.faults_of(target.type, target.name))
        if directory.rules.open_catalogue and entry is None:  # any file that can't be read may be the target's own
            faults += catalogue.unread(target.type)
        faults += (*files.rules.faults, *_undecided(applied))  # a rule that can't be read may hold for any request
    return TargetFacts(
        controlled=controlled,
        faults=tuple(map(_as_fault, faults)),
        entry=entry,
        open_catalogue=directory.rules.open_catalogue,
        first_approved=tickets.first_approved,
        production=tickets.production or _described(entry, tenant, target),
        coming=tickets.coming,
        rules=applied,
        poll=_poll(directory, applied, asked, handed),
        debts=tickets.debts,
        declarer=_declarer(directory, asked.declarer),
        handed=handed,
    )


def _declarer(directory: Directory, address: str | None) -> Person | None:
    """Whoever declared the emergency, as the directory has them now; their address alone, where it has nobody."""
    return None if address is None else directory.person(address) or Person(email=address, name=address)


def _poll(directory: Directory, applied: Applied, asked: Requested, handed: tuple[HandedVote, ...]) -> Poll:
    """The votes that stand, of everybody who may approve in the tenant now, or whose giver may; never of whoever is the
    requester, or votes for them."""
    people = [(entry, person) for entry in asked.votes if (person := directory.person(entry.by)) is not None]
    voters = (
        person if entry.on_behalf_of is None else stood_in(handed, person, entry.on_behalf_of, entry.at)
        for entry, person in people
    )
    requester = f"address {same_address(asked.requester)}"
    able = tuple(
        each
        for each in voters
        if each and requester not in each.identities and roles.holds(each, Permission.APPROVE, asked.tenant)
    )
    return Poll(needs=applied.approvals, voters=able, tenant=asked.tenant, groups=directory.rules.groups)


def stranding(directory: Directory, applied: Applied, asked: Requested) -> tuple[Need, ...]:
    """The votes that nobody in the directory could give the request, however many others there are."""
    requester = same_address(asked.requester)
    others = (each for each in directory.people if requester not in each.addresses)
    able = (each for each in others if roles.holds(each, Permission.APPROVE, asked.tenant))
    return votes.missing(applied.approvals, able, asked.tenant, directory.rules.groups)


def _applied(book: Rulebook, asked: Requested, entry: CatalogueEntry | None) -> Applied:
    """The rules that hold for the request, with the impact that the target's owners ask for at least."""
    impact = targets.at_least(asked.impact, entry.minimum_impact if entry else None)
    return rules.applied(book.rules, asked.tenant, asked.target, impact)


def _undecided(applied: Applied) -> tuple[Fault, ...]:
    """The fault of rules between which nothing decides."""
    first, *others = applied.undecided or ("",)
    if not others:
        return ()
    many = "is" if len(others) == 1 else "are"
    sentence = f"{', '.join(others)} {many} as specific, and says otherwise: make one match more closely"
    return (Fault(f"{RULES}/{first}.yaml", sentence),)


def _as_fault(fault: Fault) -> FileFault:
    return FileFault(sentence=str(fault), file=fault.path, line=fault.line)


def _described(entry: CatalogueEntry | None, tenant: str, target: Target) -> str | None:
    """The version that the catalogue says was in production before the first ticket."""
    if entry is None or (entry.tenant, entry.target) != (tenant, target.target_environment):
        return None
    return entry.version


def unowned(directory: Directory, catalogue: Catalogue, kind: TargetType, name: str) -> bool:
    """Tells whether the target belongs to who had a request for it approved first."""
    return directory.rules.open_catalogue and catalogue.entry(kind, name) is None


@dataclass(frozen=True)
class Controls:
    """Reads the branch's tip, as this process knows it."""

    directory: DirectoryReader
    catalogue: CatalogueReader
    rules: RulesReader
    delegations: DelegationReader
    passkeys: PasskeyReader
    index: Index
    debts: OpenDebts

    @classmethod
    def of(cls, repository: Repository, directory: DirectoryReader, index: Index) -> Self:
        delegations = DelegationReader(repository, KeyReader(repository))
        debts = OpenDebts(index)
        files = directory, CatalogueReader(repository), RulesReader(repository)
        return cls(*files, delegations, PasskeyReader(repository), index, debts)

    def of_ticket(self, ticket: PromotionRequest) -> TargetFacts:
        """The record's facts about a ticket's target. Raises what reading the record raises."""
        facts = self._facts(Requested.of(ticket), self.index.controlled(ticket.path))
        own = tuple(fault for fault in self.index.faults() if fault.path == ticket.path)
        return facts.model_copy(update={"faults": (*facts.faults, *map(_as_fault, own))}) if own else facts

    def escalation_of(self, ticket: PromotionRequest) -> tuple[EscalationStep, ...]:
        """Those whom rules ask while nobody decides on the ticket; nobody while a file in its reach is faulty.

        Raises what reading the record raises.
        """
        if not any(rule.escalation for rule in self.rules.current().rules):  # most rules have none
            return ()
        facts = self.of_ticket(ticket)
        return () if facts.faults else facts.rules.escalation

    def of_new(self, asked: Requested) -> TargetFacts:
        """The same for a request that is not recorded yet: the rules hold for it where they are switched on."""
        return self._facts(asked, self.index.switch() is not None)

    def _facts(self, asked: Requested, controlled: bool) -> TargetFacts:
        files, target = self.files(), asked.target
        tickets = self.index.state_of(asked.tenant, target.type, target.name, target.target_environment)
        if controlled and unowned(files.directory, files.catalogue, target.type, target.name):
            tickets = replace(tickets, first_approved=self.index.first_approved(target.type, target.name))
        if controlled and (debts := self.debts.of(asked.tenant)):
            tickets = replace(tickets, debts=debts)
        return facts(files, controlled, tickets, asked)

    def stamp(self, *tip: str | None) -> tuple[str, ...]:
        """The ids of the files that say whether a passkey is asked for, at the tip; at this disk's where none is named.

        Looks at nothing but Git's own objects, for the branch's writer asks it. Raises what reading the record raises.
        """
        repository = self.passkeys.repository
        at = tip[0] if tip else repository.tip()
        if at is None:
            return ()
        tree = opened(repository)[at].peel(pygit2.Commit).tree
        return tuple(str(tree[each].id) if each in tree else "" for each in _ASKING)

    def files(self) -> Files:
        """The files as they are now."""
        judging = self.directory.current(), self.catalogue.current(), self.rules.current()
        return Files(*judging, self.delegations.current(), self.passkeys.current())

    def faults(self) -> tuple[Fault, ...]:
        """Every file of the record that takes rights away now."""
        switched = self.index.switch() is not None
        directory = self.directory.current()
        taken_back = (TAKEN_BACK,) if switched and directory.rules.controls < 2 else ()
        files = (*self.catalogue.current().faults, *self.rules.current().faults) if switched else ()
        return (*directory.faults, *taken_back, *files, *self.index.faults())
