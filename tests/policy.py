"""A house whose AWX asks before each job runs, and jobs as AWX sends them to be judged."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from tests.api.house import Connect, House, opened

TOKEN = "token-of-the-policy"
ASKED_AT = "/v1/data/prodgate/launch"


@contextmanager
def guarded(connect: Connect, folder: Path, **given: Any) -> Iterator[House]:
    """A house of its own, whose AWX runs nothing that is refused."""
    with opened(connect, folder, awx_policy_token=SecretStr(TOKEN), **given) as house:
        house.awx.control("PUT", "policy", json={"address": house.url.removeprefix("http://"), "token": TOKEN})
        yield house


def hang(folder: Path) -> None:
    """Let the remote of the clone in the folder hang from the next fetch on."""
    (clone,) = (each.parent for each in folder.rglob("HEAD") if (each.parent / "objects").is_dir())
    command = ["git", "-C", str(clone), "config", "remote.origin.uploadpack", "sleep 25; git-upload-pack"]
    subprocess.run(command, check=True)  # in one piece, while others read it


def job(variables: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A job as Prodgate launches it, as AWX sends it (awx/main/tasks/policy.py)."""
    return {
        "id": 1,
        "name": "Deploy to PROD",
        "created": "2026-03-02T09:30:00.123456Z",
        "created_by": {"id": 5, "username": "svc-prodgate", "is_superuser": False, "teams": []},
        "credentials": [{"id": 4, "name": "ssh-key", "kind": "ssh", "cloud": False, "organization": None}],
        "execution_environment": {"id": 1, "name": "Default", "image": "quay.io/ansible/awx-ee", "pull": ""},
        "extra_vars": variables,
        "forks": 0,
        "hosts_count": 1,
        "instance_group": {"id": 2, "name": "default"},
        "inventory": {"id": 2, "name": "Prod", "inventory_sources": []},
        "job_template": {"id": 7, "name": "Deploy to PROD", "job_type": "run"},
        "job_type": "run",
        "job_type_name": "job",
        "labels": [],
        "launch_type": "manual",
        "limit": "",
        "launched_by": {"id": 5, "name": "svc-prodgate", "type": "user", "url": "/api/v2/users/5/"},
        "organization": {"id": 1, "name": "Default"},
        "playbook": "deploy.yml",
        "project": {"id": 3, "name": "Playbooks", "scm_type": "git", "scm_url": "", "scm_branch": "main"},
        "scm_branch": "",
        "scm_revision": "5f0c3e1d9a7b2c4e6f8091a2b3c4d5e6f7081920",
        "workflow_job": None,
        "workflow_job_template": None,
    } | changes
