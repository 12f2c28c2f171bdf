"""The whole house on real parts, for callers over HTTP: Temporal, worker, API, AWX and a Git repository."""

import asyncio
import itertools
import json
import os
import socket
import threading
import time
import zlib
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import httpx
import uvicorn
from git import Repo
from pydantic import SecretStr
from temporalio.client import Client

from api.app import create_app
from api.main import compose
from bootstrap.channels import channel_clients, contracts, gitlab, plan
from bootstrap.composition import report_setup
from bootstrap.process import listen
from bootstrap.registration import Registration
from clients.channel import ChannelClient
from clients.contract.differ import Differ
from domain.announcement import Channel
from record.facts.known import KNOWN_FOR
from record.git.repository import Repository, open_repository
from record.index.reader import Index
from record.signing.signatures import Signer, private_text
from settings import Settings
from tests.api.issuer import ISSUER, Issuer
from tests.awx_fixtures import IMPATIENT, Simulator, simulating
from tests.company import found
from tests.record.building import catalogue_opens, person_commits, publish_key, publish_worker_key
from tests.signing import KEY, WORKER_KEY
from tests.workflows.stage import GRACE

T = TypeVar("T")
Connect = Callable[[], Awaitable[Client]]

PIERRE, SOPHIE, JEAN, CLAIRE, VICTOR = (
    f"{name}@cab-i.com" for name in ("pierre.durand", "sophie.martin", "jean.dupont", "claire.moreau", "victor.roux")
)
"""Of tenant-finance: two devops, two cpi, a viewer. Sophie is cpi of tenant-logistics too, Victor viewer of retail."""
LEA, KARIM, HUGO, EMMA = (f"{name}@cab-i.com" for name in ("lea.bernard", "karim.benali", "hugo.petit", "emma.leroy"))
"""Devops and cpi of tenant-logistics, devops and cpi of tenant-retail."""
ALICE, NICOLAS = "alice.admin@cab-i.com", "nicolas.garnier@cab-i.com"
"""The platform's admins."""
NOBODY = "passer.by@example.com"

REQUESTS = "/v1/requests/prod"
CALLBACK = "/v1/webhooks/awx/job-complete"
SECRET = "callback-secret"
AS_FRESH = 300
"""Seconds that a token serves: what asks for a sign-in of the last minutes gets one, however long a house stands."""
_numbers = itertools.count(1)


def asked(**changes: Any) -> dict[str, Any]:
    """A complete body for a creation in tenant-finance; `target`, `request` and `preChecks` are changed key by key.

    The target is the running test's own: within a test the same body again is the same, and no other test asks for it.
    """
    body: dict[str, Any] = {
        "tenant": "tenant-finance",
        "target": {"type": "api", "name": own_name(), "version": "2.1.0"},
        "request": {
            "justification": "New PCI-DSS compliant payment flow",
            "releaseNotes": "- Added 3DS2 authentication\n- Fixed timeout issues\n",
            "impactAssessment": "low",
            "rollbackPlan": "Revert to v2.0.0 via emergency deploy",
        },
        "preChecks": {
            "stagingTestsPassed": True,
            "securityScanPassed": True,
            "performanceTestsPassed": False,
            "testEvidenceUrl": "https://gitlab.cab-i.com/pipeline/12345",
        },
    }
    for key, value in changes.items():
        body[key] = {**body[key], **value} if isinstance(value, dict) else value
    return {key: value for key, value in body.items() if value is not None}


def in_days(days: int) -> str:
    """A moment from now, as the API takes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + days * 86_400))


def in_seconds(seconds: float) -> str:
    """A moment soon, as the API takes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


def unique_name() -> str:
    """A target's name that no other test uses."""
    return f"api-{next(_numbers)}"


def own_name() -> str:
    """The name of a target that belongs to the running test; one of its own to a call while tests are collected."""
    test = os.environ.get("PYTEST_CURRENT_TEST")
    return f"own-{zlib.crc32(test.rpartition(' ')[0].encode()):x}" if test else unique_name()


@dataclass(frozen=True)
class Caller:
    """Somebody who calls the API with their own token; paths are below /v1/requests/prod unless they begin with /v1."""

    http: httpx.Client
    token: str

    def call(self, method: str, path: str, headers: dict[str, str] | None = None, **given: Any) -> httpx.Response:
        url = path if path.startswith("/v1") else REQUESTS + path
        sent = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        return self.http.request(method, url, headers=sent, **given)

    def get(self, path: str = "", **given: Any) -> httpx.Response:
        return self.call("GET", path, **given)

    def post(self, path: str = "", **given: Any) -> httpx.Response:
        return self.call("POST", path, **given)

    def create(self, **changes: Any) -> dict[str, Any]:
        """A new ticket, as the API answered."""
        given = {"target": {"name": unique_name()}} | changes
        answer = self.post(json=asked(**given))
        assert answer.status_code == 201, answer.text
        ticket: dict[str, Any] = answer.json()
        return ticket

    def decide(self, action: str, ticket_id: str, **given: Any) -> httpx.Response:
        """Approve, cancel or retry; the others with a good reason."""
        reasoned = action in {"reject", "hold", "release", "emergency", "ratify", "refute"}
        body = {"json": {"reason": "The rollback plan lacks the database"}} if reasoned else {}
        return self.post(f"/{ticket_id}/{action}", **{**body, **given})


PLATFORM = (Path(__file__).parents[2] / "demo" / "gitops" / "platform.yaml").read_text(encoding="utf-8")
"""The platform's file of the demo, whose catalogue is not open."""


class _Loop:
    """An event loop in a thread of its own, so that tests are plain functions that call over HTTP."""

    def __init__(self) -> None:
        self._runner, self._stopped = asyncio.Runner(loop_factory=asyncio.new_event_loop), asyncio.Event()
        self.loop = self._runner.get_loop()
        self._thread = threading.Thread(target=self._runner.run, args=[self._stopped.wait()], name="house")
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(180)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()
        under_way = asyncio.all_tasks(self.loop)  # a connection that is being taken, for one
        for each in under_way:
            each.cancel()
        if under_way:
            _, stuck = self.loop.run_until_complete(asyncio.wait(under_way, timeout=20))
            assert not stuck, stuck
        self._runner.close()


@dataclass
class House:
    """A running house. `git` is the record's bare repository, `url` the address of the first API."""

    folder: Path
    client: Client
    awx: Simulator
    url: str
    settings: Settings
    issuer: Issuer
    _loop: _Loop
    _http: dict[str, httpx.Client] = field(default_factory=dict)
    _one: threading.Lock = field(default_factory=threading.Lock)
    _working: AsyncExitStack | None = None
    known_for: float = KNOWN_FOR
    """Of workers and APIs that start from then on: seconds that they give rights by what they knew of the record."""
    _serving: AsyncExitStack = field(default_factory=AsyncExitStack)
    _tokens: dict[str, tuple[float, str]] = field(default_factory=dict)

    @property
    def git(self) -> Path:
        return self.folder / "gitops.git"

    def as_(self, email: str, api: str | None = None, token: str | None = None) -> Caller:
        """A caller of the first API, or of the one at the address, with a demo token or the one given."""
        if token is None:
            made, token = self._tokens.get(email, (0.0, ""))
            if time.monotonic() - made > AS_FRESH:
                token = self.issuer.token(email)
                self._tokens[email] = time.monotonic(), token
        return Caller(self.http(api or self.url), token)

    def http(self, url: str | None = None) -> httpx.Client:
        """A client without any token."""
        url = url or self.url
        with self._one:  # of two that threads make at once, one would never be closed
            if url not in self._http:
                self._http[url] = httpx.Client(base_url=url, timeout=90, verify=False)  # noqa: S501  no TLS here
            return self._http[url]

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of a coroutine, run where the house runs."""
        return self._loop.run(work)

    def approved_by_jean(self, **changes: Any) -> str:
        """The id of a ticket that Pierre asked for and Jean approved, of a target that no other test waits for."""
        ticket_id: str = self.as_(PIERRE).create(**{"target": {"name": unique_name()}, **changes})["metadata"]["id"]
        assert self.as_(JEAN).decide("approve", ticket_id).status_code == 200
        return ticket_id

    def until(self, ticket_id: str, *states: str, within: float = 90) -> dict[str, Any]:
        """The ticket, once it is in one of the states."""
        until = time.monotonic() + within
        while True:
            ticket: dict[str, Any] = self.as_(ALICE).get(f"/{ticket_id}").json()
            if ticket["status"]["state"] in states:
                return ticket
            assert time.monotonic() < until, f"{ticket_id} is {ticket['status']['state']}"
            time.sleep(0.05)

    def finish(self, ticket_id: str) -> None:
        """Let the job of a ticket end that would run for ever; the jobs of others wait for it."""
        self.until(ticket_id, "deploying")
        job = next(job["id"] for job in self.awx.jobs() if job["extra_vars"]["request_id"] == ticket_id)
        self.awx.control("POST", "finish", json={"job": job})

    # -- the record ------------------------------------------------------------------------------------------------

    def file(self, ticket: dict[str, Any]) -> str:
        """The ticket's file as the branch has it."""
        made = ticket["metadata"]["createdAt"]
        path = f"requests/prod/{made[:4]}/{made[5:7]}/{ticket['metadata']['id']}.yaml"
        with Repo(self.git) as repo:
            return bytes(repo.git.show(f"main:{path}", stdout_as_string=False, strip_newline_in_stdout=False)).decode()

    def text(self, path: str) -> str:
        """A file of the repository as the branch has it."""
        with Repo(self.git) as repo:
            return str(repo.git.show(f"main:{path}", strip_newline_in_stdout=False))

    def log(self, ticket_id: str) -> list[str]:
        """The subjects of the ticket's commits, oldest first."""
        with Repo(self.git) as repo:
            found: str = repo.git.log("main", "--reverse", "--format=%s", f"--grep=^Request-Id: {ticket_id}$")
        return found.splitlines()

    def commit(self, files: Mapping[str, str | None]) -> None:
        """Change files of the repository, as a reviewed commit does; None removes one."""
        person_commits(self.git, dict(files))

    @contextmanager
    def record_locked(self) -> Iterator[None]:
        """While somebody else's Git holds the branch's lock: it can be read, and nobody can write."""
        lock = self.git / "refs" / "heads" / "main.lock"
        lock.touch()
        try:
            yield
        finally:
            lock.unlink()

    @contextmanager
    def record_gone(self) -> Iterator[None]:
        """While the repository's disk is away."""
        away = self.git.rename(self.git.with_name("away.git"))
        try:
            yield
        finally:
            away.rename(self.git)

    # -- processes -------------------------------------------------------------------------------------------------

    async def start_worker(self, name: str = "worker") -> None:
        """One more worker, with a clone and an index of its own; each has its own client, as processes do."""
        engine = self.client if self._working is None else await self._another_client()
        self._working = self._working or AsyncExitStack()
        repository = open_repository(self.settings.git_repo, "main", self.folder / name)
        client = await self._working.enter_async_context(self.awx.client())
        channels = await self._channels(repository)
        index = Index(repository, self.folder / name / "index.db")
        registration = Registration(
            engine,
            self.settings.task_queue,
            repository,
            index,
            client,
            IMPATIENT,
            channels,
            plan(self.settings),
            Signer(self.settings.worker_key) if self.settings.worker_key else None,
            look_every=timedelta(milliseconds=100),
            known_for=self.known_for,
            gitlab=gitlab(self.settings),
            contracts=contracts(self.settings),
            differ=Differ(self.settings.oasdiff),
            reports=report_setup(self.settings),
        )
        self._working.push_async_callback(repository.close)
        self._working.callback(index.close)
        await registration.follow()
        await self._working.enter_async_context(registration.worker(**GRACE))

    async def _another_client(self) -> Client:
        config = self.client.config()
        address = config["service_client"].config.target_host
        return await Client.connect(address, namespace=config["namespace"], data_converter=config["data_converter"])

    async def _channels(self, repository: Repository) -> Mapping[Channel, ChannelClient]:
        """Those of the settings; none, where they name no mail server, Slack, webhooks or push key."""
        given = self.settings
        if (
            not (given.smtp_url or given.slack_token or given.webhook_secrets or given.push_key)
            or self._working is None
        ):
            return {}
        return await self._working.enter_async_context(channel_clients(self.settings, repository))

    async def stop_worker(self) -> None:
        if self._working:
            await self._working.aclose()
        self._working = None

    async def serve(self, listening: socket.socket, name: str) -> None:
        """One more API process, as far as anybody can tell: its own clone, index and memory."""
        settings = self.settings.model_copy(update={"data_dir": self.folder / name})
        repository = open_repository(settings.git_repo, "main", settings.data_dir / "api")
        http = self.issuer.client() if settings.oidc_issuer == ISSUER else httpx.AsyncClient(trust_env=False)
        services = compose(settings, self.client, repository, http)
        services.callers.revoked.known_for = self.known_for
        if services.follower:
            services.index.follow()
        if services.audited:
            services.audited.follow()
        config = uvicorn.Config(create_app(services), log_level="critical", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))

        async def stop() -> None:
            services.broadcast.close()
            server.should_exit = True
            await serving
            await http.aclose()
            await services.counts.close()
            await asyncio.to_thread(services.index.close)
            services.launch_policy.close()
            if services.audited:
                await asyncio.to_thread(services.audited.close)
            await asyncio.to_thread(services.trail.close)
            await repository.close()

        self._serving.push_async_callback(stop)

    def another_api(self) -> str:
        """The address of another API over the same record and engine."""
        listening = listen("127.0.0.1", 0)
        self.run(self.serve(listening, f"api-{next(_numbers)}"))
        return _address(listening)

    async def stop(self) -> None:
        await self.stop_worker()
        await self._serving.aclose()


def _address(listening: socket.socket) -> str:
    return f"http://127.0.0.1:{listening.getsockname()[1]}"


def _settings(folder: Path, given: dict[str, Any]) -> Settings:
    base = {
        "data_dir": folder,
        "git_repo": str(folder / "gitops.git"),
        "awx_callback_secret": SecretStr(SECRET),
        "signing_key": folder / "signing.json",
        "oidc_issuer": ISSUER,
        "console_dir": folder / "console",  # whether this clone has built one is nothing to the API's tests
        "requests_per_minute_person": 1_000_000,
        "requests_per_minute_address": 1_000_000,
        "open_requests_person": 1_000_000,
        "links_per_minute": 1_000_000,
        "documents_url": (folder / "documents").as_uri(),
        "time_zone": ZoneInfo("UTC"),
    }
    return Settings.model_validate(base | given)


@contextmanager
def opened(connect: Connect, folder: Path, **given: Any) -> Iterator[House]:
    """A house of its own in the folder; `given` are settings that differ."""
    found(folder / "gitops.git")
    (folder / "documents").mkdir()
    publish_key(folder / "gitops.git")
    catalogue_opens(folder / "gitops.git")
    (folder / "signing.json").write_text(private_text(KEY), encoding="utf-8")
    if worker_key := given.get("worker_key"):  # where the house is given one, its service signs
        worker_key.write_text(private_text(WORKER_KEY), encoding="utf-8")
        publish_worker_key(folder / "gitops.git")
    listening = listen("127.0.0.1", 0)
    url, loop = _address(listening), _Loop()

    async def client() -> Client:
        return await connect()

    try:
        with simulating(callback_url=f"{url}{CALLBACK}", callback_secret=SECRET) as awx:
            house = House(folder, loop.run(client()), awx, url, _settings(folder, given), Issuer(), loop)
            house.run(house.serve(listening, "api-0"))
            house.run(house.start_worker())
            try:
                yield house
            finally:
                house.run(house.stop_worker())  # a worker that is cancelled instead never ends
        house.run(house.stop())  # when AWX calls no more: what is accepted while a server stops is closed by nobody
        for http in house._http.values():
            http.close()
    finally:
        loop.close()


def problem(answer: httpx.Response) -> dict[str, Any]:
    """The problem details of a refusal, whose form is checked."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    found: dict[str, Any] = json.loads(answer.text)
    assert found["status"] == answer.status_code
    assert found["title"]
    assert found["detail"]
    return found


def refused_fields(answer: httpx.Response) -> list[str]:
    """The names of the fields that a 422 refuses."""
    assert answer.status_code == 422, answer.text
    return [fault["field"] for fault in problem(answer).get("errors", [])]
