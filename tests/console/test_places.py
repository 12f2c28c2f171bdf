"""The pages of a target, of a tenant and of the queue, and how somebody comes there and goes back to a version."""

# ruff: noqa: RUF001  typographic apostrophes are what French and English have

import re

from playwright.sync_api import expect

from tests.console.conftest import IN_FRENCH, Sit
from tests.console.desk import PHONE, Desk
from tests.console.test_flows import asked, fresh_name, next_month
from tests.console.words import EN, FR, Words
from tests.e2e.stack import Stack

SAID = {
    EN.locale: {
        "now": "In production now",
        "asked": "Asked by Pierre Durand, approved by Jean Dupont",
        "back": "Roll back to 1.0.0",
        "warns": "back to 1.0.0",
        "older": "This goes back to an older version",
        "queue": "Queue",
        "for": "for",
        "people": "People",
        "tenant": "Finance",
        "more": "More",
        "rules": "The company’s rules",
        "alone": "one person alone may launch past votes and freezes: Tenant administrator (CPI). Somebody else",
    },
    FR.locale: {
        "now": "En production actuellement",
        "asked": "Demandée par Pierre Durand, approuvée par Jean Dupont",
        "back": "Revenir à 1.0.0",
        "warns": "revient à 1.0.0",
        "older": "Retour à une version plus ancienne",
        "queue": "File d’attente",
        "for": "pour le",
        "people": "Personnes",
        "tenant": "Finance",
        "more": "Plus",
        "rules": "Les règles de l’entreprise",
        "alone": "une seule personne peut lancer sans les voix ni les gels : Administrateur du tenant (CPI). Une autre",
    },
}


def deployed(stack: Stack, name: str, *versions: str) -> list[str]:
    """The requests that brought the versions to production, one after the other."""
    made = []
    for version in versions:
        ticket = asked(stack, name, version)
        stack.approve(ticket)
        stack.await_state([ticket], "deployed")
        made.append(ticket)
    return made


def narrow(desk: Desk) -> bool:
    """Tells whether nothing stands beyond the window's edge."""
    return bool(desk.page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_target_is_rolled_back_from_its_page(sit: Sit, stack: Stack, words: Words) -> None:
    """From the request's own page to its target's, to a form that says where it leads; the reason is left to say."""
    said, name = SAID[words.locale], fresh_name("twice")
    first, second = deployed(stack, name, "1.0.0", "2.0.0")
    pierre = sit("pierre", words, f"/requests/{second}")
    pierre.link(name).click()
    expect(pierre.heading(name)).to_be_visible()
    rows = pierre.page.get_by_role("listitem").filter(has_text=said["asked"])
    expect(rows).to_have_count(2)
    newest, before = rows.all()
    expect(newest).to_contain_text(said["now"])
    expect(newest).to_contain_text("2.0.0")
    expect(before).to_contain_text(first)
    pierre.check_accessible("a target's page")

    pierre.link(said["back"]).click()
    expect(pierre.page.get_by_text(said["warns"])).to_be_visible()
    expect(pierre.page.get_by_role("combobox", name=re.compile(words.version))).to_have_value("1.0.0")
    pierre.page.get_by_role("textbox", name=words.justification).fill("Payments fail since 2.0.0 came to production")
    for check in (words.staging, words.security, words.performance):
        expect(pierre.page.get_by_role("checkbox", name=check)).not_to_be_checked()
        pierre.page.get_by_role("checkbox", name=check).check()
    expect(pierre.page.get_by_text(said["older"])).to_be_visible()
    pierre.check_accessible("a form that goes back")
    pierre.button(words.send).click()
    expect(pierre.page).to_have_url(re.compile(r"/requests/PR-\d{4}-\d+$"))
    expect(pierre.page.get_by_text(said["older"]).first).to_be_visible()
    expect(pierre.page.get_by_text("2.0.0").first).to_be_visible()


def test_who_sees_no_request_of_a_colleague_may_go_back_all_the_same(sit: Sit, stack: Stack) -> None:
    """The version is known to the tenant; who asked for it is not told, and what they wrote is not copied."""
    name = fresh_name("colleague")
    deployed(stack, name, "1.0.0", "2.0.0")
    sophie = sit("sophie", EN, f"/targets/tenant-finance/api/{name}")
    expect(sophie.page.get_by_role("listitem").filter(has_text="1.0.0")).to_be_visible()
    expect(sophie.page.get_by_text("Pierre Durand")).to_have_count(0)
    sophie.link("Roll back to 1.0.0").click()
    expect(sophie.page.get_by_role("combobox", name="Version")).to_have_value("1.0.0")
    expect(sophie.page.get_by_role("textbox", name=EN.rollback)).to_have_value("Deploy 2.0.0 again.")
    expect(sophie.page.get_by_role("textbox", name=EN.evidence)).to_have_value("")


def test_a_target_of_others_is_not_there(sit: Sit, stack: Stack) -> None:
    """Another tenant's people learn as much as of one that nobody has."""
    name = fresh_name("foreign")
    deployed(stack, name, "1.0.0")
    hugo = sit("hugo", EN)
    for path in (f"/targets/tenant-finance/api/{name}", "/targets/tenant-retail/api/nothing-there"):
        hugo.expect_fault("404")
        hugo.go(path)
        expect(hugo.heading("No such target")).to_be_visible()


@IN_FRENCH
def test_the_queue_and_a_tenant_are_reached_from_the_line_of_places(sit: Sit, stack: Stack, words: Words) -> None:
    """On a phone from the menu beside it, whose button names the page where one is; nothing stands past the edge."""
    said, name = SAID[words.locale], fresh_name("planned")
    dated = asked(stack, name, scheduledDate=next_month())
    stack.approve(dated)
    jean = sit("jean", words)
    jean.page.get_by_role("navigation").get_by_role("link", name=said["queue"]).click()
    card = jean.page.get_by_role("region").or_(jean.page.locator("section")).filter(has_text=name)
    expect(card).to_contain_text(dated)
    expect(card).to_contain_text(said["for"])
    jean.check_accessible("the queue")
    jean.places().filter(has_text="Tenants").click()
    expect(jean.heading(said["tenant"])).to_be_visible()
    expect(jean.heading(said["people"])).to_be_visible()
    expect(jean.page.get_by_role("listitem").filter(has_text="pierre.durand@")).to_contain_text("DevOps")
    rules = jean.page.get_by_role("region", name=said["rules"])
    critical = rules.get_by_role("listitem").filter(has_text="critical").first
    expect(critical).to_contain_text(said["alone"])
    weekend = rules.get_by_role("listitem").filter(has_text="weekend").first
    expect(weekend).to_contain_text("Our partners' on-call rests")
    expect(weekend).to_contain_text("FREQ=WEEKLY")
    jean.check_accessible("a tenant's page")

    phone = sit("jean", words, "/queue", viewport=PHONE, color_scheme="dark")
    phone.places().filter(has_text="Tenants").click()
    expect(phone.page.get_by_role("navigation").get_by_role("button", name="Tenants")).to_be_visible()
    expect(phone.heading(said["people"])).to_be_visible()
    phone.check_accessible("a tenant's page on a phone, dark")
    assert narrow(phone)


def test_a_requester_has_few_places_and_an_admin_all_on_the_smallest_phone(sit: Sit) -> None:
    """One in the line, a short menu; and nothing stands past the edge of 320 pixels, in the longer language too."""
    pierre = sit("pierre", EN)
    line = pierre.page.get_by_role("navigation", name="Main").get_by_role("link")
    expect(line).to_have_text(["Requests"])
    expect(pierre.places()).to_have_text(["Queue", "Calendar", "Insights", "Tenants"])
    alice = sit("alice", FR, viewport={"width": 320, "height": 640})
    expect(alice.places().filter(has_text="Modèles")).to_be_visible()
    assert narrow(alice)
    alice.page.keyboard.press("Escape")
    expect(alice.page.get_by_role("menuitem")).to_have_count(0)
