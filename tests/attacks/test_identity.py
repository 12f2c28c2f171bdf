"""Attack 6: a foreign account with the right address has its owner's roles."""

import subprocess
from datetime import UTC, datetime

import pytest
from temporalio.client import WorkflowUpdateFailedError

from domain.decision import Decision, DecisionAction
from domain.roles import Grant, Person, Role
from domain.ticket import PromotionRequest
from record.audit.verify import verify
from record.files.writing import text_of
from record.git.message import subject_of
from record.signing.signatures import sealed, signed
from tests.api.house import ALICE, JEAN, PIERRE, House, problem, unique_name
from tests.record.audit.test_verify import commits_as
from tests.record.building import after
from tests.signing import KEY, claims_for

SUBJECT = f"demo|{JEAN}"
FOREIGN = "guest-account-of-attacker"


def _acted_once(house: House) -> None:
    """Jean's first signed act, which binds his subject."""
    house.approved_by_jean()


def test_an_address_that_the_provider_does_not_call_verified_is_nobodys(house: House) -> None:
    """Whoever may type any address into a guest account is not the one it belongs to."""
    token = house.issuer.token(JEAN, sub=FOREIGN, email_verified=None)
    assert house.as_(JEAN, token=token).get("/pending").status_code == 401


def test_another_subject_with_an_approver_s_address_approves_nothing(house: House) -> None:
    """Jean acted before, with his own subject: the record binds it, and a critical request stays pending."""
    _acted_once(house)
    made = house.as_(PIERRE).create(target={"name": unique_name()}, request={"impactAssessment": "critical"})
    number = made["metadata"]["id"]
    foreign = house.as_(JEAN, token=house.issuer.token(JEAN, sub=FOREIGN))
    answer = foreign.decide("approve", number)
    assert answer.status_code == 403, answer.text
    assert problem(answer)["type"] == "urn:prodgate:problem:identity-changed"
    assert "`subject`" in problem(answer)["detail"]
    assert foreign.get("/v1/me").status_code == 403
    assert house.as_(ALICE).get(f"/{number}").json()["status"]["state"] == "pending"


def test_an_alias_gives_no_roles_to_a_foreign_subject(own_house: House) -> None:
    """An old address may be somebody else's by now: only the subject that is bound has the entry's roles by it."""
    old = "j.dupont@cab-i.com"
    give_alias(own_house, old)
    foreign = own_house.as_(JEAN, token=own_house.issuer.token(old, sub=FOREIGN))
    assert foreign.get("/v1/me").json()["grants"] == []
    _acted_once(own_house)
    assert foreign.get("/v1/me").json()["grants"] == []
    his_own = own_house.as_(JEAN, token=own_house.issuer.token(old, sub=SUBJECT))
    assert his_own.get("/v1/me").json()["grants"] != []


def test_an_alias_and_a_role_elsewhere_act_in_nobody_s_name(own_house: House) -> None:
    """By an act under the entry's own address, it was bound to the foreign subject, who had its roles from then on."""
    old, path = "j.dupont@cab-i.com", "tenants/tenant-retail.yaml"
    give_alias(own_house, old)
    member = f"    - {{email: new.owner@cab-i.com, name: New Owner, role: devops, subject: {FOREIGN}}}"
    own_house.commit({path: own_house.text(path).replace("  members:\n", f"  members:\n{member}\n")})
    foreign = own_house.as_(old, token=own_house.issuer.token(old, sub=FOREIGN))
    made = foreign.create(tenant="tenant-retail", target={"name": unique_name()})
    assert made["metadata"]["createdBy"] == "new.owner@cab-i.com"
    assert {each["tenant"] for each in foreign.get("/v1/me").json()["grants"]} == {"tenant-retail"}
    assert own_house.as_(JEAN).get("/v1/me").status_code == 200


def test_an_alias_shows_its_entry_s_requests_to_no_foreign_subject(own_house: House) -> None:
    """What somebody asked for themselves is theirs by the entry, too."""
    own_house.as_(PIERRE).create(target={"name": unique_name()})
    old = "p.durand@cab-i.com"
    give_alias(own_house, old, PIERRE)
    assert own_house.as_(old, token=own_house.issuer.token(old, sub=FOREIGN)).get("").json() == []


def give_alias(house: House, alias: str, email: str = JEAN) -> None:
    path = "tenants/tenant-finance.yaml"
    shown = subprocess.run(
        ["git", "-C", str(house.git), "show", f"main:{path}"], check=True, capture_output=True, text=True
    ).stdout
    house.commit({path: shown.replace(f"{{email: {email},", f"{{email: {email}, aliases: [{alias}],", 1)})


@pytest.mark.parametrize("door", ["update", "signal"])
def test_a_foreign_subject_s_decision_past_the_api_is_refused_by_the_engine(house: House, door: str) -> None:
    """With the key and reach to Temporal, too: the worker compares the subject with the bound one by itself."""
    _acted_once(house)
    made = house.as_(PIERRE).create(target={"name": unique_name()})
    ticket = PromotionRequest.model_validate(made)
    jean = Person(email=JEAN, name="Jean", subject=FOREIGN, grants=(Grant(role=Role.CPI, tenant="tenant-finance"),))
    decision = signed(
        Decision(
            id=f"foreign-{door}",
            ticket_id=ticket.id,
            digest=ticket.digest,
            action=DecisionAction.APPROVE,
            person=jean,
            at=datetime.now(UTC),
        ),
        KEY,
    )
    handle = house.client.get_workflow_handle(ticket.id)
    if door == "update":
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            house.run(handle.execute_update("approve", decision))
        assert "another sign-in" in str(refused.value.cause)
    else:
        house.run(handle.signal("approve", decision))
        house.run(handle.query("ticket"))
    assert house.as_(ALICE).get(f"/{ticket.id}").json()["status"]["state"] == "pending"
    assert house.as_(JEAN).decide("approve", ticket.id).status_code == 200


def test_verify_names_an_act_of_another_subject(own_house: House) -> None:
    """The record shows what came past every check: whoever got at the key signed with a foreign subject."""
    _acted_once(own_house)
    assert [each.rule for each in verify(own_house.git)] == []
    made = own_house.as_(PIERRE).create(target={"name": unique_name()})
    own_house.run(own_house.stop_worker())  # or its next commit comes between, and Git refuses ours
    ticket = after(PromotionRequest.model_validate(made), "approved", JEAN)
    proof = sealed(claims_for(ticket, sub=FOREIGN), KEY)
    message = f"Request-Id: {ticket.id}\nAction: approved\nTenant: tenant-finance\nActor: {JEAN}\nSignature: {proof}\n"
    commits_as(own_house.git, ticket.path, text_of(ticket), f"{subject_of(ticket)}\n\n{message}", JEAN)
    violations = list(verify(own_house.git))
    assert [(each.rule, each.ticket) for each in violations] == [("subject-changed", ticket.id)]
    assert FOREIGN in violations[0].sentence
