"""`make screenshots`: every page of the console as people see it, in both themes, on a desk and on a phone.

`ARGS="rules host-list"` takes those alone, among the same company's.
"""

import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Route, expect, sync_playwright

from tests.console.desk import DESK, PATIENCE, PHONE, Desk, launched, seated
from tests.console.hosting import at_the_host, hosted
from tests.console.seeding import seed
from tests.console.words import EN
from tests.e2e.stack import Stack, free_ports, started
from tests.record.building import git, person_commits
from tests.rules import two_of_cpi

FOLDER = Path(__file__).parent.parent.parent / "docs" / "screenshots"


def show_form(pierre: Desk) -> None:
    pierre.go("/requests/new")
    pierre.fill("payment-api", "2.2.0")
    pierre.sees("Jean Dupont")
    pierre.page.evaluate("window.scrollTo(0, 0)")


def show_faults(pierre: Desk) -> None:
    pierre.go("/requests/new")
    pierre.button(EN.send).click()
    expect(pierre.page.locator("[aria-invalid=true]").first).to_be_visible()
    pierre.page.evaluate("window.scrollTo(0, 0)")


def show_form_of(name: str, version: str, text: str) -> Callable[[Desk], None]:
    """A form, filled, that says something of this target."""

    def there(pierre: Desk) -> None:
        pierre.go("/requests/new")
        expect(pierre.page.get_by_role("textbox", name=EN.justification)).to_be_visible()
        if pierre.button(EN.discard).is_visible():  # the draft of the picture before
            pierre.button(EN.discard).click()
        pierre.fill(name, version)
        pierre.sees(text)
        pierre.page.evaluate("window.scrollTo(0, 0)")

    return there


def show_trial(alice: Desk) -> None:
    """A rule tried over what this company asked for."""
    (text,) = two_of_cpi(names=["payment-*", "invoice-*"]).values()
    alice.go("/rules")
    alice.field("Name of the rule").fill("two")
    alice.field("Text of the file").fill(text)
    alice.button("Try").click()
    expect(alice.page.get_by_role("table").first).to_be_visible()


def show_trial_faults(alice: Desk) -> None:
    (text,) = two_of_cpi(names=["payment-*"]).values()
    alice.expect_fault("422")
    alice.go("/rules")
    alice.field("Name of the rule").fill("two")
    alice.field("Text of the file").fill(text.replace("approvals", "aprovals"))
    alice.button("Try").click()
    expect(alice.page.get_by_role("alert")).to_be_visible()


def show_foreign(hugo: Desk) -> None:
    hugo.expect_fault("status of 403")
    hugo.go("/requests/new")
    hugo.fill("payment-api", "2.2.0")
    expect(hugo.page.locator("aside")).to_contain_text("The catalogue has no payment-api")
    hugo.page.evaluate("window.scrollTo(0, 0)")


def show_broken(alice: Desk) -> None:
    """A file with a fault, for as long as the picture takes."""
    record, file = alice.stack.data / "gitops.git", "apis/tracking-api.yaml"
    good = git(record, "show", f"main:{file}") + "\n"
    person_commits(record, {file: good.replace("  name:", "  nane:")})
    alice.go("/requests?tab=all")
    alice.sees(f"{file}, line 3")
    person_commits(record, {file: good})


def show(path: str, text: str) -> Callable[[Desk], None]:
    def there(desk: Desk) -> None:
        desk.go(path)
        desk.sees(text)

    return there


def place(path: str) -> Callable[[Desk], None]:
    """A page by its address, as soon as it has its heading and nothing in it is still to come."""

    def there(desk: Desk) -> None:
        desk.go(path)
        expect(desk.page.get_by_role("heading", level=1).first).to_be_visible()
        expect(desk.page.locator("main .animate-pulse")).to_have_count(0)

    return there


def ask(ticket: str, decision: str) -> Callable[[Desk], None]:
    def there(desk: Desk) -> None:
        desk.open(ticket)
        desk.button(decision).click()
        expect(desk.dialog).to_be_visible()

    return there


def show_moved(ticket: str) -> Callable[[Desk], None]:
    """The dialog was opened on a page that had not heard of the last deployment."""

    def there(desk: Desk) -> None:
        desk.expect_fault("status of 409")
        desk.page.route(f"**/{ticket}/diff", _of_yesterday)
        ask(ticket, EN.approve)(desk)
        desk.dialog.get_by_role("textbox").fill("Reviewed with the team")
        desk.page.unroute(f"**/{ticket}/diff")
        desk.dialog.get_by_role("button", name=EN.approve, exact=True).click()
        expect(desk.dialog.get_by_role("alert")).to_contain_text(EN.moved)

    return there


def _of_yesterday(route: Route) -> None:
    difference = route.fetch().json()
    route.fulfill(json=difference | {"inProduction": difference["inProduction"] | {"version": "2.0.3"}})


def show_several(jean: Desk) -> None:
    jean.go("/requests?tab=waiting")
    expect(jean.page.get_by_role("checkbox", name=re.compile("PR-")).first).to_be_visible()
    for box in jean.page.get_by_role("checkbox", name=re.compile("PR-")).all():
        if box.is_enabled():
            box.check()
    jean.button(EN.approve_several).click()
    expect(jean.dialog).to_be_visible()


def show_menu(jean: Desk) -> None:
    jean.go("/requests?tab=all")
    jean.button(f"{EN.account} Jean Dupont").click()


def pages(made: dict[str, str]) -> dict[str, tuple[str, Callable[[Desk], None]]]:
    """The people who show each page, and how they get there, by the picture's name."""
    one = {
        f"request-{state}": ("jean", show(f"/requests/{made[state]}", made[state]))
        for state in made
        if state not in {"other", "votes"}
    }
    return (
        one
        | {
            "list-waiting": ("jean", show("/requests?tab=waiting", made["pending"])),
            "list-all": ("jean", show("/requests?tab=all", made["deployed"])),
            "list-nothing": ("jean", show("/requests?tab=all&q=nowhere", EN.nothing_found)),
            "target": ("jean", show("/targets/tenant-finance/api/payment-api", "2.0.4")),
            "tenant": ("jean", show("/tenants/tenant-finance", "victor.roux@cab-i.com")),
            "queue": ("jean", show("/queue", made["in-line"])),
            "several": ("jean", show_several),
            "approve": ("jean", ask(made["pending"], EN.approve)),
            "reject": ("jean", ask(made["pending"], EN.reject)),
            "hold": ("jean", ask(made["approved"], EN.hold)),
            "release": ("jean", ask(made["held"], EN.release)),
            "approve-moved": ("jean", show_moved(made["pending"])),
            "account": ("jean", show_menu),
            "form-faults": ("pierre", show_faults),  # first: the form keeps its draft
            "form": ("pierre", show_form),
            "foreign-target": ("hugo", show_foreign),
            "record-fault": ("alice", show_broken),
            "own-request": ("pierre", show(f"/requests/{made['pending']}", EN.not_own)),
            "insights": ("alice", place("/insights")),
            "audit": ("alice", place("/audit")),
            "reports": ("alice", place("/reports")),
            "templates": ("alice", place("/templates")),
            "webhooks": ("alice", place("/webhooks")),
            "split": ("jean", place("/requests?tab=waiting&view=split")),
            "calendar": ("jean", place("/calendar")),
            "preferences": ("jean", place("/preferences")),
            "not-found": ("victor", show("/requests/PR-1999-0001", EN.not_found)),
        }
        | _ruled(made)
    )


def _ruled(made: dict[str, str]) -> dict[str, tuple[str, Callable[[Desk], None]]]:
    """Pages of what rules say, and of votes that were handed over."""
    return {
        "request-votes": ("claire", show(f"/requests/{made['votes']}", "Yours is the last vote that is missing.")),
        "list-emergency": ("claire", show("/requests?tab=waiting", "Emergencies that wait for an answer")),
        "delegations": ("claire", show("/preferences", "Emma Leroy decides for you")),
        "ratify": ("claire", ask(made["emergency"], "Ratify")),
        "form-votes": ("pierre", show_form_of("settlement-api", "6.1.0", "Needs 2 tenant administrators")),
        "form-standard": ("pierre", show_form_of("rates-api", "2.0.3", "patch from")),
        "form-frozen": ("pierre", show_form_of("closing-api", "1.3.0", "The books are closed")),
        "rules": ("alice", show_trial),
        "rules-fault": ("alice", show_trial_faults),
    }


DEEPER = {
    "delegations": "Delegations",
    "rules": "What would have been",
    "request-votes": "Votes",
    "request-emergency": "Emergency",
    "request-standard": "Standard change",
    "request-awaited": "While nobody decides",
    "request-on-behalf": "Timeline",
    "target": "Versions in production",
}
"""What a picture is about, where it may be below what a window shows first."""
IN_SIGHT = "it => { if (it.getBoundingClientRect().top > innerHeight * 0.7) it.scrollIntoView() }"

HOST_PAGES = {"host-list": "/production?tab=all", "host-form": "/production/new", "host-request": "/production/{}",
              "host-desk": "/desk/{}?tab=all"}  # fmt: skip


def host_pictures(browser: Browser, stack: Stack, origin: str, ticket: str) -> None:
    """The same pages inside another console, whose dark colours are a choice of its own."""
    with at_the_host(browser, stack, origin, EN, reduced_motion="reduce") as jean:
        jean.sign_in("jean")
        for name, path in HOST_PAGES.items():
            if not _is_asked_for(name):
                continue
            jean.go(path.format(ticket))
            expect(jean.page.get_by_role("heading", level=1).first).to_be_visible()
            if "{}" in path:
                expect(jean.page.get_by_role("heading", name="What is new")).to_be_visible()  # Markdown comes later
            _take(jean, name, jean.button("Dark").click)


def pictures(browser: Browser, stack: Stack, made: dict[str, str]) -> None:
    """Every page, gone to once, in each theme and width."""
    with seated(browser, stack, EN, reduced_motion="reduce") as nobody:
        nobody.go("/")
        expect(nobody.button(EN.sign_in)).to_be_visible()
        _take(nobody, "sign-in")
    wanted = {name: page for name, page in pages(made).items() if _is_asked_for(name)}
    for who in sorted({each for each, _ in wanted.values()}):
        with seated(browser, stack, EN, reduced_motion="reduce") as desk:
            desk.sign_in(who)
            desk.expect_fault("status of 404")
            for name, (whose, go) in wanted.items():
                if whose == who:
                    go(desk)
                    _take(desk, name)
                    desk.page.set_viewport_size(DESK)


def _is_asked_for(name: str) -> bool:
    return name in (sys.argv[1:] or [name])


def _take(desk: Desk, name: str, turn: Callable[[], None] | None = None) -> None:
    """Keep both themes at both widths; `turn` changes the theme where the page does not follow the system's."""
    desk.page.wait_for_timeout(700)  # what is loaded beside the page: rights, commits, what changes
    for size in (DESK, PHONE):
        desk.page.set_viewport_size(size)
        if name in DEEPER:
            desk.heading(DEEPER[name]).first.evaluate(IN_SIGHT)
        for theme in ("light", "dark"):
            desk.page.emulate_media(color_scheme=theme)
            desk.settle()
            desk.page.screenshot(path=FOLDER / f"{name}-{theme}-{size['width']}.png")
            if turn:
                turn()


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=PATIENCE)
    origin = f"http://127.0.0.1:{free_ports(1)[0]}"
    given = {"PRODGATE_CORS_ORIGINS": origin}
    with tempfile.TemporaryDirectory() as folder, started(Stack(Path(folder) / "data", settings=given)) as stack:
        stack.open_catalogue()
        made = seed(stack)
        with sync_playwright() as playwright, hosted(stack, origin) as other:
            browser = launched(playwright)
            pictures(browser, stack, made)
            host_pictures(browser, stack, other, made["pending"])
            browser.close()


if __name__ == "__main__":
    main()
