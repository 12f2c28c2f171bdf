"""Every act of a request's course by the command line: its effect in the record, and what the commands show of it."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.api.house import ALICE, JEAN, PIERRE, VICTOR, House, in_days, unique_name
from tests.bootstrap.people.conftest import prodgate
from tests.bootstrap.people.test_requests import GIVEN
from tests.rules import frozen, rule

SignIn = Callable[[str], None]
Told = Callable[..., str]
WHY = ("--reason", "Payments are down since nine")
BECAUSE = ("--reason", "It could not wait for two people")


@pytest.fixture
def told(signed_in: SignIn, capsys: pytest.CaptureFixture[str]) -> Told:
    """`told(email, *command)`: what the command printed, which has to succeed; the log of the house is left out."""

    def run(email: str, *command: str, code: int = 0) -> str:
        signed_in(email)
        capsys.readouterr()
        assert prodgate(*command) == code, capsys.readouterr()
        lines = capsys.readouterr().out.splitlines(keepends=True)
        return "".join(line for line in lines if not re.match(r"\d{4}-\d\d-\d\d \d\d:", line))

    return run


def asked(told: Told, name: str, *options: str) -> str:
    """A request of Pierre's."""
    said = told(PIERRE, "create", "--name", name, "--version", "2.1.0", "--tenant", "tenant-finance", *GIVEN, *options)
    found = re.search(r"PR-\d{4}-\d{4,}", said)
    assert found
    return found[0]


def acts(told: Told, ticket_id: str) -> list[tuple[str, str]]:
    """Every act that the API knows of the request, and whose it is."""
    history = json.loads(told(ALICE, "show", ticket_id, "--json"))["request"]["status"]["history"]
    return [(each["action"], each["by"]) for each in history]


def urgent(house: House) -> str:
    """The name of a target that two people approve, that is frozen, and that one launches in an emergency."""
    name = unique_name()
    said: dict[str, Any] = {"approvals": [{"role": "cpi", "count": 2}], "match": {"names": [name]}}
    emergency = {"role": "cpi", "answerWithin": "P3D"}
    (freeze,) = frozen(datetime.now(UTC), names=[name]).values()
    house.commit({f"rules/{name}-freeze.yaml": freeze.replace("year-end", f"{name}-freeze")})
    house.commit(rule(f"{name}-urgent", **said, emergency=emergency))
    return name


def test_a_vote_is_given_shown_and_taken_back(house: House, told: Told) -> None:
    """Whoever looks sees what is missing; the list says how many, and offers what may be done."""
    name = unique_name()
    house.commit(rule(name, match={"names": [name]}, approvals=[{"role": "cpi", "count": 2}]))
    request = asked(told, name)
    assert f"{request}  pending, 2 of 2 votes missing" in told(JEAN, "list", "--waiting")
    told(JEAN, "approve", request, "--yes", "--production", "")
    shown = told(JEAN, "show", request)
    assert f"takes 2 of cpi; given by {JEAN}; missing: 1 of cpi" in shown
    assert f"prodgate unendorse {request}" in shown
    assert "1 of 2 votes missing" in told(JEAN, "list", "--target", name)
    told(JEAN, "unendorse", request, "--yes", "--comment", "Not so fast")
    assert acts(told, request)[1:] == [("endorsed", JEAN), ("unendorsed", JEAN)]
    assert "given by" not in told(JEAN, "show", request)
    told(JEAN, "unendorse", request, "--yes", code=1)


def test_a_request_is_held_and_released(told: Told) -> None:
    """The page says by whom and why; nobody who may not approve it holds it."""
    request = asked(told, unique_name(), "--scheduled", in_days(2))
    told(JEAN, "approve", request, "--yes", "--production", "")
    told(VICTOR, "hold", request, "--yes", "--reason", "Not in this week, please", code=3)
    told(ALICE, "hold", request, "--yes", "--reason", "Not in this week, please")
    shown = told(JEAN, "show", request)
    assert re.search(rf"Held +by {re.escape(ALICE)}: Not in this week, please", shown)
    assert f"prodgate release {request}" in shown
    assert f"{request}  approved, held" in told(JEAN, "list", "--state", "approved")
    told(JEAN, "release", request, "--yes", "--reason", "The week is over now")
    assert acts(told, request)[1:] == [("approved", JEAN), ("held", ALICE), ("released", JEAN)]
    assert "Held " not in told(JEAN, "show", request)


@pytest.mark.parametrize(("verb", "answer"), [("ratify", "ratified"), ("refute", "refuted")])
def test_an_emergency_is_declared_shown_and_answered_for(house: House, told: Told, verb: str, answer: str) -> None:
    """Past two votes and a freeze, which the page names; then it is a debt until somebody else has answered."""
    request = asked(told, urgent(house))
    shown = told(JEAN, "show", request)
    assert re.search(r"Not launched +until \S+, by the rule \S+-freeze: The books are closed", shown)
    assert f"prodgate emergency {request}" in shown
    told(PIERRE, "emergency", request, "--yes", "--production", "", *WHY, code=3)
    told(JEAN, "emergency", request, "--yes", "--production", "", *WHY)
    told(ALICE, "watch", request, "--timeout", "60")
    assert f"prodgate {verb} {request}" not in told(JEAN, "show", request)
    assert f"prodgate {verb} {request}" in told(ALICE, "show", request)
    owed = " ".join(
        told(ALICE, "debts", "--mine").partition(request)[2].partition("PR-")[0].split()
    )  # lines are wrapped
    assert f"declared by {JEAN}, answer before" in owed
    assert owed.endswith("you may: prodgate ratify or refute")
    assert request not in told(JEAN, "debts", "--mine")
    told(JEAN, verb, request, "--yes", *BECAUSE, code=3)
    told(ALICE, verb, request, "--yes", *BECAUSE)
    assert acts(told, request)[-1] == (answer, ALICE)
    assert request not in told(ALICE, "debts")
    assert re.search(
        rf"Emergency +declared by {re.escape(JEAN)}, {answer} by {re.escape(ALICE)}", told(JEAN, "show", request)
    )


def test_a_failed_deployment_is_retried(house: House, told: Told) -> None:
    """A second job, by whoever asked for it."""
    house.awx.faults(life=["failed"])
    request = asked(told, unique_name())
    told(JEAN, "approve", request, "--yes", "--production", "")
    told(ALICE, "watch", request, "--timeout", "60", code=10)
    assert f"prodgate retry {request}" in told(PIERRE, "show", request)
    told(PIERRE, "retry", request, "--yes")
    told(ALICE, "watch", request, "--timeout", "60")
    assert ("retried", PIERRE) in acts(told, request)
