"""The versions that several requests replace, asked at once."""

from typing import Any

from tests.api.house import ALICE, HUGO, JEAN, PIERRE, SOPHIE, VICTOR, House, asked, refused_fields, unique_name


def compared(house: House, email: str, *ids: str) -> dict[str, list[str]]:
    """The others that somebody is told of, by the request that they stand beside."""
    answer = house.as_(email).get("/comparisons", params={"id": ids})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return {each["ticketId"]: [other["id"] for other in each["others"]] for each in found}


def test_an_other_request_is_told_with_its_state_person_and_date(house: House) -> None:
    """As much as a row needs to link to it."""
    name, at = unique_name(), "2027-03-01T08:00:00Z"
    ids = [
        house.as_(PIERRE).create(target={"name": name, "version": version}, request={"scheduledDate": date})
        for version, date in (("1.0.0", None), ("1.1.0", at))
    ]
    [found] = house.as_(JEAN).get("/comparisons", params={"id": ids[0]["metadata"]["id"]}).json()
    assert found == {
        "ticketId": ids[0]["metadata"]["id"],
        "replaces": None,
        "direction": "first",
        "others": [
            {
                "id": ids[1]["metadata"]["id"],
                "version": "1.1.0",
                "state": "pending",
                "createdBy": PIERRE,
                "scheduledDate": at,
                "direction": "newer",
            }
        ],
    }


def test_nobody_is_told_of_what_they_may_not_see(house: House) -> None:
    """Neither as a request that is asked for nor as one beside it; as if it were not there."""
    name = unique_name()
    mine, hers = (
        house.as_(email).create(target={"name": name, "version": version})["metadata"]["id"]
        for email, version in ((PIERRE, "1.0.0"), (SOPHIE, "1.1.0"))
    )
    ids = (hers, mine, "PR-2026-9999")
    assert compared(house, SOPHIE, *ids) == {hers: []}
    assert compared(house, PIERRE, *ids) == {mine: []}
    assert compared(house, HUGO, *ids) == {}
    for email in (JEAN, VICTOR, ALICE):
        assert compared(house, email, *ids) == {hers: [mine], mine: [hers]}
    checked = house.as_(SOPHIE).post("/check", json=asked(target={"name": name, "version": "1.2.0"})).json()
    assert [other["id"] for other in checked["others"]] == [hers]


def test_what_is_no_id_is_refused_and_so_are_too_many(house: House) -> None:
    """From one to two hundred of them are answered."""
    caller = house.as_(JEAN)
    assert refused_fields(caller.get("/comparisons", params={"id": ["PR-2026-0001", "../x"]})) == ["id"]
    assert refused_fields(caller.get("/comparisons")) == ["id"]
    many = [f"PR-2026-{each:04}" for each in range(1, 202)]
    assert refused_fields(caller.get("/comparisons", params={"id": many})) == ["id"]
    assert caller.get("/comparisons", params={"id": many[:200]}).status_code == 200
