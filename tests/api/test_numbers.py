"""PR-YYYY-NNNN: no number twice and none lost, whoever asks at once."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

from tests.api.house import LEA, PIERRE, House, asked
from tests.awx_fixtures import eventually


def test_creations_at_once_from_two_apis_get_a_number_each(own_house: House) -> None:
    """Thirty at once, half of them to each of two APIs over one engine: thirty tickets, thirty commits."""
    apis = [own_house.url, own_house.another_api()]
    people = [(PIERRE, "tenant-finance"), (LEA, "tenant-logistics")]
    callers = [(own_house.as_(email, api=api), tenant) for api in apis for email, tenant in people]

    def create(number: int) -> dict[str, object]:
        caller, tenant = callers[number % len(callers)]
        answer = caller.post(json=asked(tenant=tenant, target={"version": f"1.0.{number}"}))
        assert answer.status_code in (201, 202), answer.text  # 202 where a busy machine commits too late to say so
        ticket: dict[str, object] = answer.json()
        return ticket

    with ThreadPoolExecutor(30) as together:
        tickets = list(together.map(create, range(30)))
    numbers = sorted(str(ticket["metadata"]["id"])[8:] for ticket in tickets)  # type: ignore[index]
    assert numbers == [f"{number:04}" for number in range(1, 31)]
    for ticket in tickets:
        ticket_id = ticket["metadata"]["id"]  # type: ignore[index]
        target = ticket["spec"]["target"]  # type: ignore[index]
        created = [f"{ticket_id}: created {target['name']} {target['version']}"]
        eventually(partial(_logged, own_house, str(ticket_id), created), 30)
    for api in apis:
        listed = own_house.as_("alice.admin@cab-i.com", api=api).get(params={"limit": 200}).json()
        assert len(listed) == 30


def _logged(house: House, ticket_id: str, subjects: list[str]) -> bool:
    return house.log(ticket_id) == subjects


def test_a_number_that_only_the_record_knows_is_not_given_again(own_house: House) -> None:
    """A file that no workflow stands for (a lost engine, a hand-made ticket) has taken its number, good or bad."""
    first = own_house.as_(PIERRE).create()
    year, month = first["metadata"]["createdAt"][:4], first["metadata"]["createdAt"][5:7]
    folder = f"requests/prod/{year}/{month}"
    own_house.commit({f"{folder}/PR-{year}-0002.yaml": own_house.file(first).replace("-0001", "-0002")})
    own_house.commit({f"{folder}/PR-{year}-0007.yaml": "not: a ticket\n"})
    assert own_house.as_(PIERRE).create()["metadata"]["id"] == f"PR-{year}-0008"


def test_a_number_that_only_the_engine_knows_is_not_given_again(own_house: House) -> None:
    """An API that starts anew, with a record that lags behind, tries until the engine accepts."""
    own_house.as_(PIERRE).create()
    other = own_house.as_(PIERRE, api=own_house.another_api())
    with own_house.record_locked():
        held = own_house.as_(PIERRE).post(json=asked())
        also = other.post(json=asked(target={"version": "2.1.1"}))
    assert (held.status_code, also.status_code) == (202, 202)
    assert [answer.json()["metadata"]["id"][8:] for answer in (held, also)] == ["0002", "0003"]
