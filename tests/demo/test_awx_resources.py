"""The simulated AWX's rows beside jobs: made by who may, refused as AWX refuses, shown to who may see them."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.awx_fixtures import QUICK, Simulator, eventually, simulating

PASSWORD = "password-of-the-administrator"


class Admin:
    """The API as the user `admin`."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.http = httpx.Client(base_url=f"{simulator.root}v2/", auth=("admin", PASSWORD))

    def make(self, kind: str, /, **fields: Any) -> dict[str, Any]:
        answer = self.http.post(f"{kind}/", json=fields)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def refusal(self, kind: str, /, **fields: Any) -> Any:
        answer = self.http.post(f"{kind}/", json=fields)
        assert answer.status_code == 400
        return answer.json()


@pytest.fixture
def admin() -> Iterator[Admin]:
    with simulating(admin_password=PASSWORD, pace=QUICK) as simulator:
        made = Admin(simulator)
        yield made
        made.http.close()


def test_a_row_is_found_by_its_name_and_changed(admin: Admin) -> None:
    """Null becomes an empty text, as AWX's own modules rely on; what AWX does not know is dropped."""
    made = admin.make("inventories", name="Gateways", organization=1, kind=None, colour="blue")
    assert (made["type"], made["kind"], made["host_filter"]) == ("inventory", "", None)
    assert "colour" not in made
    found = admin.http.get("inventories/", params={"name": "Gateways", "organization": 1}).json()
    assert found["results"] == [made]
    changed = admin.http.patch(f"inventories/{made['id']}/", json={"description": "of production"}).json()
    assert changed == made | {"description": "of production"}
    assert admin.http.get(f"inventories/{made['id']}/").json() == changed
    assert admin.http.get("inventories/99/").json() == {"detail": "No Inventory matches the given query."}


def test_what_awx_refuses_is_refused(admin: Admin) -> None:
    """A name in use, none, a reference to nothing, a webhook without its headers."""
    assert admin.refusal("organizations") == {"name": ["This field is required."]}
    assert "already exists" in admin.refusal("organizations", name="Default")["__all__"][0]
    assert "object does not exist" in admin.refusal("hosts", name="gateway-1", inventory=9)["inventory"][0]
    told = {"name": "Callback", "notification_type": "webhook", "notification_configuration": {"url": "https://x/"}}
    assert admin.refusal("notification_templates", **told)["__all__"] == [
        "Missing required fields for Notification Configuration: ['headers']."
    ]
    assert admin.make("projects", name="Playbooks", organization=admin.make("organizations", name="Other")["id"])


def test_a_template_needs_a_project_that_has_its_playbook(admin: Admin) -> None:
    """A repository that was not fetched yet holds none; the template belongs to its project's organisation."""
    organization = admin.make("organizations", name="Production")["id"]
    project = admin.make("projects", name="From Git", organization=organization, scm_type="git", scm_url="https://x/")
    update = project["summary_fields"]["current_update"]["id"]
    wanted = {"name": "Deploy", "project": project["id"], "playbook": "deploy.yml"}
    assert admin.refusal("job_templates", **wanted) == {"playbook": ["Playbook not found for project."]}
    eventually(lambda: admin.http.get(f"project_updates/{update}/").json()["status"] == "successful")
    assert admin.refusal("job_templates", **wanted | {"playbook": "other.yml"})["playbook"]
    assert admin.refusal("job_templates", name="Deploy")["project"] == ["This field is required."]
    assert "timeout" in admin.refusal("job_templates", **wanted, timeout="soon")
    template = admin.make("job_templates", **wanted, organization=1)
    assert (template["organization"], template["ask_variables_on_launch"]) == (organization, False)
    assert admin.http.get(f"projects/{project['id']}/").json()["scm_revision"]
    assert admin.http.get("project_updates/99/").status_code == 404


def test_roles_decide_who_sees_and_starts_a_template(admin: Admin) -> None:
    """Execute shows it and starts it; taken away, it is gone."""
    template = admin.make("job_templates", name="Deploy", project=3, playbook="deploy.yml")
    user = admin.make("users", username="runner", password="pw")
    role = template["summary_fields"]["object_roles"]["execute_role"]["id"]
    path = f"job_templates/{template['id']}/"
    with httpx.Client(base_url=admin.http.base_url, auth=("runner", "pw")) as runner:
        assert (runner.get("job_templates/").json()["count"], runner.get(path).status_code) == (0, 403)
        assert admin.http.post(f"roles/{role}/users/", json={"id": user["id"]}).status_code == 204
        assert runner.get(path).json()["summary_fields"]["user_capabilities"] == {"edit": False, "start": True}
        job = runner.post(f"{path}launch/", json={}).json()
        assert job["launched_by"]["name"] == "runner"
        taken = admin.http.post(f"roles/{role}/users/", json={"id": user["id"], "disassociate": True})
        assert taken.status_code == 204
        assert (runner.post(f"{path}launch/").status_code, runner.get(f"jobs/{job['id']}/").status_code) == (403, 403)
    assert admin.http.get("roles/999/users/").status_code == admin.http.post("roles/999/users/").status_code == 404


def test_secrets_are_not_shown_and_stay_when_their_stand_in_is_sent(admin: Admin) -> None:
    """`$encrypted$`, for a user's password and a webhook's."""
    assert admin.make("users", username="somebody", password="pw")["password"] == "$encrypted$"
    told = {"url": "https://x/", "headers": {}, "username": "awx", "password": "pw"}
    made = admin.make("notification_templates", name="Callback", notification_configuration=told)
    shown = made["notification_configuration"]
    assert shown == told | {"password": "$encrypted$", "http_method": "POST", "disable_ssl_verification": False}
    again = {"notification_configuration": shown}
    assert admin.http.patch(f"notification_templates/{made['id']}/", json=again).json() == made


def test_only_superusers_write_and_who_has_no_role_sees_nothing(admin: Admin) -> None:
    """403; and lists without rows."""
    service = admin.simulator
    assert service.api("POST", "projects/", json={"name": "mine"}).status_code == 403
    assert service.api("PATCH", "job_templates/7/", json={"playbook": "mine.yml"}).status_code == 403
    with httpx.Client(base_url=admin.http.base_url, auth=("stranger", "pw")) as stranger:
        admin.make("users", username="stranger", password="pw")
        assert stranger.get("organizations/").json()["count"] == 0
        assert stranger.get("organizations/1/").status_code == 403
        assert stranger.get("users/").json()["count"] == 1


def test_a_token_serves_until_it_is_dropped(admin: Admin) -> None:
    """The plain text is shown once; nobody drops another's."""
    made = admin.make("tokens", scope="write")
    bearer = {"Authorization": f"Bearer {made['token']}"}
    with httpx.Client(base_url=admin.http.base_url, headers=bearer) as by_token:
        assert by_token.get("me/").json()["results"][0]["username"] == "admin"
        assert admin.simulator.api("DELETE", f"tokens/{made['id']}/").status_code == 404
        assert admin.http.delete(f"tokens/{made['id']}/").status_code == 204
        assert by_token.get("me/").status_code == 401
    for wrong in ("Basic !", "Basic YWRtaW46d3Jvbmc=", "Basic c29tZWJvZHktZWxzZTo="):
        assert admin.http.get("me/", headers={"Authorization": wrong}, auth=None).status_code == 401
