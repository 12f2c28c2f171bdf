"""Whom rules ask while nobody decides, on a request's page and among what people choose to be told."""

# ruff: noqa: RUF001  typographic apostrophes are what French has

import re
from typing import NamedTuple

from playwright.sync_api import expect

from tests.console.conftest import Sit
from tests.console.desk import PHONE
from tests.console.test_flows import asked, fresh_name
from tests.console.words import EN, FR, Words
from tests.e2e.stack import Stack
from tests.record.building import person_commits
from tests.rules import rule


class Says(NamedTuple):
    title: str
    admins: str
    tenant: str
    when: re.Pattern[str]
    right: str
    event: str


SAYS = {
    EN.locale: Says(
        "While nobody decides",
        "the platform’s administrators",
        "the tenant’s administrators",
        re.compile(r"to be asked \w{3}"),
        "Only who may approve anyway can decide.",
        "Asked by a rule, as nobody decides",
    ),
    FR.locale: Says(
        "Tant que personne ne décide",
        "les administrateurs de la plateforme",
        "les administrateurs du tenant",
        re.compile(r"sollicitation prévue le \w{3}\."),
        "Seules celles qui ont déjà le droit d’approuver peuvent décider.",
        "Sollicitation par une règle, faute de décision",
    ),
}


def test_a_page_says_who_is_asked_while_nobody_decides(sit: Sit, stack: Stack, words: Words) -> None:
    """Until somebody does; each may choose how they are told."""
    says, name, git = SAYS[words.locale], fresh_name("awaited"), stack.data / "gitops.git"
    steps = [{"after": "PT12H", "role": "cpi"}, {"after": "P2D", "role": "cpi_admin"}]
    person_commits(git, rule(f"next-{name}", match={"names": [name]}, escalation=steps))
    ticket = asked(stack, name)
    jean = sit("jean", words, f"/requests/{ticket}")
    region = jean.page.get_by_role("region", name=says.title, exact=True)
    expect(region.get_by_role("listitem")).to_contain_text([says.tenant, says.admins])
    expect(region.get_by_role("listitem").first).to_have_text(says.when)
    expect(region).to_contain_text(says.right)
    jean.check_accessible_in_both_themes("the page of a request on which nobody has decided")
    jean.page.set_viewport_size(PHONE)
    jean.check_accessible("the page of a request on which nobody has decided, on a phone")
    stack.approve(ticket)
    expect(region).to_have_count(0)
    chosen = sit("claire", words, "/preferences")
    expect(chosen.page.get_by_text(says.event).first).to_be_visible()
