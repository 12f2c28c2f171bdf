"""The playbooks of `deploy/awx/` are valid, and written as Ansible's own linter wants them in production."""

from pathlib import Path

import pytest

from tests.deploy.ansible import Ansible

PLAYBOOKS = ("setup.yml", "deploy.yml")


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_the_syntax_is_valid(tmp_path: Path, playbook: str) -> None:
    """Every module exists and every option of a play is known."""
    done = Ansible(tmp_path).command(
        "ansible-playbook", "--syntax-check", "-e", "prodgate_vars=vars.example.yml", playbook
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_ansible_lint_finds_nothing(tmp_path: Path) -> None:
    """By its strictest profile; warnings count."""
    done = Ansible(tmp_path).command(
        "ansible-lint", "--offline", "--strict", "--profile", "production", *PLAYBOOKS, "vars.example.yml"
    )
    assert done.returncode == 0, done.stdout + done.stderr
