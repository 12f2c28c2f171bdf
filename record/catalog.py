"""What the repository describes under `apis/`: the APIs, applications and policies that there are, and whose."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock
from typing import Literal

import pygit2
import yaml
from pydantic import ValidationError

from domain.ticket import TargetType
from domain.values import TargetName, Tenant, Version
from domain.yaml import describe
from record.members import Open, load_strictly
from record.repository import Repository

_LOG = logging.getLogger(__name__)
_FOLDER = "apis"
_KINDS = {"Api": TargetType.API, "Application": TargetType.APPLICATION, "Policy": TargetType.POLICY}


class _Metadata(Open):
    name: TargetName
    tenant: Tenant


class _Spec(Open):
    version: Version


class _File(Open):
    api_version: Literal["apim.cab-i.com/v1"]
    kind: Literal["Api", "Application", "Policy"]
    metadata: _Metadata
    spec: _Spec


@dataclass(frozen=True, slots=True)
class Described:
    """One target as its file describes it."""

    tenant: str
    type: TargetType
    name: str
    version: str


class Catalog:
    """The described targets as the branch has them now. Safe to use from any thread; read when they change."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._seen: str | None = None
        self._folder: str | None = None
        self._described: tuple[Described, ...] = ()
        self._lock = Lock()

    def current(self) -> tuple[Described, ...]:
        """Everything described at the branch's tip; a file that can't be read describes nothing, and is logged."""
        tip = self._repository.tip()
        if tip == self._seen or tip is None:
            return self._described
        with self._lock:
            git = pygit2.Repository(str(self._repository.path))
            tree = git[tip].peel(pygit2.Tree)
            folder = tree[_FOLDER] if _FOLDER in tree else None  # noqa: SIM401  a tree has no get
            mark = str(folder.id) if folder is not None else None
            if mark != self._folder:
                self._described = tuple(_all(folder, _FOLDER)) if isinstance(folder, pygit2.Tree) else ()
                self._folder = mark
            self._seen = tip
            return self._described


def _all(folder: pygit2.Tree, path: str) -> Iterator[Described]:
    for entry in folder:
        where = f"{path}/{entry.name}"
        if isinstance(entry, pygit2.Tree):
            yield from _all(entry, where)
        elif isinstance(entry, pygit2.Blob) and where.endswith((".yaml", ".yml")):
            yield from _one(entry.data, where)


def _one(data: bytes, path: str) -> Iterator[Described]:
    try:
        file = _File.model_validate(load_strictly(data))
    except ValidationError as error:
        _LOG.warning("%s describes no target: %s", path, describe(error))
    except (yaml.YAMLError, UnicodeError, RecursionError, ValueError) as error:
        _LOG.warning("%s describes no target: %s", path, " ".join(str(error).split()))
    else:
        yield Described(file.metadata.tenant, _KINDS[file.kind], file.metadata.name, file.spec.version)
