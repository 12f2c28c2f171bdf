"""A decision on critical impact asks for a fresh sign-in (RFC 9470)."""

import time

import pytest

from tests.api.house import JEAN, PIERRE, House, problem

CRITICAL = {"impactAssessment": "critical"}


def signed_in(house: House, email: str, seconds_ago: int | None) -> str:
    """A token of somebody whose sign-in is so long ago; None is a token that does not say."""
    return house.issuer.token(email, auth_time=None if seconds_ago is None else int(time.time()) - seconds_ago)


@pytest.mark.parametrize("action", ["approve", "reject"])
@pytest.mark.parametrize("seconds_ago", [16 * 60, 10 * 3600, None, -3600])
def test_a_sign_in_of_long_ago_does_not_decide_on_critical_impact(
    house: House, action: str, seconds_ago: int | None
) -> None:
    """401 names what is asked for, to programs and to people; nothing is decided. A future sign-in is none."""
    ticket_id = house.as_(PIERRE).create(request=CRITICAL)["metadata"]["id"]
    answer = house.as_(JEAN, token=signed_in(house, JEAN, seconds_ago)).decide(action, ticket_id)
    assert answer.status_code == 401
    challenge = answer.headers["WWW-Authenticate"]
    assert challenge.startswith("Bearer ")
    assert 'error="insufficient_user_authentication"' in challenge
    assert 'max_age="900"' in challenge
    assert problem(answer)["detail"].startswith("Sign in again")
    assert house.as_(JEAN).get(f"/{ticket_id}").json()["status"]["state"] == "pending"


def test_a_fresh_sign_in_decides(house: House) -> None:
    """The refused ones differ from this one."""
    ticket_id = house.as_(PIERRE).create(request=CRITICAL)["metadata"]["id"]
    assert house.as_(JEAN, token=signed_in(house, JEAN, 14 * 60)).decide("approve", ticket_id).status_code == 200


@pytest.mark.parametrize("impact", ["low", "medium", "high"])
def test_other_decisions_ask_for_no_fresh_sign_in(house: House, impact: str) -> None:
    """The token's own life is enough; so it is for reading what is critical."""
    old = signed_in(house, JEAN, 10 * 3600)
    ticket_id = house.as_(PIERRE).create(request={"impactAssessment": impact})["metadata"]["id"]
    assert house.as_(JEAN, token=old).decide("approve", ticket_id).status_code == 200
    critical = house.as_(PIERRE).create(request=CRITICAL)["metadata"]["id"]
    assert house.as_(JEAN, token=old).get(f"/{critical}").status_code == 200


def test_who_could_not_decide_anyway_is_told_so(house: House) -> None:
    """A new sign-in would not help the requester."""
    ticket_id = house.as_(PIERRE).create(request=CRITICAL)["metadata"]["id"]
    answer = house.as_(PIERRE, token=signed_in(house, PIERRE, 3600)).decide("approve", ticket_id)
    assert (answer.status_code, problem(answer)["type"]) == (403, "urn:prodgate:problem:self-approval")
