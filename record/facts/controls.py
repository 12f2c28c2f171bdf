"""Tells what the record says of a target now: whose it is, and which files of the record stand in the way."""

from dataclasses import dataclass, replace
from typing import Self

from domain.targets import CatalogueEntry, FileFault, TargetFacts
from domain.ticket import PromotionRequest, Target, TargetType
from record.git.repository import Repository
from record.index.reader import Index
from record.index.targets import TargetState
from record.people.catalogue import Catalogue, CatalogueReader
from record.people.directory import Directory, DirectoryReader
from record.people.members import PLATFORM, Fault

TAKEN_BACK = Fault(PLATFORM, "spec.controls was 2 before, and is not taken back")


def facts(
    directory: Directory,
    catalogue: Catalogue,
    controlled: bool,
    tickets: TargetState,
    tenant: str,
    target: Target,
) -> TargetFacts:
    """The facts of the target in one state of the record, for a tenant's request; `tickets` is what its tickets say.

    Files of targets stand in nobody's way before the rules about owners hold.
    """
    faults, entry = directory.faults_of(tenant), catalogue.entry(target.type, target.name)
    if controlled:
        taken_back = (TAKEN_BACK,) if directory.rules.controls < 2 else ()
        faults += (*taken_back, *catalogue.faults_of(target.type, target.name))
        if directory.rules.open_catalogue and entry is None:  # any file that can't be read may be the target's own
            faults += catalogue.unread(target.type)
    return TargetFacts(
        controlled=controlled,
        faults=tuple(map(_as_fault, faults)),
        entry=entry,
        open_catalogue=directory.rules.open_catalogue,
        first_approved=tickets.first_approved,
        production=tickets.production or _described(entry, tenant, target),
        coming=tickets.coming,
    )


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
    index: Index

    @classmethod
    def of(cls, repository: Repository, directory: DirectoryReader, index: Index) -> Self:
        return cls(directory, CatalogueReader(repository), index)

    def of_ticket(self, ticket: PromotionRequest) -> TargetFacts:
        """The record's facts about a ticket's target. Raises what reading the record raises."""
        facts = self._facts(ticket.metadata.tenant, ticket.spec.target, self.index.controlled(ticket.path))
        own = tuple(fault for fault in self.index.faults() if fault.path == ticket.path)
        return facts.model_copy(update={"faults": (*facts.faults, *map(_as_fault, own))}) if own else facts

    def of_new(self, tenant: str, target: Target) -> TargetFacts:
        """The same for a request that is not recorded yet: the rules hold for it where they are switched on."""
        return self._facts(tenant, target, self.index.switch() is not None)

    def of_claim(self, tenant: str, target: Target, path: str) -> TargetFacts:
        """The same for a ticket of which only the file's path is known."""
        return self._facts(tenant, target, self.index.controlled(path))

    def _facts(self, tenant: str, target: Target, controlled: bool) -> TargetFacts:
        directory, catalogue = self.directory.current(), self.catalogue.current()
        tickets = self.index.state_of(tenant, target.type, target.name, target.target_environment)
        if controlled and unowned(directory, catalogue, target.type, target.name):
            tickets = replace(tickets, first_approved=self.index.first_approved(target.type, target.name))
        return facts(directory, catalogue, controlled, tickets, tenant, target)

    def faults(self) -> tuple[Fault, ...]:
        """Every file of the record that takes rights away now."""
        switched = self.index.switch() is not None
        directory = self.directory.current()
        taken_back = (TAKEN_BACK,) if switched and directory.rules.controls < 2 else ()
        catalogue = self.catalogue.current().faults if switched else ()
        return (*directory.faults, *taken_back, *catalogue, *self.index.faults())
