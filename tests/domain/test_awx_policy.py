"""A job of AWX is compared with the approved attempt and with the set-up that deploys, both ways."""

from typing import Any

import pytest

from domain import lifecycle
from domain.awx_policy import AwxSetup, PolicyJob, before_its_job, not_as_approved, set_up_otherwise
from domain.decision import DecisionAction
from domain.deployment import Deployment
from domain.ticket import PromotionRequest, State
from tests.domain.builders import JEAN, MINUTE, NOW, decision, submission
from tests.policy import job

REVISION = "5f0c3e1d9a7b2c4e6f8091a2b3c4d5e6f7081920"
SETUP = AwxSetup(
    user="svc-prodgate", template="Deploy to PROD", project="Playbooks", playbook="deploy.yml", inventory="Prod"
)


def approved() -> PromotionRequest:
    ticket = lifecycle.create(submission())
    return lifecycle.apply(ticket, decision(ticket, DecisionAction.APPROVE, JEAN), NOW + MINUTE)


def asked(**changes: Any) -> PolicyJob:
    return PolicyJob.model_validate(job({}, **changes))


def test_the_set_up_that_deploys_is_let_through() -> None:
    assert list(set_up_otherwise(asked(), SETUP)) == []


@pytest.mark.parametrize(
    ("setup", "said"),
    [
        ({"branch": "main"}, []),
        ({"branch": "release"}, ["the branch of the project is 'main', where 'release' is expected"]),
        ({"revision": REVISION}, []),
        (
            {"revision": "beef"},
            [f"the revision is '{REVISION}', where 'beef' is expected"],
        ),
        ({"limit": "gateways"}, ["the limit is nothing, where 'gateways' is expected"]),
        ({"credentials": ("ssh-key",)}, []),
        ({"credentials": ()}, ["the credentials is ['ssh-key'], where [] is expected"]),
        ({"execution_environment": "Default"}, []),
        ({"execution_environment": "Mine"}, ["the execution environment is 'Default', where 'Mine' is expected"]),
    ],
)
def test_what_the_set_up_names_is_compared(setup: dict[str, Any], said: list[str]) -> None:
    assert list(set_up_otherwise(asked(), SETUP.model_copy(update=setup))) == said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, []),
        ({"target_version": "6.6.6"}, ["the variable target_version is '6.6.6', where '2.1.0' is expected"]),
        ({"attempt": True}, ["the variable attempt is True, where 1 is expected"]),
        ({"attempt": 2}, ["the variable attempt is 2, where 1 is expected"]),
        ({"tenant": "tenant-retail"}, ["the variable tenant is 'tenant-retail', where 'tenant-finance' is expected"]),
        ({"target_digest": "sha256:" + "0" * 64}, ["the variable target_digest is none of an approved launch"]),
        ({"prodgate_grant": "a.b.c"}, []),
        ({"timeout": 30}, []),
        ({"timeout": 31}, ["the variable timeout is 31, where 30 is expected"]),
    ],
)
def test_variables_are_compared_both_ways(changes: dict[str, Any], said: list[str]) -> None:
    """One that the template adds counts as the record names it."""
    setup, deployment = SETUP.model_copy(update={"variables": {"timeout": 30}}), Deployment.of(approved())
    variables = deployment.extra_vars() | {"timeout": 30} | changes
    assert list(not_as_approved(PolicyJob.model_validate(job(variables)), deployment, setup)) == said


def test_a_missing_variable_is_named() -> None:
    deployment = Deployment.of(approved())
    variables = {name: value for name, value in deployment.extra_vars().items() if name != "tenant"}
    said = list(not_as_approved(PolicyJob.model_validate(job(variables)), deployment, SETUP))
    assert said == ["the variable tenant is missing"]


def test_a_ticket_whose_launch_is_recorded_is_taken_as_before_for_that_job_alone() -> None:
    ticket = approved()
    launched = lifecycle.start(ticket, 5, NOW + 2 * MINUTE)
    assert before_its_job(launched, 5) == ticket
    assert before_its_job(launched, 6).state is State.DEPLOYING
    assert before_its_job(ticket, 5) == ticket
