"""The company's rules as `rules/*.yaml` have them, one file a rule, read strictly."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Literal

import pygit2
from pydantic import Field, StrictBool

from domain.calendars import ChangeWindow, Freeze
from domain.emergencies import EmergencyRule
from domain.escalation import Escalation
from domain.rules import Match, Rule, RuleName
from domain.standard import StandardRule
from domain.values import Frozen
from domain.votes import Need
from record.git.repository import Repository
from record.people.members import Fault, fault_of, load_strictly, shown
from record.people.tip import TipReader

RULES = "rules"
LARGEST = 256_000
"""Bytes of a rule: every decision waits until it is read."""
MOST, MOST_NAMES = 1_000, 5_000
"""Rules, and names in all of them, that are looked through for each request."""
_TOO_MANY = Fault(RULES, f"has more than {MOST} files")


class RuleMetadata(Frozen):
    name: RuleName


class RuleSpec(Frozen):
    match: Match = Match()
    approvals: tuple[Need, ...] | None = None
    freezes: tuple[Freeze, ...] = ()
    windows: tuple[ChangeWindow, ...] | None = None
    strand: Literal["allow"] | None = None
    standard: StandardRule | Literal[False] | None = None
    supersede: StrictBool | None = None
    emergency: EmergencyRule | Literal[False] | None = None
    escalation: Escalation | Literal[False] | None = None
    passkey: Literal["required", False] | None = None


class RuleFile(Frozen):
    """A file of rules. What it says and nobody knows is a fault: a rule with a misspelled key would not hold."""

    api_version: Literal["apim.cab-i.com/v1"]
    kind: Literal["Rules"]
    metadata: RuleMetadata
    spec: RuleSpec = Field()


@dataclass(frozen=True)
class Rulebook:
    """The rules of one state of the record. A file that can't be used may hold for any request, and so blocks all."""

    rules: tuple[Rule, ...] = ()
    faults: tuple[Fault, ...] = ()


def gathered(read: Iterable[Rule | Fault]) -> Rulebook:
    """The rules and faults that files are; of more than may be looked through, the fault alone."""
    known = tuple(read)
    rules = tuple(each for each in known if isinstance(each, Rule))
    if len(known) > MOST:
        return Rulebook(faults=(_TOO_MANY,))
    if sum(len(rule.match.names) for rule in rules) > MOST_NAMES:
        return Rulebook(faults=(Fault(RULES, f"its rules name more than {MOST_NAMES} targets"),))
    return Rulebook(rules, tuple(each for each in known if isinstance(each, Fault)))


@dataclass(slots=True)
class RulesState:
    """Follows the files from one commit to the next; what did not change is not read again."""

    book: Rulebook = field(default_factory=Rulebook)
    _known: dict[tuple[str, str], Rule | Fault] = field(default_factory=dict)
    _seen: str | None = None

    def move_to(self, commit: pygit2.Commit) -> Rulebook:
        """The rules as of the commit."""
        tree = commit.tree
        folder = tree[RULES] if RULES in tree else None  # noqa: SIM401  a tree has no get
        mark = "" if folder is None else f"{folder.filemode} {folder.id}"
        if mark != self._seen:
            self.book, self._seen = self._read(folder), mark
        return self.book

    def _read(self, folder: pygit2.Object | None) -> Rulebook:
        if folder is None:
            return Rulebook()
        if not isinstance(folder, pygit2.Tree):
            return Rulebook(faults=(Fault(RULES, "must be a folder"),))
        files: Mapping[tuple[str, str], pygit2.Object] = dict(_files(folder))
        if len(files) > MOST:
            return Rulebook(faults=(_TOO_MANY,))
        self._known = {mark: self._known.get(mark) or _parsed(mark[0], entry) for mark, entry in files.items()}
        return gathered(self._known.values())


def _files(folder: pygit2.Tree) -> Iterator[tuple[tuple[str, str], pygit2.Object]]:
    """Path, mark and content of every file that has to be a rule; what only documents is none."""
    for entry in folder:
        path = f"{RULES}/{shown(entry.name)}"
        if not path.casefold().endswith((".md", "/.gitkeep")):
            yield (path, f"{entry.filemode} {entry.id}"), entry


def _parsed(path: str, entry: pygit2.Object) -> Rule | Fault:
    if not isinstance(entry, pygit2.Blob) or entry.filemode == pygit2.enums.FileMode.LINK:
        return Fault(path, "must be a file")
    if not path.endswith(".yaml"):
        return Fault(path, "must end in .yaml")
    return parse(path, entry.data)


def parse(path: str, data: bytes) -> Rule | Fault:
    """The rule that the file is, or why it is none."""
    try:
        file = RuleFile.model_validate(load_strictly(data, LARGEST))
        name = file.metadata.name
        if PurePosixPath(path).name != f"{name}.yaml":
            return Fault(path, f"the file's name and metadata.name, {name}, must be the same")
        return Rule(name=name, **file.spec.model_dump(by_alias=False))
    except Exception as error:  # as in `record.people.members`
        return fault_of(path, data, error)


class RulesReader(TipReader[Rulebook]):
    """The rules as the branch has them now."""

    def __init__(self, repository: Repository) -> None:
        super().__init__(repository, RulesState(), Rulebook())
