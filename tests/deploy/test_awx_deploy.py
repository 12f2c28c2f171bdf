"""`deploy/awx/deploy.yml`, run on this machine as AWX runs it: what was approved is deployed once, nothing else is.

These are the steps behind the role: `test_awx_grants.py` runs the playbook as it is.
"""

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi import FastAPI, Request, Response

from tests.awx_fixtures import deployment, serving
from tests.deploy.ansible import Ansible, Run


class Gateways:
    """The administration of two gateways, which keeps what was put where, and Ansible to deploy to them."""

    def __init__(self, ansible: Ansible) -> None:
        self.ansible = ansible
        self.put: list[tuple[str, dict[str, Any]]] = []
        self.answers: list[int] = []
        self.app = FastAPI()
        self.app.add_api_route("/{path:path}", self._put, methods=["PUT"])

    async def _put(self, path: str, request: Request) -> Response:
        self.put.append((path, await request.json()))
        return Response(status_code=self.answers.pop(0) if self.answers else 204)

    def at(self, address: str) -> None:
        """Write the inventory: both gateways are reached on this machine."""
        reached = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
        hosts = {name: reached | {"gateway_admin_url": f"{address}/{name}"} for name in ("gateway-1", "gateway-2")}
        inventory = {"gateways": {"hosts": hosts}}
        (self.ansible.folder / "hosts.json").write_text(json.dumps(inventory))

    def leave_the_role_out(self) -> None:
        """Change the copy of the playbook, so that launches without a grant reach the steps behind the role."""
        file = self.ansible.folder / "deploy.yml"
        (play,) = yaml.safe_load(file.read_text())
        assert play.pop("roles") == ["prodgate_grant"]
        (put,) = (task["ansible.builtin.uri"] for task in play["tasks"] if "ansible.builtin.uri" in task)
        sent = {"tenant": "tenant", "version": "target_version", "ticket": "request_id"}
        put["body"] = {key: f"{{{{ {name} }}}}" for key, name in sent.items()} | {
            "digest": "{{ target_digest | default('') }}"
        }
        file.write_text(yaml.safe_dump([play]))

    def applied(self, gateway: str) -> Path:
        """The folder of a gateway's marks."""
        return self.ansible.folder / "applied" / gateway

    def deploy(self, gateway: str = "gateway-1", **changes: Any) -> Run:
        """Launch with what Prodgate sends for a first attempt, or with something else."""
        sent = deployment().extra_vars() | changes
        sent["applied_dir"] = str(self.ansible.folder / "applied" / "{{ inventory_hostname }}")
        return self.ansible.play("deploy.yml", "--inventory", "hosts.json", "--limit", gateway, "-e", json.dumps(sent))


@pytest.fixture
def gateways(tmp_path: Path) -> Iterator[Gateways]:
    made = Gateways(Ansible(tmp_path))
    made.leave_the_role_out()
    with serving(made.app) as address:
        made.at(address)
        yield made


def test_an_attempt_is_deployed_once(gateways: Gateways) -> None:
    """The second launch of the same attempt refuses and touches nothing; the next attempt is deployed."""
    first = gateways.deploy()
    assert first.code == 0, first.said
    assert first.custom == {"deployment_id": "deploy-PR-2026-0001-1"}
    body = {"tenant": "tenant-finance", "version": "2.1.0", "digest": "", "ticket": "PR-2026-0001"}
    assert gateways.put == [("gateway-1/tenant-finance/api/payments", body)]
    again = gateways.deploy()
    assert again.code != 0
    assert "PR-2026-0001-1 was applied before" in again.said
    assert again.custom == {}
    assert again.stats["gateway-1"]["changed"] == 0
    assert len(gateways.put) == 1
    digest = f"sha256:{'a' * 64}"
    retried = gateways.deploy(attempt=2, target_digest=digest)
    assert retried.custom == {"deployment_id": "deploy-PR-2026-0001-2"}
    assert gateways.put[1:] == [("gateway-1/tenant-finance/api/payments", body | {"digest": digest})]


def test_of_two_launches_at_once_one_deploys(gateways: Gateways) -> None:
    """Whichever makes the mark first."""
    with ThreadPoolExecutor() as both:
        codes = sorted(run.code for run in both.map(lambda _: gateways.deploy(), range(2)))
    assert codes[0] == 0 < codes[1]
    assert len(gateways.put) == 1


def test_an_attempt_that_failed_is_not_deployed_again(gateways: Gateways) -> None:
    """A relaunch in AWX refuses, for nobody knows how far the first went."""
    gateways.answers = [500]
    assert gateways.deploy().code != 0
    assert "was applied before" in gateways.deploy().said
    assert len(gateways.put) == 1


def test_a_mark_on_one_gateway_stops_all(gateways: Gateways) -> None:
    """Before anything is deployed anywhere."""
    gateways.applied("gateway-2").joinpath("PR-2026-0001-1").mkdir(parents=True)
    done = gateways.deploy(gateway="gateways")
    assert done.code != 0
    assert gateways.put == []


def test_a_mark_that_cannot_be_made_stops_it_too(gateways: Gateways) -> None:
    """Without its mark an attempt could be deployed twice."""
    (gateways.ansible.folder / "applied").mkdir()
    gateways.applied("gateway-1").symlink_to("/dev/full")
    assert gateways.deploy().code != 0
    assert gateways.put == []


@pytest.mark.parametrize(
    "change",
    [
        {"request_id": "../../../tmp/elsewhere"},
        {"attempt": "1/.."},
        {"target_name": "payments/../../users"},
        {"target_version": ""},
        {"target_type": "gateway"},
        {"target_environment": "staging"},
        {"tenant": "../tenant-retail"},
        {"target_digest": "newest"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_prodgate_does_not_send_is_refused(gateways: Gateways, change: dict[str, str]) -> None:
    """A launch by hand, with whatever a person typed, leaves no mark and deploys nothing."""
    done = gateways.deploy(**change)
    assert done.code != 0
    assert "launch it from Prodgate" in done.said
    assert gateways.put == []
    assert not gateways.applied("gateway-1").exists()
