"""Which of AWX's jobs an approved ticket explains."""

from dataclasses import replace
from typing import Any

from domain.awx_answers import AwxJob, JobSetup, Watched
from domain.watch import Approved, named, orphans
from tests.awx_fixtures import deployment

ME = 4
WATCHED = Watched(7, JobSetup(project=3, playbook="deploy.yml", inventory=2), {"applied_dir": "/var/lib/applied"})
FIRST, RETRIED = deployment(1), deployment(2, attempt=2)
APPROVED = [Approved(deployment=each) for each in (FIRST, RETRIED)]


def job(number: int, **variables: Any) -> AwxJob:
    """A job that we launched with these variables."""
    made = AwxJob(number, "successful", launch_type="manual", launched_by=ME, launcher="prodgate", variables=variables)
    return replace(made, template=WATCHED.template, setup=WATCHED.setup)


def test_jobs_of_approved_attempts_are_explained() -> None:
    """Attempts before the current one too."""
    made = (FIRST, deployment(2, attempt=1), RETRIED)
    granted = FIRST.extra_vars() | {"prodgate_grant": "a.b.c", "applied_dir": "/var/lib/applied"}
    assert orphans([job(1, **granted)], APPROVED[:1], ME, WATCHED) == ()
    assert (
        orphans([job(number, **each.extra_vars()) for number, each in enumerate(made, 1)], APPROVED, ME, WATCHED) == ()
    )


def test_jobs_that_no_ticket_explains_are_told_with_the_reason() -> None:
    """Other people's, relaunches, unknown tickets, future attempts, doubles and altered ones."""
    first = job(1, **FIRST.extra_vars())
    jobs = [
        first,
        replace(first, id=2, launch_type="relaunch", launched_by=9, launcher="somebody-else"),
        replace(first, id=3, launched_by=9, launcher="somebody-else"),
        replace(first, id=4, launch_type="scheduled", launched_by=None, launcher=""),
        job(5),
        job(6, **deployment(9).extra_vars()),
        job(7, **deployment(2, attempt=3).extra_vars()),
        job(8, **FIRST.extra_vars()),
        job(9, **RETRIED.extra_vars() | {"target_version": "6.6.6"}),
        replace(first, id=10, template=8),
        replace(first, id=11, setup=replace(WATCHED.setup, limit="gateway-1", inventory=5)),
        job(12, **RETRIED.extra_vars() | {"ansible_host": "elsewhere"}),
    ]
    assert [(orphan.job, orphan.twin_of, orphan.reason) for orphan in orphans(jobs, APPROVED, ME, WATCHED)] == [
        (2, None, "somebody-else started it (relaunch), not Prodgate"),
        (3, None, "somebody-else started it (manual), not Prodgate"),
        (4, None, "AWX itself started it (scheduled), not Prodgate"),
        (5, None, "it names no attempt of an approved ticket"),
        (6, None, "it names no attempt of an approved ticket"),
        (7, None, "it names no attempt of an approved ticket"),
        (8, 1, "it is a second job for attempt 1 of PR-2026-0001, beside 1"),
        (9, None, "it runs something else than PR-2026-0002 was approved for"),
        (10, None, "it is of job template 8, not of 7, which Prodgate launches"),
        (11, None, "it differs from its template: inventory, limit"),
        (12, None, "it has variables that nobody approved: ansible_host"),
    ]


def test_the_job_that_the_record_has_is_the_attempt_s_own() -> None:
    """Whoever launched before Prodgate did is not taken for it; before its date nothing of a ticket is."""
    jobs = [job(1, **FIRST.extra_vars()), job(2, **FIRST.extra_vars())]
    recorded = Approved(deployment=FIRST, jobs={1: 2})
    assert [(each.job, each.twin_of) for each in orphans(jobs, [recorded], ME, WATCHED)] == [(1, 2)]
    (early,) = orphans(jobs[:1], [Approved(deployment=FIRST, waits=True)], ME, WATCHED)
    assert early.reason == "PR-2026-0001 is not to be launched yet"


def test_a_job_that_comes_on_two_pages_is_no_twin_of_itself() -> None:
    """Jobs made while the pages are read push others to the next page."""
    first = job(1, **FIRST.extra_vars())
    assert orphans([first, first], APPROVED[:1], ME, WATCHED) == ()


def test_jobs_name_the_tickets_to_look_up() -> None:
    """A job without variables, or with others, names none."""
    assert named([job(1, **FIRST.extra_vars()), job(2), job(3, request_id=7, attempt=1)]) == {"PR-2026-0001"}
