"""The units for hosts without containers: systemd takes them, they confine their processes, and these start."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from settings import Mode, Settings, variables
from tests.deploy.compose import OURS, ROOT, SERVICES

UNITS = ROOT / "deploy" / "systemd"
BIN = Path(sys.executable).parent
EXPOSED_AT_MOST = 1.2
"""Of 10, as systemd counts; 1.1 of it is what a service on a network can't be without."""

EVERY_UNIT = pytest.mark.parametrize("service", OURS)


def unit(service: str) -> str:
    return (UNITS / f"prodgate-{service}.service").read_text(encoding="utf-8")


def values(service: str, name: str) -> list[str]:
    """What the unit gives for the name, in its order."""
    return re.findall(rf"^{name}=(.*)$", unit(service), re.MULTILINE)


def analysed(*arguments: object) -> str:
    """The output of `systemd-analyze`, which has to succeed. A machine without it skips the test; CI has it."""
    program = shutil.which("systemd-analyze")
    if program is None and os.environ.get("CI") != "true":
        pytest.skip("systemd-analyze is not here; CI runs this")
    assert program
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@EVERY_UNIT
def test_systemd_knows_every_line(service: str, tmp_path: Path) -> None:
    """With programs that are here in place of those of /opt; what it does not know, it only warns of."""
    file = tmp_path / f"prodgate-{service}.service"
    file.write_text(unit(service).replace("/opt/prodgate/bin", str(BIN)), encoding="utf-8")
    told = analysed("verify", "--man=no", file)
    assert [line for line in told.splitlines() if file.name in line] == []


@EVERY_UNIT
def test_a_process_is_confined(service: str) -> None:
    """As far as systemd measures it: no privilege, no device, nothing of the host to write to."""
    told = analysed("security", "--offline=true", "--no-pager", UNITS / f"prodgate-{service}.service")
    exposed = re.search(r"exposure level for \S+: ([\d.]+)", told)
    assert exposed
    assert float(exposed[1]) <= EXPOSED_AT_MOST


@EVERY_UNIT
def test_the_command_is_the_composes(service: str) -> None:
    """Behind a proxy on the same host, the API listens on this host alone."""
    (command,) = values(service, "ExecStart")
    program, *arguments = shlex.split(command)
    expected = ["127.0.0.1" if part == "0.0.0.0" else part for part in SERVICES[service]["command"]]  # noqa: S104
    assert [Path(program).name, *arguments] == expected
    assert program.startswith("/opt/prodgate/bin/")


@EVERY_UNIT
def test_every_setting_exists_and_is_accepted(service: str) -> None:
    """The unit's own; the rest comes from a file of the service."""
    given = dict(each.split("=", 1) for each in values(service, "Environment"))
    assert {name for name in given if name.startswith("PRODGATE_")} <= variables().keys()
    loaded = Settings.from_environment(given | {"PRODGATE_GIT_REPO": "https://git.example/gitops.git"})
    assert loaded.mode is Mode.PRODUCTION
    assert str(loaded.data_dir) == f"/var/lib/{values(service, 'StateDirectory')[0]}"
    assert values(service, "EnvironmentFile") == [f"/etc/prodgate/{service}.env"]


def test_each_process_has_a_user_of_its_own() -> None:
    """So that neither reads the other's settings or keys; nobody signs in as either."""
    users = {service: values(service, "User")[0] for service in OURS}
    made = re.findall(r"^u (\S+) - ", (UNITS / "prodgate.sysusers.conf").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(set(users.values())) == len(OURS)
    assert sorted(users.values()) == sorted(made)
    assert "/bin/" not in (UNITS / "prodgate.sysusers.conf").read_text(encoding="utf-8")


def test_what_awx_shows_to_the_api_never_reaches_the_worker() -> None:
    """Even where both files were made of one."""
    unset = {name for line in values("worker", "UnsetEnvironment") for name in line.split()}
    assert unset == {"PRODGATE_AWX_CALLBACK_SECRET", "PRODGATE_AWX_POLICY_TOKEN"}
    assert unset <= variables().keys()
    assert values("api", "UnsetEnvironment") == []


@EVERY_UNIT
def test_a_process_has_the_time_to_end_in_order_and_comes_back(service: str) -> None:
    """SIGTERM first, to the process alone; what the API starts meanwhile ends with it."""
    assert values(service, "TimeoutStopSec") == ["30"]
    assert values(service, "KillMode") == ["mixed"]
    assert values(service, "Restart") == ["always"]
    assert values(service, "StartLimitIntervalSec") == ["0"]
