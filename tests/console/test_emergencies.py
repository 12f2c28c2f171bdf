"""An emergency, from the red button to its answer by somebody else."""

from dataclasses import dataclass

from playwright.sync_api import expect

from tests.console.conftest import Sit
from tests.console.test_flows import asked, fresh_name
from tests.console.words import EN, FR, Words
from tests.e2e.stack import Stack
from tests.record.building import person_commits
from tests.rules import rule


@dataclass(frozen=True)
class EmergencyWords:
    """What the console says of emergencies."""

    button: str
    reason: str
    confirm: str
    title: str
    owed: str
    mark: str
    open: str
    ratify: str
    why: str
    ratified: str
    past: str


SAID = {
    EN.locale: EmergencyWords(
        button="Declare an emergency",
        reason="Why it can’t wait",  # noqa: RUF001
        confirm="Declare the emergency",
        title="Emergency",
        owed="Nobody has answered for it yet.",
        mark="emergency, unanswered",
        open="Emergencies that wait for an answer",
        ratify="Ratify",
        why="Reason",
        ratified="Ratified by",
        past="launched in an emergency by Jean Dupont",
    ),
    FR.locale: EmergencyWords(
        button="Déclarer une urgence",
        reason="Pourquoi cela ne peut pas attendre",
        confirm="Déclarer l’urgence",  # noqa: RUF001
        title="Urgence",
        owed="Personne n’en a encore répondu.",  # noqa: RUF001
        mark="urgence, sans réponse",
        open="Urgences qui attendent une réponse",
        ratify="Ratifier",
        why="Motif",
        ratified="Ratifiée par",
        past="lancée en urgence par Jean Dupont",
    ),
}


def test_an_emergency_is_declared_shown_and_answered_for(sit: Sit, stack: Stack, words: Words) -> None:
    """Jean launches alone; the page and the list say it in red; Claire finds it where she looks, and ratifies."""
    said, name = SAID[words.locale], fresh_name("urgent")
    two = [{"role": "cpi", "count": 2}]
    urgent = {"role": "cpi", "answerWithin": "P3D"}
    git = stack.data / "gitops.git"
    person_commits(git, rule(f"urgent-{name}", match={"names": [name]}, approvals=two, emergency=urgent))
    ticket = asked(stack, name)

    jean = sit("jean", words, f"/requests/{ticket}")
    jean.button(said.button).click()
    dialog = jean.page.get_by_role("dialog")
    dialog.get_by_label(said.reason).fill("Payments are down since nine")
    jean.check_accessible("the dialog of an emergency")
    dialog.get_by_role("button", name=said.confirm).click()
    jean.sees_state(words.deployed)
    region = jean.page.get_by_role("region", name=said.title, exact=True)
    expect(region).to_contain_text(said.owed)
    expect(jean.page.get_by_role("button", name=said.ratify, exact=True)).to_have_count(0)
    jean.check_accessible_in_both_themes("the page of an emergency")

    claire = sit("claire", words, "/requests?tab=waiting")
    waiting = claire.page.get_by_role("region", name=said.open)
    expect(waiting).to_contain_text(name)
    claire.check_accessible("a list above which an emergency waits")
    waiting.get_by_role("link", name=ticket).click()
    expect(claire.page.locator("[data-mark=emergency]").first).to_contain_text(said.mark)
    claire.button(said.ratify).click()
    answer = claire.page.get_by_role("dialog")
    answer.get_by_label(said.why).fill("It could not wait for two")
    answer.get_by_role("button", name=said.ratify, exact=True).click()
    expect(claire.page.get_by_role("region", name=said.title, exact=True)).to_contain_text(said.ratified)
    claire.go(f"/targets/tenant-finance/api/{name}")
    expect(claire.page.get_by_role("listitem").filter(has_text=ticket)).to_contain_text(said.past)
    claire.check_accessible("the history of a target that was launched in an emergency")
