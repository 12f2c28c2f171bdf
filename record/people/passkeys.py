"""The form of a passkey's file: one writer, one strict reader."""

from collections.abc import Iterator
from typing import Annotated, Literal

import pygit2
import yaml
from pydantic import Field

from domain.assertions import Assertion, Base64Url, PasskeyId
from domain.passkeys import FOLDER, Label, Origin, Passkey, PasskeyEnd, PasskeySites
from domain.roles import Issuer, Subject
from domain.values import Email, Frozen, Moment
from record.people.members import Fault, fault_of, load_strictly, shown

LARGEST = 32_000
"""Bytes of a passkey."""
_DEEPEST = 3
"""Folders that a file of a passkey lies in at most: another one is too deep to be read."""

_Absent = Field(exclude_if=lambda value: value is None)


class _PasskeyMetadata(Frozen):
    id: PasskeyId
    created_at: Moment
    label: Label


class _PasskeySpec(Frozen):
    person: Email
    subject: Subject
    issuer: Annotated[Issuer | None, _Absent] = None
    rp_id: str
    origin: Origin
    credential: Base64Url
    public_key: Base64Url
    confirmation: Annotated[Assertion | None, _Absent] = None


class _PasskeyStatus(Frozen):
    withdrawn_at: Moment
    withdrawn_by: Email


class PasskeyFile(Frozen):
    """A passkey's file."""

    api_version: Literal["apim.cab-i.com/v1"]
    kind: Literal["Passkey"]
    metadata: _PasskeyMetadata
    spec: _PasskeySpec
    status: Annotated[_PasskeyStatus | None, _Absent] = None


def text_of(passkey: Passkey) -> str:
    """The passkey's file; what is written is read back as an equal one."""
    said, ended = passkey, passkey.withdrawn
    file = PasskeyFile(
        api_version="apim.cab-i.com/v1",
        kind="Passkey",
        metadata=_PasskeyMetadata(id=said.id, created_at=said.created_at, label=said.label),
        spec=_PasskeySpec(**said.model_dump(by_alias=False, include=set(_PasskeySpec.model_fields))),
        status=_PasskeyStatus(withdrawn_at=ended.at, withdrawn_by=ended.by) if ended else None,
    )
    return yaml.safe_dump(file.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=10_000)


def parse(path: str, data: bytes) -> Passkey | Fault:
    """The passkey that the file is, or why it is none."""
    try:
        file = PasskeyFile.model_validate(load_strictly(data, LARGEST))
        status = file.status
        found = Passkey(
            **file.metadata.model_dump(by_alias=False),
            **file.spec.model_dump(by_alias=False),
            withdrawn=PasskeyEnd(at=status.withdrawn_at, by=status.withdrawn_by) if status else None,
        )
    except Exception as error:  # as in `record.people.members`
        return fault_of(path, data, error)
    return found if found.path == path else Fault(path, f"it is {found.path} by what it says")


def read_blob(path: str, mark: str, found: pygit2.Object | None) -> Passkey | Fault:
    """The passkey of a file with that mode and id, or why it is none."""
    plain = mark.partition(" ")[0] == f"{pygit2.enums.FileMode.BLOB:o}"
    if not plain or not isinstance(found, pygit2.Blob):
        return Fault(path, "must be a plain file")
    return parse(path, found.data) if found.size <= LARGEST else Fault(path, f"is larger than {LARGEST} bytes")


def listed(folder: pygit2.Object | None, path: str = FOLDER, depth: int = 1) -> Iterator[tuple[str, str]]:
    """Path and mark of every file that has to be a passkey; what only documents is none."""
    if folder is not None and (not isinstance(folder, pygit2.Tree) or depth > _DEEPEST):
        yield path, f"{folder.filemode:o} {folder.id}"
        return
    for entry in folder if isinstance(folder, pygit2.Tree) else ():
        where = f"{path}/{shown(entry.name)}"
        if isinstance(entry, pygit2.Tree):
            yield from listed(entry, where, depth + 1)
        elif not where.casefold().endswith((".md", "/.gitkeep")):
            yield where, f"{entry.filemode:o} {entry.id}"


def faults_in(commit: pygit2.Commit, objects: pygit2.Repository, sites: PasskeySites | None = None) -> Iterator[Fault]:
    """Files of passkeys that are none by their form, or were made elsewhere than at the sites that count.

    `verify` tells which of the others count.
    """
    folder = commit.tree[FOLDER] if FOLDER in commit.tree else None  # noqa: SIM401  a tree has no get
    for path, mark in listed(folder):
        read = read_blob(path, mark, objects.get(mark.partition(" ")[2]))
        if isinstance(read, Fault):
            yield read
        elif sites is not None and read.withdrawn is None and not sites.takes(read):
            yield Fault(path, f"was made at {read.origin}, which platform.yaml does not name at spec.passkeys")
