"""The console's questions beside tickets: how to sign in, who one is, what can be promoted, what a form would meet."""

from pathlib import Path
from typing import Any

import pytest

from tests.api.house import (
    ALICE,
    EMMA,
    JEAN,
    LEA,
    NOBODY,
    PIERRE,
    SOPHIE,
    VICTOR,
    Connect,
    House,
    asked,
    opened,
    unique_name,
)
from tests.api.issuer import ISSUER

FINANCE, LOGISTICS, RETAIL = "tenant-finance", "tenant-logistics", "tenant-retail"


def test_a_page_learns_how_to_sign_in_before_anybody_did(connect_temporal: Connect, tmp_path: Path) -> None:
    """And where the links lead; workflows are found in the namespace that they run in."""
    given = {"temporal_ui_url": "https://temporal.example/", "repository_ui_url": "https://git.example/apim"}
    with opened(connect_temporal, tmp_path, oidc_client_id="gate", **given) as house:
        answer = house.http().get("/v1/console")
        assert answer.json() == {
            "issuer": ISSUER,
            "clientId": "gate",
            "scope": "openid email profile",
            "temporalUi": f"https://temporal.example/namespaces/{house.client.namespace}/workflows",
            "awxUi": None,
            "pushKey": None,
            "repositoryUi": "https://git.example/apim",
            "timezone": "UTC",
            "version": house.http().get("/openapi.json").json()["info"]["version"],
        }


def test_people_are_named_to_whom_they_act_before(house: House) -> None:
    """Those of one's tenants and of the platform, and nobody to whom no tenant is open."""
    named = {each["email"]: each["name"] for each in house.as_(PIERRE).get("/v1/people").json()}
    assert (named[JEAN], named[ALICE]) == ("Jean Dupont", "Alice Admin")
    assert LEA not in named
    assert LEA in {each["email"] for each in house.as_(ALICE).get("/v1/people").json()}
    assert house.as_(NOBODY).get("/v1/people").json() == []


@pytest.mark.parametrize(
    ("email", "tenants", "creates", "approves"),
    [
        (PIERRE, [FINANCE], [FINANCE], False),
        (JEAN, [FINANCE], [FINANCE], True),
        (SOPHIE, [FINANCE, LOGISTICS], [FINANCE, LOGISTICS], True),
        (VICTOR, [FINANCE, RETAIL], [], False),
        (ALICE, [FINANCE, LOGISTICS, RETAIL], [FINANCE, LOGISTICS, RETAIL], True),
        (NOBODY, [], [], False),
    ],
)
def test_everybody_learns_what_they_are(
    house: House, email: str, tenants: list[str], creates: list[str], approves: bool
) -> None:
    """The tenants that they see or create in, and whether they approve anywhere."""
    me = house.as_(email).get("/v1/me").json()
    assert [each["name"] for each in me["tenants"]] == tenants
    assert (me["creates"], me["mayApprove"]) == (creates, approves)
    assert me["email"] == email


def test_names_and_roles_are_told_as_the_directory_has_them(house: House) -> None:
    """The platform's roles have no tenant."""
    assert house.as_(PIERRE).get("/v1/me").json() == {
        "email": PIERRE,
        "name": "Pierre Durand",
        "grants": [{"role": "devops", "tenant": FINANCE}],
        "tenants": [{"name": FINANCE, "displayName": "Finance"}],
        "creates": [FINANCE],
        "mayApprove": False,
        "decidesFor": [],
        "rights": [{"permission": "create", "everywhere": False, "tenants": [FINANCE]}],
        "faults": [],
    }
    assert house.as_(ALICE).get("/v1/me").json()["grants"] == [{"role": "cpi_admin", "tenant": None}]


def found(house: House, email: str, **query: Any) -> dict[str, list[str]]:
    """The versions of the targets that are offered, by name."""
    answer = house.as_(email).get("/v1/targets", params=query)
    assert answer.status_code == 200, answer.text
    return {target["name"]: target["versions"] for target in answer.json()}


def test_what_the_repository_describes_is_offered_to_its_tenant(own_house: House) -> None:
    """By kind and by how the name begins, in whatever case; another tenant's are not there."""
    finance = {
        "claims-portal": ["8.2.0"],
        "invoice-api": ["1.4.2"],
        "mtls-partners": ["3.0.0"],
        "payment-api": ["2.0.0"],
    }
    assert found(own_house, PIERRE) == finance
    assert found(own_house, PIERRE, q="PAY") == {"payment-api": ["2.0.0"]}
    assert found(own_house, PIERRE, type="policy") == {"mtls-partners": ["3.0.0"]}
    assert found(own_house, PIERRE, tenant=RETAIL) == {}
    assert "payment-api" not in found(own_house, EMMA)
    assert found(own_house, NOBODY) == {}
    assert set(found(own_house, ALICE)) == finance.keys() | {
        *("catalog-api", "tracking-api", "warehouse-app", "rate-limit"),
    }


def test_a_described_change_is_offered_with_the_next_question(own_house: House) -> None:
    """A file that describes nothing is left out, and keeps nothing else from being offered."""
    described = "apiVersion: apim.cab-i.com/v1\nkind: Policy\nmetadata: {name: quota, tenant: tenant-finance}\n"
    own_house.commit({"apis/quota.yaml": f"{described}spec: {{version: '3.0.0'}}\n", "apis/bad.yaml": "- [", "x": "y"})
    assert found(own_house, PIERRE, type="policy") == {"mtls-partners": ["3.0.0"], "quota": ["3.0.0"]}
    assert "payment-api" in found(own_house, PIERRE)


def test_earlier_tickets_offer_their_versions_newest_first(house: House) -> None:
    """To who sees them; what is deployed is no secret in its tenant, what another one only asked for is."""
    name = unique_name()
    deployed = house.approved_by_jean(target={"name": name, "version": "1.0.0"})
    house.until(deployed, "deployed")
    house.as_(PIERRE).create(target={"name": name, "version": "1.1.0"})
    expected = {
        JEAN: ["1.1.0", "1.0.0"],
        PIERRE: ["1.1.0", "1.0.0"],
        ALICE: ["1.1.0", "1.0.0"],
        SOPHIE: ["1.0.0"],
    }
    for email, versions in expected.items():
        (target,) = house.as_(email).get("/v1/targets", params={"q": name, "tenant": FINANCE}).json()
        assert target == {
            "tenant": FINANCE,
            "type": "api",
            "name": name,
            "versions": versions,
            "production": "1.0.0",
        }
    assert found(house, LEA, q=name) == {}


def test_what_only_others_asked_for_is_not_offered(house: House) -> None:
    """A devops learns nothing of a colleague's pending request."""
    name = unique_name()
    house.as_(PIERRE).create(target={"name": name, "version": "9.9.9"})
    assert found(house, SOPHIE, q=name) == {}
    assert found(house, VICTOR, q=name) == {name: ["9.9.9"]}


def test_a_form_learns_beforehand_who_could_approve(house: House) -> None:
    """And what is in production; nothing is recorded, however often it asks."""
    name = unique_name()
    before = house.as_(ALICE).get().headers["X-Total-Count"]
    body = asked(target={"name": name})
    answer = house.as_(PIERRE).post("/check", json=body)
    assert answer.status_code == 200, answer.text
    emails = {each["email"] for each in answer.json()["approvers"]}
    assert {JEAN, ALICE} <= emails
    assert PIERRE not in emails
    assert answer.json()["production"] is None
    assert house.as_(ALICE).get().headers["X-Total-Count"] == before
    deployed = house.approved_by_jean(target={"name": name, "version": "1.0.0"})
    house.until(deployed, "deployed")
    assert house.as_(PIERRE).post("/check", json=body).json()["production"] == {"version": "1.0.0", "ticket": deployed}


@pytest.mark.parametrize(
    ("email", "body"),
    [
        (PIERRE, asked(request={"justification": "too short"}, preChecks={"stagingTestsPassed": False})),
        (PIERRE, asked(preChecks={"securityScanPassed": False})),
        (PIERRE, asked(request={"scheduledDate": "2020-01-01T00:00:00Z"})),
        (PIERRE, asked(tenant=RETAIL)),
        (VICTOR, asked()),
        (SOPHIE, asked(tenant=None)),
        (NOBODY, asked()),
    ],
)
def test_a_form_is_refused_as_creating_would_be(house: House, email: str, body: dict[str, Any]) -> None:
    """Status and sentences are the same, to the byte."""
    checked, created = (house.as_(email).post(path, json=body) for path in ("/check", ""))
    assert (checked.status_code, checked.content) == (created.status_code, created.content)
    assert checked.status_code in {403, 422}
