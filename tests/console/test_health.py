"""Health after the job in the console: verified, failed with what was seen, and a way back that is filled in."""

# ruff: noqa: RUF001  typographic apostrophes are what French has

from typing import NamedTuple

from playwright.sync_api import expect

from demo.awx.deployed import deployed_health
from tests.console.conftest import Sit
from tests.console.test_flows import asked, fresh_name
from tests.console.test_versions import deployed
from tests.console.words import EN, FR, Words
from tests.e2e.stack import Stack
from tests.record.building import person_commits
from tests.workflows.applications import named


class Says(NamedTuple):
    verifying: str
    awaited: str
    failed: str
    back: str


SAYS = {
    EN.locale: Says("Verifying", "own check has held", "check did not hold for 4 s within 12 s", "Roll back to 1.0.0"),
    FR.locale: Says(
        "En vérification",
        "En attente du contrôle de santé",
        "Le contrôle de santé de la cible n’a pas tenu 4 s en 12 s",
        "Revenir à 1.0.0",
    ),
}


def test_what_is_ill_after_its_job_is_left_for_the_version_before(sit: Sit, stack: Stack, words: Words) -> None:
    """The application's own words are text on the page, and the form asks for what the record has in production."""
    says, name = SAYS[words.locale], fresh_name("health")
    check = deployed_health(int(stack.ports["awx-port"]), name) | {"for": "PT4S", "interval": "PT1S", "within": "PT12S"}
    person_commits(stack.data / "gitops.git", dict[str, str | None](named(check, name)))
    deployed(stack, name, "1.0.0")
    ticket = asked(stack, name, "1.1.0-ill")
    stack.approve(ticket)

    jean = sit("jean", words)
    jean.open(ticket)
    jean.sees_state(says.verifying)
    expect(jean.page.get_by_text(says.awaited)).to_be_visible()
    jean.check_accessible("a request that is verified")
    jean.go("/queue")
    queued = jean.page.locator("section").filter(has_text=name).get_by_role("listitem")
    expect(queued.locator("[data-state=verifying]")).to_have_text(says.verifying)
    jean.open(ticket)
    jean.sees_state(words.failed)
    expect(jean.page.get_by_text(says.failed).first).to_be_visible()
    expect(jean.page.get_by_text("no connection to the database").first).to_be_visible()
    jean.check_accessible_in_both_themes("a request whose check did not hold")

    jean.link(says.back).first.click()
    expect(jean.page.locator("#version")).to_have_value("1.0.0")
    expect(jean.page.locator("#name")).to_have_value(name)
    jean.check_accessible("a form that goes back to the version before")
