"""An API's contract beside production's, over HTTP: compared by a worker, sealed, shown, and raising the impact."""

import asyncio
from collections.abc import Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from git import Repo

from record.audit.verify import verify
from tests.api.house import EMMA, JEAN, PIERRE, Connect, House, asked, opened, problem
from tests.oasdiff import PROGRAM, document

TARGET = "payment-api"


class Host:
    """Where an API's documents are: `staging` and `production` are their bytes, None for a host that fails."""

    def __init__(self) -> None:
        self.staging: bytes | None = None
        self.production: bytes | None = None
        self.url = ""

    async def _answer(self, request: web.Request) -> web.Response:
        content = self.staging if request.path == "/staging" else self.production
        return web.Response(status=500) if content is None else web.Response(body=content)

    @asynccontextmanager
    async def open(self) -> Any:
        app = web.Application()
        app.router.add_get("/{which}", self._answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield
        await runner.cleanup()


@pytest.fixture(scope="module")
def compared(connect_temporal: Connect, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Host]]:
    assert PROGRAM.exists(), f"deploy/oasdiff/build {PROGRAM} makes it"
    folder: Path = tmp_path_factory.mktemp("compared")
    host = Host()
    given = {"worker_key": folder / "worker.json", "oasdiff": PROGRAM, "contract_allow": "127.0.0.0/8"}
    with opened(connect_temporal, folder, answer_within=30.0, **given) as house:
        serving = host.open()
        house.run(serving.__aenter__())
        entry = house.text(f"apis/{TARGET}.yaml").rstrip()
        contract = f"{{staging: '{host.url}/staging', production: '{host.url}/production'}}"
        house.commit({f"apis/{TARGET}.yaml": f"{entry}\n  contract: {contract}\n"})
        yield house, host
        house.run(serving.__aexit__(None, None, None))


@pytest.fixture
def house(compared: tuple[House, Host]) -> House:
    return compared[0]


@pytest.fixture
def host(compared: tuple[House, Host]) -> Host:
    """The host, whose documents are alike."""
    compared[1].staging = compared[1].production = document()
    return compared[1]


def create(house: House, version: str, **changes: Any) -> dict[str, Any]:
    ticket: dict[str, Any] = house.as_(PIERRE).create(target={"name": TARGET, "version": version}, **changes)
    return ticket


def contract(house: House, ticket: dict[str, Any], who: str = JEAN) -> dict[str, Any]:
    answer = house.as_(who).get(f"/{ticket['metadata']['id']}/contract")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def violations(house: House) -> set[str]:
    return {found.rule for found in asyncio.run(asyncio.to_thread(lambda: list(verify(house.git))))}


def impact(ticket: dict[str, Any]) -> str:
    return str(ticket["spec"]["request"]["impactAssessment"])


def test_a_breaking_change_is_shown_and_raises_the_impact(house: House, host: Host) -> None:
    """Sealed by the worker, with the hashes of what it read, in the commit that creates the request."""
    host.staging = document("9.0.0", limit=True, refund=False)
    ticket = create(house, "9.0.0", request={"impactAssessment": "low"})
    assert impact(ticket) == "high"
    found = contract(house, ticket)
    assert (found["state"], found["found"]["breaking"], found["impact"]) == ("compared", 2, "high")
    assert [each["severity"] for each in found["found"]["changes"]] == [3, 3, 1]
    assert found["staging"]["sha256"] != found["production"]["sha256"]
    with Repo(house.git) as repo:
        log = str(repo.git.log("main", "--format=%B", f"--grep=^Request-Id: {ticket['metadata']['id']}$"))
    assert log.count("\nContract: ") == 1
    assert violations(house) == set()


def test_a_higher_impact_stays(house: House, host: Host) -> None:
    """A comparison only ever raises it."""
    host.staging = document("9.1.0", refund=False)
    assert impact(create(house, "9.1.0", request={"impactAssessment": "critical"})) == "critical"


def test_changes_that_break_nothing_raise_nothing(house: House, host: Host) -> None:
    """They are told all the same."""
    host.production = document(refund=False)
    ticket = create(house, "9.2.0", request={"impactAssessment": "low"})
    assert impact(ticket) == "low"
    assert contract(house, ticket)["found"]["breaking"] == 0


@pytest.mark.parametrize(
    ("version", "given", "reason"), [("9.3.0", None, "unreadable"), ("9.4.0", b"][", "unreadable")]
)
def test_what_could_not_be_compared_is_taken_and_says_so(
    house: House, host: Host, version: str, given: bytes | None, reason: str
) -> None:
    """Whoever decides sees that nobody compared; the impact is what was said."""
    host.staging = given
    ticket = create(house, version, request={"impactAssessment": "low"})
    found = contract(house, ticket)
    assert (found["state"], found["reason"], found["found"]) == ("not-compared", reason, None)
    assert impact(ticket) == "low"
    assert violations(house) == set()


def test_without_documents_in_the_catalogue_there_is_nothing_to_tell(house: House) -> None:
    """As of every target that is no API."""
    assert contract(house, house.as_(PIERRE).create())["state"] is None


def test_a_comparison_is_told_to_who_sees_the_request(house: House, host: Host) -> None:
    """And to nobody else."""
    ticket = create(house, "9.5.0")
    assert house.as_(EMMA).get(f"/{ticket['metadata']['id']}/contract").status_code == 404


@pytest.mark.parametrize("field", ["contract", "evidence"])
def test_nobody_sends_a_comparison_along(house: House, field: str) -> None:
    """The worker alone says what differs."""
    answer = house.as_(PIERRE).post(json=asked(target={"name": TARGET}) | {field: "e30.e30." + "A" * 86})
    assert problem(answer)["status"] == 422


def test_the_form_is_told_before_anything_is_sent(house: House, host: Host) -> None:
    """With the impact that it would have; the same within a minute, so that typing asks nobody anew."""
    host.staging = document("9.6.0", refund=False)
    body = asked(target={"name": TARGET, "version": "9.6.0"}, request={"impactAssessment": "low"})
    checked = house.as_(PIERRE).post("/check", json=body).json()
    assert (checked["impact"], checked["contract"]["found"]["breaking"]) == ("high", 1)
    host.staging = None
    assert house.as_(PIERRE).post("/check", json=body).json()["contract"] == checked["contract"]
    other = house.as_(PIERRE).post("/check", json=asked()).json()
    assert other["contract"]["state"] is None
