"""Whoever reaches AWX launches past Prodgate: with the policy hook on, nothing runs but what was approved, once."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.api.house import JEAN, PIERRE, Connect, House, in_days, unique_name
from tests.policy import guarded
from tests.rules import frozen

TIMES = 50
"""Launches of each kind: of 20, a thousand."""
COPY, CHECK, ELSEWHERE = 8, 9, 10
"""Templates that somebody made: a copy, one that only checks, and one of another playbook."""


@pytest.fixture
def guarded_house(connect_temporal: Connect, tmp_path: Path) -> Iterator[House]:
    with guarded(connect_temporal, tmp_path) as house:
        yield house


def variables(ticket: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The variables that a launch of the ticket has to carry, but for the changes."""
    target, status = ticket["spec"]["target"], ticket["status"]
    return {
        "request_id": ticket["metadata"]["id"],
        "attempt": 1,
        "tenant": ticket["metadata"]["tenant"],
        "target_type": target["type"],
        "target_name": target["name"],
        "target_version": target["version"],
        "source_environment": target["sourceEnvironment"],
        "target_environment": target["targetEnvironment"],
        "requester": ticket["metadata"]["createdBy"],
        "approver": status.get("approvedBy") or JEAN,
    } | changes


def waiting(house: House) -> dict[str, Any]:
    """A ticket whose job waits in AWX: everything is right with another one, but that it is another."""
    house.awx.faults(life=["stuck-pending"])
    return house.until(house.approved_by_jean(), "deploying", "failed")


def kept_back(house: House) -> dict[str, Any]:
    """An approved ticket that a freeze keeps back."""
    name = unique_name()
    house.commit(frozen(datetime.now(UTC), names=[name]))
    return house.until(house.approved_by_jean(target={"name": name}), "approved")


def held(house: House) -> dict[str, Any]:
    ticket_id = house.approved_by_jean(request={"scheduledDate": in_days(2)})
    assert house.as_(JEAN).decide("hold", ticket_id).status_code == 200
    return house.until(ticket_id, "approved")


def attacks(house: House) -> dict[str, tuple[dict[str, Any], str]]:
    """Each kind of launch, with words of the reason for which it does not run."""
    under_way = waiting(house)
    done = house.until(house.approved_by_jean(), "deployed", "failed")
    pending = house.as_(PIERRE).create()
    rejected = house.as_(PIERRE).create()
    assert house.as_(JEAN).decide("reject", rejected["metadata"]["id"]).status_code == 200
    later = house.until(house.approved_by_jean(request={"scheduledDate": in_days(2)}), "approved")
    right = variables(under_way)
    ours: dict[str, Any] = {"by": "service", "extra_vars": right}
    return {
        "no variables": ({"by": "service"}, "names no approved request"),
        "an invented ticket": (ours | {"extra_vars": right | {"request_id": "PR-2026-9999"}}, "names no approved"),
        "nobody decided": ({"by": "service", "extra_vars": variables(pending)}, "names no approved request"),
        "rejected": ({"by": "service", "extra_vars": variables(rejected)}, "names no approved request"),
        "its date has not come": ({"by": "service", "extra_vars": variables(later)}, "date"),
        "held": ({"by": "service", "extra_vars": variables(held(house))}, "not approved"),
        "frozen": ({"by": "service", "extra_vars": variables(kept_back(house))}, "books are closed"),
        "deployed before": ({"by": "service", "extra_vars": variables(done)}, "not approved"),
        "a second job": (ours, "not approved"),
        "a person": ({"extra_vars": right}, "the user is"),
        "the admin": (ours | {"by": "admin"}, "the user is"),
        "a relaunch": (ours | {"launch_type": "relaunch"}, "the launch type is 'relaunch'"),
        "a schedule": (ours | {"launch_type": "scheduled"}, "the launch type is 'scheduled'"),
        "a webhook": (ours | {"launch_type": "webhook"}, "the launch type is 'webhook'"),
        "a workflow": (ours | {"launch_type": "workflow", "workflow_job": 5}, "the workflow is"),
        "another version": (ours | {"extra_vars": right | {"target_version": "6.6.6"}}, "variable target_version"),
        "one more variable": (ours | {"extra_vars": right | {"ansible_host": "evil"}}, "variable ansible_host is none"),
        "another limit": (ours | {"limit": "all"}, "the limit is 'all'"),
        "another branch": (ours | {"scm_branch": "evil"}, "the branch of the launch is 'evil'"),
        "a copy of the template": (ours | {"template": COPY}, "the job template is"),
        "a check": (ours | {"template": CHECK}, "the job type is 'check'"),
        "another playbook": (ours | {"template": ELSEWHERE}, "the playbook is"),
        "a true attempt": (ours | {"extra_vars": right | {"attempt": True}}, "variable attempt"),
    }


def test_of_a_thousand_direct_launches_none_runs(guarded_house: House) -> None:
    """Those of promotions do, before and after them."""
    house, began = guarded_house, time.monotonic()
    for number, more in (
        (COPY, {"name": "Deploy to PROD, copied"}),
        (CHECK, {"name": "Check PROD", "job_type": "check"}),
        (ELSEWHERE, {"name": "Deploy elsewhere", "playbook": "evil.yml"}),
    ):
        template = {"id": number, "name": "", "allow_simultaneous": True, "notifies": False} | more
        house.awx.control("POST", "templates", json=template)
    house.awx.template(allow_simultaneous=True, notifies=False)  # whom AWX tells of a job's end is no matter here
    kinds = attacks(house)
    before = {job["id"] for job in house.awx.jobs()}
    last: dict[int, str] = {}
    for kind, (launch, _) in kinds.items():
        last[house.awx.control("POST", "launch", json=launch | {"times": TIMES})["job"]] = kind
        ended(house, before)  # so many side by side that AWX gets its answers in time
    made = len(kinds) * TIMES
    assert made >= 1_000
    direct = ended(house, before)
    assert len(direct) == made
    assert [job["id"] for job in direct if job["ever_ran"]] == []
    said = {last[job["id"]]: str(job["job_explanation"]) for job in direct if job["id"] in last}
    assert {kind: said[kind] for kind, (_, words) in kinds.items() if words not in said[kind]} == {}
    assert house.until(house.approved_by_jean(), "deployed", "failed")["status"]["state"] == "deployed"
    assert time.monotonic() - began < 60


def ended(house: House, before: set[int]) -> list[dict[str, Any]]:
    """The jobs that were made since, once all have ended: a list of so many is not asked for all the time."""
    while True:
        time.sleep(0.2)
        direct = [job for job in house.awx.jobs() if job["id"] not in before]
        if all(job["status"] not in {"new", "pending", "waiting", "running"} for job in direct):
            return direct
