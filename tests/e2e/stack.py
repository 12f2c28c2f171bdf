"""A stack as `prodgate up` starts it, in a folder and on ports of its own; what tests do to it and see of it."""

import base64
import contextlib
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from demo.layout import issuer_file
from demo.signin import sign_in
from tests.commands import command
from tests.record.building import catalogue_opens

PRODGATE = Path(sys.executable).with_name("prodgate")
PARTS = (
    *("port", "temporal-port", "temporal-ui-port", "awx-port", "worker-port", "oidc-port"),
    *("mailbox-port", "smtp-port", "webhooks-port", "gitlab-port"),
)
PIERRE, JEAN = "pierre.durand@cab-i.com", "jean.dupont@cab-i.com"


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, none twice, from below those that the system hands out itself."""
    found: list[int] = []
    for port in random.sample(range(15_000, 32_000), 17_000):  # spreads tests that run at once
        if len(found) == count:
            break
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            found.append(port)
    return found


def lives(pid: int) -> bool:
    """Tells whether the process runs; one that ended and waits for its parent does not."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


def until(what: str, seen: Callable[[], bool], seconds: float = 150) -> None:
    """Return as soon as it is seen; fail after so many seconds."""
    end = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < end, f"not seen within {seconds} s: {what}"
        time.sleep(0.1)


def bare_environment() -> dict[str, str]:
    """This process's environment without settings of ours."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PRODGATE_", "TEMPORAL_"))}


def prodgate(*arguments: object, **settings: str) -> subprocess.CompletedProcess[str]:
    """One command, run to its end."""
    return command(*arguments, environment=bare_environment() | settings)


@dataclass
class Stack:
    """`prodgate up` on a folder. `settings` go into its environment; `program` may be another version's."""

    data: Path
    job_seconds: float = 1.0
    settings: Mapping[str, str] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=lambda: dict(zip(PARTS, free_ports(len(PARTS)), strict=True)))
    program: tuple[str, ...] = (str(PRODGATE),)
    _process: subprocess.Popen[bytes] | None = None
    _tokens: dict[str, str] = field(default_factory=dict)

    @property
    def arguments(self) -> list[str]:
        options = [text for name, port in self.ports.items() for text in (f"--{name}", str(port))]
        return ["up", "--data", str(self.data), "--job-seconds", str(self.job_seconds), *options]

    @property
    def said(self) -> str:
        """The output of the command."""
        return self._output.read_text()

    @property
    def _output(self) -> Path:
        return self.data.with_suffix(".out")

    def start(self) -> None:
        """Start it, and return when it says that it is up."""
        self.launch()
        until("a start, or its end", lambda: "Ctrl-C stops" in self.said or self._ended, 240)
        assert not self._ended, self.said

    def launch(self) -> None:
        """Start it. Counting the lines that it runs would take half as long again; other tests run the same ones."""
        environment = bare_environment() | dict(self.settings)
        environment.pop("COVERAGE_PROCESS_CONFIG", None)
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                [*self.program, *self.arguments],
                env=environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
                # Tests may run under nohup, which children inherit and the launcher would respect.
                preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
            )

    @property
    def _ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def interrupt(self, how: signal.Signals = signal.SIGINT) -> int:
        """Press Ctrl-C, or end it in another way; the exit code."""
        assert self._process is not None
        self._process.send_signal(how)
        return self._process.wait(60)

    def vanish(self) -> None:
        """Kill the launcher alone."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    @property
    def free(self) -> bool:
        """Tells whether no child lives."""
        return not any(map(lives, self.pids().values()))

    def pids(self) -> dict[str, int]:
        """The children, by name."""
        return {file.stem: int(file.read_text()) for file in self.data.glob("logs/*.pid")}

    def kill(self, name: str) -> int:
        """End a child as a power cut would; the process that is gone."""
        pid = self.pids()[name]
        os.kill(pid, signal.SIGKILL)
        return pid

    @contextlib.contextmanager
    def without(self, name: str) -> Iterator[None]:
        """While a child is away, and the launcher that would start it again is held; afterwards the whole serves."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            gone = self.kill(name)
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)
        self.await_restart(name, gone)

    def await_restart(self, name: str, gone: int) -> None:
        """Wait until the child runs again, and the whole serves."""
        until(f"{name} started again", lambda: self.pids()[name] != gone)
        until("the API ready", lambda: self._answers(f"{self.api}/readyz"))
        until("the worker ready", lambda: self._answers(f"http://127.0.0.1:{self.ports['worker-port']}/healthz"))

    def _answers(self, url: str) -> bool:
        try:
            return httpx.get(url, timeout=5, trust_env=False).is_success
        except httpx.HTTPError:
            return False

    def end(self) -> None:
        """Leave nothing behind, whatever happened."""
        with contextlib.suppress(subprocess.TimeoutExpired, AssertionError):
            self.interrupt()
        if self._process:
            self._process.kill()
            self._process.wait()
        for pid in filter(self._owns, self.pids().values()):
            os.kill(pid, signal.SIGKILL)

    def _owns(self, pid: int) -> bool:
        """Tells whether the process was started for this folder: the number may be another's by now."""
        try:
            return f"PRODGATE_DATA_DIR={self.data}\0".encode() in Path(f"/proc/{pid}/environ").read_bytes()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            return False

    # -- as its users ----------------------------------------------------------------------------------------------

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.ports['port']}"

    def token(self, email: str) -> str:
        """A bearer token of one of the demo's people, as `prodgate token` gets it, without a process for each."""
        if email not in self._tokens:
            audience = self.settings.get("PRODGATE_OIDC_AUDIENCE") or "prodgate"  # empty is not set
            self._tokens[email] = sign_in(issuer_file(self.data).read_text(encoding="utf-8"), email, audience)
        return self._tokens[email]

    def call(self, person: str, method: str, path: str = "", body: object = None) -> httpx.Response:
        """Call the API as that person; `path` goes on from /v1/requests/prod."""
        headers = {"Authorization": f"Bearer {self.token(person)}"}
        url = f"{self.api}/v1/requests/prod{path}"
        return httpx.request(method, url, json=body, headers=headers, timeout=60, trust_env=False)

    def get(self, person: str, path: str) -> httpx.Response:
        """Read another of the API's paths as that person."""
        headers = {"Authorization": f"Bearer {self.token(person)}"}
        return httpx.get(f"{self.api}{path}", headers=headers, timeout=60, trust_env=False)

    def open_catalogue(self) -> None:
        """Let the company promote targets that its catalogue does not name."""
        catalogue_opens(self.data / "gitops.git")

    def ask(self, version: str, scheduled: str | None = None, name: str = "payment-api") -> str:
        """Pierre asks for a promotion; its id."""
        answer = self.call(PIERRE, "POST", "", submission(version, scheduled, name))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["metadata"]["id"])

    def approve(self, ticket: str) -> None:
        """Jean approves, and asks again where he got no answer: then he may learn that he has approved already."""

        def approved() -> bool:
            try:
                answer = self.call(JEAN, "POST", f"/{ticket}/approve", {"comment": "Reviewed"})
            except httpx.TransportError:
                return False
            return answer.status_code in {200, 202} or str(answer.json()["detail"]).startswith("Request not pending")

        until(f"{ticket} approved", approved)

    def states(self) -> dict[str, str]:
        """The state of every ticket that Jean sees, by id."""
        try:
            answer = self.call(JEAN, "GET", "?limit=200")
        except httpx.TransportError:
            return {}
        tickets = answer.json() if answer.is_success else []
        return {ticket["metadata"]["id"]: ticket["status"]["state"] for ticket in tickets}

    def await_state(self, tickets: list[str], state: str, seconds: float = 150) -> None:
        def there() -> bool:
            states = self.states()
            return all(states.get(ticket) == state for ticket in tickets)

        until(f"{tickets} {state}", there, seconds)

    # -- as its auditors -------------------------------------------------------------------------------------------

    def recorded(self) -> dict[str, list[str]]:
        """The actions that `git log` knows of each ticket, oldest first."""
        form = "%(trailers:key=Request-Id,valueonly,separator=)%x09%(trailers:key=Action,valueonly,separator=)"
        log = ["git", "-C", str(self.data / "gitops.git"), "log", "--reverse", f"--format={form}", "main"]
        done = subprocess.run(log, capture_output=True, text=True, check=True)
        found: dict[str, list[str]] = {}
        for line in filter(str.strip, done.stdout.splitlines()):
            ticket, _, action = line.partition("\t")
            found.setdefault(ticket, []).append(action)
        return found

    def history(self, ticket: str) -> str:
        """The ticket's history as Temporal keeps it, JSON."""
        show = [str(PRODGATE.with_name("temporal")), "workflow", "show", "--output", "json", "--workflow-id", ticket]
        show += ["--address", f"127.0.0.1:{self.ports['temporal-port']}"]
        return subprocess.run(show, env=bare_environment(), capture_output=True, text=True, check=True).stdout

    def metrics(self, of: str) -> str:
        """What `/metrics` of the API or the worker says now."""
        port = self.ports[{"api": "port", "worker": "worker-port"}[of]]
        return httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=30, trust_env=False).text

    def kept(self, ticket: str) -> str:
        """What Temporal's UI and command show of the ticket's history to whoever has no key."""
        shown = self.history(ticket)
        payloads = re.findall(r'"data": "([^"]+)"', shown)
        return shown + b"".join(map(base64.b64decode, payloads)).decode(errors="replace")

    def jobs(self) -> dict[str, Any]:
        """The jobs that AWX was made to do: its control path counts every one."""
        answer = httpx.get(f"http://127.0.0.1:{self.ports['awx-port']}/control/jobs", trust_env=False)
        counted: dict[str, Any] = answer.json()
        return counted

    def check_one_job_each(self, tickets: list[str]) -> None:
        counted = self.jobs()
        assert counted["attempts"] == {f"{ticket}-1": {"jobs": 1, "ran": 1} for ticket in tickets}
        assert counted["count"] == len(tickets)


def submission(version: str, scheduled: str | None = None, name: str = "payment-api") -> dict[str, Any]:
    """The body of a promotion that nothing is wrong with."""
    return {
        "target": {"type": "api", "name": name, "version": version},
        "request": {
            "justification": "New PCI-DSS compliant payment flow",
            "releaseNotes": "- Added 3DS2 authentication\n",
            "impactAssessment": "low",
            "rollbackPlan": "Revert to the version before",
            "scheduledDate": scheduled,
        },
        "preChecks": {
            "stagingTestsPassed": True,
            "securityScanPassed": True,
            "performanceTestsPassed": True,
            "testEvidenceUrl": "https://gitlab.cab-i.com/pipeline/12345",
        },
    }


@contextlib.contextmanager
def started(stack: Stack) -> Iterator[Stack]:
    """The stack, started, and gone afterwards."""
    try:
        stack.start()
        yield stack
    finally:
        stack.end()
