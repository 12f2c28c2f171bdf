"""The check of the job template: each fault is found and told with what mends it."""

from typing import Any

import pytest

from clients.awx.template import Marking, TemplateCheck, check_template
from tests.awx_fixtures import Simulator


async def check(simulator: Simulator, **connection: Any) -> TemplateCheck:
    async with simulator.client(**connection) as client:
        return await check_template(client)


async def test_a_fit_template_has_nothing_to_mend(simulator: Simulator) -> None:
    """Variables and labels prompted, one slice, callback attached."""
    assert await check(simulator) == TemplateCheck("24.6.1", (), Marking.LABEL)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ask_variables_on_launch": False}, "switch on 'Prompt on launch' for Variables"),
        ({"job_slice_count": 3}, "set Job Slicing to 1"),
        ({"may_start": False}, "give it the role Execute"),
        ({"survey": [{"variable": "change_number"}]}, "does not send (change_number)"),
        ({"name": "Renamed"}, "set PRODGATE_AWX_TEMPLATE to its name, or give the user the role Execute"),
        ({"may_view": False}, "shows no job template 'Deploy to PROD'"),
    ],
)
async def test_a_template_that_would_deploy_wrongly_is_not_fit(
    simulator: Simulator, changes: dict[str, Any], words: str
) -> None:
    """One finding, blocking, with the switch to turn."""
    simulator.template(**changes)
    found = await check(simulator)
    assert not found.fit
    assert [finding.blocking for finding in found.findings] == [True]
    assert words in found.findings[0].sentence


async def test_a_survey_that_asks_for_what_is_sent_is_no_fault(simulator: Simulator) -> None:
    """A survey may validate our own variables."""
    simulator.template(survey=[{"variable": "request_id"}])
    assert (await check(simulator)).findings == ()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"notifies": False}, "attach the callback"),
        ({"allow_simultaneous": True}, "switch off Concurrent Jobs"),
        ({"ask_labels_on_launch": False, "ask_skip_tags_on_launch": False}, "'Prompt on launch' for Labels"),
    ],
)
async def test_what_only_makes_it_slower_does_not_block(
    simulator: Simulator, changes: dict[str, Any], words: str
) -> None:
    """Deployments go on, and the sentence says what would be better."""
    simulator.template(**changes)
    found = await check(simulator)
    assert found.fit
    assert [words in finding.sentence for finding in found.findings] == [True]


async def test_two_templates_of_one_name_are_not_fit(simulator: Simulator) -> None:
    """Names are unique in an organisation only: the id decides."""
    simulator.control("POST", "templates", json={"id": 8, "name": "Deploy to PROD", "organization": 2})
    assert "2 job templates named 'Deploy to PROD'" in (await check(simulator)).findings[0].sentence
    assert (await check(simulator, template="8")).fit


async def test_credentials_that_fail_are_a_finding(simulator: Simulator) -> None:
    """The check does not raise for what a person can mend."""
    assert "token is unknown" in (await check(simulator, token="other")).findings[0].sentence


@pytest.mark.parametrize(
    ("changes", "best"),
    [
        ({"ask_labels_on_launch": False}, Marking.SKIP_TAGS),
        ({"organization": None}, Marking.SKIP_TAGS),
        ({"ask_labels_on_launch": False, "ask_skip_tags_on_launch": False}, Marking.VARIABLES),
    ],
)
async def test_the_best_marker_that_the_template_lets_through_is_told(
    simulator: Simulator, changes: dict[str, Any], best: Marking
) -> None:
    """Labels, then skip tags, then the variables."""
    simulator.template(**changes)
    assert (await check(simulator)).marking is best
