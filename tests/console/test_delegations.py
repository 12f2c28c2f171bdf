"""A vote handed over in the preferences, and used by somebody who has no other right to it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from playwright.sync_api import expect

from tests.console.conftest import Sit
from tests.console.test_flows import asked, fresh_name
from tests.console.words import EN, FR, Words
from tests.e2e.stack import Stack


@dataclass(frozen=True)
class DelegationWords:
    """What the console says of delegations."""

    section: str
    to: str
    until: str
    reason: str
    give: str
    mine: str
    handed: str
    banner: str
    behalf: str
    end: str
    none: str


SAID = {
    EN.locale: DelegationWords(
        section="Delegations",
        to="To whom",
        until="Until",
        reason="Reason",
        give="Hand over my vote",
        mine="Emma Leroy decides for you",
        handed="You decide for Claire Moreau",
        banner="You decide for Claire Moreau here, until",
        behalf="Emma Leroy for Claire Moreau",
        end="End",
        none="No vote is handed over.",
    ),
    FR.locale: DelegationWords(
        section="Délégations",
        to="À qui",
        until="Au",
        reason="Motif",
        give="Confier mon vote",
        mine="Emma Leroy décide pour vous",
        handed="Vous décidez pour Claire Moreau",
        banner="Vous décidez ici pour Claire Moreau, jusqu’au",  # noqa: RUF001
        behalf="Emma Leroy pour Claire Moreau",
        end="Mettre fin",
        none="Aucun vote n’est confié.",  # noqa: RUF001
    ),
}


def test_a_vote_is_handed_over_used_and_taken_back(sit: Sit, stack: Stack, words: Words) -> None:
    """Claire hands hers to Emma, of another tenant; Emma approves for her, the timeline says so, and Claire ends it."""
    said = SAID[words.locale]
    claire = sit("claire", words, "/preferences")
    mine = claire.page.get_by_role("region", name=said.section)
    mine.get_by_label(said.to).fill("emma.leroy@cab-i.com")
    mine.get_by_label(said.until).fill((datetime.now() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M"))  # noqa: DTZ005
    mine.get_by_label(said.reason).fill("On leave for three days")
    claire.check_accessible("preferences in which a vote is handed over")
    mine.get_by_role("button", name=said.give).click()
    expect(mine.get_by_text(said.mine)).to_be_visible()
    claire.check_accessible("preferences with a vote that is handed over")

    ticket = asked(stack, fresh_name("delegated"))
    emma = sit("emma", words, f"/requests/{ticket}")
    expect(emma.page.get_by_text(said.banner).first).to_be_visible()
    emma.check_accessible("a request on which somebody decides for another")
    emma.button(words.approve).first.click()
    dialog = emma.page.get_by_role("dialog")
    expect(dialog).to_contain_text(said.banner)
    dialog.get_by_role("button", name=words.approve).click()
    emma.sees_state(words.deployed)
    emma.go("/preferences")
    expect(emma.page.get_by_text(said.handed)).to_be_visible()

    jean = sit("jean", words, f"/requests/{ticket}")
    expect(jean.page.get_by_text(said.behalf).first).to_be_visible()
    claire.open(ticket)
    expect(claire.page.get_by_text(said.behalf).first).to_be_visible()
    claire.go("/preferences")
    mine.get_by_role("button", name=said.end).click()
    expect(mine.get_by_text(said.none)).to_be_visible()
