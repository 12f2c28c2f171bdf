"""Attack 1: two ordinary roles of one tenant deployed another tenant's API."""

from datetime import UTC, datetime

from domain.roles import Role
from domain.ticket import Target, TargetType
from record.audit.verify import verify
from tests.api.house import EMMA, HUGO, JEAN, PIERRE, PLATFORM, House, asked, in_seconds, problem
from tests.domain.builders import pending, person
from tests.record.audit.test_verify import forge
from tests.record.building import after

FOREIGN = {"type": "api", "name": "payment-api", "version": "6.6.6"}
"""Finance's, as `apis/payment-api.yaml` says."""


def entry(name: str, tenant: str) -> dict[str, str | None]:
    """The catalogue's file for an API of a tenant."""
    text = (
        f"apiVersion: apim.cab-i.com/v1\nkind: Api\nmetadata: {{name: {name}, tenant: {tenant}}}\n"
        'spec: {version: "1.0.0"}\n'
    )
    return {f"apis/{name}.yaml": text}


def test_another_tenants_target_is_not_asked_for(own_house: House) -> None:
    """Under whatever case, and in the words that a name which nobody has gets too."""
    hugo = own_house.as_(HUGO)
    said = set()
    for name in ("payment-api", "PAYMENT-API"):
        answer = hugo.post(json=asked(tenant="tenant-retail", target=FOREIGN | {"name": name}))
        assert answer.status_code == 403, answer.text
        assert problem(answer)["type"] == "urn:prodgate:problem:target-not-owned"
        said.add(problem(answer)["detail"].replace(name, "…"))
    own_house.commit({"platform.yaml": PLATFORM})
    answer = hugo.post(json=asked(tenant="tenant-retail", target=FOREIGN | {"name": "nobodys-api"}))
    assert answer.status_code == 403
    assert said == {problem(answer)["detail"].replace("nobodys-api", "…")}
    listed = hugo.get("/v1/targets?q=pay").json()
    assert [each["name"] for each in listed] == []


def test_a_target_that_changed_hands_is_not_approved(own_house: House) -> None:
    """The request was there before; the owner is asked again at the decision, after the state and before the role."""
    ticket = own_house.as_(PIERRE).create(target={"name": "payment-api"})["metadata"]["id"]
    own_house.commit(entry("payment-api", "tenant-retail"))
    for email in (JEAN, PIERRE):
        answer = own_house.as_(email).decide("approve", ticket)
        assert (answer.status_code, problem(answer)["type"]) == (403, "urn:prodgate:problem:target-not-owned")
    assert own_house.as_(JEAN).decide("reject", ticket).status_code == 200
    answer = own_house.as_(JEAN).decide("approve", ticket)
    assert problem(answer)["type"] == "urn:prodgate:problem:not-pending"


def test_a_target_that_changed_hands_after_the_approval_is_not_launched(own_house: House) -> None:
    """The last look asks the record again."""
    ticket = own_house.as_(PIERRE).create(target={"name": "payment-api"}, request={"scheduledDate": in_seconds(4)})[
        "metadata"
    ]["id"]
    assert own_house.as_(JEAN).decide("approve", ticket).status_code == 200
    own_house.commit(entry("payment-api", "tenant-retail"))
    lapsed = own_house.until(ticket, "pending", "deployed")
    assert "owns no api named payment-api" in lapsed["status"]["history"][-1]["reason"]
    answer = own_house.as_(JEAN).decide("approve", ticket)
    assert problem(answer)["type"] == "urn:prodgate:problem:target-not-owned"
    assert own_house.awx.jobs() == []


def test_in_an_open_catalogue_the_first_approved_tenant_owns(own_house: House) -> None:
    """A target that nobody registered is free until then, and one tenant's afterwards."""
    target = {"name": "fresh-api"}
    hugo, pierre = own_house.as_(HUGO), own_house.as_(PIERRE)
    theirs = hugo.create(tenant="tenant-retail", target=target)["metadata"]["id"]
    ours = pierre.create(target=target | {"version": "2.2.0"})["metadata"]["id"]
    assert own_house.as_(EMMA).decide("approve", theirs).status_code == 200
    answer = own_house.as_(JEAN).decide("approve", ours)
    assert (answer.status_code, problem(answer)["type"]) == (403, "urn:prodgate:problem:target-not-owned")
    own_house.until(theirs, "deployed")
    assert list(verify(own_house.git)) == []


def test_the_audit_names_a_request_for_another_tenants_target(own_house: House) -> None:
    """It came past every door, with a good signature of the gate's own key."""
    target = Target(type=TargetType.API, name="payment-api", version="6.6.6")
    now = datetime.now(UTC)
    ticket = pending(
        at=now,
        tenant="tenant-retail",
        target=target,
        requester=person(HUGO, Role.DEVOPS, "tenant-retail", subject=None),
    )
    forge(own_house.git, ticket)
    assert [each.rule for each in verify(own_house.git)] == ["foreign-target"]
    forge(own_house.git, after(ticket, "approved", EMMA))
    assert [each.rule for each in verify(own_house.git)] == ["foreign-target", "foreign-target"]


def test_the_file_of_the_catalogue_counts_as_of_each_commit(own_house: House) -> None:
    """A target that is given away later was its first owner's before."""
    ticket = own_house.as_(PIERRE).create(target={"name": "payment-api"})["metadata"]["id"]
    assert own_house.as_(JEAN).decide("approve", ticket).status_code == 200
    own_house.until(ticket, "deployed")
    own_house.commit(entry("payment-api", "tenant-retail"))
    assert list(verify(own_house.git)) == []


def test_a_name_is_deployed_as_the_catalogue_spells_it(own_house: House) -> None:
    """Another spelling is the same target, and no other object to whoever deploys it."""
    ticket = own_house.as_(PIERRE).create(target={"name": "PAYMENT-API", "version": "9.0.0"})
    assert ticket["spec"]["target"]["name"] == "payment-api"
