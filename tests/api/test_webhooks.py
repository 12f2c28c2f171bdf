"""POST /v1/webhooks/awx/job-complete: authenticated, answered at once, believed in nothing but which job to look at."""

import base64
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from demo.awx.model import NotifyFault
from tests.api.house import CALLBACK, JEAN, PIERRE, SECRET, Connect, House, in_days, opened, problem, refused_fields
from tests.e2e.stack import until

HEADER = {"X-Prodgate-Secret": SECRET}
NOWHERE = "PR-1999-0001"


def basic(password: bytes, user: bytes = b"awx") -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(user + b":" + password).decode()}


def call(house: House, body: object, headers: dict[str, str] | None = None) -> httpx.Response:
    return house.http().post(CALLBACK, json=body, headers=HEADER if headers is None else headers)


def default_body(ticket_id: str, job: int = 1, **changes: Any) -> dict[str, Any]:
    """AWX's own, key for key."""
    body: dict[str, Any] = {
        "id": job,
        "name": "Deploy to PROD",
        "url": f"https://awx.example/#/jobs/playbook/{job}",
        "created_by": "svc-prodgate",
        "started": "2026-03-02T15:30:01.123456+00:00",
        "finished": "2026-03-02T15:31:01.123456+00:00",
        "status": "successful",
        "traceback": "",
        "inventory": "Prod",
        "project": "Playbooks",
        "playbook": "site.yml",
        "credential": None,
        "limit": "",
        "extra_vars": json.dumps({"request_id": ticket_id, "tenant": "tenant-finance"}),
        "hosts": {"gw": {"failed": False, "changed": 1, "ok": 5}},
    }
    return body | changes


def our_body(ticket_id: str, job: int = 1) -> dict[str, Any]:
    """A body that a notification template of its own may send: the job, its labels, AWX's default body within."""
    labels = [{"id": 3, "name": f"prodgate-{ticket_id}-1"}]
    return {"job": job, "status": "successful", "labels": labels, "awx": default_body(ticket_id, job)}


def product_body(ticket_id: str, job: int = 1) -> dict[str, Any]:
    """As the product's description has it."""
    return {
        "job_id": f"awx-job-{job}",
        "status": "successful",
        "extra_vars": {"request_id": ticket_id},
        "result_stdout": "PLAY RECAP",
    }


BODIES = [default_body, our_body, product_body]


@pytest.mark.parametrize(
    "headers", [HEADER, basic(SECRET.encode()), basic(SECRET.encode(), b""), {"x-prodgate-secret": SECRET}]
)
def test_awx_is_known_by_its_secret(house: House, headers: dict[str, str]) -> None:
    """In the header, or as Basic password of whatever user."""
    assert call(house, {}, headers).status_code == 202


WRONG: dict[str, dict[str, str | bytes]] = {
    "none": {},
    "an empty header": {"X-Prodgate-Secret": ""},
    "another": {"X-Prodgate-Secret": SECRET + "x"},
    "another case": {"X-Prodgate-Secret": SECRET.upper()},
    "not ASCII": {"X-Prodgate-Secret": "sécret".encode("latin-1")},
    "UTF-8": {"X-Prodgate-Secret": "сecret-🔑".encode()},  # noqa: RUF001
    "Basic with another": dict(basic(b"other")),
    "Basic with the secret as user": dict(basic(b"", SECRET.encode())),
    "Basic not ASCII": dict(basic("sécret".encode("latin-1"))),
    "Basic with nulls": dict(basic(b"\x00\xff")),
    "Basic without a colon": {"Authorization": "Basic " + base64.b64encode(SECRET.encode()).decode()},
    "Basic that is no Base64": {"Authorization": "Basic §§§".encode("latin-1")},
    "a bearer": {"Authorization": f"Bearer {SECRET}"},
    "a wrong header beside a good Basic": {"X-Prodgate-Secret": "other", **basic(SECRET.encode())},
}


@pytest.mark.parametrize("headers", WRONG.values(), ids=WRONG.keys())
def test_nobody_else_is_listened_to(house: House, headers: dict[str, str | bytes]) -> None:
    """401 with a challenge that this route understands; whether the ticket exists is not said."""
    given = [(name.encode(), value if isinstance(value, bytes) else value.encode()) for name, value in headers.items()]
    answer = house.http().post(CALLBACK, json=default_body(NOWHERE), headers=given)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert SECRET not in problem(answer)["detail"]


def test_a_persons_token_is_no_secret(house: House) -> None:
    """Not even an admin speaks for AWX."""
    assert house.as_("alice.admin@cab-i.com").post(CALLBACK, json={}).status_code == 401


def test_without_a_configured_secret_nobody_is_awx(connect_temporal: Connect, tmp_path: Any) -> None:
    """An empty secret is not a secret that an empty header knows."""
    with opened(connect_temporal, tmp_path, awx_callback_secret=None) as house:
        for headers in ({}, {"X-Prodgate-Secret": ""}, basic(b"")):
            assert call(house, {}, headers).status_code == 401


def test_a_secret_may_be_any_text(connect_temporal: Connect, tmp_path: Any) -> None:
    """AWX sends Latin-1, curl UTF-8: both are right."""
    secret = "clé-façade"
    with opened(connect_temporal, tmp_path, awx_callback_secret=SecretStr(secret)) as house:
        for sent in (secret.encode(), secret.encode("latin-1")):
            assert call(house, {}, basic(sent)).status_code == 202
            answer = house.http().post(CALLBACK, json={}, headers=[(b"X-Prodgate-Secret", sent)])
            assert answer.status_code == 202


@pytest.mark.parametrize("body", BODIES)
def test_every_form_of_the_callback_is_understood(house: House, body: Any) -> None:
    """Noted for a promotion that waits; then the promotion asks AWX, whatever the body says."""
    ticket_id = house.as_(PIERRE).create()["metadata"]["id"]
    answer = call(house, body(ticket_id))
    assert (answer.status_code, answer.json()) == (202, {"outcome": "noted"})
    assert house.as_(PIERRE).get(f"/{ticket_id}").json()["status"]["state"] == "pending"


@pytest.mark.parametrize("body", BODIES)
def test_an_unknown_ticket_is_not_found(house: House, body: Any) -> None:
    """404, for whoever configured AWX to look into."""
    for ticket_id in (NOWHERE, "PR-2026-1", "../PR-2026-0001", "{{ request_id }}", ""):
        answer = call(house, body(ticket_id))
        assert answer.status_code == 404
        assert problem(answer)["detail"] == "No such request"


IGNORED: dict[str, object] = {
    "nothing": {},
    "a list": [],
    "a text": "done",
    "null": None,
    "a project update": {"id": 4, "name": "Playbooks", "url": "http://awx/#/jobs/project/4", "status": "successful"},
    "an approval node": {
        "body": 'The approval node "Go" needs review. This node can be viewed at: http://awx/#/jobs/1'
    },
    "a test": {"body": "Test Notification 5 https://awx"},
    "another job": default_body(NOWHERE, extra_vars="{}"),
    "extra_vars that are no JSON": default_body(NOWHERE, extra_vars="---\nrequest_id: PR-1999-0001"),
    "extra_vars that are a list": default_body(NOWHERE, extra_vars="[1]"),
    "deep extra_vars": default_body(NOWHERE, extra_vars="[" * 100_000),
    "no job": {"status": "successful", "extra_vars": {"request_id": NOWHERE}},
    "a job that is no number": product_body(NOWHERE) | {"job_id": "latest"},
    "job zero": product_body(NOWHERE) | {"job_id": 0},
    "a negative job": product_body(NOWHERE) | {"job_id": -5},
    "a job beyond counting": product_body(NOWHERE) | {"job_id": 10**30},
    "a job that is a list": product_body(NOWHERE) | {"job_id": [1]},
}


@pytest.mark.parametrize("body", IGNORED.values(), ids=IGNORED.keys())
def test_what_concerns_no_promotion_is_ignored(house: House, body: object) -> None:
    """An organisation's template sends everything here; AWX shall not record failed deliveries for it."""
    answer = house.http().post(
        CALLBACK, content=json.dumps(body), headers=HEADER | {"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()) == (202, {"outcome": "ignored"})


@pytest.mark.parametrize("status", ["new", "pending", "waiting", "running"])
@pytest.mark.parametrize("body", BODIES)
def test_a_job_that_has_not_ended_is_no_news(house: House, body: Any, status: str) -> None:
    """The promotion looks when its job is over; what a job is not yet costs the engine nothing."""
    ticket_id = house.as_(PIERRE).create()["metadata"]["id"]
    answer = call(house, body(ticket_id) | {"status": status})
    assert (answer.status_code, answer.json()) == (202, {"outcome": "ignored"})


@pytest.mark.parametrize("status", [None, "", "finished", 7, ["running"]])
def test_a_callback_that_does_not_tell_its_status_is_worth_a_look(house: House, status: object) -> None:
    """Somebody's own body may leave it out."""
    ticket_id = house.as_(PIERRE).create()["metadata"]["id"]
    assert call(house, default_body(ticket_id) | {"status": status}).json() == {"outcome": "noted"}


def test_a_body_that_is_no_json_is_refused(house: House) -> None:
    """422, as everywhere."""
    answer = house.http().post(CALLBACK, content=b"{job: 5}", headers=HEADER | {"Content-Type": "application/json"})
    assert refused_fields(answer) == ["body"]


def test_a_callback_for_an_ended_promotion_is_ignored(house: House) -> None:
    """AWX sends twice, or late; nothing changes."""
    ticket_id = house.as_(PIERRE).create()["metadata"]["id"]
    house.as_(JEAN).decide("reject", ticket_id)
    house.run(house.client.get_workflow_handle(ticket_id).result())
    before = house.as_(JEAN).get(f"/{ticket_id}").json()
    answer = call(house, default_body(ticket_id, status="failed"))
    assert (answer.status_code, answer.json()) == (202, {"outcome": "ignored"})
    assert house.as_(JEAN).get(f"/{ticket_id}").json() == before


def test_the_largest_inventory_is_accepted(house: House) -> None:
    """250 KB of hosts and more; a body beyond all inventories is not."""
    ticket_id = house.as_(PIERRE).create()["metadata"]["id"]
    counts = {"failed": False, "changed": 1, "dark": 0, "failures": 0, "ok": 5, "processed": 1, "skipped": 0}
    hosts = {f"gateway-{number:05}.prod.cab-i.example": counts for number in range(4_000)}
    body = default_body(ticket_id, hosts=hosts)
    assert len(json.dumps(body)) > 400_000
    assert call(house, body).json() == {"outcome": "noted"}
    assert call(house, body | {"padding": "x" * 1_100_000}).status_code == 413


def looked_again(house: House, times: int) -> Callable[[], bool]:
    """Tells whether AWX was asked so often more for its job since."""

    def looks() -> int:
        asked = house.awx.control("GET", "requests")
        return sum(count for path, count in asked.items() if path.startswith("GET") and "/jobs/{number}/" in path)

    before = looks()
    return lambda: looks() >= before + times


@pytest.mark.parametrize("status", ["successful", "failed", "canceled"])
def test_a_forged_result_changes_nothing(own_house: House, status: str) -> None:
    """The right secret, the right ticket, a wrong end or a foreign job: AWX's own answer decides."""
    own_house.awx.faults(life=["stuck-running"])
    ticket_id = own_house.approved_by_jean()
    deploying = own_house.until(ticket_id, "deploying")
    job = own_house.awx.jobs()[0]["id"]
    for number in (job, job + 1, 999_999):
        for body in (
            default_body(ticket_id, number, status=status),
            product_body(ticket_id, number) | {"status": status},
        ):
            assert call(own_house, body).json() == {"outcome": "noted"}
    until("AWX is looked at twice more", looked_again(own_house, 2))
    assert own_house.as_(JEAN).get(f"/{ticket_id}").json() == deploying
    own_house.awx.control("POST", "finish", json={"job": job})
    own_house.until(ticket_id, "deployed")


def test_a_forged_result_before_the_launch_launches_nothing(own_house: House) -> None:
    """A ticket that waits for its date, or for a decision, is deployed by nobody's word."""
    pending = own_house.as_(PIERRE).create()["metadata"]["id"]
    waiting = own_house.approved_by_jean(request={"scheduledDate": in_days(1)})
    for ticket_id in (pending, waiting):
        assert call(own_house, default_body(ticket_id)).status_code == 202
    # What is decided after it is taken after it.
    assert own_house.as_(JEAN).decide("reject", pending).json()["status"]["state"] == "rejected"
    assert own_house.as_(PIERRE).decide("cancel", waiting).json()["status"]["state"] == "cancelled"
    assert own_house.awx.jobs() == []


@pytest.mark.parametrize("fault", NotifyFault)
def test_awx_own_notifications_are_all_accepted(own_house: House, fault: NotifyFault) -> None:
    """As the simulated AWX posts them or keeps them back: none is answered with an error, and one job deployed it."""
    own_house.awx.faults(notify=[fault])
    own_house.until(own_house.approved_by_jean(), "deployed")
    kept_back = {NotifyFault.UNSENT: {"pending"}, NotifyFault.REVERSED: {"pending", "successful"}}
    expected = kept_back.get(fault, {"successful"})

    def sent() -> set[str]:
        return {delivery["status"] for delivery in own_house.awx.jobs()[0]["notifications"]}

    until(f"deliveries are {expected}", lambda: sent() == expected, 5)
    assert own_house.awx.ran() == 1


def test_a_read_of_the_address_does_nothing(house: House) -> None:
    """405: only a POST reports."""
    assert house.http().get(CALLBACK, headers=HEADER).status_code == 405
