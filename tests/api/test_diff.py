"""What a request changes against what is in production."""

from tests.api.house import HUGO, JEAN, PIERRE, SOPHIE, House, asked, unique_name


def test_the_first_promotion_of_a_target_replaces_nothing(house: House) -> None:
    """Nothing of it was ever deployed, and the answer says so."""
    ticket = house.as_(PIERRE).create(target={"name": unique_name()})
    answer = house.as_(JEAN).get(f"/{ticket['metadata']['id']}/diff")
    assert answer.json() == {
        "ticketId": ticket["metadata"]["id"],
        "version": "2.1.0",
        "releaseNotes": "- Added 3DS2 authentication\n- Fixed timeout issues\n",
        "inProduction": None,
        "direction": "first",
        "others": [],
    }


def test_a_later_promotion_shows_what_it_replaces(house: House) -> None:
    """The version last deployed for the same target, with its notes and date; rejected ones do not count."""
    name = unique_name()
    deployed = house.until(house.approved_by_jean(target={"name": name}), "deployed")
    rejected = house.as_(PIERRE).create(target={"name": name, "version": "2.5.0"})
    house.as_(JEAN).decide("reject", rejected["metadata"]["id"])
    later = house.as_(PIERRE).create(target={"name": name, "version": "3.0.0"})
    diff = house.as_(JEAN).get(f"/{later['metadata']['id']}/diff").json()
    assert diff["version"] == "3.0.0"
    assert diff["inProduction"] == {
        "ticketId": deployed["metadata"]["id"],
        "version": "2.1.0",
        "releaseNotes": deployed["spec"]["request"]["releaseNotes"],
        "deployedAt": deployed["status"]["deployedAt"],
    }


def test_who_may_not_see_a_request_may_not_see_its_difference(house: House) -> None:
    """404, as for the request itself."""
    ticket = house.as_(PIERRE).create()
    assert house.as_(HUGO).get(f"/{ticket['metadata']['id']}/diff").status_code == 404


def test_a_colleague_learns_the_version_and_nothing_of_the_request(house: House) -> None:
    """Who sees their own requests alone is not told which one is in production, neither before asking nor after."""
    name = unique_name()
    deployed = house.until(house.approved_by_jean(target={"name": name}), "deployed")
    own = house.as_(SOPHIE).create(target={"name": name, "version": "3.0.0"})
    diff = house.as_(SOPHIE).get(f"/{own['metadata']['id']}/diff").json()
    at = deployed["status"]["deployedAt"]
    assert diff["inProduction"] == {"ticketId": None, "version": "2.1.0", "releaseNotes": None, "deployedAt": at}
    checked = house.as_(SOPHIE).post("/check", json=asked(target={"name": name})).json()
    assert checked["production"] == {"version": "2.1.0", "ticket": None}
