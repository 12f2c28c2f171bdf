"""A target's line as the API tells it: who is ahead, for who may see them."""

from tests.api.house import JEAN, PIERRE, SOPHIE, House, in_days, unique_name


def test_it_tells_who_deploys_first(own_house: House) -> None:
    """In the order in which they were approved; who waits for a decision or a date has no place."""
    own_house.awx.faults(life=["stuck-running"])
    name = unique_name()
    first, second, third = (
        own_house.approved_by_jean(target={"name": name, "version": f"{number}.0"}) for number in (1, 2, 3)
    )
    own_house.until(first, "deploying")
    pending = own_house.as_(PIERRE).create(target={"name": name, "version": "4.0"})["metadata"]["id"]
    dated = own_house.approved_by_jean(target={"name": name, "version": "5.0"}, request={"scheduledDate": in_days(1)})
    jean = own_house.as_(JEAN)
    line = jean.get(f"/{third}/line").json()["ahead"]
    assert [(each["id"], each["state"]) for each in line] == [(first, "deploying"), (second, "approved")]
    approved = jean.get(f"/{second}").json()["status"]["approvedAt"]
    assert line[1]["since"] == approved
    assert jean.get(f"/{second}/line").json()["ahead"] == line[:1]
    assert jean.get(f"/{first}/line").json() == {"ahead": [], "closed": None}
    for outside in (pending, dated):
        assert jean.get(f"/{outside}/line").json() == {"ahead": None, "closed": None}


def test_who_may_not_see_the_other_learns_only_that_somebody_is_ahead(own_house: House) -> None:
    """A devops sees their own requests alone, and waits all the same."""
    own_house.awx.faults(life=["stuck-running"])
    name = unique_name()
    first = own_house.approved_by_jean(target={"name": name, "version": "1.0"})
    own_house.until(first, "deploying")
    second = own_house.as_(SOPHIE).create(target={"name": name, "version": "2.0"})["metadata"]["id"]
    assert own_house.as_(JEAN).decide("approve", second).status_code == 200
    (ahead,) = own_house.as_(SOPHIE).get(f"/{second}/line").json()["ahead"]
    assert (ahead["id"], ahead["state"]) == (None, "deploying")
    assert own_house.as_(PIERRE).get(f"/{second}/line").status_code == 404
