"""A thousand random companies: no tenant gets at another's target, and whatever breaks a file takes rights away."""

from pathlib import Path
from typing import NamedTuple

import pygit2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pygit2.enums import FileMode

from domain import targets
from domain.roles import Permission
from domain.ticket import Impact, Target, TargetType
from domain.values import same_name
from record.facts import controls
from record.facts.controls import Requested
from record.index.targets import TargetState
from record.people.catalogue import CatalogueState
from record.people.directory import DirectoryState
from record.people.rules import Rulebook
from tests.examples import examples

TENANTS = ("tenant-a", "tenant-b", "tenant-c")
NAMES = ("pay", "Pay", "order.api", "pay-2")
PEOPLE = ("ann", "bob", "cid")
KINDS = {TargetType.API: "Api", TargetType.APPLICATION: "Application", TargetType.POLICY: "Policy"}
FOLDERS = {TargetType.API: "apis", TargetType.APPLICATION: "applications", TargetType.POLICY: "policies"}

Files = dict[str, bytes]


class Right(NamedTuple):
    """The right of somebody to let a target go on, for a tenant."""

    who: str
    tenant: str
    kind: TargetType
    name: str


def entry(kind: TargetType, name: str, tenant: str) -> bytes:
    head = f"apiVersion: apim.cab-i.com/v1\nkind: {KINDS[kind]}\nmetadata: {{name: {name}, tenant: {tenant}}}\n"
    return f'{head}spec: {{version: "1.0.0"}}\n'.encode()


def tenant_file(name: str, members: list[tuple[str, str]]) -> bytes:
    lines = "".join(f"    - {{email: {who}@x.com, name: {who}, role: {role}}}\n" for who, role in members)
    head = f"apiVersion: apim.cab-i.com/v1\nkind: Tenant\nmetadata: {{name: {name}}}\nspec:\n  displayName: {name}\n"
    return f"{head}  members:\n{lines}".encode() if members else head.encode()


@st.composite
def companies(draw: st.DrawFn) -> Files:
    """Good files: tenants with people, targets each of one tenant, and a catalogue that is open or not."""
    members = st.lists(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(("cpi", "devops", "viewer"))), max_size=4)
    files = {f"tenants/{name}.yaml": tenant_file(name, draw(members)) for name in TENANTS if draw(st.booleans())}
    opened = draw(st.sampled_from(("open", "registered")))
    files["platform.yaml"] = (
        f"apiVersion: apim.cab-i.com/v1\nkind: Platform\nspec: {{controls: 2, catalogue: {opened}, "
        "members: [{email: zoe@x.com, name: Zoe, role: cpi_admin}]}\n"
    ).encode()
    taken: set[tuple[TargetType, str]] = set()
    for kind, name, tenant in draw(
        st.lists(st.tuples(st.sampled_from(TargetType), st.sampled_from(NAMES), st.sampled_from(TENANTS)), max_size=8)
    ):
        if (kind, same_name(name)) not in taken:
            taken.add((kind, same_name(name)))
            files[f"{FOLDERS[kind]}/{name}.yaml"] = entry(kind, name, tenant)
    return files


@st.composite
def broken(draw: st.DrawFn, files: Files) -> tuple[Files, str | None]:
    """The files with one fault in them, and the path that became a link, where that is the fault."""
    path = draw(st.sampled_from(sorted(files)))
    text, how = files[path], draw(st.sampled_from(("cut", "garbage", "key", "twice", "link", "tag", "empty")))
    if how == "cut":  # somewhere, so that what is left is no YAML
        return files | {path: text[: draw(st.integers(1, len(text) // 2))] + b"\n]["}, None
    if how == "twice":
        folder, _, name = path.partition("/")
        copy = f"{folder}/again/{name}" if folder in FOLDERS.values() else path
        return files | {copy: text if copy != path else text + text}, None
    if how == "link":
        return files, path
    spoiled = {"garbage": b"][", "key": text.replace(b"kind:", b"Kind:"), "tag": b"!!set " + text, "empty": b""}
    return files | {path: spoiled[how]}, None


@pytest.fixture(scope="module")
def objects(tmp_path_factory: pytest.TempPathFactory) -> pygit2.Repository:
    """A repository to put commits into."""
    path: Path = tmp_path_factory.mktemp("random") / "record.git"
    return pygit2.init_repository(str(path), bare=True)


def committed(objects: pygit2.Repository, files: Files, link: str | None = None) -> pygit2.Commit:
    """A commit of these files."""
    index = pygit2.Index()
    for path, text in files.items():
        mode = FileMode.LINK if path == link else FileMode.BLOB
        index.add(pygit2.IndexEntry(path, objects.create_blob(text), mode))
    who = pygit2.Signature("M", "m@x.com", 0, 0)
    oid = objects.create_commit(None, who, who, "m", index.write_tree(objects), [])
    return objects[oid].peel(pygit2.Commit)


def rights(directory: DirectoryState, catalogue: CatalogueState, commit: pygit2.Commit) -> set[Right]:
    """Everything that anybody may approve as of the commit, by the functions that every door asks."""
    people, entries = directory.move_to(commit), catalogue.move_to(commit)
    found = set()
    for tenant in TENANTS:
        who = [person.email for person in people.who_may(Permission.APPROVE, tenant)]
        for kind in TargetType:
            for name in NAMES:
                target = Target(type=kind, name=name, version="1.0.1")
                asked = Requested(tenant, target, Impact.LOW)
                said = controls.facts(controls.Files(people, entries, Rulebook()), True, TargetState(), asked)
                if targets.objection(said, tenant, target) is None:
                    found |= {Right(each, tenant, kind, name) for each in who}
    return found


@settings(max_examples=examples(1_000), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_tenant_gets_at_anothers_target_and_no_fault_adds_a_right(
    objects: pygit2.Repository, data: st.DataObject
) -> None:
    """A registered target is its owner's alone; a file that breaks, whichever and however, lets nobody do more."""
    files = data.draw(companies())
    directory, catalogue = DirectoryState(objects), CatalogueState()
    before = rights(directory, catalogue, committed(objects, files))
    owners = {(each.type, same_name(each.name)): each.tenant for each in catalogue.catalogue.entries}
    for right in before:
        assert owners.get((right.kind, same_name(right.name)), right.tenant) == right.tenant
    spoiled, link = data.draw(broken(files))
    after = rights(directory, catalogue, committed(objects, spoiled, link))
    assert after <= before
    assert directory.directory.faults or catalogue.catalogue.faults
