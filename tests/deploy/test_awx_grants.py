"""The role of `deploy/awx/`, run by Ansible itself: only the one job of an approved launch deploys what was approved.

Everything is real but AWX and the gateway: Prodgate's worker signs, its API answers, and Ansible runs the playbook.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.house import Connect, House
from tests.awx_fixtures import serving
from tests.deploy.ansible import Ansible, Run
from tests.deploy.test_awx_deploy import Gateways
from tests.grants import granting, job_of, setup
from tests.signing import KEY


class Site:
    """A house with a job that waits to run, and Ansible that runs it, or another one, as AWX would."""

    def __init__(self, house: House, gateways: Gateways) -> None:
        self.house, self.gateways = house, gateways
        self.applied = str(gateways.ansible.folder / "applied" / "{{ inventory_hostname }}")
        self.trust()
        self.job = self.launched()

    def trust(self, **changes: Any) -> None:
        """Write the role's file."""
        file = self.gateways.ansible.folder / "roles" / "prodgate_grant" / "files" / "prodgate.json"
        own = {"applied_dir": self.applied}
        file.write_text(json.dumps(setup(self.house, wait=2.0, variables=own) | changes))

    def launched(self) -> dict[str, Any]:
        """A job of an approved request that AWX has not begun."""
        ticket_id = self.house.approved_by_jean()
        self.house.until(ticket_id, "deploying")
        return job_of(self.house, ticket_id)

    def run(
        self, *arguments: str, job: int | None = None, without: str = "", inventory: str = "2", **changes: Any
    ) -> Run:
        """Run the playbook as AWX runs the job, but for the changes."""
        sent = {**self.job["extra_vars"], "awx_job_id": self.job["id"], "applied_dir": self.applied, **changes}
        sent.pop(without, None)
        environment = {"JOB_ID": str(job or self.job["id"]), "INVENTORY_ID": inventory}
        given = ("--inventory", "hosts.json", "-e", json.dumps(sent), *arguments)
        return self.gateways.ansible.play("deploy.yml", *given, **environment)


@pytest.fixture(scope="module")
def site(connect_temporal: Connect, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    (folder / "playbooks").mkdir()
    gateways = Gateways(Ansible(folder / "playbooks"))
    with granting(connect_temporal, folder) as house, serving(gateways.app) as address:
        house.awx.faults(life=["stuck-pending"] * 20)
        house.awx.template(allow_simultaneous=True)
        gateways.at(address)
        yield Site(house, gateways)


def test_the_job_of_an_approved_launch_deploys(site: Site) -> None:
    """What was approved, and what the worker signed; again, it is the gateways' marks that refuse."""
    site.job = site.launched()
    done = site.run()
    assert done.code == 0, done.said
    assert done.custom == {"deployment_id": f"deploy-{site.job['extra_vars']['request_id']}-1"}
    put = {"tenant": "tenant-finance", "version": "2.1.0", "digest": "", "ticket": site.job["extra_vars"]["request_id"]}
    assert [body for _, body in site.gateways.put[-2:]] == [put, put]
    assert "was applied before" in site.run().said


Attack = Callable[[Site], Run]


def of_another(site: Site) -> Run:
    """The grant of another request, on this one's variables."""
    return site.run(prodgate_grant=site.launched()["extra_vars"]["prodgate_grant"])


def other_class(site: Site) -> Run:
    """A signature of the worker on something else: the launch, as the record has it."""
    token = site.job["extra_vars"]["prodgate_grant"]
    said = site.house.http().post("/v1/grants", json={"grant": token}).json()
    assert said["job"] == site.job["id"]
    return site.run(prodgate_grant=said["act"])


def edited(site: Site) -> Run:
    """The last letter but one of the signature is another."""
    token = site.job["extra_vars"]["prodgate_grant"]
    return site.run(prodgate_grant=f"{token[:-3]}{'A' if token[-3] != 'A' else 'B'}{token[-2:]}")


def foreign_pin(site: Site) -> Run:
    """The project trusts another key alone."""
    site.trust(keys=[{"kid": KEY.thumbprint(), "x": KEY.as_dict(private=False)["x"]}])
    try:
        return site.run()
    finally:
        site.trust()


def away(site: Site) -> Run:
    """Nobody answers at Prodgate's address."""
    site.trust(url="http://127.0.0.1:9")
    try:
        return site.run()
    finally:
        site.trust()


def unset(site: Site) -> Run:
    """The project lacks the file."""
    file = site.gateways.ansible.folder / "roles" / "prodgate_grant" / "files" / "prodgate.json"
    file.unlink()
    try:
        return site.run()
    finally:
        site.trust()


ATTACKS: dict[str, tuple[Attack, str]] = {
    "no grant": (lambda site: site.run(without="prodgate_grant"), "carries no grant"),
    "no text": (lambda site: site.run(prodgate_grant=7), "carries no grant"),
    "another's grant": (of_another, "was approved"),
    "another signature of the worker": (other_class, "not that of a grant"),
    "an edited grant": (edited, "forged"),
    "a key that is not trusted": (foreign_pin, "none of the keys"),
    "Prodgate is away": (away, "can't be asked"),
    "no file": (unset, "lacks files/prodgate.json"),
    "another version": (lambda site: site.run(target_version="6.6.6"), "'6.6.6'"),
    "one more variable": (lambda site: site.run(gateway_admin_url="http://evil"), "gateway_admin_url is none of what"),
    "a variable less": (lambda site: site.run(without="requester"), "requester is missing"),
    "a true attempt": (lambda site: site.run(attempt=True), "attempt is True"),
    "a relaunch": (lambda site: site.run(job=site.job["id"] + 1_000), "may not use the grant"),
    "a job that lies about its number": (
        lambda site: site.run(job=site.job["id"] + 1_000, awx_job_id=site.job["id"]),
        "may not use the grant",
    ),
    "another inventory": (lambda site: site.run(inventory="3"), "inventory 3"),
    "another limit": (lambda site: site.run("--limit", "gateway-1"), "limited to 'gateway-1'"),
    "a check": (lambda site: site.run("--check"), "only checks"),
    "tags": (lambda site: site.run("--tags", "fast"), "by their tags"),
    "past the role, by the task's name": (
        lambda site: site.run("--start-at-task", "Deploy the approved version", job=site.job["id"] + 1_000),
        "may not use the grant",
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_nothing_else_is_deployed(site: Site, name: str) -> None:
    """Each is refused with a sentence, before anything is put."""
    attack, words = ATTACKS[name]
    before = len(site.gateways.put)
    done = attack(site)
    assert done.code != 0
    assert words in done.said, done.said[-3000:]
    assert len(site.gateways.put) == before


def test_whoever_leaves_out_the_check_leaves_out_all(site: Site) -> None:
    """Every task has the one tag."""
    before = len(site.gateways.put)
    site.run("--skip-tags", "always", without="prodgate_grant")
    assert len(site.gateways.put) == before


def test_a_role_without_its_module_refuses(site: Site) -> None:
    """Half a copy of the role is none."""
    file = site.gateways.ansible.folder / "roles" / "prodgate_grant" / "files" / "verification.py"
    kept, before = file.with_suffix(".kept"), len(site.gateways.put)
    shutil.move(file, kept)
    try:
        assert site.run().code != 0
    finally:
        shutil.move(kept, file)
    assert len(site.gateways.put) == before


def test_the_role_is_part_of_the_repository() -> None:
    """Beside the playbook, where Ansible finds it."""
    assert (Path(__file__).parents[2] / "deploy" / "awx" / "roles" / "prodgate_grant" / "tasks" / "main.yml").exists()
