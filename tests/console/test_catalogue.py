"""People are told whose a target is, and which files can't be used, where they meet it."""

# ruff: noqa: RUF001  typographic apostrophes are what French has

from playwright.sync_api import expect

from tests.console.conftest import Sit
from tests.console.words import EN, Words
from tests.e2e.stack import Stack
from tests.record.building import git, person_commits

BROKEN = "apis/tracking-api.yaml"


def refused(words: Words) -> str:
    """The refusal of a target that is not the tenant's."""
    if words is EN:
        return "The catalogue has no payment-api of tenant-retail."
    return "Le catalogue n’a pas de payment-api pour tenant-retail."


def told(words: Words) -> str:
    """The place of the fault, as the reader says it."""
    return f"{BROKEN}, line 3" if words is EN else f"{BROKEN}, ligne 3"


def test_another_tenants_target_is_refused_before_it_is_sent(sit: Sit, words: Words) -> None:
    """Beside the form as soon as it is complete, and at the field where it is sent all the same."""
    hugo = sit("hugo", words, "/requests/new")
    hugo.expect_fault("403")
    hugo.fill("payment-api", "6.6.6")
    expect(hugo.page.locator("aside")).to_contain_text(refused(words))
    hugo.button(words.send).click()
    expect(hugo.page.locator("form")).to_contain_text(refused(words))
    hugo.check_accessible("a form that asks for another tenant's target")


def test_a_file_with_a_fault_stands_before_the_admins_pages(sit: Sit, stack: Stack, words: Words) -> None:
    """By file and line, until it is mended; nobody else is told of it there."""
    record = stack.data / "gitops.git"
    good = git(record, "show", f"main:{BROKEN}") + "\n"
    person_commits(record, {BROKEN: good.replace("  name:", "  nane:")})
    try:
        alice = sit("alice", words)
        expect(alice.page.get_by_role("main")).to_contain_text(told(words))
        alice.check_accessible("a list below a fault of the record")
        victor = sit("victor", words)
        expect(victor.page.get_by_role("main").get_by_text(BROKEN)).to_have_count(0)
    finally:
        person_commits(record, {BROKEN: good})
    alice.page.reload()
    expect(alice.heading(words.requests)).to_be_visible()
    expect(alice.page.get_by_role("main").get_by_text(BROKEN)).to_have_count(0)
