"""Repositories to measure on: any number of tickets, spread over a year's months, made in seconds."""

import random
import shutil
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

from domain import lifecycle
from domain.change import Change
from domain.ticket import Action, HistoryEntry, Impact, PromotionRequest
from record.files.writing import text_of
from record.git.durable import write_files
from record.git.message import commit
from record.git.objects import GitObject, ObjectKind, Tree
from record.git.pack import PackWriter

_TEAMS = ("finance", "retail", "payments", "logistics", "hr", "data", "mobile", "web", "core", "partners")
TENANTS = [f"tenant-{name}" for name in _TEAMS]
PEOPLE = [f"{first}.{last}@cab-i.com" for first in ("pierre", "marie", "jean", "lea") for last in "abcdefghij"]
_PRODUCTS = ("payment", "order", "invoice", "stock", "user", "card", "loan", "claim")
TARGETS = [f"{product}-{kind}" for product in _PRODUCTS for kind in ("api", "ui")]
WORDS = ["improve", "reduce", "latency", "security", "patch", "customer", "request", "compliance", "rollout", "fix"]
WORDS += ["timeout", "migrate", "payment", "flow"]
_PATHS = ["created", "created approved deploying deployed", "created rejected", "created approved deploying failed"]
_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def ticket(index: int, of: int, final: bool = True, tenants: Sequence[str] = TENANTS) -> PromotionRequest:
    """The ticket numbered `index` of `of` that fill a year; about 2 KB, most of them deployed."""
    chance = random.Random(index)
    at = _YEAR + timedelta(seconds=int(index * 364 * 86_400 / max(of, 1)))
    actions = chance.choices(_PATHS, weights=(2, 90, 5, 3))[0].split() if final else ["created"]
    requester, approver = chance.sample(PEOPLE, 2)
    after = list(accumulate(chance.randint(60, 4 * 3_600) for _ in actions))
    history = tuple(
        HistoryEntry(
            action=Action(action),
            at=at + timedelta(seconds=after[turn] - after[0]),
            by=(requester, approver, *["system"] * 2)[turn],
            job_id=f"awx-job-{index}" if action == "deploying" else None,
        )
        for turn, action in enumerate(actions)
    )
    return PromotionRequest.model_validate(
        {
            "metadata": {
                "id": f"PR-2026-{index:04}",
                "createdAt": at,
                "createdBy": requester,
                "tenant": chance.choice(tenants),
            },
            "spec": {
                "target": {"type": "api", "name": chance.choice(TARGETS), "version": f"{index % 9}.{index % 31}.0"},
                "request": {
                    "justification": f"We {_words(chance, 25)}",
                    "releaseNotes": "".join(f"- {_words(chance, 9)}\n" for _ in range(6)),
                    "impactAssessment": chance.choice(tuple(Impact)),
                    "rollbackPlan": f"Revert: {_words(chance, 12)}",
                    "scheduledDate": at + timedelta(days=index % 29) if index % 3 == 0 else None,
                },
                "preChecks": {
                    "stagingTestsPassed": True,
                    "securityScanPassed": True,
                    "performanceTestsPassed": False,
                    "testEvidenceUrl": f"https://gitlab.cab-i.com/pipeline/{index}",
                },
            },
            "status": lifecycle.status_of(history),
        }
    )


def _words(chance: random.Random, count: int) -> str:
    return " ".join(chance.choices(WORDS, k=count))


def repository(folder: Path, tickets: int, tenants: Sequence[str] = TENANTS) -> Path:
    """A bare repository with that many tickets, a commit a month; made once, packed as Git would."""
    path = folder / f"tickets-{tickets}-{len(tenants)}.git"
    if (path / "complete").exists():
        return path
    shutil.rmtree(path, ignore_errors=True)
    subprocess.run(["git", "init", "-q", "--bare", "--initial-branch=main", path], check=True)
    parent, tree = None, Tree(lambda oid: b"")
    by_month: dict[str, list[PromotionRequest]] = {}
    for index in range(1, tickets + 1):
        each = ticket(index, tickets, tenants=tenants)
        by_month.setdefault(each.path.rpartition("/")[0], []).append(each)
    for batch in by_month.values():
        parent = _bulk(path, tree, batch, parent)
    subprocess.run(["git", "-C", path, "repack", "-adq"], check=True)
    (path / "complete").touch()
    return path


def _bulk(path: Path, tree: Tree, batch: list[PromotionRequest], parent: bytes | None) -> bytes:
    pack = PackWriter()
    for each in batch:
        blob = GitObject.of(ObjectKind.BLOB, text_of(each).encode())
        folders = tree.put(each.path, blob.oid)
        pack.add([blob])
    pack.add(folders)
    last = GitObject.of(
        ObjectKind.COMMIT, commit(Change(ticket=batch[-1], base=None, actor_name="x"), tree.oid, parent, _YEAR)
    )
    pack.add([last])
    write_files(pack.files(path / "objects" / "pack"))
    (path / "refs/heads/main").write_text(last.oid.hex() + "\n")
    return last.oid


def copied(source: Path, target: Path) -> Path:
    """A copy of the repository to write to."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
    return target
