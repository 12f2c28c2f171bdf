"""The simulated AWX answers as `ansible/awx` does, where Prodgate and its playbooks look."""

from pathlib import Path
from typing import Any

import pytest

from tests.awx_fixtures import Simulator, eventually, simulating


def launch(simulator: Simulator, **body: Any) -> dict[str, Any]:
    answer = simulator.api("POST", "job_templates/7/launch/", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def refusal(simulator: Simulator, **body: Any) -> Any:
    answer = simulator.api("POST", "job_templates/7/launch/", json=body)
    assert answer.status_code == 400
    return answer.json()


# ─── slashes, credentials, lists ───


@pytest.mark.parametrize(
    ("path", "status"),
    [("jobs", 301), ("jobs/1", 301), ("job_templates", 301), ("job_templates/7", 200), ("job_templates/7/launch", 200)],
)
def test_a_missing_slash_redirects_unless_the_resource_has_named_urls(
    simulator: Simulator, path: str, status: int
) -> None:
    """Django's APPEND_SLASH against AWX's own middleware."""
    answer = simulator.api("GET", f"{path}?page=1")
    assert answer.status_code == status
    assert answer.headers.get("location", f"/api/v2/{path}/?page=1") == f"/api/v2/{path}/?page=1"


def test_the_root_names_the_version_and_an_unknown_path_is_json(simulator: Simulator) -> None:
    """Without credentials."""
    assert simulator.http.get("/api/").json()["current_version"] == "/api/v2/"
    assert simulator.api("GET", "nothing/").json() == {"detail": "The requested resource could not be found."}


def test_its_page_shows_each_job_under_its_address(simulator: Simulator) -> None:
    """Whoever follows a link to `#/jobs/ID` lands on the line; what was launched with is only text there."""
    assert "There was none yet" in simulator.http.get("/").text
    job = launch(simulator, extra_vars={"request_id": "<script>", "target_name": "payment-api"})["id"]
    page = simulator.http.get("/").text
    assert f'<tr id="/jobs/{job}">' in page
    assert "&lt;script&gt; payment-api" in page
    assert "<script" not in page


def test_missing_and_expired_tokens_are_answered_alike(simulator: Simulator) -> None:
    """A client cannot tell them apart."""
    missing = simulator.api("GET", "me/", headers={"Authorization": ""})
    simulator.faults(credential="expired")
    expired = simulator.api("GET", "me/")
    assert (missing.status_code, missing.json()) == (expired.status_code, expired.json())
    assert expired.headers["www-authenticate"].startswith("Bearer realm=api")
    assert "To establish a login session" in expired.json()["detail"]


def test_pages_hold_25_rows_and_never_over_200(simulator: Simulator) -> None:
    """`next` is a path without a host; a page past the end is 404."""
    simulator.control("POST", "launch", json={"times": 201})
    first = simulator.api("GET", "jobs/").json()
    assert (first["count"], len(first["results"]), first["next"]) == (201, 25, "/api/v2/jobs/?page=2")
    widest = simulator.api("GET", "jobs/", params={"page_size": 500, "page": 2}).json()
    assert (len(widest["results"]), widest["next"]) == (1, None)
    assert widest["previous"] == "/api/v2/jobs/?page_size=500&page=1"
    assert simulator.api("GET", "jobs/?page=99").json() == {"detail": "Invalid page."}
    assert list(simulator.api("GET", "jobs/?count_disabled=1").json()) == ["results"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [1, 2, 3]),
        ("order_by=-id", [3, 2, 1]),
        ("limit=web", [1, 2, 3]),
        ("id__gt=1&id__lte=2", [2]),
        ("id__in=1,3", [1, 3]),
        ("not__id=1", [2, 3]),
        ("skip_tags__contains=two", [2]),
        ("labels__name=mark", [1]),
        ("status__in=pending,running", [1, 2, 3]),
        ("created__gt=2999-01-01T00:00:00Z", []),
        ("created_by__username=svc-prodgate", [1, 2]),
        ("launch_type=manual&job_template=7", [1, 2, 3]),
        ("created__isnull=true", []),
    ],
)
def test_jobs_are_filtered_as_django_ansible_base_does(simulator: Simulator, query: str, found: list[int]) -> None:
    """Reserved names filter nothing."""
    simulator.faults(no_capacity=True)
    label = simulator.api("POST", "labels/", json={"name": "mark", "organization": 1}).json()["id"]
    launch(simulator, labels=[label])
    launch(simulator, skip_tags="one,two")
    simulator.control("POST", "launch", json={})
    assert [row["id"] for row in simulator.api("GET", f"jobs/?{query}").json()["results"]] == found


def test_variables_cannot_be_filtered_and_unknown_fields_are_refused(simulator: Simulator) -> None:
    """403 even for admins, and 400."""
    secret = simulator.api("GET", "jobs/?extra_vars__contains=x")
    assert (secret.status_code, secret.json()) == (403, {"detail": "Filtering on extra_vars is not allowed."})
    assert simulator.api("GET", "jobs/?colour=red").status_code == 400
    assert simulator.api("GET", "unified_jobs/?skip_tags=x").status_code == 400


# ─── launch ───


def test_a_launch_answers_with_the_job_and_its_place(simulator: Simulator) -> None:
    """extra_vars come back as a JSON string, over the template's own."""
    simulator.template(extra_vars={"region": "eu", "version": "0"})
    answer = simulator.api("POST", "job_templates/7/launch/", json={"extra_vars": {"version": "1"}})
    assert (answer.status_code, answer.headers["location"]) == (201, "/api/v2/jobs/1/")
    body = answer.json()
    assert (body["job"], body["id"], body["ignored_fields"], body["status"]) == (1, 1, {}, "pending")
    assert body["extra_vars"] == '{"region": "eu", "version": "1"}'


def test_what_is_not_prompted_is_ignored_without_an_error(simulator: Simulator) -> None:
    """201, and the job runs without it."""
    simulator.template(ask_variables_on_launch=False, ask_skip_tags_on_launch=False, ask_labels_on_launch=False)
    label = simulator.api("POST", "labels/", json={"name": "mark", "organization": 1}).json()["id"]
    sent = {"extra_vars": {"version": "1"}, "skip_tags": "slow", "labels": [label]}
    made = launch(simulator, **sent)
    assert (made["ignored_fields"], made["extra_vars"]) == (sent, "{}")


def test_a_survey_lets_its_own_variables_through_and_checks_them(simulator: Simulator) -> None:
    """Passwords are never shown again."""
    questions = [
        {"variable": "version"},
        {"variable": "count", "type": "integer", "default": 3},
        {"variable": "zone", "type": "multiplechoice", "choices": ["a"], "required": False},
        {"variable": "code", "type": "password", "required": False},
    ]
    simulator.template(survey=questions, ask_variables_on_launch=False)
    assert refusal(simulator) == {"variables_needed_to_start": ["'version' value missing"]}
    wrong = refusal(simulator, extra_vars={"version": 1, "count": "x", "zone": "b"})
    assert len(wrong["variables_needed_to_start"]) == 3
    made = launch(simulator, extra_vars={"version": "1", "code": "s", "other": 1})
    assert made["extra_vars"] == '{"count": 3, "version": "1", "code": "$encrypted$"}'
    assert made["ignored_fields"] == {"extra_vars": {"other": 1}}
    assert simulator.api("GET", "job_templates/7/launch/").json()["variables_needed_to_start"] == ["version"]


@pytest.mark.parametrize(
    ("body", "key"),
    [({"labels": [99]}, "labels"), ({"extra_vars": "{"}, "extra_vars"), ({"extra_vars": "[]"}, "extra_vars")],
)
def test_what_awx_cannot_use_is_refused(simulator: Simulator, body: dict[str, Any], key: str) -> None:
    """400, by field."""
    assert list(refusal(simulator, **body)) == [key]


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [(b"{", "application/json", 400), (b"[]", "application/json", 400), (b"a=b", "text/plain", 415)],
)
def test_only_json_objects_are_bodies(simulator: Simulator, content: bytes, content_type: str, status: int) -> None:
    """And nothing at all is `{}`."""
    headers = {"Content-Type": content_type}
    assert simulator.api("POST", "job_templates/7/launch/", content=content, headers=headers).status_code == status
    assert simulator.api("POST", "job_templates/7/launch/").status_code == 201


def test_a_sliced_template_answers_with_a_workflow_job(simulator: Simulator) -> None:
    """Which unified_jobs shows and jobs does not."""
    simulator.template(job_slice_count=2)
    made = launch(simulator)
    assert (made["workflow_job"], made["type"]) == (1, "workflow_job")
    assert simulator.api("GET", "jobs/").json()["count"] == 0
    assert simulator.api("GET", "unified_jobs/").json()["count"] == 1


def test_labels_are_unique_and_cannot_be_deleted_but_go_with_their_last_job(simulator: Simulator) -> None:
    """400 for the second, 405 for DELETE."""
    made = simulator.api("POST", "labels/", json={"name": "mark", "organization": 1})
    again = simulator.api("POST", "labels/", json={"name": "mark", "organization": 1})
    assert (made.status_code, again.status_code, list(again.json())) == (201, 400, ["__all__"])
    refused = simulator.api("DELETE", f"labels/{made.json()['id']}/")
    assert (refused.status_code, refused.json()) == (405, {"detail": 'Method "DELETE" not allowed.'})
    job = launch(simulator, labels=[made.json()["id"]])
    simulator.control("POST", "vanish", json={"job": job["id"]})
    assert simulator.api("GET", "labels/?name=mark").json()["count"] == 0


# ─── a job's life ───


def test_a_job_goes_from_pending_to_successful(simulator: Simulator) -> None:
    """Its times are set on the way."""
    job = launch(simulator)["id"]
    simulator.until_status(job, "waiting")
    simulator.until_status(job, "running")
    simulator.until_status(job, "successful")
    row = simulator.api("GET", f"jobs/{job}/").json()
    assert row["created"] < row["started"] < row["finished"]
    assert row["event_processing_finished"]
    assert row["artifacts"]["deployment_id"].startswith("deploy-")
    assert "PLAY [Deploy]" in simulator.api("GET", f"jobs/{job}/stdout/").text


def test_jobs_of_one_template_queue_and_say_so(simulator: Simulator) -> None:
    """After a while; cancelling the second while it waits ends it at once."""
    simulator.faults(life=["stuck-running"])
    first, second = launch(simulator)["id"], launch(simulator)["id"]
    eventually(lambda: simulator.job(second)["job_explanation"] == f"waiting for job-{first} to finish")
    assert simulator.api("GET", f"jobs/{second}/cancel/").json() == {"can_cancel": True}
    assert simulator.api("POST", f"jobs/{second}/cancel/").status_code == 202
    assert simulator.job(second)["status"] == "canceled"
    simulator.control("POST", "finish", json={"job": first})
    simulator.until_status(first, "successful")


def test_without_capacity_nothing_starts(simulator: Simulator) -> None:
    """Ping shows it, the job explains it."""
    simulator.faults(no_capacity=True)
    job = launch(simulator)["id"]
    eventually(lambda: "not enough available capacity" in simulator.job(job)["job_explanation"])
    assert simulator.api("GET", "ping/").json()["instances"][0]["capacity"] == 0
    simulator.faults()
    simulator.until_status(job, "successful")
    assert simulator.job(job)["job_explanation"] == ""


def test_cancelling_what_has_ended_is_refused(simulator: Simulator) -> None:
    """403, and to a superuser 405."""
    job = launch(simulator)["id"]
    simulator.until_status(job, "successful")
    assert simulator.api("POST", f"jobs/{job}/cancel/").status_code == 403
    with simulating(superuser=True) as mighty:
        job = launch(mighty)["id"]
        mighty.until_status(job, "successful")
        assert mighty.api("POST", f"jobs/{job}/cancel/").status_code == 405
        assert mighty.api("DELETE", f"jobs/{job}/").status_code == 204
        assert mighty.api("GET", f"jobs/{job}/").status_code == 404


def test_a_job_may_vanish_as_it_ends(simulator: Simulator) -> None:
    """404, although it ran."""
    simulator.faults(life=["vanished"])
    job = launch(simulator)["id"]
    eventually(lambda: simulator.api("GET", f"jobs/{job}/").status_code == 404)


def test_a_relaunch_copies_everything_and_says_so(simulator: Simulator) -> None:
    """launch_type relaunch, by whoever pressed the button."""
    label = simulator.api("POST", "labels/", json={"name": "mark", "organization": 1}).json()["id"]
    job = launch(simulator, labels=[label], extra_vars={"a": 1})["id"]
    again = simulator.api("POST", f"jobs/{job}/relaunch/").json()
    assert (again["launch_type"], again["extra_vars"]) == ("relaunch", '{"a": 1}')
    assert again["summary_fields"]["labels"]["results"] == [{"id": label, "name": "mark"}]


def test_jobs_survive_a_restart(tmp_path: Path) -> None:
    """Running jobs go on running, and numbers go on counting."""
    with simulating(state_file=tmp_path / "awx.db") as before:
        before.faults(life=["stuck-running"])
        running, queued = launch(before)["id"], launch(before)["id"]
        before.until_status(running, "running")
    with simulating(state_file=tmp_path / "awx.db") as after:
        after.control("POST", "finish", json={"job": running})
        after.until_status(running, "successful")
        after.until_status(queued, "successful")
        assert launch(after)["id"] == queued + 1


def test_the_control_path_counts_jobs_by_attempt(simulator: Simulator) -> None:
    """It counts those that were made, and those that ever ran."""
    simulator.control("POST", "launch", json={"extra_vars": {"request_id": "PR-2026-0001", "attempt": 1}, "times": 2})
    simulator.until_status(2, "successful")
    assert simulator.control("GET", "jobs")["attempts"] == {"PR-2026-0001-1": {"jobs": 2, "ran": 2}}
    assert simulator.control("GET", "faults") == simulator.control("PUT", "faults", json={})
    assert simulator.control("GET", "templates/7")["id"] == 7
    assert simulator.http.post("/control/vanish", json={"job": 99}).status_code == 404


def test_the_control_path_counts_requests_by_path(simulator: Simulator) -> None:
    """Whatever they are answered; its own are not among them."""
    before = simulator.control("GET", "requests")
    job = launch(simulator)["id"]
    simulator.api("GET", f"jobs/{job}/")
    simulator.api("GET", "jobs/99/")
    counted = simulator.control("GET", "requests")
    grown = {path: times - before.get(path, 0) for path, times in counted.items() if times != before.get(path, 0)}
    assert grown == {"POST /api/v2/job_templates/{number}/launch/": 1, "GET /api/v2/jobs/{number}/": 2}
