"""POST /v1/requests/prod: what may be asked for, by whom, and what the record says afterwards."""

from typing import Any

import pytest

from record.files.reading import load
from tests.api.house import (
    ALICE,
    EMMA,
    JEAN,
    LEA,
    NOBODY,
    PIERRE,
    SOPHIE,
    VICTOR,
    House,
    asked,
    in_days,
    own_name,
    problem,
    refused_fields,
)


def test_a_creation_is_recorded_before_it_is_answered(house: House) -> None:
    """201, the address of the ticket, its tag, and the commit exists already."""
    answer = house.as_(PIERRE).post(json=asked(request={"scheduledDate": in_days(2)}))
    ticket = answer.json()
    ticket_id = ticket["metadata"]["id"]
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/v1/requests/prod/{ticket_id}"
    assert house.log(ticket_id) == [f"{ticket_id}: created {ticket['spec']['target']['name']} 2.1.0"]
    assert load(house.file(ticket).encode()).model_dump(mode="json") == ticket
    read = house.as_(PIERRE).get(answer.headers["Location"])
    assert (read.json(), read.headers["ETag"]) == (ticket, answer.headers["ETag"])


def test_the_answer_has_the_fields_of_the_product(house: House) -> None:
    """camelCase, everything in its place, what is not yet is null."""
    ticket = house.as_(PIERRE).create(target={"name": own_name()})
    assert (ticket["apiVersion"], ticket["kind"]) == ("apim.cab-i.com/v1", "PromotionRequest")
    assert ticket["metadata"] | {"id": "", "createdAt": ""} == {
        "id": "",
        "createdAt": "",
        "createdBy": PIERRE,
        "tenant": "tenant-finance",
    }
    target = {"sourceEnvironment": "staging", "targetEnvironment": "prod"}
    assert ticket["spec"]["target"] == asked()["target"] | target
    assert ticket["spec"]["request"] == asked()["request"] | {"scheduledDate": None}
    assert ticket["spec"]["preChecks"] == asked()["preChecks"]
    entry = {"action": "created", "at": ticket["metadata"]["createdAt"], "by": PIERRE}
    later = ("approvedBy", "approvedAt", "deployedAt", "rejectedBy", "rejectedAt", "rejectionReason")
    assert ticket["status"] == {"state": "pending", "history": [entry]} | dict.fromkeys(later)


def test_a_writer_reads_what_they_wrote(house: House) -> None:
    """The next list, the next page of one's own, and the next count have the ticket."""
    pierre = house.as_(PIERRE)
    before = pierre.get("/stats").json()["pending"]
    ticket = pierre.create()
    assert pierre.get().json()[0] == ticket
    assert pierre.get("/my").json()[0] == ticket
    assert pierre.get("/stats").json()["pending"] == before + 1
    assert house.as_(JEAN).get("/pending").json()[0] == ticket


@pytest.mark.parametrize("email", [PIERRE, JEAN])
def test_the_tenant_may_be_left_out_where_there_is_only_one(house: House, email: str) -> None:
    """People who can create in one tenant only need not name it."""
    assert house.as_(email).create(tenant=None)["metadata"]["tenant"] == "tenant-finance"


def test_the_tenant_must_be_named_where_there_are_several(house: House) -> None:
    """Sophie works for two teams; the refusal says which."""
    answer = house.as_(SOPHIE).post(json=asked(tenant=None))
    assert refused_fields(answer) == ["tenant"]
    assert "tenant-finance, tenant-logistics" in problem(answer)["detail"]
    assert house.as_(SOPHIE).create(tenant="tenant-logistics")["metadata"]["tenant"] == "tenant-logistics"


@pytest.mark.parametrize("tenant", ["tenant-finance", "tenant-logistics", "tenant-retail"])
def test_an_admin_creates_in_every_tenant(house: House, tenant: str) -> None:
    """cpi_admin reaches all tenants."""
    assert house.as_(ALICE).create(tenant=tenant)["metadata"]["tenant"] == tenant


@pytest.mark.parametrize(
    ("email", "tenant"),
    [
        (PIERRE, "tenant-logistics"),
        (EMMA, "tenant-finance"),
        (LEA, "tenant-retail"),
        (VICTOR, "tenant-finance"),
        (VICTOR, None),
        (NOBODY, "tenant-finance"),
        (NOBODY, None),
        (PIERRE, "tenant-of-nobody"),
        (ALICE, "tenant-of-nobody"),
    ],
)
def test_nobody_creates_where_no_role_lets_them(house: House, email: str, tenant: str | None) -> None:
    """A viewer, a stranger, somebody of another tenant; and a tenant that does not exist is nobody's to ask for."""
    answer = house.as_(email).post(json=asked(tenant=tenant))
    assert answer.status_code == 403
    assert str(problem(answer)["detail"]).startswith("Not authorized")


LIMITS: list[tuple[str, dict[str, Any]]] = [
    ("tenant", {"tenant": "Tenant-Finance"}),
    ("tenant", {"tenant": "../tenant-finance"}),
    ("tenant", {"tenant": "tenant-finance\n"}),
    ("target.type", {"target": {"type": "gateway"}}),
    ("target.name", {"target": {"name": ""}}),
    ("target.name", {"target": {"name": "a" * 129}}),
    ("target.name", {"target": {"name": "../../etc/passwd"}}),
    ("target.name", {"target": {"name": "{{ lookup('env','HOME') }}"}}),
    ("target.name", {"target": {"name": "payment-api\n"}}),
    ("target.name", {"target": {"name": "pаyment-api"}}),  # noqa: RUF001  a Cyrillic letter
    ("target.version", {"target": {"version": "v" * 65}}),
    ("target.version", {"target": {"version": "2.1.0 --force"}}),
    ("target.version", {"target": {"version": "{%raw%}"}}),
    ("target.sourceEnvironment", {"target": {"sourceEnvironment": "Staging!"}}),
    ("target.targetEnvironment", {"target": {"targetEnvironment": "prod;rm"}}),
    ("request.justification", {"request": {"justification": "too short"}}),
    ("request.justification", {"request": {"justification": "spaces" + " " * 40}}),
    ("request.justification", {"request": {"justification": "j" * 16_385}}),
    ("request.releaseNotes", {"request": {"releaseNotes": " \n\t"}}),
    ("request.releaseNotes", {"request": {"releaseNotes": "n" * 131_073}}),
    ("request.rollbackPlan", {"request": {"rollbackPlan": ""}}),
    ("request.rollbackPlan", {"request": {"rollbackPlan": "r" * 16_385}}),
    ("request.impactAssessment", {"request": {"impactAssessment": "none"}}),
    ("request.scheduledDate", {"request": {"scheduledDate": "2020-01-01T00:00:00Z"}}),
    ("request.scheduledDate", {"request": {"scheduledDate": "2099-01-01T00:00:00"}}),
    ("request.scheduledDate", {"request": {"scheduledDate": "2099-01-01"}}),
    ("request.scheduledDate", {"request": {"scheduledDate": "2099-02-30T00:00:00Z"}}),
    ("request.scheduledDate", {"request": {"scheduledDate": "0001-01-01T00:00:00+10:00"}}),
    ("request.scheduledDate", {"request": {"scheduledDate": 4_070_908_800}}),
    ("request.scheduledDate", {"request": {"scheduledDate": "tomorrow"}}),
    ("preChecks.testEvidenceUrl", {"preChecks": {"testEvidenceUrl": "javascript:alert(1)"}}),
    ("preChecks.testEvidenceUrl", {"preChecks": {"testEvidenceUrl": "gitlab.cab-i.com/pipeline/1"}}),
    ("preChecks.testEvidenceUrl", {"preChecks": {"testEvidenceUrl": "https://" + "a" * 2_048}}),
    ("preChecks.testEvidenceUrl", {"preChecks": {"testEvidenceUrl": None}}),
    ("preChecks.stagingTestsPassed", {"preChecks": {"stagingTestsPassed": "perhaps"}}),
    ("preChecks.stagingTestsPassed", {"preChecks": {"stagingTestsPassed": False}}),
    ("preChecks.securityScanPassed", {"preChecks": {"securityScanPassed": False}}),
    ("status", {"status": "approved"}),
    ("metadata", {"metadata": "PR-2026-0001"}),
    ("target.owner", {"target": {"owner": "pierre"}}),
    ("request.approvedBy", {"request": {"approvedBy": JEAN}}),
]


@pytest.mark.parametrize(("field", "changes"), LIMITS)
def test_a_refused_field_is_named(house: House, field: str, changes: dict[str, Any]) -> None:
    """422, and `errors` names the one field that is wrong, as the caller spelled its path."""
    body = asked() | {key: value for key, value in changes.items() if not isinstance(value, dict)}
    body |= {key: asked()[key] | value for key, value in changes.items() if isinstance(value, dict)}
    answer = house.as_(PIERRE).post(json=body)
    assert refused_fields(answer) == [field]
    assert len(answer.content) < 2_000
    assert "pattern" not in answer.text


@pytest.mark.parametrize(
    "missing", ["target", "request", "preChecks", "request.releaseNotes", "preChecks.testEvidenceUrl"]
)
def test_a_missing_field_is_named(house: House, missing: str) -> None:
    """A field without a default must be given."""
    body = asked()
    part, _, key = missing.partition(".")
    if key:
        del body[part][key]
    else:
        del body[part]
    assert refused_fields(house.as_(PIERRE).post(json=body)) == [missing]


def test_every_refused_field_is_named_at_once(house: House) -> None:
    """Somebody who fills a form learns of all faults with one attempt."""
    body = asked(target={"name": "-"}, request={"justification": "short"}, preChecks={"testEvidenceUrl": "x"})
    fields = refused_fields(house.as_(PIERRE).post(json=body))
    assert fields == ["target.name", "request.justification", "preChecks.testEvidenceUrl"]


def test_a_refused_creation_spends_no_number(own_house: House) -> None:
    """Numbers are given to tickets, not to attempts."""
    pierre = own_house.as_(PIERRE)
    assert pierre.post(json=asked(preChecks={"securityScanPassed": False})).status_code == 422
    assert pierre.post(json=asked(tenant="tenant-retail")).status_code == 403
    assert pierre.create()["metadata"]["id"].endswith("-0001")


HOSTILE = {
    "yaml": "yes: no\n- &anchor *alias\n--- !!python/object:os.system\n... # end",
    "a document start": "---\napiVersion: v2\n---\nkind: Evil\n",
    "templates": "{{ 7*7 }} {% raw %} {# note #} ${HOME} %(x)s",
    "html": "<script>alert('x')</script> & \"quotes\" 'and' `ticks`",
    "controls": "a\x01b\x07c\x1b[31md\x7fe\x85f\u2028g\ufeffh",
    "spaces": "  leading, trailing  \n\ttabs\t\n \n\n",
    "line ends": "one\r\ntwo\rthree\n\n\n",
    "bidi": "\u202egnp.exe\u202c \u200b\u2066isolate\u2069",
    "astral": "🚀👩‍👩‍👧 e\u0301 ﷽ 𠜎 \U0010fffd",
    "nulls and numbers": "null",
    "trailers": "fine\n\nRequest-Id: PR-2026-0001\nActor: alice.admin@cab-i.com\n",
    "sql": "'; DROP TABLE tickets; -- \" OR 1=1",
    "escapes": "\\u0000 \\x41 \\\\ \\n",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_comes_back_as_it_was_sent(house: House, text: str) -> None:
    """Every text field at once, through the API, the index and Git, where the file is a valid ticket still."""
    long = text + " and twenty more characters"
    ticket = house.as_(PIERRE).create(
        request={"justification": long, "releaseNotes": long, "rollbackPlan": long},
        preChecks={"testEvidenceUrl": "https://x.example/a?b='c\"&d={{e}}#f:%20"},
    )
    ticket_id = ticket["metadata"]["id"]
    request = ticket["spec"]["request"]
    assert {request["justification"], request["releaseNotes"], request["rollbackPlan"]} == {long}
    decided = house.as_(JEAN).post(f"/{ticket_id}/reject", json={"reason": long}).json()
    assert decided["status"]["rejectionReason"] == long
    assert house.as_(PIERRE).get(f"/{ticket_id}").json() == decided
    assert load(house.file(ticket).encode()).model_dump(mode="json") == decided
    name = ticket["spec"]["target"]["name"]
    assert house.log(ticket_id) == [f"{ticket_id}: {done} {name} 2.1.0" for done in ("created", "rejected")]


def test_a_schedule_is_kept_as_utc(house: House) -> None:
    """Whatever zone the caller writes, the record has one."""
    day = in_days(200).partition("T")[0]
    ticket = house.as_(PIERRE).create(request={"scheduledDate": f"{day}T10:00:00.750+02:00"})
    assert ticket["spec"]["request"]["scheduledDate"] == f"{day}T08:00:00Z"
