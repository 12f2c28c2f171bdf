"""Tells what the record says of a target now: whose it is, and which files of the record stand in the way."""

from dataclasses import dataclass
from typing import Self

from domain.targets import FileFault, TargetFacts
from domain.ticket import PromotionRequest, State, Target
from record.catalogue import Catalogue, CatalogueReader
from record.directory import Directory, DirectoryReader
from record.index import Index
from record.members import PLATFORM, Fault
from record.repository import Repository

TAKEN_BACK = Fault(PLATFORM, "spec.controls was 2 before, and is not taken back")


def facts(
    directory: Directory,
    catalogue: Catalogue,
    controlled: bool,
    first_approved: str | None,
    tenant: str,
    target: Target,
) -> TargetFacts:
    """What one state of the record says of the target, for a request of the tenant.

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
        faults=tuple(FileFault(sentence=str(each), file=each.path, line=each.line) for each in faults),
        entry=entry,
        open_catalogue=directory.rules.open_catalogue,
        first_approved=first_approved,
    )


@dataclass(frozen=True)
class Controls:
    """Reads the branch's tip, as this process knows it."""

    directory: DirectoryReader
    catalogue: CatalogueReader
    index: Index

    @classmethod
    def of(cls, repository: Repository, directory: DirectoryReader, index: Index) -> Self:
        return cls(directory, CatalogueReader(repository), index)

    def make(self) -> None:
        """Read all of it once, as far as it can be read now: what is known then is judged by while the record is away.

        The checks of messages come where nothing may take long.
        """
        self.index.make()
        self.directory.current()
        self.catalogue.current()

    def of_ticket(self, ticket: PromotionRequest) -> TargetFacts:
        """What the record says of a ticket's target. Raises what reading the record raises."""
        return self._facts(ticket.metadata.tenant, ticket.spec.target, self.index.controlled(ticket.path))

    def of_new(self, tenant: str, target: Target) -> TargetFacts:
        """The same for a request that is not recorded yet: the rules hold for it where they are switched on."""
        return self._facts(tenant, target, self.index.switch() is not None)

    def of_claim(self, tenant: str, target: Target, path: str) -> TargetFacts:
        """The same for a ticket of which only the file's path is known."""
        return self._facts(tenant, target, self.index.controlled(path))

    def _facts(self, tenant: str, target: Target, controlled: bool) -> TargetFacts:
        directory, catalogue = self.directory.current(), self.catalogue.current()
        asked = controlled and directory.rules.open_catalogue and catalogue.entry(target.type, target.name) is None
        first = self.index.first_approved(target.type, target.name) if asked else None
        found = facts(directory, catalogue, controlled, first, tenant, target)
        return found.model_copy(update=self._production(target, found)) if controlled else found

    def _production(self, target: Target, found: TargetFacts) -> dict[str, object]:
        """The version in production, and those that are about to come."""
        what = (target.type, target.name, target.target_environment)
        coming = (each for each in self.index.open_of(*what) if each.state is not State.PENDING)
        described = found.entry.version if found.entry else None
        return {
            "production": self.index.production(*what) or described,
            "coming": tuple(each.spec.target.version for each in coming),
        }

    def faults(self) -> tuple[Fault, ...]:
        """Every file of the record that takes rights away now."""
        switched = self.index.switch() is not None
        directory = self.directory.current()
        taken_back = (TAKEN_BACK,) if switched and directory.rules.controls < 2 else ()
        return (*directory.faults, *taken_back, *(self.catalogue.current().faults if switched else ()))
