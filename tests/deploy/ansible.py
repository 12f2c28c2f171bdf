"""Ansible's commands, run on the playbooks of `deploy/awx/` without touching the home of whoever runs the tests."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
BIN = Path(sys.executable).parent
FILES = ("setup.yml", "deploy.yml", "vars.example.yml", "requirements.yml")


@dataclass(frozen=True)
class Run:
    """The result of a playbook: its exit code, what it printed, and the counts of each host."""

    code: int
    said: str
    stats: dict[str, dict[str, int]]
    custom: dict[str, Any]
    """The values that the playbook handed back with set_stats, as AWX's `artifacts`."""


class Ansible:
    """Ansible in a folder of its own, with copies of the playbooks in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in FILES:
            shutil.copy(ROOT / "deploy" / "awx" / name, folder)
        shutil.copytree(ROOT / "deploy" / "awx" / "roles", folder / "roles")
        self._environment = {
            # Ansible refuses locales that are not UTF-8; proxies of the machine are none of ours.
            "LC_ALL": "C.UTF-8",
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(folder / "home"),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "ANSIBLE_HOME": str(folder / "ansible"),
            "ANSIBLE_REMOTE_TEMP": str(folder / "remote"),
            "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
            "ANSIBLE_SHOW_CUSTOM_STATS": "1",
            "ANSIBLE_NOCOLOR": "1",
        }

    def command(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command of Ansible's in the folder."""
        return subprocess.run(
            [BIN / arguments[0], *arguments[1:]],
            cwd=self.folder,
            env=self._environment | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )

    def play(self, *arguments: str, **environment: str) -> Run:
        """Run a playbook to its end."""
        done = self.command("ansible-playbook", *arguments, **environment)
        # Warnings may stand before the report.
        report = json.loads(done.stdout[done.stdout.index("{\n") :]) if "{\n" in done.stdout else {}
        custom = report.get("global_custom_stats", {})
        return Run(done.returncode, done.stdout + done.stderr, report.get("stats", {}), custom)
