"""`prodgate smoke URL`: walks a promotion of a marked target through a running installation, as two people would."""

import argparse
import os
import sys
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import quote

import httpx

from clients.oidc.provider import SignInFailed, checked_address
from clients.prodgate.answers import plain

MARK = "smoke"
"""The environment to which the catalogue promotes a target of this test (`promotion: {from: staging, to: smoke}`): its
owners said so in a reviewed commit, and the gate refuses this environment for every other target."""

REQUESTER, APPROVER = "PRODGATE_SMOKE_REQUESTER", "PRODGATE_SMOKE_APPROVER"
"""The variables of both people's bearer tokens."""

LOOK_EVERY = 1.0
"""Seconds between two looks at the promotion."""

_REQUESTS = "/v1/requests/prod"
_ENDED = {"deployed", "failed", "rejected", "cancelled", "expired"}
_WALKED = ["created", "approved", "deploying", "deployed"]
_EPILOG = (
    f"{REQUESTER} and {APPROVER} are the bearer tokens of two people of the target's tenant. Exit code 1: a step was "
    "not as it should be, and the last line says how; 2: asked wrongly."
)


class StepFailed(Exception):
    """A step of the walk was not as it should be; `str()` says what was."""


@dataclass(frozen=True)
class Installation:
    """An installation as the two people reach it."""

    http: httpx.Client
    tokens: dict[str, str]

    def ask(self, who: str | None, method: str, path: str, *expected: int, body: object = None) -> httpx.Response:
        """The answer, which has one of the statuses. Raises StepFailed."""
        headers = {"Authorization": f"Bearer {self.tokens[who]}"} if who else {}
        if method == "POST" and path == _REQUESTS:
            headers["Idempotency-Key"] = str(uuid.uuid4())
        try:
            answer = self.http.request(method, path, headers=headers, json=body)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise StepFailed(f"{method} {path} was not answered: {error!r}") from error
        if answer.status_code not in expected:
            raise StepFailed(f"{method} {path} was answered {answer.status_code}: {answer.text[:500]}")
        return answer

    def told(self, who: str | None, path: str) -> dict[str, Any]:
        """The answer that is read there. Raises StepFailed."""
        return cast("dict[str, Any]", self.ask(who, "GET", path, 200).json())


@dataclass
class Walk:
    """One promotion, step by step."""

    at: Installation
    target: tuple[str, str, str]
    """The tenant, the type and the name."""

    within: float
    ticket: str = ""

    def steps(self) -> list[tuple[str, Callable[[], str]]]:
        """The steps, by the sentence that is printed of it; each says what it saw. All of them raise StepFailed."""
        return [
            ("it is ready", self._ready),
            ("two people are signed in", self._people),
            ("the target is marked", self._marked),
            ("a promotion is asked for", self._asked),
            ("its requester can't approve it", self._not_by_the_requester),
            ("another one approves it", self._approved),
            ("it is deployed", self._deployed),
            ("the record has every step, proven", self._recorded),
        ]

    def _ready(self) -> str:
        self.at.ask(None, "GET", "/readyz", 200)
        return str(self.at.told(None, "/v1/console")["version"])

    def _people(self) -> str:
        asks, decides = (str(self.at.told(who, "/v1/me")["email"]) for who in (REQUESTER, APPROVER))
        if asks == decides:
            raise StepFailed(f"both tokens are {asks}'s: nobody approves their own request")
        return f"{asks}, {decides}"

    def _marked(self) -> str:
        tenant, kind, name = (quote(each, "") for each in self.target)
        environment = self.at.told(REQUESTER, f"/v1/targets/{tenant}/{kind}/{name}")["environment"]
        if environment != MARK:
            raise StepFailed(
                f"the catalogue promotes {name} to {environment}; only what it promotes to {MARK} is touched"
            )
        return str(environment)

    def _asked(self) -> str:
        answer = self.at.ask(REQUESTER, "POST", _REQUESTS, 201, 202, body=self._body())
        self.ticket = str(answer.json()["metadata"]["id"])
        return self.ticket

    def _body(self) -> dict[str, Any]:
        tenant, kind, name = self.target
        version = f"{datetime.now(UTC):%Y%m%d.%H%M%S}"
        checks = dict.fromkeys(("stagingTestsPassed", "securityScanPassed", "performanceTestsPassed"), True)
        return {
            "tenant": tenant,
            "target": {"type": kind, "name": name, "version": version, "targetEnvironment": MARK},
            "request": {
                "justification": "A smoke test of this installation",
                "releaseNotes": "Nothing changes.",
                "impactAssessment": "low",
                "rollbackPlan": "Nothing to take back.",
            },
            "preChecks": {**checks, "testEvidenceUrl": str(self.at.http.base_url.join("/readyz"))},
        }

    def _not_by_the_requester(self) -> str:
        path = f"{_REQUESTS}/{self.ticket}/approve"
        refused = self.at.ask(REQUESTER, "POST", path, 403, body={"comment": "Smoke test"})
        return str(refused.json().get("detail", ""))

    def _approved(self) -> str:
        self.at.ask(APPROVER, "POST", f"{_REQUESTS}/{self.ticket}/approve", 200, 202, body={"comment": "Smoke test"})
        return ""

    def _deployed(self) -> str:
        end = time.monotonic() + self.within
        while (status := self.at.told(APPROVER, f"{_REQUESTS}/{self.ticket}")["status"])["state"] not in _ENDED:
            if time.monotonic() > end:
                raise StepFailed(f"{self.ticket} is {status['state']} after {self.within:.0f} s")
            time.sleep(LOOK_EVERY)
        if status["state"] != "deployed":
            raise StepFailed(f"{self.ticket} is {status['state']}: {status.get('message') or status}")
        return ""

    def _recorded(self) -> str:
        commits = self.at.ask(APPROVER, "GET", f"{_REQUESTS}/{self.ticket}/history", 200).json()
        at = {each["action"]: each["recordedAt"] for each in commits if each["proven"]}
        if [at.get(action) for action in _WALKED] != sorted(at.values()) or len(commits) != len(_WALKED):
            raise StepFailed(f"the record has {[(each['action'], each['proven']) for each in commits]}")
        return f"{len(commits)} commits"


def run(arguments: Sequence[str]) -> int:
    """Walk as the command line says; the answer is the exit code."""
    given = parser().parse_args(arguments)
    lacking = [name for name in (REQUESTER, APPROVER) if not os.environ.get(name)]
    if lacking:
        sys.stderr.write(f"prodgate: {' and '.join(lacking)} must be set: bearer tokens of two people\n")
        return 2
    tokens = {name: os.environ[name] for name in (REQUESTER, APPROVER)}
    try:
        checked_address(given.url)
    except SignInFailed as error:
        sys.stderr.write(f"prodgate: {error}\n")
        return 2
    with httpx.Client(base_url=given.url.rstrip("/"), timeout=60) as http:
        return _walk(Walk(Installation(http, tokens), given.target, given.within))


def _walk(walk: Walk) -> int:
    began = time.monotonic()
    for sentence, step in walk.steps():
        since = time.monotonic()
        try:
            seen = step()
        except (StepFailed, ValueError, KeyError, TypeError) as error:
            _tell(f"FAILED {time.monotonic() - since:6.2f} s  {sentence}: {_said(error)}")
            return 1
        _tell(f"ok     {time.monotonic() - since:6.2f} s  {sentence}{f': {seen}' if seen else ''}")
    _tell(f"all in {time.monotonic() - began:.1f} s")
    return 0


def _tell(text: str) -> None:
    """Print one line; the installation may be anybody's, and nothing of its answers moves a cursor."""
    sys.stdout.write(plain(text).replace("\n", " ") + "\n")


def _said(error: Exception) -> str:
    return str(error) if isinstance(error, StepFailed) else f"this does not answer as Prodgate does ({error!r})"


def _target(text: str) -> tuple[str, str, str]:
    parts = text.split("/")
    if len(parts) != 3 or not all(parts):
        raise argparse.ArgumentTypeError("must be TENANT/TYPE/NAME, such as tenant-platform/api/smoke-api")
    return (parts[0], parts[1], parts[2])


def parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    made = argparse.ArgumentParser(prog="prodgate smoke", epilog=_EPILOG)
    made.description = (
        f"Walk a promotion through an installation, with its AWX. Only a target that the catalogue promotes to {MARK} "
        "is touched; see docs/deploy.md."
    )
    made.add_argument("url", metavar="URL", help="the installation, as people reach it")
    made.add_argument("--target", type=_target, required=True, metavar="TENANT/TYPE/NAME", help="the marked target")
    made.add_argument("--within", type=float, default=300, metavar="S", help="seconds to be deployed in (300)")
    return made
