"""An API's contract beside production's in the console: in the form, on the request's page, before a decision."""

# ruff: noqa: RUF001  typographic apostrophes are what French has

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from demo.gitlab import contract_url
from tests.console.conftest import Sit
from tests.console.desk import DESK, PHONE
from tests.console.keyboard import Keyboard
from tests.console.test_flows import fresh_name
from tests.console.words import EN, FR, Words
from tests.e2e.stack import PIERRE, Stack, submission
from tests.record.building import person_commits

SAYS = {
    EN.locale: {
        "breaks": "2 breaking changes",
        "raises": "A breaking change has at least the impact “High”.",
        "same": "The contract of staging is the one of production.",
        "away": "Not compared: a document could not be reached.",
        "documents": "Documents that were compared",
    },
    FR.locale: {
        "breaks": "2 changements incompatibles",
        "raises": "Un changement incompatible a au moins l’impact « Élevé ».",
        "same": "Le contrat de préproduction est celui de production.",
        "away": "Non comparé : un document n’a pas pu être joint.",
        "documents": "Documents comparés",
    },
}
LOOKS = [
    pytest.param(EN, {"color_scheme": "light", "viewport": DESK}, id="a light desk"),
    pytest.param(FR, {"color_scheme": "dark", "viewport": PHONE, "has_touch": True}, id="a dark phone"),
]


@pytest.fixture(scope="module")
def apis(stack: Stack) -> dict[str, str]:
    """APIs whose contract breaks, stays the same, and is out of reach: their names."""
    host = f"localhost:{stack.ports['gitlab-port']}"
    production = contract_url(host, "production")
    staging = {"breaks": contract_url(host, "staging"), "same": production, "away": "https://localhost:1/openapi.yaml"}
    staging["low"] = staging["breaks"]
    names = {what: fresh_name(what) for what in staging}
    entry = (
        "apiVersion: apim.cab-i.com/v1\nkind: Api\nmetadata: {{name: {}, tenant: tenant-finance}}\n"
        'spec: {{version: "1.4.2", contract: {{staging: "{}", production: "{}", impact: {}}}}}\n'
    )
    impact = {"low": "low"}
    files = {
        f"apis/{name}.yaml": entry.format(name, staging[what], production, impact.get(what, "high"))
        for what, name in names.items()
    }
    person_commits(stack.data / "gitops.git", {**files}, "Name contracts")
    return names


def breaks(place: Locator, say: dict[str, str]) -> None:
    """Two changes break, and stand first; the impact that follows is said."""
    expect(place.get_by_text(say["breaks"])).to_be_visible()
    expect(place.get_by_text(say["raises"])).to_be_visible()
    expect(place.get_by_role("listitem").filter(has_text="/invoices/{number}/fax").first).to_be_visible()


@pytest.mark.parametrize(("words", "look"), LOOKS)
def test_what_breaks_is_seen_before_sending_on_the_page_and_before_the_decision(
    sit: Sit, apis: dict[str, str], words: Words, look: dict[str, Any]
) -> None:
    """By who asks and by who decides; the page tells which documents were compared."""
    say = SAYS[words.locale]
    pierre = sit("pierre", words, "/requests/new", **look)
    pierre.fill(apis["breaks"], "1.5.0" if words is EN else "1.6.0")
    breaks(pierre.page.locator("main"), say)
    pierre.check_accessible("a contract that breaks, in the form")
    pierre.button(words.send).click()
    pierre.sees_state(words.pending)
    jean = sit("jean", words, pierre.page.url.removeprefix(pierre.stack.api), **look)
    breaks(jean.page.locator("main"), say)
    jean.page.get_by_text(say["documents"]).click()
    expect(jean.page.get_by_text("/-/raw/staging/openapi.yaml")).to_be_visible()
    jean.check_accessible("a contract that breaks, on the page")
    assert jean.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    jean.button(words.approve).click()
    breaks(jean.dialog, say)
    jean.check_accessible("a contract that breaks, before the decision")


@pytest.mark.parametrize(("words", "look"), LOOKS)
@pytest.mark.parametrize("what", ["same", "away"])
def test_no_change_is_told_from_what_could_not_be_compared(
    sit: Sit, stack: Stack, apis: dict[str, str], words: Words, look: dict[str, Any], what: str
) -> None:
    """In the same three places: silence could mean either."""
    say = SAYS[words.locale][what]
    version = "2.0.0" if words is EN else "2.1.0"
    pierre = sit("pierre", words, "/requests/new", **look)
    pierre.fill(apis[what], version)
    pierre.sees(say)
    asked = stack.call(PIERRE, "POST", "", submission(version, name=apis[what]))
    assert asked.status_code == 201, asked.text
    jean = sit("jean", words, f"/requests/{asked.json()['metadata']['id']}", **look)
    jean.sees(say)
    jean.check_accessible(f"a contract: {what}")
    jean.button(words.approve).click()
    expect(jean.dialog.get_by_text(say)).to_be_visible()


def test_one_key_approves_no_contract_that_breaks_or_that_nobody_compared(
    sit: Sit, stack: Stack, apis: dict[str, str]
) -> None:
    """One by one it is shown, and the approval asks first, whatever the impact; of several each has its mark."""
    say = SAYS[EN.locale]
    asked = {what: stack.call(PIERRE, "POST", "", submission("3.0.0", name=apis[what])) for what in ("low", "away")}
    assert all(each.status_code == 201 for each in asked.values()), [each.text for each in asked.values()]
    found = {what: each.json() for what, each in asked.items()}
    assert {each["spec"]["request"]["impactAssessment"] for each in found.values()} == {"low"}
    for what, shown in (("low", say["breaks"]), ("away", say["away"])):
        ticket = found[what]["metadata"]["id"]
        jean = sit("jean", EN, f"/requests?tab=waiting&q={apis[what]}&view=split&at={ticket}")
        article = jean.page.get_by_role("article")
        expect(article.get_by_text(shown)).to_be_visible()
        expect(article.get_by_text("its contract breaks, or could not be compared")).to_be_visible()
        jean.check_accessible(f"one by one, a contract: {what}")
        Keyboard(jean.page).look(ticket)
        jean.page.keyboard.press("a")
        expect(jean.dialog.get_by_text(shown)).to_be_visible()
        assert stack.call(PIERRE, "GET", f"/{ticket}").json()["status"]["state"] == "pending"
    alice = sit("alice", EN, "/requests?tab=waiting")
    for each in found.values():
        alice.page.get_by_role("checkbox", name=re.compile(each["metadata"]["id"])).check()
    alice.button(EN.approve_several).click()
    for what, mark in (("low", say["breaks"]), ("away", "Contract not compared")):
        row = alice.dialog.locator(f'[data-request="{found[what]["metadata"]["id"]}"]')
        expect(row.get_by_text(mark)).to_be_visible()
    alice.check_accessible("several, of which one was not compared")
