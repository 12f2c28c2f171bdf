"""The service's own words in the record, for a reader of French: not its English, no ISO time."""

# ruff: noqa: RUF001  typographic apostrophes are what French has

import re
from datetime import UTC, datetime, timedelta

import httpx
from git import Repo
from playwright.sync_api import Locator, expect

from tests.console.conftest import Sit
from tests.console.desk import Desk
from tests.console.test_flows import asked, fresh_name
from tests.console.test_versions import deployed
from tests.console.words import FR
from tests.e2e.stack import Stack
from tests.record.building import person_commits

CLAIRE = "claire.moreau@cab-i.com"
TENANT = "tenants/tenant-finance.yaml"
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")
ENGLISH = re.compile(r"\b(AWX (ran|says|reports)|who approved|holds no|has to be|nothing was|the job)\b", re.IGNORECASE)


def timeline(desk: Desk, ticket: str) -> Locator:
    """The page's own part of what happened, once everything in it is read."""
    desk.open(ticket)
    part = desk.page.locator("main section", has=desk.page.get_by_role("heading", name="Chronologie"))
    expect(part.get_by_text("commit").first).to_be_visible()
    return part


def is_french(desk: Desk) -> None:
    """Nothing of the page is the service's English."""
    said = desk.page.locator("main").inner_text()
    assert not MOMENT.search(said), said
    assert not ENGLISH.search(said), said


def test_a_deployment_is_told_in_french(sit: Sit, stack: Stack) -> None:
    """The page says when AWX ran it, in the reader's own zone."""
    ticket = deployed(stack, fresh_name("story"), "1.0.0")
    jean = sit("jean", FR)
    expect(timeline(jean, ticket)).to_contain_text("AWX l’a exécuté")
    is_french(jean)


def test_a_failed_job_is_told_in_french(sit: Sit, stack: Stack) -> None:
    """AWX's own output stays as AWX wrote it."""
    ticket = asked(stack, fresh_name("story"))
    awx = f"http://127.0.0.1:{stack.ports['awx-port']}/control/faults"
    httpx.put(awx, json={"life": ["failed"]}, trust_env=False).raise_for_status()
    stack.approve(ticket)
    stack.await_state([ticket], "failed")
    jean = sit("jean", FR)
    part = timeline(jean, ticket)
    expect(part.locator("pre")).to_contain_text("AWX indique que le job a échoué.")
    expect(part.locator("pre")).to_contain_text("PLAY [")
    is_french(jean)


def test_a_lapsed_approval_is_told_in_french(sit: Sit, stack: Stack) -> None:
    """Its approver lost the role before its date came."""
    soon = (datetime.now(UTC) + timedelta(seconds=6)).isoformat(timespec="seconds")
    ticket = asked(stack, fresh_name("story"), scheduledDate=soon)
    assert stack.call(CLAIRE, "POST", f"/{ticket}/approve").is_success
    gitops = stack.data / "gitops.git"
    before = file_of(stack)
    person_commits(gitops, {TENANT: "\n".join(line for line in before.splitlines() if CLAIRE not in line) + "\n"})
    try:
        stack.await_state([ticket], "pending")
    finally:
        person_commits(gitops, {TENANT: before})
    jean = sit("jean", FR)
    gone = f"{CLAIRE} avait approuvé, et n’a plus aucun rôle."
    expect(timeline(jean, ticket)).to_contain_text(f"{gone} La demande doit être approuvée à nouveau.")
    is_french(jean)


def file_of(stack: Stack) -> str:
    """The tenant's file as the branch has it."""
    with Repo(stack.data / "gitops.git") as repo:
        return str(repo.git.show(f"main:{TENANT}", strip_newline_in_stdout=False))
