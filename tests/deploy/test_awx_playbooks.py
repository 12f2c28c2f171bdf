"""The playbooks of `deploy/awx/` are valid, and written as Ansible's own linter wants them in production."""

import re
from pathlib import Path

import pytest

from domain.deployment import Deployment
from domain.ticket import TargetType
from tests.deploy.ansible import ROOT, Ansible

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


def test_the_deployment_playbook_knows_what_prodgate_sends() -> None:
    """Every variable is named at its head, and every type of target is let through."""
    text = (ROOT / "deploy" / "awx" / "deploy.yml").read_text(encoding="utf-8")
    sent = re.findall(r"[a-z_]+", text[text.index("Prodgate sends: ") : text.index(". All are identifiers")])
    assert set(sent) >= set(Deployment.model_fields)
    (types,) = re.findall(r"target_type in (\[.*\])", text)
    assert re.findall(r"\w+", types) == [kind.value for kind in TargetType]
