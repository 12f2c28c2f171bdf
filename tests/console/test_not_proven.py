"""A request whose file somebody pushed is shown as it was proven, with what mends it."""

from domain import lifecycle
from record.files.reading import load
from record.files.writing import text_of
from tests.console.conftest import Sit
from tests.console.desk import PHONE
from tests.console.test_flows import asked, fresh_name, next_month
from tests.console.words import Words
from tests.e2e.stack import Stack
from tests.record.building import git, person_commits


def test_a_forged_deployment_is_named_with_its_repair(sit: Sit, stack: Stack, words: Words) -> None:
    """On a desk and on a phone: it is still approved, and the commit is no part of its story."""
    ticket = asked(stack, fresh_name("forged"), scheduledDate=next_month())
    stack.approve(ticket)
    stack.await_state([ticket], "approved")
    record = stack.data / "gitops.git"
    path = git(record, "log", "-1", "--format=", "--name-only", f"--grep=^Request-Id: {ticket}$", "main")
    approved = load(git(record, "show", f"main:{path}").encode())
    forged = lifecycle.start(approved, 999, approved.last.at)
    commit = person_commits(record, {path: text_of(forged)}, f"Forged\n\nRequest-Id: {ticket}\nAction: deploying\n")
    for look in ({}, {"viewport": PHONE, "has_touch": True}):
        jean = sit("jean", words, f"/requests/{ticket}", **look)
        jean.sees(words.not_proven)
        jean.sees(f"prodgate repair {commit[:10]}")
        jean.sees_state(words.approved)
        jean.check_accessible("a request that is not proven")
