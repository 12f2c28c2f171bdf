"""Reports over a whole installation: the worker is killed while one is made, and it is made once all the same."""

import contextlib
import json
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.stack import Stack, prodgate, started, until

ALICE = "alice.admin@cab-i.com"


def test_a_report_outlives_its_worker_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """Killed twice in the middle, the parts that were made stay, the others are made, each kept once under its hash."""
    with started(Stack(tmp_path / "data")) as stack, contextlib.ExitStack() as closing:
        address = f"http://127.0.0.1:{stack.ports['port']}"
        token = prodgate("token", ALICE, "--data", stack.data).stdout.strip()
        headers = {"Authorization": f"Bearer {token}"}
        api = closing.enter_context(httpx.Client(base_url=address, headers=headers, trust_env=False))
        body = {"kind": "change-register", "forms": ["pdf", "xlsx", "html"]}
        report = f"/v1/reports/{api.post('/v1/reports', json=body).raise_for_status().json()['id']}"

        def seen() -> dict[str, Any]:
            found: dict[str, Any] = api.get(report).raise_for_status().json()
            return found

        stack.kill("worker")
        until("a part is made, or all are", lambda: seen()["made"] > 0, 90)
        stack.kill("worker")
        until("the report is made", lambda: seen()["state"] == "made", 120)
        named = {file["sha256"] for part in seen()["parts"] for file in part["files"]}
        assert {file.name for file in (stack.data / "documents").rglob("*") if file.is_file()} == named
        assert len(named) == 9
        environment = {"PRODGATE_TOKEN": token, "PRODGATE_PUBLIC_URL": address}
        fetched = prodgate("report", "fetch", seen()["id"], "--to", tmp_path / "files", "--json", **environment)
        assert {each["sha256"] for each in json.loads(fetched.stdout)} == named
        purged = prodgate("documents", "purge", "--json", "--data", stack.data)
        assert (purged.returncode, json.loads(purged.stdout)["removed"]) == (0, [])
