"""The audit trail's page: who may see it, what its filters find, what it exports; in both languages, and on a phone."""

# ruff: noqa: RUF001  typographic apostrophes are what French has

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.console.conftest import Sit
from tests.console.desk import PHONE, Desk
from tests.console.test_flows import JEAN, asked, fresh_name
from tests.console.words import EN, Words
from tests.e2e.stack import PIERRE, Stack

ALICE = "alice.admin@cab-i.com"
HOSTILE = '=HYPERLINK("http://evil.example") <img src=x onerror=alert(1)> \u202eabc ' + "w" * 400


@dataclass(frozen=True)
class AuditWords:
    """The words of the page, written here again."""

    title: str
    search: str
    outcome: str
    refused: str
    reject: str
    save: str
    name: str
    keep: str
    nothing: str
    clear: str
    person: str


ENGLISH = AuditWords(
    title="Audit trail",
    search="Search people, requests, reasons",
    outcome="Outcome",
    refused="Refused",
    reject="Reject",
    save="Save this view",
    name="Name of the view",
    keep="Save",
    nothing="No entry matches these filters",
    clear="Clear filters",
    person="E-mail address",
)
FRENCH = AuditWords(
    title="Journal d’audit",
    search="Rechercher personnes, demandes, motifs",
    outcome="Issue",
    refused="Refusé",
    reject="Rejeter",
    save="Enregistrer cette vue",
    name="Nom de la vue",
    keep="Enregistrer",
    nothing="Aucune entrée ne correspond à ces filtres",
    clear="Effacer les filtres",
    person="Adresse électronique",
)


def told(words: Words) -> AuditWords:
    return ENGLISH if words is EN else FRENCH


@pytest.fixture
def ticket(stack: Stack) -> str:
    """A request that its requester tried to approve, and somebody rejected with a reason that is no text."""
    made = asked(stack, fresh_name("audited"))
    stack.call(PIERRE, "POST", f"/{made}/approve", {})
    assert stack.call(JEAN, "POST", f"/{made}/reject", {"reason": HOSTILE}).status_code == 200
    return made


def awaited(desk: Desk, text: str) -> None:
    """Show the page anew until the entry is there: it comes some seconds after the act."""
    for _ in range(20):
        if desk.page.get_by_text(text).count():
            return
        desk.page.wait_for_timeout(500)
        desk.page.reload()
        expect(desk.page.locator("main [aria-busy=false]")).to_be_visible()
    expect(desk.page.get_by_text(text).first).to_be_visible()


def test_an_approver_finds_saves_and_exports(sit: Sit, words: Words, ticket: str, tmp_path: Path) -> None:
    """The filters are the address, a view is one click the next time, a file has what the page has, and all is text."""
    say = told(words)
    jean = sit("jean", words, f"/audit?ticket={ticket}")
    expect(jean.heading(say.title)).to_be_visible()
    awaited(jean, "=HYPERLINK")
    jean.check_accessible("the audit trail")
    jean.page.get_by_label(say.outcome, exact=True).select_option(label=say.refused)
    expect(jean.page).to_have_url(re.compile("outcome=refused"))
    entry = jean.page.locator("main li summary")
    expect(entry).to_have_count(1)
    entry.click()
    jean.sees("SelfApproval")
    jean.sees("POST /v1/requests/prod")
    jean.check_accessible("an entry that is open")
    jean.button(say.save).click()
    jean.page.get_by_label(say.name).fill("Refusals")
    jean.page.get_by_role("button", name=say.keep, exact=True).click()
    jean.go("/audit")
    jean.link("Refusals").click()
    expect(jean.page).to_have_url(re.compile(f"ticket={ticket}.*outcome=refused|outcome=refused.*ticket={ticket}"))
    jean.button(say.clear).click()
    jean.page.get_by_label(say.search).fill(f"{ticket} hyperlink")
    expect(jean.page).to_have_url(re.compile("q=.*hyperlink"))
    # The address is ahead of the page, which shows the one entry of before until it is drawn anew.
    expect(jean.page.locator("main li").filter(has_text="=HYPERLINK")).to_have_count(1)
    expect(entry).to_have_count(1)
    with jean.page.expect_download() as downloading:
        jean.button("CSV").click()
    downloading.value.save_as(tmp_path / "audit.csv")
    (row,) = csv.DictReader(io.StringIO((tmp_path / "audit.csv").read_text("utf-8"), newline=""))
    assert row["detail"] == f"'{HOSTILE}"
    assert re.fullmatch(r"audit-.*\.csv", downloading.value.suggested_filename)
    jean.page.get_by_label(say.search).fill("nobody wrote this")
    jean.sees(say.nothing)
    jean.check_accessible("no entry")


def test_an_admin_reads_everything_on_a_phone(sit: Sit, words: Words, ticket: str) -> None:
    """Sign-ins too, in one column that nothing makes wider than the screen."""
    alice = sit("alice", words, f"/audit?person={ALICE}&action=sign-in", viewport=PHONE, has_touch=True)
    expect(alice.heading(told(words).title)).to_be_visible()
    awaited(alice, ALICE)
    alice.go(f"/audit?ticket={ticket}")
    awaited(alice, "=HYPERLINK")
    alice.page.locator("main li summary").first.click()
    width = alice.page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
    alice.check_accessible("the audit trail on a phone")


def test_who_may_not_read_it_is_not_led_there(sit: Sit) -> None:
    """And who goes there all the same is told why they see nothing."""
    pierre = sit("pierre", EN, "/requests?tab=all")
    expect(pierre.places().filter(has_text="Insights")).to_be_visible()
    expect(pierre.page.get_by_role("menuitem", name="Audit")).to_have_count(0)
    pierre.expect_fault("403")
    pierre.go("/audit")
    expect(pierre.page.get_by_role("alert")).to_be_visible()
    jean = sit("jean", EN, "/requests?tab=all")
    jean.places().filter(has_text="Audit").click()
    expect(jean.heading("Audit trail")).to_be_visible()
