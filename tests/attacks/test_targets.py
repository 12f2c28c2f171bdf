"""Attacks 10, 11 and 14: versions that move, an impact that the requester chose, the same request many times."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.api.house import JEAN, PIERRE, PLATFORM, SOPHIE, House, asked, opened, problem, refused_fields
from tests.conftest import Connect

DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.mark.parametrize("version", ["latest", "main", "MASTER", "head", "stable", "edge", "nightly"])
def test_a_version_that_moves_needs_a_digest(house: House, version: str) -> None:
    """The version approved today would be something else tomorrow."""
    answer = house.as_(PIERRE).post(json=asked(target={"version": version}))
    assert refused_fields(answer) == ["target.digest"]
    made = house.as_(PIERRE).create(target={"name": f"moving-{version}", "version": version, "digest": DIGEST})
    assert made["spec"]["target"]["digest"] == DIGEST


@pytest.mark.parametrize("version", ["..", "-rf", ".hidden", "+1", "1..2", "_x"])
def test_what_is_no_version_is_refused(house: House, version: str) -> None:
    """A version begins with a letter or digit, and climbs nowhere."""
    assert refused_fields(house.as_(PIERRE).post(json=asked(target={"version": version}))) == ["target.version"]


@pytest.mark.parametrize("digest", ["sha256:" + "0" * 63, "sha256:" + "G" * 64, "md5:" + "0" * 32, "0" * 64, ""])
def test_what_is_no_digest_is_refused(house: House, digest: str) -> None:
    """It is the algorithm and as many hex digits as it has."""
    assert refused_fields(house.as_(PIERRE).post(json=asked(target={"digest": digest}))) == ["target.digest"]


def test_a_digest_is_signed_deployed_and_told_to_awx(own_house: House) -> None:
    """It stands in the file, and the job gets it."""
    ticket = own_house.as_(PIERRE).create(target={"name": "payment-api", "digest": DIGEST})
    assert own_house.as_(JEAN).decide("approve", ticket["metadata"]["id"]).status_code == 200
    own_house.until(ticket["metadata"]["id"], "deployed")
    assert f'    digest: "{DIGEST}"\n' in own_house.file(ticket)
    (job,) = own_house.awx.jobs()
    assert DIGEST in str(job["extra_vars"])


def test_what_the_platform_calls_moving_moves(own_house: House) -> None:
    """Its file adds names of its own."""
    own_house.commit({"platform.yaml": PLATFORM.replace("controls: 2", "controls: 2\n  movingVersions: [rolling]")})
    answer = own_house.as_(PIERRE).post(json=asked(target={"name": "payment-api", "version": "Rolling"}))
    assert refused_fields(answer) == ["target.digest"]


@pytest.mark.parametrize("target", [{"targetEnvironment": "prod2"}, {"sourceEnvironment": "dev"}])
def test_environments_exist(house: House, target: dict[str, str]) -> None:
    """No request opens a place of its own to deploy to."""
    assert refused_fields(house.as_(PIERRE).post(json=asked(target=target))) == ["target.targetEnvironment"]


def test_the_owners_of_a_target_say_the_least_impact(own_house: House) -> None:
    """It is raised, visibly: in the answer before sending, and in the ticket."""
    asking = {"target": {"type": "policy", "name": "mtls-partners"}, "request": {"impactAssessment": "low"}}
    checked = own_house.as_(PIERRE).post("/check", json=asked(**asking))
    assert checked.json()["impact"] == "high"
    key = {"Idempotency-Key": "raised"}
    first, again = (own_house.as_(PIERRE).post(json=asked(**asking), headers=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first.json()["spec"]["request"]["impactAssessment"] == "high"


def test_the_same_version_is_asked_for_once(own_house: House) -> None:
    """Forty at once make one request; the others are told its number, whoever asks, in whatever case and digest."""
    pierre = own_house.as_(PIERRE)
    with ThreadPoolExecutor(10) as together:
        answers = list(together.map(lambda _: pierre.post(json=asked(target={"name": "payment-api"})), range(40)))
    made = [answer.json()["metadata"]["id"] for answer in answers if answer.status_code == 201]
    assert len(made) == 1
    others = [answer for answer in answers if answer.status_code != 201]
    others.append(own_house.as_(SOPHIE).post(json=asked(target={"name": "Payment-API"})))
    others.append(pierre.post(json=asked(target={"name": "payment-api", "digest": DIGEST})))
    assert {(answer.status_code, problem(answer)["type"]) for answer in others} == {
        (409, "urn:prodgate:problem:already-open")
    }
    assert all(made[0] in problem(answer)["detail"] for answer in others)
    assert own_house.as_(JEAN).decide("reject", made[0]).status_code == 200
    assert pierre.post(json=asked(target={"name": "payment-api"})).status_code == 201


def test_a_person_has_so_many_open_requests(
    connect_temporal: Connect, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The next one is refused, at once or one after the other; another person goes on."""
    with opened(connect_temporal, tmp_path_factory.mktemp("few"), open_requests_person=5) as few:
        bodies = [asked(target={"name": f"many-{number}"}) for number in range(12)]
        with ThreadPoolExecutor(6) as together:
            answers = list(together.map(lambda body: few.as_(PIERRE).post(json=body), bodies))
        codes = [answer.status_code for answer in answers]
        assert codes.count(201) + codes.count(202) == 5, codes  # 202 where the commit took longer than the answer may
        refused = next(answer for answer in answers if answer.status_code not in {201, 202})
        assert (refused.status_code, problem(refused)["type"]) == (409, "urn:prodgate:problem:too-many-open")
        assert few.as_(SOPHIE).post(json=asked(target={"name": "another"})).status_code == 201
