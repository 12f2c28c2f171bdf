"""The catalogue: whose each target is, as `apis/`, `applications/` and `policies/` say, one file a target."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Literal

import pygit2
from pydantic import ConfigDict, Field

from domain.contract import ContractRule
from domain.evidence import EvidenceRule
from domain.health import HealthCheck
from domain.targets import CatalogueEntry
from domain.ticket import Impact, PromotionRequest, TargetType
from domain.values import Environment, Frozen, TargetName, Tenant, Version, same_name
from record.git.repository import Repository
from record.people.members import Fault, OpenModel, fault_of, load_strictly, shown
from record.people.tip import TipReader

FOLDERS: Mapping[str, frozenset[TargetType]] = {
    "apis": frozenset(TargetType),
    "applications": frozenset({TargetType.APPLICATION}),
    "policies": frozenset({TargetType.POLICY}),
}
"""The kinds of target that each folder describes; `apis/` was there first and may hold all."""

_KINDS = {"Api": TargetType.API, "Application": TargetType.APPLICATION, "Policy": TargetType.POLICY}
_MAX_DEPTH = 8
LARGEST = 64_000
"""Bytes of an entry: it is small, and reading takes time that everybody waits for."""


class _Metadata(OpenModel):
    name: TargetName
    tenant: Tenant


class _Promotion(Frozen):
    model_config = ConfigDict(alias_generator=None)

    source: Annotated[Environment, Field(alias="from")] = "staging"
    target: Annotated[Environment, Field(alias="to")] = "prod"


class _Spec(OpenModel):
    version: Version
    minimum_impact: Impact | None = None
    promotion: _Promotion = _Promotion()
    evidence: EvidenceRule = EvidenceRule()
    contract: ContractRule | None = None
    passkey: Literal["required"] | None = None
    health: HealthCheck | None = None


class _File(OpenModel):
    api_version: Literal["apim.cab-i.com/v1"]
    kind: Literal["Api", "Application", "Policy"]
    metadata: _Metadata
    spec: _Spec


Key = tuple[TargetType, str]


def key_of(ticket: PromotionRequest) -> Key:
    """The ticket's target, whatever the environment."""
    return ticket.spec.target.type, same_name(ticket.spec.target.name)


"""A target's type and name, comparable."""


@dataclass(frozen=True)
class Catalogue:
    """The targets of one state of the record. A file that can't be used names nobody's target, and blocks its own."""

    read: tuple[tuple[str, CatalogueEntry], ...] = ()
    broken: tuple[Fault, ...] = ()

    @cached_property
    def _by_key(self) -> Mapping[Key, list[tuple[str, CatalogueEntry]]]:
        found: dict[Key, list[tuple[str, CatalogueEntry]]] = {}
        for path, entry in self.read:
            found.setdefault((entry.type, same_name(entry.name)), []).append((path, entry))
        return found

    @cached_property
    def entries(self) -> tuple[CatalogueEntry, ...]:
        """Every target that one good file describes."""
        return tuple(found[0][1] for found in self._by_key.values() if len(found) == 1)

    @cached_property
    def faults(self) -> tuple[Fault, ...]:
        """The files that can't be used, those that name one target twice among them."""
        return (*self.broken, *self._twice)

    @cached_property
    def _twice(self) -> tuple[Fault, ...]:
        found = [each for each in self._by_key.values() if len(each) > 1]
        return tuple(
            Fault(path, f"{entry.type} {entry.name} is described by {_others(path, group)} too", names=(entry.name,))
            for group in found
            for path, entry in group
        )

    @cached_property
    def _reaching(self) -> Mapping[str, list[tuple[Fault, frozenset[TargetType]]]]:
        """Faults by the names that they reach, with the kinds: the name in the path, and what the file itself names."""
        found: dict[str, list[tuple[Fault, frozenset[TargetType]]]] = {}
        for fault in self.faults:
            found.setdefault(fault.stem, []).append((fault, FOLDERS[fault.path.split("/")[0]]))
            for name in fault.names:
                found.setdefault(same_name(name), []).append((fault, frozenset(TargetType)))
        return found

    def entry(self, kind: TargetType, name: str) -> CatalogueEntry | None:
        """The target's entry, where exactly one good file has it."""
        found = self._by_key.get((kind, same_name(name)), [])
        return found[0][1] if len(found) == 1 else None

    def unread(self, kind: TargetType) -> tuple[Fault, ...]:
        """The files of which nobody can tell which target they describe; each may be any of its kinds."""
        return tuple(fault for fault in self.broken if not fault.names and kind in FOLDERS[fault.path.split("/")[0]])

    def faults_of(self, kind: TargetType, name: str) -> tuple[Fault, ...]:
        """The faults in whose reach the target is."""
        reached = [*self._reaching.get(same_name(name), ())]
        reached += [(fault, FOLDERS[fault.path]) for fault in self.broken if fault.path in FOLDERS]
        return tuple(dict.fromkeys(fault for fault, kinds in reached if kind in kinds))


def _others(path: str, group: Iterable[tuple[str, CatalogueEntry]]) -> str:
    return ", ".join(other for other, _ in group if other != path)


@dataclass(slots=True)
class CatalogueState:
    """Follows the files from one commit to the next; what did not change is not read again."""

    catalogue: Catalogue = field(default_factory=Catalogue)
    _known: dict[tuple[str, str], CatalogueEntry | Fault] = field(default_factory=dict)
    _seen: tuple[str, ...] | None = None

    def move_to(self, commit: pygit2.Commit) -> Catalogue:
        """The catalogue as of the commit."""
        tree = commit.tree
        folders = {name: tree[name] for name in FOLDERS if name in tree}
        marks = tuple(str(folders[name].id) if name in folders else "" for name in FOLDERS)
        if marks != self._seen:
            self.catalogue, self._seen = self._read(folders), marks
        return self.catalogue

    def _read(self, folders: Mapping[str, pygit2.Object]) -> Catalogue:
        files = [each for name, folder in folders.items() for each in _files(folder, name, _MAX_DEPTH)]
        self._known = {mark: self._known.get(mark) or _parsed(mark[0], entry) for mark, entry in files}
        read = [(path, said) for (path, _), said in self._known.items() if isinstance(said, CatalogueEntry)]
        faults = [said for said in self._known.values() if isinstance(said, Fault)]
        no_folders = (name for name, folder in folders.items() if not isinstance(folder, pygit2.Tree))
        faults += [Fault(name, "must be a folder") for name in no_folders]
        return Catalogue(tuple(read), tuple(faults))


def _files(folder: pygit2.Object, path: str, depth: int) -> Iterator[tuple[tuple[str, str], pygit2.Object]]:
    """Path and blob of every file that has to describe a target, those in folders below too."""
    for entry in folder if isinstance(folder, pygit2.Tree) else ():
        where = f"{path}/{shown(entry.name)}"
        if isinstance(entry, pygit2.Tree) and depth:
            yield from _files(entry, where, depth - 1)
        elif isinstance(entry, pygit2.Tree) or where.casefold().endswith((".yaml", ".yml")):
            yield (where, f"{entry.filemode} {entry.id}"), entry


def _parsed(path: str, entry: pygit2.Object) -> CatalogueEntry | Fault:
    if isinstance(entry, pygit2.Tree):
        return Fault(path, "is a folder too deep to be read")
    if not isinstance(entry, pygit2.Blob) or entry.filemode == pygit2.enums.FileMode.LINK:
        return Fault(path, "must be a file")
    return parse(path, entry.data)


def parse(path: str, data: bytes) -> CatalogueEntry | Fault:
    """The target that the file describes, or why it describes none."""
    try:
        file = _File.model_validate(load_strictly(data, LARGEST))
        entry = CatalogueEntry(
            tenant=file.metadata.tenant,
            type=_KINDS[file.kind],
            name=file.metadata.name,
            version=file.spec.version,
            minimum_impact=file.spec.minimum_impact,
            source=file.spec.promotion.source,
            target=file.spec.promotion.target,
            evidence=file.spec.evidence,
            contract=file.spec.contract,
            passkey=file.spec.passkey is not None,
            health=file.spec.health,
        )
    except Exception as error:  # as in `record.people.members`
        return fault_of(path, data, error)
    if Fault(path, "").stem != same_name(entry.name):
        sentence = f"the file's name and metadata.name, {entry.name}, must be the same"
        return Fault(path, sentence, names=(entry.name,))
    if entry.type not in FOLDERS[path.split("/")[0]]:
        return Fault(path, f"an entry of kind {file.kind} has no place in this folder", names=(entry.name,))
    return entry


def entry_at(commit: pygit2.Commit, kind: TargetType, name: str) -> CatalogueEntry | Fault | None:
    """The target's entry in the files of one commit, or the fault in its way; None where none describes it.

    Reads no more files than those of the target's name: a file that describes it has no other one.
    """
    folders = {each: commit.tree[each] for each in FOLDERS if each in commit.tree and kind in FOLDERS[each]}
    marked = (mark for each, folder in folders.items() for mark in _files(folder, each, _MAX_DEPTH))
    said = [_parsed(path, blob) for (path, _), blob in marked if Fault(path, "").stem == same_name(name)]
    if fault := next((each for each in said if isinstance(each, Fault)), None):
        return fault
    found = [each for each in said if isinstance(each, CatalogueEntry) and each.type is kind]
    if len(found) > 1:
        return Fault(next(iter(folders)), f"{kind} {name} is described more than once", names=(name,))
    return found[0] if found else None


class CatalogueReader(TipReader[Catalogue]):
    """The catalogue as the branch has it now."""

    def __init__(self, repository: Repository) -> None:
        super().__init__(repository, CatalogueState(), Catalogue())
