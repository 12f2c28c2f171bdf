"""The simulated AWX's notifications: its default bodies, and what is known to go wrong with them."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import Response

from tests.awx_fixtures import Receiver, Simulator, eventually, simulating

Receiving = tuple[Receiver, str]
KEYS = "id name url created_by started finished status traceback inventory project playbook credential limit extra_vars"


@pytest.fixture
def told(receiver: Receiving) -> Iterator[tuple[Simulator, Receiver]]:
    """A simulator that notifies the receiver."""
    with simulating(callback_url=receiver[1], callback_secret="shh") as simulator:
        yield simulator, receiver[0]


def launch(simulator: Simulator) -> int:
    return int(simulator.api("POST", "job_templates/7/launch/", json={"extra_vars": {"a": 1}}).json()["job"])


def rows(simulator: Simulator, job: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = simulator.api("GET", f"jobs/{job}/notifications/").json()["results"]
    return found


def test_a_job_is_announced_at_its_start_and_at_its_end(told: tuple[Simulator, Receiver]) -> None:
    """With AWX's keys in AWX's order, the secret header, and extra_vars as a JSON string."""
    simulator, receiver = told
    job = launch(simulator)
    eventually(lambda: receiver.statuses() == ["running", "successful"])
    started, ended = receiver.bodies
    assert list(ended) == [*KEYS.split(), "hosts"]
    assert (started["id"], started["finished"], started["hosts"]) == (job, None, {})
    assert (ended["extra_vars"], list(ended["hosts"])) == ('{"a": 1}', ["gateway-0001"])
    assert started["started"].endswith("+00:00")
    assert receiver.headers[0]["x-prodgate-secret"] == "shh"
    assert receiver.headers[0]["user-agent"] == "AWX 24.6.1 (open)"
    assert [row["status"] for row in rows(simulator, job)] == ["successful", "successful"]


def test_basic_and_put_can_be_configured(receiver: Receiving) -> None:
    """As in AWX's notification template."""
    with simulating(
        callback_url=receiver[1], callback_secret="shh", callback_auth="basic", callback_method="PUT"
    ) as simulator:
        launch(simulator)
        eventually(lambda: receiver[0].methods == ["PUT", "PUT"])
    assert receiver[0].headers[0]["authorization"] == "Basic YXd4OnNoaA=="


@pytest.mark.parametrize(
    ("fault", "statuses"),
    [
        ("duplicate", ["running", "running", "successful", "successful"]),
        ("reversed", ["successful", "running"]),
        ("error-then-success", ["running", "failed", "successful"]),
        ("empty-body", [None, None]),
        ("other-kinds", ["successful", None, None, "running", "successful", None, None, "successful"]),
    ],
)
def test_notifications_may_come_otherwise(
    told: tuple[Simulator, Receiver], fault: str, statuses: list[str | None]
) -> None:
    """Doubled, reversed, contradicting, empty, or about something else."""
    simulator, receiver = told
    simulator.faults(notify=[fault])
    launch(simulator)
    # Those of two statuses are sent beside each other, as AWX does; a reversed pair is sent by one.
    told_in: Callable[[list[str | None]], object] = list if fault == "reversed" else Counter
    eventually(lambda: told_in(receiver.statuses()) == told_in(statuses))


def test_notifications_may_never_come(told: tuple[Simulator, Receiver]) -> None:
    """AWX's row stays pending."""
    simulator, receiver = told
    simulator.faults(notify=["unsent"])
    job = launch(simulator)
    simulator.until_status(job, "successful")
    eventually(lambda: [row["status"] for row in rows(simulator, job)] == ["pending", "pending"])
    assert receiver.bodies == []


def test_a_notification_may_come_before_the_launch_is_answered(told: tuple[Simulator, Receiver]) -> None:
    """A short job is over when its number arrives."""
    simulator, receiver = told
    simulator.faults(notify=["before-answer"])
    launch(simulator)
    assert receiver.statuses() == ["running", "successful"]


def test_many_hosts_make_a_large_body(told: tuple[Simulator, Receiver]) -> None:
    """Over 250 KB."""
    simulator, receiver = told
    simulator.faults(notify=["large-hosts"])
    launch(simulator)
    eventually(lambda: len(receiver.bodies) == 2)
    assert int(receiver.headers[1]["content-length"]) > 250_000


def test_a_pending_job_that_is_cancelled_is_announced_to_nobody(told: tuple[Simulator, Receiver]) -> None:
    """Only polling tells."""
    simulator, receiver = told
    simulator.faults(life=["stuck-pending"])
    job = launch(simulator)
    simulator.api("POST", f"jobs/{job}/cancel/")
    assert simulator.job(job)["status"] == "canceled"
    assert (receiver.bodies, rows(simulator, job)) == ([], [])


def test_a_failed_delivery_is_never_sent_again(told: tuple[Simulator, Receiver]) -> None:
    """A receiver that answered 500 has missed it."""
    simulator, receiver = told
    receiver.answers.append(Response(status_code=500))
    job = launch(simulator)
    eventually(lambda: len(rows(simulator, job)) == 2)
    assert rows(simulator, job)[0]["error"] == "Error sending webhook notification: 500"
    assert receiver.statuses() == ["running", "successful"]


def test_a_moved_receiver_is_followed(told: tuple[Simulator, Receiver]) -> None:
    """301 and 307, with the same method and body. The job runs long: deliveries wait for none."""
    simulator, receiver = told
    simulator.control("PATCH", "pace", json={"running": 1.0})
    receiver.answers.append(Response(status_code=307, headers={"Location": "/elsewhere"}))
    launch(simulator)
    eventually(lambda: receiver.statuses() == ["running", "running", "successful"])


def test_nobody_listening_stops_no_job() -> None:
    """The delivery failed, the job did not."""
    with simulating(callback_url="http://127.0.0.1:9/") as simulator:
        job = launch(simulator)
        simulator.until_status(job, "successful")
        eventually(lambda: [row["status"] for row in rows(simulator, job)] == ["failed", "failed"])
