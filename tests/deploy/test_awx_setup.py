"""`deploy/awx/setup.yml`, run against the simulated AWX: what it makes is what Prodgate needs, and no more."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest
import yaml
from pydantic import SecretStr

from bootstrap.doctor import awx_connection, diagnose
from clients.awx.client import AwxClient
from clients.awx.hook import check_set_up
from demo.awx.grants import verification
from domain.awx_policy import AwxSetup
from settings import Settings
from tests.awx_fixtures import Receiver, Simulator, deployment, eventually, serving, simulating
from tests.deploy.ansible import Ansible, Run

ADMIN = "password-of-the-administrator"
TEMPLATE = "Deploy to PROD"
USER = "svc-prodgate"


class Stage:
    """A simulated AWX that was just installed, Prodgate's address, and Ansible to set the one up for the other."""

    def __init__(self, simulator: Simulator, ansible: Ansible, prodgate: str) -> None:
        self.simulator = simulator
        self.ansible = ansible
        self.as_admin = self.login("admin", ADMIN)
        made = self.as_admin.post("credentials/", json={"name": "Gateways' key", "credential_type": 1})
        assert made.status_code == 201
        self.variables: dict[str, Any] = yaml.safe_load((ansible.folder / "vars.example.yml").read_text())
        self.variables |= {"prodgate_url": prodgate, "prodgate_credentials": ["Gateways' key"]}
        self.password, self.secret = "password-of-svc-prodgate", "secret-of-the-callback"

    def login(self, user: str = USER, password: str | None = None) -> httpx.Client:
        """The API as a user sees it."""
        return httpx.Client(base_url=f"{self.simulator.root}v2/", auth=(user, password or self.password))

    def run(self, *arguments: str) -> Run:
        """Run the playbook as its README says."""
        (self.ansible.folder / "vars.yml").write_text(yaml.safe_dump(self.variables))
        done = self.ansible.play(
            "setup.yml",
            *arguments,
            CONTROLLER_HOST=self.simulator.address,
            CONTROLLER_USERNAME="admin",
            CONTROLLER_PASSWORD=ADMIN,
            PRODGATE_AWX_CALLBACK_SECRET=self.secret,
            PRODGATE_AWX_PASSWORD=self.password,
        )
        assert done.code == 0, done.said
        return done

    def rows(self, path: str, **query: str | int) -> list[dict[str, Any]]:
        """The rows that the administrator finds."""
        found: list[dict[str, Any]] = self.as_admin.get(path, params=query).json()["results"]
        return found

    def one(self, path: str, **query: str | int) -> dict[str, Any]:
        (found,) = self.rows(path, **query)
        return found

    def template(self) -> dict[str, Any]:
        """The one that was made; another organisation has one of the same name."""
        return self.one(
            "job_templates/", name=TEMPLATE, organization=self.one("organizations/", name="Production")["id"]
        )

    def settings(self, **changes: Any) -> Settings:
        """Prodgate's, as the README has them."""
        given = {"git_repo": "/nowhere", "awx_url": self.simulator.root, "awx_template": TEMPLATE}
        return Settings.model_validate(given | {"awx_user": USER, "awx_password": SecretStr(self.password)} | changes)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, Run, Receiver]]:
    """An AWX that the playbook has set up, what it said, and where callbacks go."""
    receiver = Receiver()
    with serving(receiver.app) as prodgate, simulating(admin_password=ADMIN, user="svc-of-others") as simulator:
        stage = Stage(simulator, Ansible(tmp_path_factory.mktemp("awx")), prodgate)
        with closing(stage.as_admin):
            yield stage, stage.run(), receiver


def test_it_makes_the_template_with_the_right_prompts(made: tuple[Stage, Run, Receiver]) -> None:
    """Variables, labels and skip tags are asked for; one slice, one job at a time, no survey."""
    stage, done, _ = made
    assert done.stats["localhost"]["failures"] == 0
    assert done.stats["localhost"]["changed"] == 13
    template = stage.template()
    asked = {name for name, value in template.items() if name.startswith("ask_") and value}
    assert asked == {f"ask_{what}_on_launch" for what in ("variables", "labels", "skip_tags")}
    assert (template["job_slice_count"], template["allow_simultaneous"], template["survey_enabled"]) == (
        1,
        False,
        False,
    )
    assert (template["playbook"], template["timeout"], template["job_type"]) == ("deploy.yml", 3600, "run")
    organization = stage.one("organizations/", name="Production")
    assert template["organization"] == organization["id"]
    project = stage.one("projects/", id=template["project"])
    assert (project["scm_type"], project["scm_update_on_launch"], project["status"]) == ("git", True, "successful")
    assert [row["name"] for row in stage.rows(f"job_templates/{template['id']}/credentials/")] == ["Gateways' key"]


def test_it_makes_the_inventory_that_the_playbook_runs_on(made: tuple[Stage, Run, Receiver]) -> None:
    """Every host is in the group `gateways`, with its variables."""
    stage, _, _ = made
    inventory = stage.one("inventories/", name="Production gateways")
    assert stage.template()["inventory"] == inventory["id"]
    group = stage.one("groups/", inventory=inventory["id"])
    (host,) = stage.rows(f"groups/{group['id']}/hosts/")
    assert (group["name"], host["name"]) == ("gateways", "gateway-1.example.com")
    assert yaml.safe_load(host["variables"]) == {"gateway_admin_url": "https://gateway-1.example.com:9443"}


@pytest.mark.parametrize("kind", ["started", "success", "error"])
def test_it_attaches_the_callback(made: tuple[Stage, Run, Receiver], kind: str) -> None:
    """The address at which Prodgate listens, with a password that is not shown."""
    stage, _, _ = made
    template = stage.template()
    callback = stage.one(f"job_templates/{template['id']}/notification_templates_{kind}/")
    told = callback["notification_configuration"]
    assert told["url"] == f"{stage.variables['prodgate_url']}/v1/webhooks/awx/job-complete"
    assert (callback["notification_type"], told["http_method"], told["headers"]) == ("webhook", "POST", {})
    assert (told["username"], told["password"]) == ("awx", "$encrypted$")


def test_it_writes_what_the_role_trusts(made: tuple[Stage, Run, Receiver]) -> None:
    """The address and the inventory, in a file for the project's repository: variables may be a launch's."""
    stage, _, _ = made
    written = (stage.ansible.folder / "roles" / "prodgate_grant" / "files" / "prodgate.json").read_text()
    trusted = verification().Setup.of(written)
    assert (trusted.url, trusted.keys, trusted.limit) == (stage.variables["prodgate_url"], None, "")
    assert trusted.inventory == str(stage.template()["inventory"])


async def test_doctor_says_that_it_is_fit(made: tuple[Stage, Run, Receiver]) -> None:
    """To Prodgate's user, who sees what the organisation has; to the administrator, too."""
    stage, _, _ = made
    said, code = await diagnose(stage.settings(), as_json=False)
    assert code == 0
    assert said.splitlines()[:2] == ["AWX 24.6.1", "Jobs are recognised by: label"]
    assert said.splitlines()[-1] == "Promotions can be deployed."
    assert "mend:" not in said
    as_admin = {"awx_user": "admin", "awx_password": SecretStr(ADMIN), "awx_template": str(stage.template()["id"])}
    seen_by_all, code = await diagnose(stage.settings(**as_admin), as_json=False)
    assert code == 0
    assert "No webhook notification" not in seen_by_all
    assert "note: AWX's policy hook is off" in seen_by_all


def test_its_user_can_do_nothing_else(made: tuple[Stage, Run, Receiver]) -> None:
    """One template to launch, one organisation to make labels in; nothing to change, nobody to make."""
    stage, _, _ = made
    user, template = stage.one("users/", username=USER), stage.template()
    assert (user["is_superuser"], user["is_system_auditor"]) == (False, False)
    assert {
        (kind, row["name"], role)
        for kind in ("organizations", "job_templates")
        for row in stage.rows(f"{kind}/")
        for role, told in row["summary_fields"]["object_roles"].items()
        if stage.rows(f"roles/{told['id']}/users/", username=USER)
    } == {("organizations", "Production", role) for role in ("member_role", "auditor_role")} | {
        ("job_templates", TEMPLATE, "execute_role")
    }
    with stage.login() as prodgate:
        assert [row["name"] for row in prodgate.get("job_templates/").json()["results"]] == [TEMPLATE]
        assert prodgate.get("job_templates/7/").status_code == 403
        assert prodgate.post("job_templates/7/launch/", json={}).status_code == 403
        assert prodgate.post("labels/", json={"name": "mark", "organization": 1}).status_code == 403
        assert prodgate.patch(f"job_templates/{template['id']}/", json={"playbook": "other.yml"}).status_code == 403
        assert prodgate.post("users/", json={"username": "friend", "password": "p"}).status_code == 403


async def test_what_its_user_launches_is_called_back(made: tuple[Stage, Run, Receiver]) -> None:
    """With a label, with every variable, and with the password that Prodgate expects."""
    stage, _, receiver = made
    template, attempt = stage.template(), deployment()
    async with stage.simulator.client(token=None, user=USER, password=stage.password) as client:
        label = await client.ensure_label(attempt.marker, template["organization"])
        job = await client.launch(template["id"], attempt.extra_vars(), [label.id], None)
    assert job.ignored_fields == ()
    assert job.variables == attempt.extra_vars()
    assert job.launcher == USER
    eventually(lambda: sorted(map(str, receiver.statuses())) == ["running", "successful"])
    expected = b64encode(f"awx:{stage.secret}".encode()).decode()
    assert {headers["authorization"] for headers in receiver.headers} == {f"Basic {expected}"}


def test_a_second_run_changes_nothing_but_what_is_wrong_or_to_be_renewed(made: tuple[Stage, Run, Receiver]) -> None:
    """Not a row, not a password; then a changed template, a new address and new passwords are put right."""
    stage, _, _ = made
    old, stage.password, stage.secret = stage.password, "renewed", "renewed-too"
    assert stage.run().stats["localhost"]["changed"] == 0
    with stage.login(password=old) as prodgate:
        assert prodgate.get("me/").status_code == 200
    template = stage.template()
    path = f"job_templates/{template['id']}/"
    assert stage.as_admin.patch(path, json={"job_slice_count": 4, "ask_variables_on_launch": False}).status_code == 200
    stage.variables["prodgate_url"] += "/elsewhere"
    # The callback, the template that it is attached to, the user, and what the role trusts.
    assert stage.run("-e", "prodgate_renew_secrets=true").stats["localhost"]["changed"] == 4
    assert stage.as_admin.get(path).json() == template
    callback = stage.one(f"{path}notification_templates_error/")
    assert "/elsewhere/v1/webhooks" in callback["notification_configuration"]["url"]
    with stage.login() as prodgate, stage.login(password=old) as before:
        assert (prodgate.get("me/").status_code, before.get("me/").status_code) == (200, 401)


async def test_what_it_writes_for_the_record_is_what_awx_has(
    made: tuple[Stage, Run, Receiver],
) -> None:
    """With a pinned revision and without: the check of `prodgate doctor` finds nothing that differs."""
    stage, *_ = made
    for pinned in ("", "b" * 40, ""):
        stage.variables |= {"prodgate_project_revision": pinned}
        stage.run()
        written = yaml.safe_load((stage.ansible.folder / "spec.awx.yml").read_text())["awx"]
        setup = AwxSetup.model_validate(written)
        assert (setup.branch, setup.revision) == (pinned or "main", pinned or None)
        async with AwxClient(awx_connection(stage.settings())) as client:
            assert await check_set_up(client, setup, blocking=True) == ()
            other = setup.model_copy(update={"revision": "c" * 40})
            (told,) = await check_set_up(client, other, blocking=True)
        assert "The revision of the project in AWX is" in told.sentence


def test_the_policy_hook_is_switched_on_where_a_token_is_given(made: tuple[Stage, Run, Receiver]) -> None:
    """Organisation, inventory and template ask, so that copies of the template are asked about too."""
    stage, *_ = made
    assert stage.as_admin.get("settings/opa/").json()["OPA_HOST"] == ""
    assert stage.template()["opa_query_path"] == ""
    stage.variables |= {"prodgate_policy_host": "prodgate.example.com", "prodgate_policy_token": "token-of-the-policy"}
    stage.run()
    found = stage.as_admin.get("settings/opa/").json()
    assert (found["OPA_HOST"], found["OPA_PORT"], found["OPA_SSL"]) == ("prodgate.example.com", 443, True)
    assert (found["OPA_AUTH_TYPE"], found["OPA_AUTH_TOKEN"]) == ("Token", "$encrypted$")
    asking = [stage.template(), stage.one("inventories/", name="Production gateways")]
    asking.append(stage.one("organizations/", name="Production"))
    assert {row["opa_query_path"] for row in asking} == {"prodgate/launch"}
