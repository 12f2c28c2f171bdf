"""The drill of a lost engine: `python -m tests.e2e.restore --promotions 200`.

Promotions wait in every state: pending, with one of two votes, after their approval lapsed, dated, held, deploying,
behind another one, failed, and launched in an emergency that nobody has answered for. Temporal's database is deleted
under them, a new server starts, `prodgate reconcile --apply` brings them back from Git, and everybody goes on.
"""

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import httpx

from tests.chaos.people import CLAIRE
from tests.commands import command
from tests.e2e.soak import SETTINGS, control
from tests.e2e.stack import JEAN, PIERRE, Stack, bare_environment, prodgate, started, submission, until
from tests.record.building import person_commits
from tests.rules import frozen, rule, two_of_cpi

GROUPS = ("failed", "deploying", "lined", "pending", "voted", "lapsed", "owed", "dated", "held")
AT_ONCE = 8
MENDS_WITHIN = 600

T = TypeVar("T")
R = TypeVar("R")


@dataclass
class Drill:
    """One installation, its tickets by what they wait for, and how long the recovery took."""

    stack: Stack
    each: int
    date_in: timedelta
    tickets: dict[str, list[str]] = field(default_factory=dict)
    took: float = 0.0
    said: str = ""

    @property
    def all(self) -> list[str]:
        return [ticket for group in self.tickets.values() for ticket in group]

    def fill(self) -> None:
        """Have promotions wait in every state."""
        control(self.stack, "PUT", "faults", {"life": ["failed"] * self.each})
        self.tickets["failed"] = self.approved("failed")
        self.await_action("failed", "failed")
        control(self.stack, "PUT", "faults", {"life": ["stuck-running"] * self.each})
        self.tickets["deploying"] = self.approved("deploying")
        self.await_action("deploying", "deploying")
        self.tickets["lined"] = self.approved("deploying", version="2.0.0")
        self.tickets["pending"] = self.asked("pending")
        self.fill_ruled()
        date = (datetime.now(UTC) + self.date_in).replace(microsecond=0)
        for group in ("held", "dated"):
            self.tickets[group] = self.approved(group, scheduled=date.isoformat())
        together(partial(self.decide, JEAN, "hold", {"reason": "Wait for the audit"}), self.tickets["held"])

    def fill_ruled(self) -> None:
        """Have others wait by the company's rules: for a second vote, anew, for somebody's answer."""
        now = datetime.now(UTC)
        urgent = rule("urgent", match={"names": ["owed-*"]}, emergency={"role": "cpi", "answerWithin": "P1D"})
        self.legislate({**two_of_cpi(names=["voted-*"]), **urgent, **frozen(now, names=["lapsed-*"])})
        self.tickets["voted"] = self.approved("voted")
        self.tickets["lapsed"] = self.approved("lapsed")
        self.tickets["owed"] = self.asked("owed")
        together(partial(self.decide, JEAN, "emergency", {"reason": "Production is down"}), self.tickets["owed"])
        self.await_action("owed", "deployed")
        asked_anew = rule("year-end", match={"names": ["lapsed-*"]}, approvals=[{"role": "cpi", "count": 2}])
        self.legislate(asked_anew)
        self.await_action("lapsed", "lapsed")

    def legislate(self, rules: dict[str, str]) -> None:
        """Have the record hold these rules, as a reviewed commit."""
        person_commits(self.stack.data / "gitops.git", rules, "Have rules of the company")

    def asked(self, group: str, version: str = "1.0.0", scheduled: str | None = None) -> list[str]:
        return together(partial(self.ask, group, version, scheduled), range(self.each))

    def ask(self, group: str, version: str, scheduled: str | None, number: int) -> str:
        body = submission(version, scheduled, f"{group}-{number}")
        answer, _ = self.call(PIERRE, "", body, f"{group}-{version}-{number}")
        assert answer.status_code in (201, 202), answer.text
        return str(answer.json()["metadata"]["id"])

    def approved(self, group: str, version: str = "1.0.0", scheduled: str | None = None) -> list[str]:
        found = self.asked(group, version, scheduled)
        together(self.approve, found)
        return found

    def approve(self, ticket: str) -> None:
        self.decide(JEAN, "approve", {"comment": "Reviewed"}, ticket)

    def endorse(self, ticket: str) -> None:
        self.decide(CLAIRE, "approve", {"comment": "Reviewed as well"}, ticket)

    def decide(self, person: str, what: str, body: object, ticket: str) -> None:
        """Decide; whoever had to ask again may learn that it was done the first time."""
        answer, again = self.call(person, f"/{ticket}/{what}", body)
        assert answer.status_code in (200, 202) or (again and answer.status_code == 409), answer.text

    def call(self, person: str, path: str, body: object, key: str | None = None) -> tuple[httpx.Response, bool]:
        """The API's answer, and whether it had to be asked again: a busy engine, or a new one, may have none."""
        headers = {"Authorization": f"Bearer {self.stack.token(person)}"} | ({"Idempotency-Key": key} if key else {})
        url = f"{self.stack.api}/v1/requests/prod{path}"
        for turn in range(60):
            with contextlib.suppress(httpx.TransportError):
                answer = httpx.post(url, json=body, headers=headers, timeout=60, trust_env=False)
                if answer.status_code < 500:
                    return answer, turn > 0
            time.sleep(1)
        raise AssertionError(f"{path} was never answered")

    def await_action(self, group: str, action: str, seconds: float = 300) -> None:
        def there() -> bool:
            recorded = self.stack.recorded()
            return all(recorded[ticket][-1] == action for ticket in self.tickets[group])

        until(f"{group} {action}", there, seconds)

    def lose(self) -> None:
        """Delete Temporal's database, and start a new server, worker and API."""
        with self.stack.without("temporal"):
            for file in self.stack.data.glob("temporal.db*"):
                file.unlink()
            gone = self.stack.kill("worker"), self.stack.kill("api")
        self.stack.await_restart("worker", gone[0])
        self.stack.await_restart("api", gone[1])

    def reconcile(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The command with the worker's settings."""
        lines = Path(f"/proc/{self.stack.pids()['worker']}/environ").read_bytes().decode().split("\0")
        environment = bare_environment() | dict(line.split("=", 1) for line in lines if "=" in line)
        return command("reconcile", *arguments, environment=environment, within=MENDS_WITHIN)

    def recover(self) -> None:
        looked = self.reconcile("--json")
        assert looked.returncode == 1, looked.stderr
        found = {each["subject"]: each["kind"] for each in json.loads(looked.stdout)["drift"]}
        assert found == dict.fromkeys(self.all, "no-promotion")
        began = time.monotonic()
        done = self.reconcile("--apply")
        self.took, self.said = time.monotonic() - began, done.stdout.splitlines()[-1]
        assert done.returncode == 0, done.stdout + done.stderr
        again = self.reconcile()
        assert again.returncode == 0, again.stdout + again.stderr

    def go_on(self) -> None:
        """Decide, release, retry, answer and let jobs end, as if nothing had happened."""
        together(self.approve, self.tickets["pending"] + self.tickets["lapsed"])
        together(self.endorse, self.tickets["voted"] + self.tickets["lapsed"])
        together(partial(self.decide, CLAIRE, "ratify", {"reason": "It was down indeed"}), self.tickets["owed"])
        together(partial(self.decide, PIERRE, "retry", {}), self.tickets["failed"])
        together(partial(self.decide, JEAN, "release", {"reason": "It is audited"}), self.tickets["held"])
        for job in self.stack.jobs()["jobs"]:
            if job["status"] == "running" and job["extra_vars"]["request_id"] in self.tickets["deploying"]:
                control(self.stack, "POST", "finish", {"job": job["id"]})
        for group in GROUPS:
            last = "ratified" if group == "owed" else "deployed"
            self.await_action(group, last, 600 + self.date_in.total_seconds())

    def check(self) -> None:
        """Each was deployed once, by one job an attempt, and the audit finds nothing."""
        recorded, counted = self.stack.recorded(), self.stack.jobs()
        assert {ticket: recorded[ticket].count("deployed") for ticket in self.all} == dict.fromkeys(self.all, 1)
        assert {attempt: told for attempt, told in counted["attempts"].items() if told["jobs"] != 1} == {}
        assert counted["count"] == len(self.all) + self.each
        audit = prodgate("verify", self.stack.data / "gitops.git")
        assert audit.returncode == 0, audit.stdout + audit.stderr


def together(do: Callable[[T], R], items: Iterable[T]) -> list[R]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(do, items))


def drill(folder: Path, promotions: int, date_in: float) -> Drill:
    """Run it to its end: AssertionError where something is not as it must be."""
    with started(Stack(folder / "data", job_seconds=0.5, settings=SETTINGS)) as stack:
        stack.open_catalogue()
        control(stack, "PATCH", "templates/7", {"allow_simultaneous": True})
        for person in (PIERRE, JEAN, CLAIRE):
            stack.token(person)
        made = Drill(stack, promotions // len(GROUPS), timedelta(seconds=date_in))
        made.fill()
        made.lose()
        made.recover()
        made.go_on()
        made.check()
    return made


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.restore", description=__doc__)
    parser.add_argument("--promotions", type=int, default=200)
    parser.add_argument("--date-in", type=float, default=300, metavar="SECONDS", help="when dated ones are due (300)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="prodgate-restore-") as folder:
        made = drill(Path(folder), given.promotions, given.date_in)
    sys.stdout.write(
        f"{len(made.all)} promotions in {len(GROUPS)} states lost their engine; {made.said}, "
        f"{made.took:.1f} s with the command's start; each was deployed once, and verify is clean\n"
    )


if __name__ == "__main__":
    main()
