"""The change that a request makes against what is in production."""

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
    assert (diff["version"], diff["direction"]) == ("3.0.0", "newer")
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
    """A colleague who sees their own requests alone is not told which one is in production, before asking or after."""
    name = unique_name()
    deployed = house.until(house.approved_by_jean(target={"name": name}), "deployed")
    own = house.as_(SOPHIE).create(target={"name": name, "version": "3.0.0"})
    diff = house.as_(SOPHIE).get(f"/{own['metadata']['id']}/diff").json()
    at = deployed["status"]["deployedAt"]
    assert diff["inProduction"] == {"ticketId": None, "version": "2.1.0", "releaseNotes": None, "deployedAt": at}
    checked = house.as_(SOPHIE).post("/check", json=asked(target={"name": name})).json()
    assert checked["production"] == {"version": "2.1.0", "ticket": None}


def test_the_catalogue_says_what_was_there_before_the_first_request(own_house: House) -> None:
    """In the check, the difference and the list of targets; no request is named, and no time."""
    target = {"name": "payment-api", "version": "1.9.0"}
    checked = own_house.as_(PIERRE).post("/check", json=asked(target=target)).json()
    assert (checked["production"], checked["direction"]) == ({"version": "2.0.0", "ticket": None}, "older")
    own = own_house.as_(PIERRE).create(target=target)
    diff = own_house.as_(JEAN).get(f"/{own['metadata']['id']}/diff").json()
    assert diff["inProduction"] == {"ticketId": None, "version": "2.0.0", "releaseNotes": None, "deployedAt": None}
    [known] = own_house.as_(PIERRE).get("/v1/targets", params={"q": "payment-api"}).json()
    assert known["production"] == "2.0.0"
