"""Promotions that are under way go on under today's code: every recorded history replays."""

import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from domain.change import Resumed
from domain.decision import Decision, Submission
from domain.targets import TargetFacts
from domain.ticket import PromotionRequest
from engine.connection import converter
from engine.signatures import SignatureInterceptor
from tests.workflows.paths import HISTORIES, PATHS
from workflows.browsers import KeepBrowser
from workflows.contract import CompareContract
from workflows.debt import EmergencyDebt
from workflows.delegations import ChangeDelegation
from workflows.drift import DriftWatch
from workflows.evidence import ReadEvidence
from workflows.feeds import KeepFeed
from workflows.following import Follow
from workflows.passkeys import ChangePasskey
from workflows.preferences import KeepPreferences
from workflows.promotion import Promotion
from workflows.report import MakePart, MakeReport
from workflows.sessions import Logout
from workflows.templates import TemplateEdit
from workflows.watch import AwxWatch
from workflows.webhooks import CallWebhook

CREATED = HISTORIES / "contracts" / "a-creation.json"
DECLARED = HISTORIES / "debts" / "an-emergency.json"
ANSWERED = HISTORIES / "debts" / "an-answer.json"
RECORDED = [*sorted(HISTORIES.glob("*.json")), CREATED, DECLARED]
FOLLOWED = HISTORIES / "following" / "a-shift.json"
WATCHED = HISTORIES / "watching" / "a-comparison.json"
DRIFTED = HISTORIES / "drifting" / "a-look.json"
LOGGED_OUT = HISTORIES / "sessions" / "a-logout.json"
TEMPLATE = HISTORIES / "templates" / "a-change.json"
BROWSER = HISTORIES / "browsers" / "one-removed.json"
CALENDAR = HISTORIES / "calendars" / "an-address-ended.json"
DELEGATED = HISTORIES / "delegations" / "an-act.json"
PASSKEY = HISTORIES / "passkeys" / "an-act.json"
PREFERRED = HISTORIES / "preferences" / "a-change.json"
CALLED = HISTORIES / "webhooks" / "a-call.json"
LOOKED = HISTORIES / "evidence" / "a-look.json"
COMPARED = HISTORIES / "contracts" / "a-contract.json"
REPORTED = sorted((HISTORIES / "reports").glob("*.json"))
OTHERS = (
    FOLLOWED,
    WATCHED,
    DRIFTED,
    LOGGED_OUT,
    TEMPLATE,
    CALENDAR,
    DELEGATED,
    PASSKEY,
    PREFERRED,
    CALLED,
    LOOKED,
    COMPARED,
    ANSWERED,
    *REPORTED,
)


def history(file: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json("PR-2026-0001", file.read_text(encoding="utf-8"))


def never(decision: Decision, ticket_id: str, now: datetime) -> None:
    """A replay validates nothing again, and reads what became of a signal in the history."""
    raise AssertionError(f"the replay asks about {decision.id}")


def nothing(ticket: PromotionRequest) -> TargetFacts:
    raise AssertionError(f"the replay asks what the record says of {ticket.id}")


def replayer(promotion: type, runner: WorkflowRunner | None = None) -> Replayer:
    return Replayer(
        workflows=[promotion],
        data_converter=converter(None),
        interceptors=[SignatureInterceptor(never, nothing)],
        workflow_runner=runner or SandboxedWorkflowRunner(),
    )


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
async def test_a_recorded_promotion_goes_on_under_todays_code(file: Path) -> None:
    """Red means that promotions under way would stop: add a patch, never record over it. With production's runner,
    too, which has no sandbox.
    """
    await replayer(Promotion).replay_workflow(history(file))
    await replayer(Promotion, UnsandboxedWorkflowRunner()).replay_workflow(history(file))


def test_a_promotion_goes_on_where_tracing_is_switched_on_while_it_waits() -> None:
    """Its headers name no trace: spans and their ids come from what replays alike."""
    replaying = [sys.executable, "-m", "tests.workflows.traced_replay"]
    done = subprocess.run(replaying, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr


async def test_a_recorded_follower_goes_on_under_todays_code() -> None:
    """It runs in every installation, whatever is rolled out."""
    await replayer(Follow).replay_workflow(history(FOLLOWED))


async def test_a_recorded_watch_goes_on_under_todays_code() -> None:
    """A comparison that one release began is read by the other; so is a look for drift."""
    await replayer(AwxWatch).replay_workflow(history(WATCHED))
    await replayer(DriftWatch).replay_workflow(history(DRIFTED))


async def test_a_recorded_logout_goes_on_under_todays_code() -> None:
    """It may wait for Git for as long as that is away."""
    await replayer(Logout).replay_workflow(history(LOGGED_OUT))


async def test_a_recorded_change_of_a_template_goes_on_under_todays_code() -> None:
    """It may wait for Git, too."""
    await replayer(TemplateEdit).replay_workflow(history(TEMPLATE))


async def test_a_recorded_change_of_preferences_goes_on_under_todays_code() -> None:
    """So may this one, and a delegation, an act on a passkey, and those of a calendar's address and of a browser."""
    await replayer(ChangeDelegation).replay_workflow(history(DELEGATED))
    await replayer(ChangePasskey).replay_workflow(history(PASSKEY))
    await replayer(KeepPreferences).replay_workflow(history(PREFERRED))
    await replayer(KeepFeed).replay_workflow(history(CALENDAR))
    await replayer(KeepBrowser).replay_workflow(history(BROWSER))


async def test_a_recorded_call_a_look_and_a_comparison_go_on_under_todays_code() -> None:
    """A worker of the next build may end what this one began."""
    await replayer(CallWebhook).replay_workflow(history(CALLED))
    await replayer(ReadEvidence).replay_workflow(history(LOOKED))
    await replayer(CompareContract).replay_workflow(history(COMPARED))


async def test_a_recorded_debt_goes_on_under_todays_code() -> None:
    """It waits for its answer for as long as nobody gives it."""
    await replayer(EmergencyDebt).replay_workflow(history(ANSWERED))


@pytest.mark.parametrize("file", REPORTED, ids=lambda file: file.stem)
async def test_a_recorded_report_goes_on_under_todays_code(file: Path) -> None:
    """It waits for its store for as long as that is away."""
    await replayer(MakePart if "part" in file.stem else MakeReport).replay_workflow(history(file))


@pytest.mark.parametrize("file", [*RECORDED, *OTHERS], ids=lambda file: file.stem)
def test_a_history_tellsnothing_of_the_machine_that_recorded_it(file: Path) -> None:
    """No stack trace with its paths, no name of a process."""
    text = file.read_text(encoding="utf-8")
    assert "stackTrace" not in text
    assert set(re.findall(r'"identity":"([^"]*)"', text)) == {"worker"}


def test_every_path_has_a_history() -> None:
    """`make histories` records what is missing."""
    assert {file.stem for file in RECORDED} >= set(PATHS)


@workflow.defn(name="Promotion")
class Hasty(Promotion):
    """A promotion without one of its steps: it does not wait for its date."""

    @workflow.init
    def __init__(self, begun: Submission | Resumed) -> None:
        super().__init__(begun)

    @workflow.run
    async def run(self, begun: Submission | Resumed) -> PromotionRequest:
        return await super().run(begun)

    async def _wait_for_date(self) -> None:
        await self._launch()


async def test_a_changed_workflow_is_caught() -> None:
    """The replay fails where the code no longer does what the history says."""
    hasty = replayer(Hasty, UnsandboxedWorkflowRunner())  # the sandbox takes no module of tests
    await hasty.replay_workflow(history(HISTORIES / "deployed.json"))
    with pytest.raises(workflow.NondeterminismError):
        await hasty.replay_workflow(history(HISTORIES / "scheduled.json"))
