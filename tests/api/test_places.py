"""The pages of a target, of a tenant and of the queue: what each person may know of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.api.house import ALICE, EMMA, JEAN, LEA, NOBODY, PIERRE, SOPHIE, VICTOR, House, in_days, unique_name
from tests.rules import freeze, frozen, rule

FINANCE = "tenant-finance"


def of(name: str, tenant: str = FINANCE) -> str:
    return f"/v1/targets/{tenant}/api/{name}"


def versions(house: House, email: str, name: str, **query: Any) -> list[dict[str, Any]]:
    answer = house.as_(email).get(f"{of(name)}/versions", params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


def deployed(house: House, name: str, *versions: str) -> list[dict[str, Any]]:
    """The tickets that brought the versions to production, one after the other."""
    made = (house.approved_by_jean(target={"name": name, "version": version}) for version in versions)
    return [house.until(ticket, "deployed") for ticket in made]


def test_versions_in_production_are_told_newest_first(house: House) -> None:
    """Until when each was there, by which request, who asked and approved, and where it went back."""
    name = unique_name()
    first, second, third = deployed(house, name, "1.0.0", "2.0.0", "1.0.0")
    found = versions(house, JEAN, name)
    assert [(each["version"], each["direction"], each["ticket"]) for each in found] == [
        ("1.0.0", "older", third["metadata"]["id"]),
        ("2.0.0", "newer", second["metadata"]["id"]),
        ("1.0.0", "first", first["metadata"]["id"]),
    ]
    times = [each["status"]["deployedAt"] for each in (third, second, first)]
    assert [each["since"] for each in found] == times
    assert [each["until"] for each in found] == [None, *times[:-1]]
    assert found[0]["askedBy"] == {"name": "Pierre Durand", "email": PIERRE}
    assert found[0]["approvedBy"] == {"name": "Jean Dupont", "email": JEAN}
    assert [each["attempts"] for each in found] == [1, 1, 1]
    assert [(each["rule"], each["emergency"]) for each in found] == [(None, False)] * 3


def test_pages_of_versions_join_without_a_seam(house: House) -> None:
    """Whatever their size: no version twice, none left out, each with its neighbours' times."""
    name = unique_name()
    deployed(house, name, "1.0.0", "1.1.0", "1.2.0")
    whole, pages, cursor = versions(house, JEAN, name), list[dict[str, Any]](), None
    while len(pages) < 10:
        given = {"limit": 1} | ({"cursor": cursor} if cursor else {})
        answer = house.as_(JEAN).get(f"{of(name)}/versions", params=given)
        pages += answer.json()
        cursor = answer.headers.get("X-Next-Cursor")
        if cursor is None:
            break
    assert pages == whole
    for nonsense in ("x", "1.2", "1.2026.1; drop", "9" * 40):
        assert house.as_(JEAN).get(f"{of(name)}/versions", params={"cursor": nonsense}).status_code == 422


def test_who_asked_is_told_to_who_sees_the_request(house: House) -> None:
    """A devops of the tenant learns a colleague's version in production and since when, and nothing else of it."""
    name = unique_name()
    (ticket,) = deployed(house, name, "1.0.0")
    (told,) = versions(house, SOPHIE, name)
    since = ticket["status"]["deployedAt"]
    assert told == {
        "version": "1.0.0",
        "digest": None,
        "since": since,
        "until": None,
        "direction": "first",
        **dict.fromkeys(("ticket", "askedBy", "approvedBy", "rule", "emergency", "attempts")),
    }
    assert versions(house, PIERRE, name)[0]["ticket"] == ticket["metadata"]["id"]
    assert house.as_(SOPHIE).get(of(name)).json()["production"] == "1.0.0"


def test_another_tenant_s_people_are_told_that_there_is_no_such_target(house: House) -> None:
    """The same for one that is nobody's, and for one of which only others asked for a version."""
    name, asked_for = unique_name(), unique_name()
    deployed(house, name, "1.0.0")
    house.as_(PIERRE).create(target={"name": asked_for})
    for email, path in (
        (LEA, of(name)),
        (NOBODY, of(name)),
        (JEAN, of("no-such-api")),
        (SOPHIE, of(asked_for)),
        (EMMA, of(name, "tenant-retail")),
        (JEAN, of(name, "tenant-logistics")),
    ):
        assert house.as_(email).get(path).status_code == 404, (email, path)
    assert house.as_(LEA).get(f"{of(name)}/versions").status_code == 404
    assert house.as_(EMMA).get(f"{of(name, 'tenant-retail')}/versions").json() == []
    detail = house.as_(JEAN).get(of(asked_for)).json()
    assert (detail["production"], detail["environment"]) == (None, "prod")


def test_the_oldest_is_what_the_catalogue_says_was_there_before(own_house: House) -> None:
    """It came with no request and at no time that the record knows, and one may go back to it."""
    assert [(each["version"], each["since"]) for each in versions(own_house, PIERRE, "payment-api")] == [
        ("2.0.0", None)
    ]
    assert own_house.as_(PIERRE).get(of("payment-api")).json()["production"] == "2.0.0"
    (ticket,) = deployed(own_house, "payment-api", "2.1.0")
    newest, before = versions(own_house, PIERRE, "payment-api")
    assert (newest["version"], newest["direction"]) == ("2.1.0", "newer")
    assert (before["version"], before["until"]) == ("2.0.0", ticket["status"]["deployedAt"])


def test_a_tenant_shows_its_people_to_each_other(house: House) -> None:
    """Their roles, the platform's after them, service accounts with who owns them, and the rules."""
    tenant = house.as_(PIERRE).get(f"/v1/tenants/{FINANCE}").json()
    roles = {each["email"]: each["roles"] for each in tenant["people"]}
    assert (roles[PIERRE], roles[JEAN], roles[VICTOR], roles[ALICE]) == (["devops"], ["cpi"], ["viewer"], [])
    assert {each["email"]: each["platform"] for each in tenant["people"]}[ALICE] == ["cpi_admin"]
    assert LEA not in roles
    assert [bool(each["roles"]) for each in tenant["people"]] == sorted(
        (bool(each) for each in roles.values()), reverse=True
    )
    assert (tenant["displayName"], tenant["rules"]["approvalValidFor"]) == ("Finance", 7 * 86_400)
    for email, path in ((PIERRE, "tenant-retail"), (NOBODY, FINANCE), (ALICE, "tenant-of-nobody")):
        assert house.as_(email).get(f"/v1/tenants/{path}").status_code == 404
    assert house.as_(PIERRE).get("/v1/tenants/No Tenant").status_code == 422


def queue(house: House, email: str) -> dict[str, list[tuple[Any, ...]]]:
    """Number, place and state of what the queue tells, by target."""
    told = house.as_(email).get("/v1/queue").json()
    assert told["more"] == 0
    return {
        each["name"]: [(one["id"], one["place"], one["state"]) for one in each["requests"]] for each in told["targets"]
    }


def test_the_queue_tells_what_deploys_and_what_waits_behind_it(own_house: House) -> None:
    """In the line's order; beside it what waits for its date, and for whoever holds it. What is over is gone."""
    own_house.awx.faults(life=["stuck-running"])
    name = unique_name()
    first, second = (own_house.approved_by_jean(target={"name": name, "version": f"{number}.0"}) for number in (1, 2))
    own_house.until(first, "deploying")
    dated = own_house.approved_by_jean(target={"name": name, "version": "3.0"}, request={"scheduledDate": in_days(1)})
    held = own_house.approved_by_jean(target={"name": name, "version": "4.0"}, request={"scheduledDate": in_days(2)})
    assert own_house.as_(JEAN).decide("hold", held).status_code == 200
    own_house.as_(PIERRE).create(target={"name": name, "version": "5.0"})
    beside = [(dated, "scheduled", "approved"), (held, "held", "approved")]
    assert queue(own_house, JEAN) == {
        name: [(first, "line", "deploying"), (second, "line", "approved"), *sorted(beside)],
    }


def test_of_a_request_that_one_may_not_see_the_queue_tells_its_place_alone(own_house: House) -> None:
    """A devops waits behind somebody; another tenant has no such line."""
    own_house.awx.faults(life=["stuck-running"])
    name = unique_name()
    first = own_house.approved_by_jean(target={"name": name, "version": "1.0"})
    own_house.until(first, "deploying")
    mine = own_house.as_(SOPHIE).create(target={"name": name, "version": "2.0"})["metadata"]["id"]
    assert queue(own_house, SOPHIE) == {}
    assert own_house.as_(JEAN).decide("approve", mine).status_code == 200
    assert queue(own_house, SOPHIE) == {name: [(None, "line", "deploying"), (mine, "line", "approved")]}
    (target,) = own_house.as_(SOPHIE).get("/v1/queue").json()["targets"]
    hidden, _ = target["requests"]
    assert {key for key, value in hidden.items() if value is not None} == {"place", "state", "since"}
    assert queue(own_house, LEA) == {}


def test_the_queue_tells_what_a_freeze_keeps_back(own_house: House) -> None:
    """What would be next, and what its date falls into; of a request that one may not see it tells no reason."""
    name, at = unique_name(), datetime.now(UTC)
    own_house.commit(frozen(at, names=[name]))
    first = own_house.approved_by_jean(target={"name": name, "version": "1.0"})
    dated = own_house.approved_by_jean(target={"name": name, "version": "2.0"}, request={"scheduledDate": in_days(1)})
    later = own_house.approved_by_jean(target={"name": name, "version": "3.0"}, request={"scheduledDate": in_days(9)})

    def closed(email: str) -> dict[str, str | None]:
        (target,) = own_house.as_(email).get("/v1/queue").json()["targets"]
        return {each["id"]: each["closed"] and each["closed"]["rule"] for each in target["requests"]}

    assert closed(JEAN) == {first: "year-end", dated: "year-end", later: None}
    mine = own_house.as_(SOPHIE).create(target={"name": name, "version": "4.0"})["metadata"]["id"]
    assert own_house.as_(JEAN).decide("approve", mine).status_code == 200
    assert closed(SOPHIE) == {None: None, mine: "year-end"}


def test_a_tenant_shows_the_company_s_rules_that_hold_there(own_house: House) -> None:
    """To everybody of it, and nothing of those of others: no name of theirs, no rule that can't reach them."""
    at, retail = datetime.now(UTC), "tenant-retail"
    needs = [{"role": "cpi", "count": 2}, {"group": "security"}]
    over = freeze(at - timedelta(days=9), at - timedelta(days=8))
    coming = freeze(at + timedelta(days=8), at + timedelta(days=9), every="FREQ=YEARLY", zone="Europe/Paris")
    standard = {"deployments": 3, "within": "P90D"}
    own_house.commit(
        rule("both", approvals=needs, match={"impacts": ["critical"], "names": ["payment-*", "shop-*"]})
        | rule("calm", freezes=[over, coming], match={"tenants": [FINANCE, retail]})
        | rule("easy", standard=standard, supersede=True, match={"types": ["api"]})
        | rule("fast", emergency={"role": "cpi", "answerWithin": "P3D"}, standard=False, match={"tenants": [FINANCE]})
        | rule("retail", approvals=[{"role": "cpi_admin"}], match={"tenants": [retail]})
    )
    told = own_house.as_(VICTOR).get(f"/v1/tenants/{FINANCE}").json()["companyRules"]
    mine = [each for each in told if each["name"] in {"both", "calm", "easy", "fast", "retail"}]
    both, calm, easy, fast = mine
    assert (both["name"], both["impacts"], both["targets"], both["someTargets"]) == (
        *("both", ["critical"], ["payment-*"], True),
    )
    assert both["approvals"] == [
        {"role": "cpi", "group": None, "count": 2},
        {"role": None, "group": "security", "count": 1},
    ]
    (freezes,) = calm["freezes"]
    assert (calm["name"], freezes["every"], freezes["zone"]) == ("calm", "FREQ=YEARLY", "Europe/Paris")
    assert easy["standard"] == {
        "impact": "low",
        "change": "patch",
        "deployments": 3,
        "withinDays": 90,
        "evidence": False,
    }
    assert (easy["supersede"], easy["approvals"], easy["windows"]) == (True, None, None)
    assert fast["emergency"] == {"role": "cpi", "group": None, "answerWithin": 259_200, "stopAfterOverdue": False}
    assert fast["noneOf"] == ["standard"]
    assert retail not in str((both, calm, easy, fast))


@pytest.mark.parametrize("permission", ["audit", "webhooks", "report", "approve"])
def test_the_console_is_told_rights_and_no_roles(house: House, permission: str) -> None:
    """A cpi holds them in their tenant, an admin everywhere, a devops nowhere."""

    def right(email: str) -> dict[str, Any] | None:
        rights = house.as_(email).get("/v1/me").json()["rights"]
        return next((each for each in rights if each["permission"] == permission), None)

    assert right(PIERRE) is None
    assert right(JEAN) == {"permission": permission, "everywhere": False, "tenants": [FINANCE]}
    everywhere = right(ALICE)
    assert everywhere is not None
    assert (everywhere["everywhere"], len(everywhere["tenants"])) == (True, 3)
