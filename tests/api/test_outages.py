"""Callers see, while Git, the worker or Temporal is away, 202 or 503 with a sentence, and never a hang."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from temporalio.client import Client

from engine.connection import converter
from tests.api.house import ALICE, JEAN, PIERRE, Connect, House, asked, in_days, opened, problem
from tests.dev_server import dev_server
from tests.record.building import git
from workflows.shown import SEARCH_ATTRIBUTES

PATIENCE = 60.0
"""Seconds that no answer may take, whatever is down."""


def timed(call: Any, *given: Any, **more: Any) -> httpx.Response:
    """The answer of a call that may not hang."""
    started = time.monotonic()
    answer: httpx.Response = call(*given, **more)
    assert time.monotonic() - started < PATIENCE
    return answer


def committed(house: House, ticket_id: str, actions: list[str]) -> None:
    """Wait until the record has these transitions, once each."""
    until = time.monotonic() + 90
    while (found := [line.split(" ")[1] for line in house.log(ticket_id)]) != actions:
        assert time.monotonic() < until, found
        time.sleep(0.1)


def test_a_creation_is_taken_while_the_record_is_locked(own_house: House) -> None:
    """202 with the ticket, which can be read meanwhile by who may; the commit follows, and then all is as ever."""
    with own_house.record_locked():
        answer = timed(own_house.as_(PIERRE).post, json=asked())
        ticket = answer.json()
        ticket_id = ticket["metadata"]["id"]
        assert (answer.status_code, answer.headers["Location"]) == (202, f"/v1/requests/prod/{ticket_id}")
        assert own_house.log(ticket_id) == []
        read = own_house.as_(PIERRE).get(f"/{ticket_id}")
        assert (read.json(), read.headers["ETag"]) == (ticket, answer.headers["ETag"])
        assert own_house.as_(PIERRE).get(f"/{ticket_id}/history").json() == []
        assert own_house.as_("lea.bernard@cab-i.com").get(f"/{ticket_id}").status_code == 404
    committed(own_house, ticket_id, ["created"])
    assert own_house.as_(PIERRE).get().json() == [ticket]


def test_a_decision_is_taken_while_the_record_is_locked(own_house: House) -> None:
    """202 with the ticket approved; who decided reads it so; nothing is launched before the commit."""
    ticket_id = own_house.as_(PIERRE).create()["metadata"]["id"]
    with own_house.record_locked():
        answer = timed(own_house.as_(JEAN).decide, "approve", ticket_id)
        assert (answer.status_code, answer.json()["status"]["state"]) == (202, "approved")
        read = own_house.as_(JEAN).get(f"/{ticket_id}")
        assert (read.json(), read.headers["ETag"]) == (answer.json(), answer.headers["ETag"])
        again = timed(own_house.as_(JEAN).decide, "reject", ticket_id)
        assert (again.status_code, problem(again)["detail"]) == (400, "Request not pending: it is approved")
        assert own_house.awx.jobs() == []
    own_house.until(ticket_id, "deployed")
    committed(own_house, ticket_id, ["created", "approved", "deploying", "deployed"])


def test_a_repeat_of_a_held_creation_is_the_same_ticket(own_house: House) -> None:
    """202 again while it is held, 201 once it is recorded: one ticket."""
    pierre, key = own_house.as_(PIERRE), {"Idempotency-Key": "held"}
    with own_house.record_locked():
        answers = [timed(pierre.post, json=asked(), headers=key) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [202, 202]
    committed(own_house, answers[0].json()["metadata"]["id"], ["created"])
    answers.append(pierre.post(json=asked(), headers=key))
    assert answers[-1].status_code == 201
    assert len({answer.json()["metadata"]["id"] for answer in answers}) == 1


def test_the_record_is_read_on_while_the_repository_is_gone(own_house: House) -> None:
    """Lists and tickets come from the index; what needs Git itself is 503, and readiness says what is missing."""
    ticket_id = own_house.as_(PIERRE).create()["metadata"]["id"]
    assert len(own_house.as_(ALICE).get().json()) == 1
    with own_house.record_gone():
        assert timed(own_house.as_(PIERRE).get, f"/{ticket_id}").status_code == 200
        assert len(own_house.as_(ALICE).get().json()) == 1
        ready = timed(own_house.http().get, "/readyz")
        assert (ready.status_code, ready.json()["temporal"]) == (503, "ok")
        assert ready.json()["git"] == "The Git record is gone, or has no such branch", "no path, no address"
        history = timed(own_house.as_(PIERRE).get, f"/{ticket_id}/history")
        assert history.status_code == 503
        assert "Git" in problem(history)["detail"]
        held = timed(own_house.as_(JEAN).decide, "reject", ticket_id)
        assert (held.status_code, held.json()["status"]["state"]) == (202, "rejected")
    committed(own_house, ticket_id, ["created", "rejected"])
    assert own_house.http().get("/readyz").status_code == 200


def test_a_repository_that_is_no_folder_any_more_is_an_outage(own_house: House) -> None:
    """503 with a sentence where nothing can be read, never 500."""
    ticket_id = own_house.as_(PIERRE).create()["metadata"]["id"]
    with own_house.record_gone():
        own_house.git.write_text("a file stands where the repository was")
        try:
            for path in ("", f"/{ticket_id}", "/stats"):
                answer = timed(own_house.as_(PIERRE).get, path)
                assert answer.status_code in (200, 503), answer.text
            assert own_house.http().get("/readyz").status_code == 503
        finally:
            own_house.git.unlink()
    assert own_house.as_(PIERRE).get(f"/{ticket_id}").status_code == 200


def test_without_a_worker_nothing_hangs(own_house: House) -> None:
    """503 that says to look before repeating; the record is read; what was taken is done once a worker is back."""
    ticket_id = own_house.as_(PIERRE).create(request={"scheduledDate": in_days(1)})["metadata"]["id"]
    own_house.run(own_house.stop_worker())
    key = {"Idempotency-Key": "nobody works"}
    with ThreadPoolExecutor(2) as together:
        creating = together.submit(timed, own_house.as_(PIERRE).post, json=asked(), headers=key)
        deciding = together.submit(timed, own_house.as_(JEAN).decide, "approve", ticket_id)
        for answer in (creating.result(), deciding.result()):
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
            assert "look before you repeat it" in problem(answer)["detail"]
    assert own_house.as_(JEAN).get(f"/{ticket_id}").json()["status"]["state"] == "pending"
    own_house.run(own_house.start_worker())
    first = own_house.as_(PIERRE).post(json=asked(), headers=key)
    assert first.json()["metadata"]["id"].endswith("-0002")
    own_house.until(ticket_id, "approved")
    assert own_house.as_(JEAN).decide("approve", ticket_id).status_code == 400


@contextmanager
def own_temporal() -> Iterator[tuple[Connect, AsyncExitStack]]:
    """A dev server that the test may stop, and what stops it."""
    stack = AsyncExitStack()

    async def connect() -> Client:
        server = await dev_server(
            data_converter=converter(None),
            search_attributes=list(SEARCH_ATTRIBUTES),
        )
        await stack.enter_async_context(server)
        return server.client

    yield connect, stack


def test_without_temporal_nothing_hangs(tmp_path: Path) -> None:
    """Calls that need the engine answer 503, the record is read, readiness says what is missing."""
    with own_temporal() as (connect, stack), opened(connect, tmp_path) as house:
        ticket_id = house.as_(PIERRE).create()["metadata"]["id"]
        house.run(house.stop_worker())
        house.run(stack.aclose())
        assert house.as_(PIERRE).get(f"/{ticket_id}").status_code == 200
        assert len(house.as_(PIERRE).get().json()) == 1
        with ThreadPoolExecutor(5) as together:
            calls = [
                together.submit(timed, house.as_(PIERRE).post, json=asked()),
                together.submit(timed, house.as_(PIERRE).post, json=asked(), headers={"Idempotency-Key": "k"}),
                together.submit(timed, house.as_(JEAN).decide, "approve", ticket_id),
                together.submit(timed, house.as_(JEAN).get, "/PR-1999-0001"),
            ]
            ready = together.submit(timed, house.http().get, "/readyz").result()
            assert [call.result().status_code for call in calls] == [503] * 4
        assert (ready.status_code, ready.json()) == (
            503,
            {
                "temporal": "The Temporal server does not answer",
                "git": "ok",
                "audit": "not kept",
                "documents": "ok",
                "faults": [],
            },
        )
        assert house.http().get("/healthz").status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/metrics"])
def test_a_process_that_lives_says_so_whatever_is_down(own_house: House, path: str) -> None:
    """Liveness and metrics ask nobody."""
    own_house.run(own_house.stop_worker())
    with own_house.record_gone():
        assert timed(own_house.http().get, path).status_code == 200


def test_a_remote_is_followed_by_every_api(connect_temporal: Connect, tmp_path: Path) -> None:
    """The record is a URL, so worker and API have clones of their own: what one wrote, the others read at once."""
    url = f"file://{tmp_path / 'gitops.git'}"
    with opened(connect_temporal, tmp_path, git_repo=url) as house:
        ticket = house.as_(PIERRE).create()
        assert house.as_(PIERRE).get().json() == [ticket]
        decided = house.as_(JEAN).decide("reject", ticket["metadata"]["id"]).json()
        other = house.as_(JEAN, api=house.another_api())
        assert other.get(f"/{ticket['metadata']['id']}").json() == decided
        assert other.create()["metadata"]["id"].endswith("-0002")
        with house.record_gone():
            assert timed(other.get).status_code == 200
            assert timed(house.http().get, "/readyz").status_code == 503


def test_an_api_that_is_behind_says_what_became_of_the_request(connect_temporal: Connect, tmp_path: Path) -> None:
    """It can't reach Git, and the promotion has ended meanwhile: the engine knows how."""
    with opened(connect_temporal, tmp_path, git_repo=f"file://{tmp_path / 'gitops.git'}") as house:
        before = set(tmp_path.glob("*/api/clones/*.git"))
        other = house.as_(JEAN, api=house.another_api())
        ticket_id = house.as_(PIERRE).create()["metadata"]["id"]
        assert other.get(f"/{ticket_id}").json()["status"]["state"] == "pending"
        (clone,) = {*tmp_path.glob("*/api/clones/*.git")} - before
        git(clone, "remote", "set-url", "origin", f"file://{tmp_path / 'nowhere'}")
        assert house.as_(PIERRE).decide("cancel", ticket_id).status_code == 200
        refused = timed(other.decide, "approve", ticket_id)
        assert (refused.status_code, problem(refused)["type"]) == (400, "urn:prodgate:problem:not-pending")
        assert other.get(f"/{ticket_id}").json()["status"]["state"] == "cancelled"


def test_nobody_sees_that_a_worker_has_not_read_anothers_commit(connect_temporal: Connect, tmp_path: Path) -> None:
    """Three clones, each a little behind the others: what was just asked for is approved at the first click."""
    with opened(connect_temporal, tmp_path, git_repo=f"file://{tmp_path / 'gitops.git'}") as house:
        for name in ("second", "third"):
            house.run(house.start_worker(name))
        for _ in range(6):
            house.approved_by_jean()


def test_nothing_is_approved_by_what_was_known_long_ago(connect_temporal: Connect, tmp_path: Path) -> None:
    """Git has been away for longer than a worker trusts its memory: 503 for an approval; a rejection is taken."""
    with opened(connect_temporal, tmp_path, git_repo=f"file://{tmp_path / 'gitops.git'}") as house:
        ticket_id = house.as_(PIERRE).create()["metadata"]["id"]
        house.run(house.stop_worker())
        house.known_for = 2.0
        house.run(house.start_worker())
        with house.record_gone():
            time.sleep(3)
            refused = timed(house.as_(JEAN).decide, "approve", ticket_id)
            kind = "urn:prodgate:problem:record-behind"
            assert (refused.status_code, problem(refused)["type"], refused.headers["Retry-After"]) == (503, kind, "5")
            assert problem(refused)["detail"].endswith("try again")
            assert timed(house.as_(JEAN).decide, "reject", ticket_id).status_code == 202
        committed(house, ticket_id, ["created", "rejected"])


def test_a_decision_that_waits_for_its_client_is_not_lost(own_house: House) -> None:
    """A caller who hangs up has decided all the same, once."""
    ticket_id = own_house.as_(PIERRE).create(request={"scheduledDate": in_days(1)})["metadata"]["id"]
    with own_house.record_locked(), pytest.raises(httpx.ReadTimeout):
        own_house.as_(JEAN).decide("approve", ticket_id, timeout=0.3)
    committed(own_house, ticket_id, ["created", "approved"])
