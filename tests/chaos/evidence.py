"""Gathers what the checker looks at: from Git by plain `git` and YAML, from the API, AWX and the channels."""

import io
import json
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import yaml
from aiokafka import AIOKafkaConsumer

from tests.chaos.checker import Evidence, Job
from tests.chaos.people import ALICE, Crowd, history_of
from tests.chaos.rig import Rig
from tests.e2e.stack import PRODGATE, bare_environment

VERIFIED_WITHIN = 900
CONSUMED_WITHIN_MS = 2_000


@dataclass(frozen=True)
class Gathering:
    """Everything that evidence is taken from, after the faults are over."""

    rig: Rig
    crowd: Crowd

    async def evidence(self) -> Evidence:
        """The evidence as it is now. Raises httpx.HTTPError where an API does not answer yet."""
        files = dict(self._files())
        return Evidence(
            histories={name: history_of(ticket) for name, ticket in files.items()},
            commits={name: tuple(actions) for name, actions in self.rig.stack.recorded().items()},
            read={ticket["metadata"]["id"]: history_of(ticket) async for ticket in self._served()},
            requesters={name: str(ticket["metadata"]["createdBy"]) for name, ticket in files.items()},
            answers=self.crowd.log.answers(),
            jobs=tuple(self._jobs()),
            told=await self._told(),
            reports={report: await self._report(report) for report in sorted(self.crowd.reports)},
        )

    @property
    def _record(self) -> Path:
        return self.rig.stack.data / "gitops.git"

    def _files(self) -> Iterator[tuple[str, Any]]:
        """Each ticket's file on the branch, by id."""
        command = ["git", "-C", str(self._record), "archive", "main", "requests"]
        done = subprocess.run(command, capture_output=True, check=True)
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
            for member in archive:
                if member.isfile() and (file := archive.extractfile(member)):
                    yield Path(member.name).stem, yaml.load(file, yaml.CSafeLoader)

    async def _served(self) -> Any:
        """Every ticket as one API's index has it."""
        headers, base = {"Authorization": f"Bearer {self.crowd.tokens[ALICE]}"}, self.rig.urls[0]
        url: str | None = f"{base}/v1/requests/prod?limit=200"
        while url:
            answer = (await self.crowd.http.get(url, headers=headers)).raise_for_status()
            for ticket in answer.json():
                yield ticket
            following = answer.links.get("next", {}).get("url")
            url = urljoin(base, following) if following else None

    def _jobs(self) -> Iterator[Job]:
        for job in self.rig.stack.jobs()["jobs"]:
            asked = job["extra_vars"]
            yield Job(
                job["id"], str(asked.get("request_id")), int(asked.get("attempt", 0)), job["status"], job["ever_ran"]
            )

    async def _told(self) -> dict[str, frozenset[str]]:
        found = {"mail": frozenset(self._mailed()), "slack": frozenset(self._posted())}
        return found | ({"kafka": frozenset(await self._consumed())} if self.rig.broker else {})

    def _mailed(self) -> Iterator[str]:
        """The announcement of each mail: its Message-ID goes on with the recipient."""
        for file in (self.rig.stack.data / "mails").glob("*.eml"):
            with file.open("rb") as mail:
                identity = str(BytesHeaderParser().parse(mail)["Message-ID"])
            yield identity.strip("<>").partition("@")[0].rpartition(".")[0]

    def _posted(self) -> Iterator[str]:
        for message in self.rig.slack.messages:
            yield message.said["metadata"]["event_payload"]["id"]

    async def _consumed(self) -> list[str]:
        """The events whose transactions were committed, read by a consumer of their own."""
        assert self.rig.broker is not None
        consumer = AIOKafkaConsumer(
            "promotion-requests",
            bootstrap_servers=self.rig.broker.address,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
        )
        await consumer.start()
        try:
            found: list[str] = []
            while got := await consumer.getmany(timeout_ms=CONSUMED_WITHIN_MS):
                found += [json.loads(each.value)["id"] for batch in got.values() for each in batch]
            return found
        finally:
            await consumer.stop()

    async def _report(self, report: str) -> str:
        headers = {"Authorization": f"Bearer {self.crowd.tokens[ALICE]}"}
        answer = await self.crowd.http.get(f"{self.rig.urls[0]}/v1/reports/{report}", headers=headers)
        return str(answer.raise_for_status().json()["state"])

    def verified(self) -> str:
        """The findings of `prodgate verify` in the record, offline; nothing where all is well."""
        command = [str(PRODGATE), "verify", str(self._record)]
        done = subprocess.run(
            command, env=bare_environment(), capture_output=True, text=True, check=False, timeout=VERIFIED_WITHIN
        )
        return "" if done.returncode == 0 else done.stdout + done.stderr
