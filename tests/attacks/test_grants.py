"""Whoever reaches AWX launches past Prodgate, with no policy hook: the playbook's role refuses, and the watch names it.

Of those who hold a key besides, each alone: what the record does not have as being deployed runs under no signature.
"""

import dataclasses
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.grants import SKEW
from domain.watch import JobComparison
from record.signing.signatures import KeyClass, new_key
from tests.api import house as houses
from tests.api.house import ALICE, JEAN, PIERRE, Connect, House, in_days
from tests.awx_fixtures import IMPATIENT, eventually
from tests.grants import granting, job_of, setup, variables
from tests.signing import KEY, WORKER_KEY, key_file
from workflows.watch import AwxWatch

TIMES = 36
"""Launches of each kind: of 28, a thousand."""
COPY, CHECK, ELSEWHERE, OTHER = 8, 9, 10, 11
"""Templates that somebody made: a copy, one that only checks, one on another inventory, and one of another playbook."""
ACTIVE = {"new", "pending", "waiting", "running"}


@pytest.fixture(scope="module")
def site(connect_temporal: Connect, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with granting(connect_temporal, Path(tmp_path_factory.mktemp("grants"))) as house:
        for number, more in (
            (COPY, {"name": "Deploy to PROD, copied"}),
            (CHECK, {"name": "Check PROD", "job_type": "check"}),
            (ELSEWHERE, {"name": "Deploy elsewhere", "inventory": 3}),
            (OTHER, {"name": "Something else", "playbook": "evil.yml", "project": 3}),
        ):
            template = {"id": number, "name": "", "allow_simultaneous": True, "notifies": False} | more
            house.awx.control("POST", "templates", json=template)
        house.awx.template(allow_simultaneous=True, notifies=False)  # whom AWX tells of a job's end is no matter here
        yield house


def waiting(house: House) -> dict[str, Any]:
    """A job of an approved launch that AWX has not begun."""
    house.awx.faults(life=["stuck-pending"])
    ticket_id = house.approved_by_jean()
    house.until(ticket_id, "deploying")
    return job_of(house, ticket_id)


def signed_elsewhere(house: House, token: str) -> str:
    """Another signature of the worker: the launch, as the record has it."""
    found: str = house.http().post("/v1/grants", json={"grant": token}).json()["act"]
    return found


def attacks(house: House) -> dict[str, tuple[dict[str, Any], str]]:
    """Each kind of launch, with words of the sentence with which the playbook refuses it."""
    done = house.until(house.approved_by_jean(), "deployed", "failed")
    assert done["status"]["state"] == "deployed"
    right, over = waiting(house)["extra_vars"], job_of(house, done["metadata"]["id"])["extra_vars"]
    other = waiting(house)["extra_vars"]
    pending, later = house.as_(PIERRE).create(), house.approved_by_jean(request={"scheduledDate": in_days(2)})
    due = house.until(later, "approved")
    grant = right["prodgate_grant"]
    bare = {name: value for name, value in right.items() if name != "prodgate_grant"}
    asked = house.as_(ALICE).get(f"/{right['request_id']}").json()
    ours: dict[str, Any] = {"by": "service", "extra_vars": right}
    used = "may not use the grant"
    return {
        "no variables": ({"by": "service"}, "carries no grant"),
        "a missing grant": (ours | {"extra_vars": bare}, "carries no grant"),
        "an invented ticket": (ours | {"extra_vars": bare | {"request_id": "PR-2026-9999"}}, "carries no grant"),
        "a person": ({"extra_vars": right}, used),
        "the service's stolen token": (ours, used),
        "the admin": (ours | {"by": "admin"}, used),
        "a relaunch": (ours | {"launch_type": "relaunch"}, used),
        "a schedule": (ours | {"launch_type": "scheduled"}, used),
        "a webhook": (ours | {"launch_type": "webhook"}, used),
        "a workflow": (ours | {"launch_type": "workflow", "workflow_job": 5}, used),
        "a copy of the template": (ours | {"template": COPY}, used),
        "an older revision": (ours | {"revision": "0" * 40}, used),
        "another branch": (ours | {"scm_branch": "evil"}, used),
        "another limit": (ours | {"limit": "gateway-1"}, "is limited to"),
        "another inventory": (ours | {"template": ELSEWHERE}, "inventory 3"),
        "a check": (ours | {"template": CHECK}, "only checks"),
        "another version": (ours | {"extra_vars": right | {"target_version": "6.6.6"}}, "target_version is"),
        "one more variable": (ours | {"extra_vars": right | {"ansible_host": "evil"}}, "ansible_host is none"),
        "another's grant": (ours | {"extra_vars": right | {"prodgate_grant": other["prodgate_grant"]}}, "was approved"),
        "an attempt that is over": (ours | {"extra_vars": over}, "is not being deployed"),
        "an edited grant": (ours | {"extra_vars": right | {"prodgate_grant": _edited(grant)}}, "forged"),
        "another signature": (
            ours | {"extra_vars": right | {"prodgate_grant": signed_elsewhere(house, grant)}},
            "not that of a grant",
        ),
        "a stale grant": (ours | {"extra_vars": variables(asked, WORKER_KEY, timedelta(hours=3))}, "ended at"),
        "a grant of tomorrow": (ours | {"extra_vars": variables(asked, WORKER_KEY, -timedelta(hours=3))}, "future"),
        "a key of somebody's": (ours | {"extra_vars": variables(asked, new_key())}, "none of the keys"),
        "the API's stolen key": (ours | {"extra_vars": variables(asked, KEY)}, "none of the keys"),
        "the worker's stolen key": (ours | {"extra_vars": variables(pending, WORKER_KEY)}, "is pending"),
        "the same, too early": (ours | {"extra_vars": variables(due, WORKER_KEY)}, "have the launch"),
    }


def _edited(token: str) -> str:
    return f"{token[:-3]}{'A' if token[-3] != 'A' else 'B'}{token[-2:]}"


def test_of_a_thousand_direct_launches_none_deploys(site: House) -> None:
    """Those of promotions do, before and after them; and the watch names every other one."""
    began = time.monotonic()
    kinds = attacks(site)
    site.awx.control("PUT", "grants", json=setup(site, wait=0.0))
    before = max(job["id"] for job in site.awx.jobs())
    last: dict[int, str] = {}
    for kind, (launch, _) in kinds.items():
        last[site.awx.control("POST", "launch", json=launch | {"times": TIMES})["job"]] = kind
    made = len(kinds) * TIMES
    assert made >= 1_000
    direct = ended(site, before)
    assert len(direct) == made
    assert [job["id"] for job in direct if job["ever_ran"]] == []
    said = {last[job["id"]]: str(job["stdout"]) for job in direct if job["id"] in last}
    assert {kind: said[kind] for kind, (_, words) in kinds.items() if words not in said[kind]} == {}
    assert {job["id"] for job in direct} <= watched(site)
    site.awx.control("PUT", "grants", json=setup(site))
    done = site.until(site.approved_by_jean(), "deployed", "failed")
    assert done["status"]["state"] == "deployed"
    assert job_of(site, done["metadata"]["id"])["id"] not in watched(site)
    assert time.monotonic() - began < 60


def ended(house: House, before: int) -> list[dict[str, Any]]:
    """The jobs that were made since, once all have ended: a list of so many is not asked for all the time."""
    while True:
        direct = [job for job in house.awx.jobs() if job["id"] > before]
        if all(job["status"] not in ACTIVE for job in direct):
            return direct
        time.sleep(1)


def watched(house: House) -> set[int]:
    """The jobs that one look of the watch names."""
    began = time.monotonic()
    look = house.client.execute_workflow(AwxWatch.run, id=str(uuid.uuid4()), task_queue=house.settings.task_queue)
    found: JobComparison = house.run(look)
    assert time.monotonic() - began < 60
    return {each.job for each in found.strays}


def test_the_watch_names_what_ran_past_the_role_and_before_its_time(site: House) -> None:
    """Another playbook on our inventory; and, with the service's stolen token, a launch that is not due."""
    ticket = site.until(site.approved_by_jean(request={"scheduledDate": in_days(2)}), "approved")
    due_later = {"by": "service", "extra_vars": variables(ticket)}
    launches = ({"template": OTHER, "by": "admin"}, due_later)
    jobs = {site.awx.control("POST", "launch", json=launch)["job"] for launch in launches}
    assert jobs <= watched(site)


def test_a_job_that_waited_too_long_tells_its_promotion(site: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The grant ended while AWX had no room: the promotion fails by the role's sentence, and a retry has a new one."""
    site.awx.control("PUT", "grants", json=setup(site))
    short = dataclasses.replace(IMPATIENT, grant_life=timedelta(seconds=2) - SKEW)
    site.run(site.stop_worker())
    with monkeypatch.context() as changed:
        changed.setattr(houses, "IMPATIENT", short)
        site.run(site.start_worker("short"))
    job = waiting(site)
    time.sleep(2.5)
    site.awx.control("POST", "finish", json={"job": job["id"]})
    ticket_id = job["extra_vars"]["request_id"]
    failed = site.until(ticket_id, "failed")
    assert "The grant ended at" in failed["status"]["history"][-1]["error"]
    assert job["extra_vars"]["prodgate_grant"] not in site.file(failed)
    site.run(site.stop_worker())
    site.run(site.start_worker("usual"))
    assert site.as_(JEAN).decide("retry", ticket_id).status_code == 200
    assert site.until(ticket_id, "deployed", "failed")["status"]["state"] == "deployed"


def test_a_key_that_ended_grants_nothing(connect_temporal: Connect, tmp_path: Path) -> None:
    """Whoever stole the worker's key before: once it is revoked, what it signed for a launch is refused."""
    with granting(connect_temporal, tmp_path) as site:
        job = waiting(site)
        site.commit(key_file(WORKER_KEY, key_class=KeyClass.SERVICE, revoked="2026-03-02T09:30:00Z"))
        site.awx.control("POST", "finish", json={"job": job["id"]})
        eventually(lambda: site.awx.job(job["id"])["status"] == "failed")
        assert "was revoked" in site.awx.job(job["id"])["stdout"]


@pytest.mark.parametrize("pinned", [True, False], ids=["pinned", "published"])
def test_a_stolen_api_key_grants_nothing(site: House, pinned: bool) -> None:
    """It signs for people alone, whether the project pins the worker's key or takes those that are published."""
    site.awx.control("PUT", "grants", json=setup(site, **({} if pinned else {"keys": None})))
    asked = site.as_(ALICE).get(f"/{waiting(site)['extra_vars']['request_id']}").json()
    for key in (KEY, new_key()):
        launch = {"by": "service", "extra_vars": variables(asked, key)}
        job = site.awx.control("POST", "launch", json=launch)["job"]
        eventually(lambda job=job: site.awx.job(job)["status"] == "failed")  # type: ignore[misc]
        assert "none of the keys" in site.awx.job(job)["stdout"]
