"""The follower that notes changes of the record: once each, by whom, and not what was there before the trail."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from activities.leading import LeaseLost
from activities.trail import ChangesNoted
from domain.trail import AuditEntry
from record.errors import BranchRewritten
from record.trail.query import TrailQuery
from record.trail.repository import open_trail
from tests.activities.test_checkpoints import Held, until
from tests.domain.builders import pending
from tests.record.building import Story, bare, git, opened, person_commits
from tests.record.trail.trails import indexed


@pytest.fixture
def record(tmp_path: Path) -> Path:
    path = bare(tmp_path / "gitops.git")
    person_commits(path, {"tenants/tenant-finance.yaml": "before the trail"})
    bare(tmp_path / "audit.git")
    return path


@asynccontextmanager
async def leading(record: Path, folder: Path, lease: Held | None = None) -> AsyncIterator["asyncio.Task[None]"]:
    """A worker that leads until the context ends."""
    repository, trail = opened(record, folder / "leader"), open_trail(str(record.with_name("audit.git")), folder)
    task = asyncio.create_task(ChangesNoted(repository, trail).follow(lease or Held()))
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, BranchRewritten, LeaseLost):
            await task
        await repository.close()
        trail.close()


def noted(record: Path, folder: Path) -> list[AuditEntry]:
    """The entries, oldest first, as an API would read them."""
    with indexed(record.with_name("audit.git"), folder / f"api-{time.monotonic_ns()}") as index:
        page = index.page(TrailQuery(limit=100))
    return [AuditEntry.model_validate_json(each) for each in reversed(page.documents)]


def began(record: Path) -> Callable[[], bool]:
    return (record.with_name("audit.git") / "refs/audit/changes").exists


async def test_changes_of_keys_roles_rules_and_the_catalogue_are_noted(record: Path, tmp_path: Path) -> None:
    """By the commit's author, with the paths; a role's change is its tenant's. Tickets are told by their decisions."""
    async with leading(record, tmp_path):
        await until(began(record))
        person_commits(record, {"keys/a.jwk": "key", "platform.yaml": "spec", "README.md": "words"})
        person_commits(record, {"tenants/tenant-retail.yaml": "x", "tenants/tenant-finance.yaml": None})
        await Story(opened(record, tmp_path / "writer"), pending()).create()
        person_commits(record, {"rules/freeze.yaml": "rules", "apis/payment-api.yaml": "api"})
        person_commits(record, {"README.md": "other words"})
        await until(lambda: len(noted(record, tmp_path)) >= 6)
    found = noted(record, tmp_path)
    assert {(each.action.value, each.tenant) for each in found} == {
        ("change-keys", None),
        ("change-roles", None),
        ("change-roles", "tenant-retail"),
        ("change-roles", "tenant-finance"),
        ("change-rules", None),
        ("change-catalogue", None),
    }
    assert len(found) == 6
    assert {each.via.value for each in found} == {"git"}
    keys = next(each for each in found if each.action == "change-keys")
    commit, author = git(record, "log", "-1", "--format=%H %ae", "--", "keys").split()
    assert keys.by == author
    assert (keys.detail or "").startswith(f"{commit}: keys/a.jwk: ")


async def test_what_came_while_nobody_led_is_noted_by_the_next(record: Path, tmp_path: Path) -> None:
    """From the cursor in the trail's repository on."""
    async with leading(record, tmp_path):
        await until(began(record))
    person_commits(record, {"keys/a.jwk": "key"})
    async with leading(record, tmp_path):
        await until(lambda: len(noted(record, tmp_path)) == 1)
    async with leading(record, tmp_path):
        person_commits(record, {"keys/b.jwk": "key"})
        await until(lambda: len(noted(record, tmp_path)) == 2)


async def test_what_is_noted_twice_is_one_entry(record: Path, tmp_path: Path) -> None:
    """A leader dies between the entry and its cursor: the next one notes it again, by the id that it had."""
    async with leading(record, tmp_path):
        await until(began(record))
    before = git(record.with_name("audit.git"), "rev-parse", "refs/audit/changes")
    person_commits(record, {"keys/a.jwk": "key"})
    for _ in range(2):
        git(record.with_name("audit.git"), "update-ref", "refs/audit/changes", before)
        async with leading(record, tmp_path):
            await until(lambda: git(record.with_name("audit.git"), "rev-parse", "refs/audit/changes") != before)
    assert len(noted(record, tmp_path)) == 1


async def test_whoever_lost_the_lease_notes_nothing(record: Path, tmp_path: Path) -> None:
    """Somebody else leads."""
    lease = Held()
    async with leading(record, tmp_path, lease) as task:
        await until(began(record))
        lease.lost = True
        person_commits(record, {"keys/a.jwk": "key"})
        await asyncio.wait({task}, timeout=15)
        assert isinstance(task.exception(), LeaseLost)
    assert noted(record, tmp_path) == []


async def test_a_branch_that_was_rewritten_stops_it(record: Path, tmp_path: Path) -> None:
    """What was noted of a branch that is no more says nothing of this one: a person has to look."""
    async with leading(record, tmp_path) as task:
        await until(began(record))
        person_commits(record, {"keys/a.jwk": "key"})
        await until(lambda: len(noted(record, tmp_path)) == 1)
        git(record, "update-ref", "refs/heads/main", git(record, "commit-tree", "-m", "Anew", "main^{tree}"))
        await asyncio.wait({task}, timeout=15)
        assert isinstance(task.exception(), BranchRewritten)


async def test_a_hostile_commit_is_text(record: Path, tmp_path: Path) -> None:
    """Names, paths and subjects are whatever somebody pushed."""
    async with leading(record, tmp_path):
        await until(began(record))
        person_commits(record, {'keys/=cmd()\u202e"<b>.jwk': "x"}, "=HYPERLINK(1)\x1b[31m")
        await until(lambda: len(noted(record, tmp_path)) == 1)
    (entry,) = noted(record, tmp_path)
    assert "=HYPERLINK(1)" in (entry.detail or "")
    assert json.loads(entry.model_dump_json())["action"] == "change-keys"
