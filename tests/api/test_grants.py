"""What the playbook asks: the record's public keys, and the one job that may use a grant."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.deployment import Deployment
from domain.errors import Unproven
from domain.grants import LaunchGrant
from record.signing.signatures import KeyClass, Keys, PublicKey, new_key, sealed
from tests.api.house import PIERRE, Connect, House
from tests.awx_fixtures import deployment
from tests.domain.builders import ticket_in
from tests.grants import granting, job_of, variables
from tests.signing import KEY, WORKER_KEY


@pytest.fixture(scope="module")
def signing(connect_temporal: Connect, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with granting(connect_temporal, tmp_path_factory.mktemp("signing")) as house:
        house.awx.template(allow_simultaneous=True)
        yield house


def asked(house: House, grant: str) -> dict[str, Any]:
    """The answer to a grant, without any token."""
    answer = house.http().post("/v1/grants", json={"grant": grant})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_the_keys_are_published(signing: House) -> None:
    """Of both classes, to anybody; no private half."""
    keys = {key["class"]: key for key in signing.http().get("/v1/keys").json()["keys"]}
    assert {name: key["kid"] for name, key in keys.items()} == {
        "people": KEY.thumbprint(),
        "service": WORKER_KEY.thumbprint(),
    }
    assert all(key["ended"] is None and "d" not in key for key in keys.values())


def test_a_grant_is_answered_with_the_one_job_while_it_is_deployed(signing: House) -> None:
    """And with the worker's own word on it; before and after there is none."""
    signing.awx.faults(life=["stuck-pending"])
    ticket_id = signing.approved_by_jean()
    signing.until(ticket_id, "deploying")
    job = job_of(signing, ticket_id)
    grant = job["extra_vars"]["prodgate_grant"]
    said = asked(signing, grant)
    assert (said["job"], said["reason"], said["later"]) == (job["id"], None, False)
    assert asked(signing, grant) == said
    signing.awx.control("POST", "finish", json={"job": job["id"]})
    signing.until(ticket_id, "deployed")
    over = asked(signing, grant)
    assert (over["job"], over["act"]) == (None, None)
    assert "is not being deployed" in over["reason"]


def test_what_is_no_grant_is_told_nothing(signing: House) -> None:
    """Whatever a stranger sends: one sentence, and no word about any request."""
    pending = signing.as_(PIERRE).create()
    for grant in (
        "a",
        "a.b.c",
        "é",
        variables(pending, KEY)["prodgate_grant"],
        variables(pending, new_key())["prodgate_grant"],
    ):
        assert asked(signing, grant)["reason"] == "It is no grant of Prodgate's worker"
    bodies: tuple[Any, ...] = ({}, {"grant": ""}, {"grant": "a" * 10_000}, {"grant": 7}, [])
    for body in bodies:
        assert signing.http().post("/v1/grants", json=body).status_code == 422


def test_a_grant_of_nobody_s_launch_names_no_job(signing: House) -> None:
    """As with a stolen key of the worker: the record has the last word."""
    pending = signing.as_(PIERRE).create()
    assert "is pending" in asked(signing, variables(pending, WORKER_KEY)["prodgate_grant"])["reason"]
    old = asked(signing, variables(pending, WORKER_KEY, timedelta(hours=2))["prodgate_grant"])
    assert "ended at" in old["reason"]


def test_no_signature_of_the_worker_passes_as_another() -> None:
    """Neither a grant as anything else, nor anything else as a grant; nor by a key of the other class."""
    public = PublicKey.model_validate(
        {"kid": WORKER_KEY.thumbprint(), "x": WORKER_KEY.as_dict(private=False)["x"]}
        | {"created": "2020-01-01T00:00:00Z", "class": KeyClass.SERVICE}
    )
    keys = Keys({public.kid: (public, public.imported())}, signs_service=True)
    ticket = ticket_in("approved")
    grant = LaunchGrant.of(ticket, Deployment.of(ticket), datetime.now(UTC), timedelta(hours=1))
    token = sealed(grant, WORKER_KEY)
    assert keys.grant(token) == grant
    for read in (keys.acts, keys.finding, keys.evidence, keys.contract, keys.claims, keys.link, keys.repair):
        with pytest.raises(Unproven):
            read(token)
    with pytest.raises(Unproven):
        keys.grant(sealed(grant, KEY))


def test_a_grant_names_all_that_a_launch_sends() -> None:
    """So that no variable of a launch is left to whoever launches."""
    ticket = ticket_in("approved")
    attempt = Deployment.of(ticket)
    grant = LaunchGrant.of(ticket, attempt, datetime.now(UTC), timedelta(hours=1))
    assert grant.variables == attempt.extra_vars()
    assert set(grant.variables) == set(deployment().extra_vars())
