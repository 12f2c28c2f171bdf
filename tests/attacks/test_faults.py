"""Attack 4: a removed approver went on approving, for a typo in the same file kept its last good state in force."""

import httpx
import pytest

from record.audit.verify import verify
from tests.api.house import ALICE, CLAIRE, EMMA, HUGO, JEAN, PIERRE, PLATFORM, House, asked, in_seconds, problem
from tests.e2e.stack import until
from tests.record.building import imported

TENANT = "tenants/tenant-finance.yaml"
ENTRY = "apis/payment-api.yaml"
WITHOUT_JEAN = """apiVersion: apim.cab-i.com/v1
kind: Tenant
metadata:
  name: tenant-finance
spec:
  displayName: Finance
  members:
    - {email: pierre.durand@cab-i.com, name: Pierre Durand, role: devops}
    - {email: claire.moreau@cab-i.com, name: Claire Moreau, role: cpi, slackID: U123}
"""
"""Jean is gone, and another key is misspelled."""


COPY = (
    "apiVersion: apim.cab-i.com/v1\nkind: Api\nmetadata: {name: payment-api, tenant: tenant-finance}\n"
    'spec: {version: "2.0.0"}\n'
)


APIS = [f"apis/{name}-api.yaml" for name in ("catalog", "invoice", "payment", "tracking")]


def kind(answer: httpx.Response) -> str:
    """The refusal's kind."""
    return str(problem(answer)["type"]).removeprefix("urn:prodgate:problem:")


def test_a_removed_approver_approves_nothing_while_the_file_has_a_fault(own_house: House) -> None:
    """Nor does anybody else; who may reject still may, and reading goes on. The refusal names file and line."""
    ticket = own_house.as_(PIERRE).create()["metadata"]["id"]
    own_house.commit({TENANT: WITHOUT_JEAN})
    for email in (JEAN, CLAIRE, ALICE):
        answer = own_house.as_(email).decide("approve", ticket)
        assert (answer.status_code, kind(answer)) == (409, "faulty-file")
        assert f"{TENANT}, line 9: " in problem(answer)["detail"]
    assert own_house.as_(PIERRE).get(f"/{ticket}").status_code == 200
    assert kind(own_house.as_(PIERRE).post(json=asked(target={"name": "another"}))) == "faulty-file"
    assert own_house.as_(HUGO).post(json=asked(tenant="tenant-retail")).status_code == 201
    assert own_house.as_(JEAN).decide("reject", ticket).status_code == 200


def test_the_fault_is_told_where_people_look(own_house: House) -> None:
    """/readyz, which stays ready, the metric, and whoever runs the platform; nobody else."""
    assert own_house.http().get("/readyz").json()["faults"] == []
    own_house.commit({TENANT: WITHOUT_JEAN})
    ready = own_house.http().get("/readyz")
    assert (ready.status_code, ready.json()["faults"]) == (200, [f"{TENANT}, line 9"])
    (told,) = own_house.as_(ALICE).get("/v1/me").json()["faults"]
    assert (told["file"], told["line"]) == (TENANT, 9)
    assert own_house.as_(JEAN).get("/v1/me").json()["faults"] == []


BROKEN: dict[str, tuple[dict[str, str | None], bool]] = {
    "the platform's file": ({"platform.yaml": PLATFORM.replace("kind: Platform", "kind: Platfrom")}, False),
    "controls taken back": ({"platform.yaml": PLATFORM.replace("  controls: 2\n", "")}, False),
    "the platform's file gone": ({"platform.yaml": None}, False),
    "the tenant gone": ({TENANT: None}, True),
    "the target's entry": ({ENTRY: "]["}, True),
    "the target named twice": ({"apis/copy/payment-api.yaml": COPY}, True),
    "the entry under another name": ({ENTRY: None, "apis/payments.yaml": COPY}, True),
    "the entry in another folder": ({ENTRY: None, "policies/payment-api.yaml": COPY}, True),
    "a file in the folder's place": (dict.fromkeys(APIS) | {"apis": "a file"}, False),
    "an entry in capitals": ({ENTRY: None, "apis/payment-api.YAML": COPY + "\ufeff]["}, True),
    "a number too large": ({ENTRY: COPY + "note: 1" + ":00" * 250 + ".0\n"}, True),
    "an entry without its owner": ({ENTRY: "kind: Api"}, True),
}
"""The files that change, and whether another tenant goes on."""


@pytest.mark.parametrize("how", BROKEN)
def test_a_fault_reaches_what_its_path_says(own_house: House, how: str) -> None:
    """The platform's file reaches everything, an entry of the catalogue its own target."""
    files, others = BROKEN[how]
    ticket = own_house.as_(PIERRE).create(target={"name": "payment-api"})["metadata"]["id"]
    own_house.commit(files)
    refused = own_house.as_(ALICE).decide("approve", ticket)
    assert (refused.status_code, kind(refused)) in {(409, "faulty-file"), (403, "tenant-gone"), (404, "not-found")}
    made = own_house.as_(HUGO).post(json=asked(tenant="tenant-retail", target={"name": "catalog-api"}))
    assert made.status_code == (201 if others else 409), made.text
    assert own_house.awx.jobs() == []


def under_way(house: House, ticket: str) -> str:
    """The engine's view of what the request's promotion is doing."""
    return str(house.run(house.client.get_workflow_handle(ticket).describe()).raw_description)


def test_a_launch_waits_while_the_file_has_a_fault(own_house: House) -> None:
    """A file that can't be read launches nothing and ends nothing: it goes on when the file is mended."""
    good = own_house.text(TENANT)
    ticket = own_house.as_(PIERRE).create(request={"scheduledDate": in_seconds(4)})["metadata"]["id"]
    assert own_house.as_(JEAN).decide("approve", ticket).status_code == 200
    own_house.commit({TENANT: good.replace("displayName", "displayname")})
    until("its look at the due date meets the fault", lambda: "FaultyFile" in under_way(own_house, ticket), 20)
    assert own_house.as_(PIERRE).get(f"/{ticket}").json()["status"]["state"] == "approved"
    assert own_house.awx.jobs() == []
    own_house.commit({TENANT: good})
    own_house.until(ticket, "deployed", within=120)


def test_whatever_stands_in_a_file_is_a_fault_and_no_outage(own_house: House) -> None:
    """A YAML reader stumbles over these files in ways of its own, one's name is no text: nobody else notices."""
    overflow = "apiVersion: apim.cab-i.com/v1\nnote: 1" + ":00" * 250 + ".0\n"
    deep = "kind: " + "[" * 400 + "]" * 400 + "\n"
    own_house.commit({"apis/unrelated.yaml": overflow, "tenants/nobody.yaml": overflow, "apis/deep.yaml": deep})
    script = b"commit refs/heads/main\ncommitter M <m@x> 0 +0000\ndata 0\nfrom refs/heads/main^0\n"
    imported(own_house.git, script + b'M 100644 inline "tenants/t\\377.yaml"\ndata 0\n')
    assert own_house.http().get("/readyz").status_code == 200
    assert len(own_house.as_(ALICE).get("/v1/me").json()["faults"]) == 4
    ticket = own_house.as_(PIERRE).create(target={"name": "payment-api"})["metadata"]["id"]
    assert own_house.as_(JEAN).decide("approve", ticket).status_code == 200
    assert {each.rule for each in verify(own_house.git)} == {"unreadable"}


def test_another_tenant_goes_on(own_house: House) -> None:
    """The fault of one is nobody else's."""
    own_house.commit({TENANT: WITHOUT_JEAN})
    ticket = own_house.as_(HUGO).create(tenant="tenant-retail")["metadata"]["id"]
    assert own_house.as_(EMMA).decide("approve", ticket).status_code == 200
