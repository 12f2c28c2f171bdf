"""The floor's worker: `python -m bench.floor.worker TEMPORAL REPOSITORY JOBS_URL`."""

import asyncio
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import Any

import aiohttp
import pygit2
import yaml
from temporalio import activity
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from bench.floor.workflow import QUEUE, FloorPromotion, Ticket

BRANCH = "refs/heads/main"
_WHO = partial(pygit2.Signature, "Floor", "floor@prodgate.invalid")


class Commits:
    """Commits tickets to a bare repository, one after the other; libgit2 compares and swaps the branch."""

    def __init__(self, repository: str) -> None:
        pygit2.settings.enable_fsync_gitdir(True)
        self._git = pygit2.Repository(repository)
        self._one = threading.Lock()

    @activity.defn
    def commit(self, ticket: Ticket) -> str:
        """Commit the ticket as it is; the commit's id."""
        text = yaml.dump(asdict(ticket), Dumper=yaml.CSafeDumper, sort_keys=False)
        with self._one:
            parent = self._git.references.get(BRANCH)
            index = pygit2.Index()
            if parent is not None:
                index.read_tree(parent.peel(pygit2.Commit).tree)
            blob = self._git.create_blob(text.encode())
            path = f"requests/{datetime.now(UTC):%Y/%m}/{ticket.id}.yaml"
            index.add(pygit2.IndexEntry(path, blob, pygit2.enums.FileMode.BLOB))
            return str(self._make(ticket, index.write_tree(self._git), parent))

    def _make(self, ticket: Ticket, tree: pygit2.Oid, parent: pygit2.Reference | None) -> pygit2.Oid:
        action, who = ticket.history[-1]["action"], _WHO()
        message = f"{ticket.id} {action}\n\nRequest-Id: {ticket.id}\nAction: {action}\n"
        parents = [] if parent is None else [parent.target]
        return self._git.create_commit(BRANCH, who, who, message, tree, parents)


class Jobs:
    """Calls what stands for AWX."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http

    @activity.defn
    async def read_template(self) -> dict[str, Any]:
        """Read the job template."""
        async with self._http.get("template") as answer:
            found: dict[str, Any] = await answer.json()
            return found

    @activity.defn
    async def launch_job(self, ticket_id: str) -> int:
        """Launch the ticket's job; its number."""
        async with self._http.post("launch", json={"request": ticket_id}) as answer:
            return int((await answer.json())["job"])


async def run(temporal: str, repository: str, jobs: str) -> None:
    """Work until the process is ended."""
    client, commits = await Client.connect(temporal), Commits(repository)
    async with aiohttp.ClientSession(jobs) as http:
        calls = Jobs(http)
        await Worker(
            client,
            task_queue=QUEUE,
            workflows=[FloorPromotion],
            activities=[commits.commit, calls.read_template, calls.launch_job],
            activity_executor=ThreadPoolExecutor(16),
            max_concurrent_activities=16,
            workflow_runner=UnsandboxedWorkflowRunner(),  # as the product's
        ).run()


if __name__ == "__main__":
    asyncio.run(run(*sys.argv[1:]))
