"""Contracts compared by oasdiff itself: breaking changes first, and documents that were written to do harm."""

import json
import shutil
from pathlib import Path

import pytest

from clients.contract import differ
from clients.contract.differ import Differ
from clients.contract.reader import ContractUnavailable
from domain.contract import MOST_CHANGES, NotCompared, Severity
from tests.oasdiff import PROGRAM, document


@pytest.fixture
def oasdiff() -> Differ:
    assert PROGRAM.exists(), f"deploy/oasdiff/build {PROGRAM} makes it"
    return Differ(PROGRAM)


async def test_breaking_changes_come_first(oasdiff: Differ) -> None:
    """With the operation that each is about, and all of them counted."""
    found = await oasdiff.changes(document(), document("2.0.0", limit=True, refund=False))
    assert (found.breaking, found.risky, found.harmless) == (2, 0, 1)
    assert [each.severity for each in found.changes] == [Severity.BREAKING, Severity.BREAKING, Severity.HARMLESS]
    told = {(each.rule, each.operation) for each in found.changes}
    assert ("new-required-request-parameter", "GET /payments") in told
    assert ("api-path-removed-without-deprecation", "POST /refunds") in told


async def test_the_same_document_has_no_change(oasdiff: Differ) -> None:
    """YAML and JSON are read alike."""
    yaml = b"openapi: 3.0.3\ninfo: {title: Pay, version: 1.0.0}\npaths: {}\n"
    empty = json.dumps({"openapi": "3.0.3", "info": {"title": "Pay", "version": "1.0.0"}, "paths": {}}).encode()
    assert not (await oasdiff.changes(yaml, empty)).changes


async def test_of_very_many_changes_the_gravest_are_kept(oasdiff: Differ) -> None:
    """And what is told of one has an end, whatever names the document has."""
    done = {"responses": {"200": {"description": "Done"}}}
    many = document(paths={f"/{'long' * 200}/{each}": {"get": done} for each in range(100)})
    found = await oasdiff.changes(many, document(paths={}))
    assert (found.breaking, len(found.changes)) == (100, MOST_CHANGES)
    assert len(found.model_dump_json()) < 30_000


def bomb() -> bytes:
    """Ten levels of aliases, each nine times the one before."""
    lines = ["openapi: 3.0.3", "info: {title: t, version: '1'}", "paths: {}", f"x-0: &a0 [{', '.join('1' * 9)}]"]
    lines += [f"x-{each}: &a{each} [{', '.join([f'*a{each - 1}'] * 9)}]" for each in range(1, 11)]
    return "\n".join(lines).encode()


HOSTILE = {
    "a YAML bomb": bomb(),
    "a hundred thousand lists in each other": b'{"openapi":"3.0.3","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "a reference to a file": document(paths={"/a": {"$ref": "file:///etc/passwd"}}),
    "a reference to an address": document(paths={"/a": {"$ref": "http://169.254.169.254/latest/meta-data"}}),
    "a reference beside it": document(paths={"/a": {"$ref": "production"}}),
    "nothing": b"",
    "no text": bytes(range(256)),
    "an older kind of document": b'{"swagger": "2.0"}',
}


@pytest.mark.parametrize("given", HOSTILE.values(), ids=HOSTILE)
async def test_a_hostile_document_is_not_compared(oasdiff: Differ, given: bytes) -> None:
    """It costs a second at most, and nothing of this machine is told."""
    with pytest.raises(ContractUnavailable) as refused:
        await oasdiff.changes(document(), given)
    assert refused.value.reason is NotCompared.UNREADABLE
    assert "root:" not in str(refused.value)


async def test_schemas_that_fork_at_each_level_are_compared_in_time(oasdiff: Differ) -> None:
    """Written out, they would be 2^28; a reference to itself would have no end."""

    def forking(end: str) -> bytes:
        schemas: dict[str, object] = {
            f"S{each}": {"properties": {side: {"$ref": f"#/components/schemas/S{each + 1}"} for side in "ab"}}
            for each in range(28)
        }
        schemas["S28"] = {"type": end}
        content = {"application/json": {"schema": {"$ref": "#/components/schemas/S0"}}}
        get = {"get": {"responses": {"200": {"description": "Done", "content": content}}}}
        return document(paths={"/a": get}, components={"schemas": schemas})

    assert (await oasdiff.changes(forking("string"), forking("integer"))).breaking
    await oasdiff.changes(document(), document(paths={"/a": {"$ref": "#/paths/~1a"}}))


@pytest.mark.parametrize(
    "script",
    ["while :; do :; done", "sleep 60", "yes '[{\"id\":'", "echo '[{\"level\": 9}]'", "echo nothing", "kill -9 $$"],
    ids=["endless work", "endless waiting", "endless output", "no severity", "no JSON", "a death"],
)
async def test_a_differ_that_goes_wrong_has_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    """Whatever made it do so, it says nothing that counts."""
    monkeypatch.setattr(differ, "COMPARED_WITHIN", 1)
    program = tmp_path / "oasdiff"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o700)
    with pytest.raises(ContractUnavailable) as refused:
        await Differ(program).changes(document(), document())
    assert refused.value.reason is NotCompared.UNREADABLE


async def test_without_a_differ_nothing_is_compared() -> None:
    """The settings say where it is."""
    assert shutil.which("sh")
    with pytest.raises(ContractUnavailable, match="has no oasdiff"):
        await Differ().changes(document(), document())
