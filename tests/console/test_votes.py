"""Several people approve one request: each sees what is needed, what is missing, and takes their own vote back."""

from dataclasses import dataclass

from playwright.sync_api import Locator, expect

from tests.console.conftest import IN_FRENCH, Sit
from tests.console.desk import PHONE, Desk
from tests.console.test_flows import asked, fresh_name
from tests.console.words import EN, FR, Words
from tests.e2e.stack import JEAN, Stack, until
from tests.record.building import person_commits
from tests.rules import two_of_cpi


@dataclass(frozen=True)
class VoteWords:
    """What the console says of votes."""

    needs: str
    none: str
    one: str
    vote: str
    confirm: str
    rest: str
    back: str
    back_confirm: str
    last: str
    title: str
    given: str
    yours: str
    taken_back: str
    said: str
    later: str
    voted: str
    nothing: str


SAID = {
    EN.locale: VoteWords(
        needs="Needs 2 tenant administrators (CPI)",
        none="0 of 2 votes",
        one="1 of 2 votes",
        vote="Vote to approve",
        confirm="Vote",
        rest="Still missing after yours: 1 tenant administrator (CPI)",
        back="Take your vote back",
        back_confirm="Take it back",
        last="Yours is the last vote that is missing.",
        title="Votes",
        given="needs 1 of 2 votes",
        yours="You voted, needs 1 of 2 votes",
        taken_back="Vote taken back",
        said="Vote given by Jean Dupont.",
        later="Your vote for",
        voted="You have voted.",
        nothing="No request matches",
    ),
    FR.locale: VoteWords(
        needs="Il faut 2 administrateurs du tenant (CPI)",
        none="0 voix sur 2",
        one="1 voix sur 2",
        vote="Voter pour",
        confirm="Voter",
        rest="Il manquera après la vôtre : 1 administrateur du tenant (CPI)",
        back="Retirer votre voix",
        back_confirm="La retirer",
        last="La vôtre est la dernière voix qui manque.",
        title="Voix",
        given="manque 1 voix sur 2",
        yours="Vous avez voté, manque 1 voix sur 2",
        taken_back="Voix retirée",
        said="Voix donnée par Jean Dupont",
        later="Votre voix pour",
        voted="Vous avez voté.",
        nothing="Aucune demande ne correspond",
    ),
}


def ruled(stack: Stack, what: str) -> str:
    """A target that two people approve; the rule holds for it alone."""
    name = fresh_name(what)
    person_commits(stack.data / "gitops.git", {**two_of_cpi(names=[name])})
    return name


def actions(stack: Stack, ticket: str) -> list[str]:
    """What happened to the request."""
    history = stack.call(JEAN, "GET", f"/{ticket}").json()["status"]["history"]
    return [entry["action"] for entry in history]


def checklist(desk: Desk, said: VoteWords) -> Locator:
    """The part of the page that is about votes."""
    return desk.page.get_by_role("region", name=said.title, exact=True)


def test_a_form_says_how_many_have_to_approve(sit: Sit, stack: Stack, words: Words) -> None:
    """Before it is sent, and who could."""
    name, said = ruled(stack, "votes-form"), SAID[words.locale]
    pierre = sit("pierre", words, "/requests/new")
    pierre.fill(name, "2.1.0")
    pierre.sees(said.needs)
    pierre.sees("Claire Moreau")
    pierre.check_accessible("a form for what two people approve")


def test_two_people_approve_and_one_of_them_thinks_again(sit: Sit, stack: Stack, words: Words) -> None:
    """Jean votes, takes it back and votes again by keyboard; Claire's vote, on a phone, is the last one."""
    ticket, said = asked(stack, ruled(stack, "votes"), "2.1.0"), SAID[words.locale]
    pierre = sit("pierre", words, f"/requests/{ticket}")
    expect(checklist(pierre, said)).to_contain_text(said.none)

    jean = sit("jean", words, f"/requests/{ticket}")
    jean.button(said.vote).click()
    expect(jean.dialog).to_contain_text(said.rest)
    jean.check_accessible("a dialog that asks for a vote")
    jean.dialog.get_by_role("textbox").fill("Read the plan")
    jean.dialog.get_by_role("button", name=said.confirm, exact=True).click()
    expect(checklist(jean, said)).to_contain_text(said.one)
    expect(checklist(jean, said)).to_contain_text("Read the plan")
    expect(jean.button(said.vote)).to_have_count(0)
    jean.check_accessible("a request with one vote of two")
    expect(pierre.page.get_by_role("status").filter(has_text=said.said)).to_have_count(1)
    expect(checklist(pierre, said).get_by_role("listitem").filter(has_text="Jean Dupont")).to_have_count(1)

    jean.button(said.back).focus()
    jean.page.keyboard.press("Enter")
    expect(jean.dialog.get_by_role("button", name=said.back_confirm)).to_be_visible()
    jean.check_accessible("a dialog that takes a vote back")
    jean.page.keyboard.press("Control+Enter")
    expect(checklist(jean, said)).to_contain_text(said.none)
    jean.sees(said.taken_back)
    expect(jean.button(said.vote)).to_be_visible()
    jean.page.keyboard.press("a")
    expect(jean.dialog).to_contain_text(said.rest)
    jean.page.keyboard.press("Control+Enter")
    expect(checklist(jean, said)).to_contain_text(said.one)
    name = str(stack.call(JEAN, "GET", f"/{ticket}").json()["spec"]["target"]["name"])
    jean.go(f"/requests?tab=all&q={name}")
    expect(jean.row(ticket).locator("[data-mark=votes]")).to_have_text(said.yours)
    jean.check_accessible("a list with a vote of one's own")
    jean.go(f"/requests?tab=waiting&q={name}")
    expect(jean.page.get_by_role("heading", name=said.nothing)).to_be_visible()
    expect(jean.row(ticket)).to_have_count(0)

    claire = sit("claire", words, "/requests?tab=waiting", viewport=PHONE, has_touch=True)
    expect(claire.row(ticket).locator("[data-mark=votes]")).to_have_text(said.given)
    claire.check_accessible("a list with a vote, on a phone")
    claire.row(ticket).get_by_role("link").click()
    expect(checklist(claire, said)).to_contain_text(said.one)
    claire.sees(said.last)
    claire.check_accessible("the last vote, on a phone")
    claire.decide(words.approve)
    claire.sees_state(words.deployed)
    for name in ("Jean Dupont", "Claire Moreau"):
        expect(checklist(claire, said).get_by_role("listitem").filter(has_text=name)).to_have_count(1)
    voted = ["endorsed", "unendorsed", "endorsed", "approved"]
    assert actions(stack, ticket) == ["created", *voted, "deploying", "deployed"]


@IN_FRENCH
def test_one_key_votes_where_requests_are_decided_one_by_one(sit: Sit, stack: Stack, words: Words) -> None:
    """What waits to be sent is called a vote, and whoever has voted is told so."""
    ticket, said = asked(stack, ruled(stack, "votes-split"), "2.1.0"), SAID[words.locale]
    jean = sit("jean", words, f"/requests?tab=waiting&view=split&at={ticket}")
    jean.sees(said.rest)
    jean.check_accessible("one vote among those decided one by one")
    expect(jean.button(said.vote)).to_be_visible()
    jean.page.wait_for_timeout(500)  # a key within a third of a second was meant for the request before
    jean.page.keyboard.press("a")
    jean.sees(said.later)
    until("Jean's vote", lambda: "endorsed" in actions(stack, ticket))
    jean.go(f"/requests?tab=waiting&view=split&at={ticket}")
    jean.sees(said.voted)
