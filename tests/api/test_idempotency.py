"""Idempotency-Key: a creation that is repeated is the first one, and only for who sent it first."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from temporalio.client import (
    Client,
    Interceptor,
    ListWorkflowsInput,
    OutboundInterceptor,
    WorkflowExecutionAsyncIterator,
)

from api.engine import Engine
from api.idempotency import key_of
from domain.roles import Person
from tests.api.house import (
    ALICE,
    JEAN,
    PIERRE,
    SOPHIE,
    Connect,
    House,
    asked,
    in_seconds,
    opened,
    problem,
    refused_fields,
    unique_name,
)
from tests.awx_fixtures import eventually


def test_a_repeat_returns_the_first(house: House) -> None:
    """Same key, same body: the same ticket, with the same status and address, and one commit."""
    pierre, key = house.as_(PIERRE), {"Idempotency-Key": unique_name()}
    first, second = (pierre.post(json=asked(), headers=key) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert first.headers["Location"] == second.headers["Location"]
    assert len(house.log(first.json()["metadata"]["id"])) == 1


def test_a_repeat_returns_the_first_as_it_stands_now(house: House) -> None:
    """Somebody may have decided meanwhile, and a date may have gone by."""
    pierre, key = house.as_(PIERRE), {"Idempotency-Key": unique_name()}
    first = pierre.post(json=asked(), headers=key).json()
    decided = house.as_(JEAN).decide("reject", first["metadata"]["id"]).json()
    assert pierre.post(json=asked(), headers=key).json() == decided


def test_repeats_at_once_make_one_ticket(house: House) -> None:
    """Ten at the same moment: ten times 201 with one number."""
    pierre, key = house.as_(PIERRE), {"Idempotency-Key": unique_name()}
    with ThreadPoolExecutor(10) as together:
        answers = list(together.map(lambda _: pierre.post(json=asked(), headers=key), range(10)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["metadata"]["id"] for answer in answers}) == 1


def test_repeats_at_once_to_several_processes_make_one_ticket(own_house: House) -> None:
    """Nine over three APIs, among creations that make each of them pick other numbers: one ticket."""
    apis = [own_house.url, own_house.another_api(), own_house.another_api()]
    callers = [own_house.as_(PIERRE, api=api) for api in apis]
    made: set[str] = set()
    for turn in range(4):
        key = {"Idempotency-Key": f"at once {turn}"}
        with ThreadPoolExecutor(15) as together:
            versions = [asked(target={"version": f"{turn}.{each}"}) for each in range(7)]
            others = [together.submit(callers[each % 2].post, json=versions[each]) for each in range(6)]
            sent = [together.submit(callers[each % 3].post, json=versions[6], headers=key) for each in range(9)]
        answers = [each.result() for each in sent]
        assert {answer.status_code for answer in answers} <= {201, 202}, [answer.text for answer in answers]
        (ticket_id,) = {answer.json()["metadata"]["id"] for answer in answers}
        made |= {ticket_id, *(each.result().json()["metadata"]["id"] for each in others)}
        eventually(partial(own_house.log, ticket_id), 30)
        assert len(own_house.log(ticket_id)) == 1
    assert len(made) == 4 * 7
    mine = {each["metadata"]["id"] for each in own_house.as_(PIERRE).get("/my", params={"limit": 50}).json()}
    assert mine == made


def test_different_bodies_at_once_with_one_key_make_one_ticket(own_house: House) -> None:
    """Whichever process comes second says that the key was another request's."""
    callers = [own_house.as_(PIERRE), own_house.as_(PIERRE, api=own_house.another_api())]
    for turn in range(5):
        bodies = [asked(target={"version": f"{turn}.{each}"}) for each in range(2)]
        key = {"Idempotency-Key": f"mixed up {turn}"}
        with ThreadPoolExecutor(2) as together:
            sent = [
                together.submit(caller.post, json=body, headers=key)
                for caller, body in zip(callers, bodies, strict=True)
            ]
        answers = [each.result() for each in sent]
        assert sorted(answer.status_code for answer in answers) == [201, 422]
    assert len(own_house.as_(PIERRE).get("/my", params={"limit": 50}).json()) == 5


def test_a_claim_outlives_the_process_that_made_it(own_house: House) -> None:
    """One died between claim and submission: the key keeps its number, and the one picked for it is given to others."""
    engine = Engine(own_house.client, own_house.settings.task_queue, timedelta(seconds=5))
    pierre = Person(email=PIERRE, name="Pierre", subject=f"demo|{PIERRE}")
    year = own_house.as_(PIERRE).create()["metadata"]["id"][3:7]
    own_house.run(engine.claim(key_of(pierre, "died"), 0, f"PR-{year}-0005"))
    keyed = own_house.as_(PIERRE).post(json=asked(), headers={"Idempotency-Key": "died"})
    assert keyed.json()["metadata"]["id"] == f"PR-{year}-0005"
    assert own_house.as_(PIERRE).create()["metadata"]["id"] == f"PR-{year}-0002"


def test_a_claimed_number_that_somebody_else_got_is_claimed_anew(own_house: House) -> None:
    """Claiming keeps no number from others; every process then finds the same next one."""
    engine = Engine(own_house.client, own_house.settings.task_queue, timedelta(seconds=5))
    pierre = Person(email=PIERRE, name="Pierre", subject=f"demo|{PIERRE}")
    taken = own_house.as_(PIERRE).create()["metadata"]["id"]
    assert own_house.run(engine.claim(key_of(pierre, "late"), 0, taken)) == taken
    made = [
        own_house.as_(PIERRE, api=api).post(json=asked(), headers={"Idempotency-Key": "late"}).json()["metadata"]["id"]
        for api in (own_house.url, own_house.another_api())
    ]
    assert made[0] == made[1] != taken


class _Searches(Interceptor):
    """Counts the searches that a client asks the engine for."""

    def __init__(self) -> None:
        self.count = 0

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002  temporalio's name
        counting = self

        class Outbound(OutboundInterceptor):
            def list_workflows(self, input: ListWorkflowsInput) -> WorkflowExecutionAsyncIterator:  # noqa: A002
                counting.count += 1
                return super().list_workflows(input)

        return Outbound(next)


def test_the_usual_way_searches_nothing(connect_temporal: Connect, tmp_path: Path) -> None:
    """A search costs the engine more than a claim; only a repeat that is refused by now needs one."""
    searches = _Searches()

    async def connect() -> Client:
        config = (await connect_temporal()).config()
        config["interceptors"] = [searches]
        return Client(**config)

    with opened(connect, tmp_path, answer_within=30.0) as house:
        pierre, key = house.as_(PIERRE), {"Idempotency-Key": "usual"}
        body = asked(request={"scheduledDate": in_seconds(5)})
        first = pierre.post(json=body, headers=key)
        assert pierre.post(json=body, headers=key).json() == first.json()
        assert searches.count == 0
        decided = house.as_(JEAN).decide("reject", first.json()["metadata"]["id"]).json()

        def late() -> bool:
            """Tells whether a repeat was refused for its date, and looked up: it is answered as ever."""
            assert pierre.post(json=body, headers=key).json() == decided
            return searches.count > 0

        eventually(late, 10)


def test_another_process_knows_the_key(house: House) -> None:
    """A repeat that another API takes, or the same one after a restart, finds the first ticket."""
    key = {"Idempotency-Key": unique_name()}
    first = house.as_(PIERRE).post(json=asked(), headers=key).json()
    other = house.as_(PIERRE, api=house.another_api())
    assert other.post(json=asked(), headers=key).json() == first


@pytest.mark.parametrize(
    "changes",
    [
        {"target": {"version": "2.1.1"}},
        {"request": {"releaseNotes": "something else"}},
        {"preChecks": {"performanceTestsPassed": True}},
    ],
)
def test_a_key_with_another_body_is_refused(house: House, changes: dict[str, dict[str, object]]) -> None:
    """422 that names the header: a client that mixes its keys up must learn of it."""
    pierre, key = house.as_(PIERRE), {"Idempotency-Key": unique_name()}
    assert pierre.post(json=asked(), headers=key).status_code == 201
    answer = pierre.post(json=asked(**changes), headers=key)
    assert refused_fields(answer) == ["Idempotency-Key"]
    assert answer.json()["type"] == "urn:prodgate:problem:key-reused"
    assert "another request" in problem(answer)["detail"]


def test_a_key_with_another_tenant_is_refused(house: House) -> None:
    """The tenant is a part of what was asked for."""
    alice, key = house.as_(ALICE), {"Idempotency-Key": unique_name()}
    assert alice.post(json=asked(tenant="tenant-finance"), headers=key).status_code == 201
    assert refused_fields(alice.post(json=asked(tenant="tenant-retail"), headers=key)) == ["Idempotency-Key"]


def test_a_key_is_its_senders_own(house: House) -> None:
    """Somebody else's same key is another ticket: nobody learns of a ticket by guessing a key."""
    key = {"Idempotency-Key": unique_name()}
    made = []
    for email in (PIERRE, SOPHIE):
        made.append(house.as_(email).post(json=asked(), headers=key).json()["metadata"]["id"])
        house.as_(JEAN).decide("reject", made[-1])  # so that the same may be asked for again
    assert len(set(made)) == 2


def test_a_refused_creation_uses_no_key(house: House) -> None:
    """After 422 or 403, the same key with a good body creates."""
    pierre, key = house.as_(PIERRE), {"Idempotency-Key": unique_name()}
    assert pierre.post(json=asked(preChecks={"securityScanPassed": False}), headers=key).status_code == 422
    assert pierre.post(json=asked(tenant="tenant-retail"), headers=key).status_code == 403
    assert pierre.post(json=asked(), headers=key).status_code == 201


@pytest.mark.parametrize("key", ["", "k" * 201])
def test_a_key_has_a_length(house: House, key: str) -> None:
    """1 to 200 characters."""
    answer = house.as_(PIERRE).post(json=asked(), headers={"Idempotency-Key": key})
    assert [name.lower() for name in refused_fields(answer)] == ["idempotency-key"]


@pytest.mark.parametrize("key", ['"; DROP', "' OR PromotionKey != '", "*", "k" * 200])
def test_a_hostile_key_is_a_key_like_any_other(house: House, key: str) -> None:
    """It never reaches the engine's search as it is."""
    headers = {"Idempotency-Key": key}
    first, second = (house.as_(PIERRE).post(json=asked(), headers=headers).json() for _ in range(2))
    assert first["metadata"]["id"] == second["metadata"]["id"]
