"""`.ci/prepare` sees what a machine lacks, installs it where it may, and otherwise names the one command that does."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
JARS = ("kafka", "s3", "verapdf")
REAL = ("bash", "sh", "env", "dirname", "grep", "cmp", "cp")
"""The programs that the script itself is made of; everything else on the machine's PATH is a stub."""

PYTHON = """[ "$1" = -V ] && echo "Python 3.11.2"\ncase "$2" in *version_info*|*ensurepip*) exit {} ;; esac"""
STUBS = {
    "python3": PYTHON.format(0),
    "git": "",
    "make": "",
    "curl": "",
    "chromium-headless-shell": "",
    "ldconfig": 'echo "\tlibatomic.so.1 (libc6,x86-64) => /lib/libatomic.so.1"',
    "java": """echo 'openjdk version "17.0.16" 2026-07-15' >&2""",
    "mvn": "",
    "pdftotext": "",
    "openssl": "",
}
"""The programs that `make test` needs."""


class Machine:
    """A PATH of stubs, a clone that holds nothing but the script, and an apt-get that brings what the archive has."""

    def __init__(self, folder: Path) -> None:
        self.bin, self.clone, self.archive = (folder / name for name in ("bin", "clone", "archive"))
        for made in (self.bin, self.archive, self.clone / ".ci", *map(self.pom, JARS)):
            made.mkdir(parents=True)
        shutil.copy(ROOT / ".ci" / "prepare", self.clone / ".ci")
        for server in JARS:
            shutil.copy(ROOT / "tests" / server / "pom.xml", self.pom(server))
        for name in REAL:
            found = shutil.which(name)
            assert found, name
            (self.bin / name).symlink_to(found)
        for name, does in STUBS.items():
            self.has(name, does)
        self.told = folder / "apt.log"
        self.has("apt-get", f'echo "$@" >> {self.told}\n[ $1 = install ] && cp -p {self.archive}/* {self.bin} || true')
        self.is_user(0)

    def pom(self, server: str) -> Path:
        """The folder whose pom names a server's jars."""
        return self.clone / "tests" / server

    def has(self, name: str, does: str = "", where: Path | None = None) -> None:
        """Put a command there, which does what the shell lines say."""
        stub = (where or self.bin) / name
        stub.write_text(f"#!/bin/sh\n{does}\n", encoding="utf-8")
        stub.chmod(0o755)

    def lacks(self, *names: str, archive: bool = True) -> None:
        """Take commands away; apt's archive has them, unless told otherwise."""
        for name in names:
            (self.bin / name).unlink()
            if archive:
                self.has(name, STUBS.get(name, ""), self.archive)

    def is_user(self, number: int) -> None:
        self.has("id", f"echo {number}")

    def prepare(self, what: str = "test", **environment: str) -> tuple[int, str]:
        """The exit code, and everything that it says."""
        done = subprocess.run(
            [self.clone / ".ci" / "prepare", what],
            env={"PATH": str(self.bin), "HOME": str(self.clone), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    def apt(self) -> list[str]:
        """The calls of apt-get."""
        return self.told.read_text(encoding="utf-8").splitlines() if self.told.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.mark.parametrize("what", ["up", "test"])
def test_a_machine_that_has_everything_hears_nothing(machine: Machine, what: str) -> None:
    """Every `make` looks, so it says something only where something is lacking."""
    assert machine.prepare(what) == (0, "")
    assert machine.apt() == []


def test_who_may_not_install_reads_what_lacks_and_the_one_command(machine: Machine) -> None:
    """Nothing is installed, and `make` ends."""
    machine.is_user(1000)
    machine.lacks("curl", "chromium-headless-shell", "ldconfig", "java", "mvn")
    machine.has("ldconfig")
    code, said = machine.prepare()
    assert code == 1
    assert [line for line in said.splitlines() if "sudo" in line] == [
        '    sudo sh -c "apt-get update -qq && apt-get install -y -qq --no-install-recommends '
        f'curl {chromium(said)} libatomic1 default-jre-headless maven"'
    ]
    assert "make test PRODGATE_INSTALL=1" in said
    assert machine.apt() == []


def chromium(said: str) -> str:
    """The package's name on the system that the tests run on."""
    return "chromium-browser" if "chromium-browser" in said else "chromium-headless-shell"


def test_root_has_it_installed_and_goes_on(machine: Machine) -> None:
    """In a container and in CI; what is done is printed first."""
    machine.lacks("java", "mvn")
    code, said = machine.prepare()
    install = "install -y -qq --no-install-recommends default-jre-headless maven"
    assert (code, machine.apt()) == (0, ["update -qq", install])
    assert f"apt-get {install}" in said
    assert machine.prepare() == (0, "")


def test_whoever_asks_for_it_has_it_installed_by_sudo(machine: Machine) -> None:
    """With PRODGATE_INSTALL=1, and not without."""
    machine.is_user(1000)
    machine.has("sudo", f'echo sudo >> {machine.told}\nexec "$@"')
    machine.lacks("mvn")
    assert machine.prepare()[0] == 1
    assert machine.prepare(PRODGATE_INSTALL="1")[0] == 0
    assert machine.apt()[0] == "sudo"


def test_a_merge_is_tried_with_a_browser_without_windows(machine: Machine) -> None:
    """A person's own Chromium does as well, and takes longer; Ubuntu has nothing else."""
    machine.lacks("chromium-headless-shell")
    machine.has("chromium")
    assert machine.prepare() == (0, "")
    for program in ("promtool", "nginx", "systemd-analyze", "redis-server", "cc"):
        machine.has(program)
    ubuntu = "ID=ubuntu\n" in Path("/etc/os-release").read_text(encoding="utf-8")
    assert machine.prepare(CI="true")[0] == 0
    assert [call.split()[-1] for call in machine.apt() if call.startswith("install")] == ["chromium-headless-shell"] * (
        not ubuntu
    )


def test_up_needs_no_more_than_python_and_git(machine: Machine) -> None:
    """Neither browser nor Java."""
    machine.lacks("curl", "chromium-headless-shell", "ldconfig", "java", "mvn")
    assert machine.prepare("up") == (0, "")


def test_a_python_without_venv_is_told_apart_from_none(machine: Machine) -> None:
    """Debian ships Python without it."""
    machine.is_user(1000)
    machine.has("python3", 'case "$2" in *ensurepip*) exit 1 ;; esac')
    code, said = machine.prepare("up")
    assert (code, "recommends python3-venv" in said) == (1, True)
    machine.lacks("python3")
    code, said = machine.prepare("up")
    assert (code, "recommends python3 python3-venv" in said) == (1, True)


def test_a_python_that_is_too_old_is_named(machine: Machine) -> None:
    """No package of the system's would mend that."""
    machine.has("python3", PYTHON.format(1).replace("3.11.2", "3.9.2"))
    code, said = machine.prepare("up")
    assert code == 1
    assert said == (
        "Prodgate needs Python 3.11 or newer, and python3 is Python 3.9.2. Name another: make up PYTHON=python3.11\n"
    )


def test_another_python_that_makes_no_environment_is_named(machine: Machine) -> None:
    """Which package would bring it, nobody knows."""
    code, said = machine.prepare("up", PYTHON="python3.13")
    assert (code, "python3.13 can't make .venv" in said) == (1, True)
    assert machine.apt() == []


def test_what_was_made_before_needs_nothing_to_make_it(machine: Machine) -> None:
    """An environment needs no other Python, fetched jars no Maven, Playwright's browser no Chromium."""
    machine.lacks("mvn", "chromium-headless-shell")
    machine.has("python3", PYTHON.format(1))
    (machine.clone / ".venv" / "bin").mkdir(parents=True)
    (machine.clone / ".venv" / "bin" / "python").symlink_to(sys.executable)
    for server in JARS:
        (machine.clone / f".{server}").mkdir()
        shutil.copy(machine.pom(server) / "pom.xml", machine.clone / f".{server}")
    (machine.clone / ".cache" / "ms-playwright" / "chromium-1200").mkdir(parents=True)
    assert machine.prepare() == (0, "")


def test_a_java_too_old_for_kafka_counts_as_none(machine: Machine) -> None:
    """Kafka 4 needs 17."""
    machine.lacks("java")
    machine.has("java", """echo 'openjdk version "11.0.28"' >&2""")
    assert machine.prepare()[0] == 0
    assert machine.apt()[-1].endswith("recommends default-jre-headless")


def test_what_apt_did_not_bring_is_said(machine: Machine) -> None:
    """Rather than a test that fails ten minutes later."""
    machine.lacks("mvn", archive=False)
    machine.lacks("curl")
    code, said = machine.prepare()
    assert (code, said.splitlines()[-1]) == (1, "apt-get has ended, and this is lacking still: maven")


def test_a_system_without_apt_reads_what_to_install(machine: Machine) -> None:
    """By Debian's names, even as root."""
    machine.lacks("mvn", "apt-get")
    code, said = machine.prepare(PRODGATE_INSTALL="1")
    assert (code, "maven" in said, "no apt-get here" in said) == (1, True, True)


def test_ci_skips_nothing(machine: Machine) -> None:
    """A test that is skipped elsewhere, without nginx, systemd, promtool, Redis or a compiler, is not in CI."""
    for program in ("promtool", "nginx", "systemd-analyze", "redis-server", "cc"):
        machine.has(program, where=machine.archive)
    assert machine.prepare(CI="true")[0] == 0
    assert machine.apt()[-1].endswith("recommends prometheus nginx-light systemd redis-server gcc libc6-dev")


def test_ci_asks_the_same_script() -> None:
    """One list of what is needed, and the whole run, from that list on, knows that it is CI's."""
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "export CI=true\nPRODGATE_INSTALL=1 .ci/prepare test\n" in run
    assert "apt-get" not in run
    assert os.access(ROOT / ".ci" / "prepare", os.X_OK)
