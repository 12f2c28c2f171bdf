"""A stand-in for GitLab over HTTPS: one pipeline and its jobs by API version 4, with its limits and its failures,
and an API's contract as files of a public project.

    python -m demo.gitlab --port 8929 --folder FOLDER --tokens FILE

Forms and statuses as https://docs.gitlab.com/api/pipelines/, …/api/jobs/ and …/api/rest/ tell.
"""

import argparse
import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trustme
from aiohttp import web

from bootstrap.process import stop_signal
from demo.files import write_private

READY = "/-/readiness"
"""Answers whoever asks: https://docs.gitlab.com/administration/monitoring/health_check/"""

SHA = "f6ebd73d4a8f42f6a642030c27b66330023b7a88"


def pipeline_url(host: str) -> str:
    """The page of the pipeline that there is."""
    return f"https://{host}/finance/payment-api/-/pipelines/4711"


_FILES, _CONTRACTS = "/finance/invoice-api/-/raw", Path(__file__).with_name("contracts")


def contract_url(host: str, branch: str) -> str:
    """The address of invoice-api's OpenAPI document on a branch: `staging` or `production`."""
    return f"https://{host}{_FILES}/{branch}/openapi.yaml"


def make_certificate(folder: Path) -> None:
    """Make a certificate for localhost and the authority that it is known by, unless they are there."""
    if authority(folder).exists():
        return
    ca = trustme.CA()
    served = ca.issue_cert("localhost").private_key_and_cert_chain_pem.bytes()
    write_private(_served(folder), served.decode())
    write_private(authority(folder), ca.cert_pem.bytes().decode())  # last: where it is, all is


def authority(folder: Path) -> Path:
    """The file of the authority."""
    return folder / "ca.pem"


def _served(folder: Path) -> Path:
    return folder / "server.pem"


@dataclass
class GitLab:
    """One project, `finance/payment-api`, with pipeline 4711. `fails` are the statuses that it answers next."""

    folder: Path
    token: str
    status: str = "success"
    ref: str = "main"
    jobs: dict[str, str] = field(default_factory=lambda: {"build": "success", "staging-tests": "success"})
    fails: list[int] = field(default_factory=list)
    retry_after: str | None = None
    pause: float = 0.0
    body: bytes | None = None
    """Something else than what GitLab answers."""
    port: int = 0
    asked: list[str] = field(default_factory=list)

    @property
    def host(self) -> str:
        return f"localhost:{self.port}"

    @property
    def url(self) -> str:
        return pipeline_url(self.host)

    @property
    def ca_bundle(self) -> Path:
        return authority(self.folder)

    @asynccontextmanager
    async def open(self) -> AsyncIterator["GitLab"]:
        """Serve for as long as the context lasts."""
        make_certificate(self.folder)
        served = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        served.load_cert_chain(_served(self.folder))
        app = web.Application()
        app.router.add_static(_FILES, _CONTRACTS)
        app.router.add_route("*", "/{path:.*}", self._answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.port, ssl_context=served).start()
        self.port = self.port or runner.addresses[0][1]
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        if request.path == READY:
            return web.json_response({"status": "ok"})
        self.asked.append(request.raw_path)
        await asyncio.sleep(self.pause)
        if request.headers.get("PRIVATE-TOKEN") != self.token:
            return web.json_response({"message": "401 Unauthorized"}, status=401)
        if self.fails:
            heads = {"Retry-After": self.retry_after} if self.retry_after else {}
            return web.json_response({"message": "failed"}, status=self.fails.pop(0), headers=heads)
        pipeline = "/api/v4/projects/finance%2Fpayment-api/pipelines/4711"
        path = request.raw_path.partition("?")[0]
        if self.body is not None:
            return web.Response(body=self.body, content_type="application/json")
        if path == pipeline:
            return web.json_response(self._pipeline())
        if path == f"{pipeline}/jobs":
            return self._page(request)
        return web.json_response({"message": "404 Project Not Found"}, status=404)

    def _pipeline(self) -> dict[str, Any]:
        return {
            "id": 4711,
            "iid": 11,
            "project_id": 1,
            "status": self.status,
            "source": "push",
            "ref": self.ref,
            "sha": SHA,
            "web_url": self.url,
            "tag": False,
            "yaml_errors": None,
            "user": {"id": 1, "name": "Pierre Durand", "username": "pierre", "state": "active"},
            "created_at": "2026-03-02T08:30:00.000Z",
            "finished_at": "2026-03-02T08:45:00.000Z",
            "coverage": None,
            "detailed_status": {"icon": "status_success", "text": "passed", "group": self.status},
        }

    def _page(self, request: web.Request) -> web.Response:
        size, number = int(request.query.get("per_page", 20)), int(request.query.get("page", 1))
        size = min(size, 100)  # GitLab gives no more
        rows = [
            {"id": each, "name": name, "status": status, "stage": "test", "allow_failure": False, "ref": self.ref}
            for each, (name, status) in enumerate(self.jobs.items(), 1)
        ]
        more = len(rows) > size * number
        heads = {"x-page": str(number), "x-per-page": str(size), "x-next-page": str(number + 1) if more else ""}
        return web.json_response(rows[size * (number - 1) : size * number], headers=heads)


async def run(gitlab: GitLab) -> None:
    """Answer until SIGTERM."""
    stop = stop_signal()
    async with gitlab.open():
        await stop.wait()


def main() -> None:
    """Read where to listen, and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True, help="keeps the certificate")
    parser.add_argument("--tokens", type=Path, required=True, help="JSON file of the token, as the worker has it")
    given = parser.parse_args()
    (token,) = json.loads(given.tokens.read_text(encoding="utf-8")).values()
    asyncio.run(run(GitLab(given.folder, token, port=given.port)))


if __name__ == "__main__":
    main()
