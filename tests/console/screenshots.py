"""`make screenshots`: every page of the console as people see it, in both themes, on a desk and on a phone."""

import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Route, expect, sync_playwright

from tests.api.house import in_days, in_seconds
from tests.console.desk import DESK, PHONE, Desk, launched, seated
from tests.console.words import EN
from tests.e2e.stack import JEAN, PIERRE, Stack, started, submission
from tests.record.building import git, person_commits

FOLDER = Path(__file__).parent.parent.parent / "docs" / "screenshots"
SOPHIE, EMMA, HUGO = "sophie.martin@cab-i.com", "emma.leroy@cab-i.com", "hugo.petit@cab-i.com"
CLAIRE = "claire.moreau@cab-i.com"

NOTES = """### What is new
- **3DS2** authentication for all card payments ([PSD2](https://example.com/psd2))
- Retries no longer charge twice
- `GET /payments/{id}` answers in 40 ms instead of 300 ms

| endpoint | before | after |
|---|---|---|
| `POST /payments` | 420 ms | 180 ms |
"""


def seed(stack: Stack) -> dict[str, str]:
    """A company at work: a request in each state, by the state's name."""
    made = {
        "deployed": _asked(stack, PIERRE, "payment-api", "2.0.4", "low", "Security patches of the quarter, all tested"),
        "failed": _asked(stack, SOPHIE, "invoice-api", "1.5.0", "high", "Invoices in three more languages for Belgium"),
        "rejected": _asked(
            stack, PIERRE, "fraud-rules", "4.0.0", "critical", "Rules for the new fraud patterns", "policy"
        ),
        "cancelled": _asked(
            stack, SOPHIE, "billing-portal", "0.9.0", "low", "Try the beta with ten customers", "application"
        ),
    }
    stack.approve(made["deployed"])
    stack.await_state([made["deployed"]], "deployed")
    control = f"http://127.0.0.1:{stack.ports['awx-port']}/control/faults"
    httpx.put(control, json={"life": ["failed"]}, trust_env=False).raise_for_status()
    stack.approve(made["failed"])
    stack.await_state([made["failed"]], "failed")
    reason = "The rollback plan does not say who restores the rule set"
    stack.call(JEAN, "POST", f"/{made['rejected']}/reject", {"reason": reason})
    stack.call(SOPHIE, "POST", f"/{made['cancelled']}/cancel", {"comment": "Moved to the next sprint"})
    made["approved"] = _asked(
        stack, PIERRE, "ledger-api", "3.2.0", "medium", "The year-end closing needs it", date=in_days(40)
    )
    stack.approve(made["approved"])
    made |= _waiting(stack)
    made["other"] = _asked(stack, SOPHIE, "invoice-api", "1.5.1", "medium", "The failed release, with the missing font")
    made["going-back"] = _asked(stack, PIERRE, "payment-api", "1.9.2", "low", "What partners can still speak to")
    made["pending"] = _asked(stack, PIERRE, "payment-api", "2.1.0", "high", "New PCI-DSS compliant payment flow")
    return made


def _waiting(stack: Stack) -> dict[str, str]:
    """Approved requests that wait: for a release, another approval, their turn."""
    made = {
        "held": _asked(
            stack,
            PIERRE,
            "tariff-api",
            "1.4.0",
            "medium",
            "The prices of the new year for all partners",
            date=in_days(20),
        ),
        "lapsed": _asked(
            stack, PIERRE, "risk-api", "2.0.0", "high", "Risk scores in half of the time they take", date=in_seconds(30)
        ),
        "superseded": _asked(
            stack, SOPHIE, "mandate-api", "3.0.0", "low", "Customers sign mandates by phone", date=in_seconds(30)
        ),
        "in-front": _asked(stack, SOPHIE, "card-api", "5.0.0", "low", "Virtual cards for everybody who travels"),
        "in-line": _asked(stack, PIERRE, "card-api", "5.1.0", "low", "Limits of virtual cards by country"),
    }
    record = stack.data / "gitops.git"
    platform = git(record, "show", "main:platform.yaml") + "\n"
    person_commits(record, {"platform.yaml": platform.replace("controls: 2", "controls: 2\n  supersede: true")})
    for name in ("held", "lapsed", "superseded"):
        stack.approve(made[name])
    newer = _asked(
        stack,
        SOPHIE,
        "mandate-api",
        "3.1.0",
        "low",
        "Customers sign mandates by phone and at the desk",
        date=in_days(30),
    )
    stack.approve(newer)
    reason = {"reason": "The tariff database is being moved; released once that is done"}
    assert stack.call(CLAIRE, "POST", f"/{made['held']}/hold", reason).is_success
    patch = _asked(stack, SOPHIE, "risk-api", "1.9.9", "low", "The security fix that could not wait")
    stack.approve(patch)
    stack.await_state([patch], "deployed")
    stack.await_state([made["lapsed"]], "pending")
    stack.await_state([made["superseded"]], "superseded")
    person_commits(record, {"platform.yaml": platform})
    control = f"http://127.0.0.1:{stack.ports['awx-port']}/control/faults"
    httpx.put(control, json={"life": ["stuck-running"]}, trust_env=False).raise_for_status()
    stack.approve(made["in-front"])
    stack.await_state([made["in-front"]], "deploying")
    stack.approve(made["in-line"])
    return made


def _asked(
    stack: Stack, by: str, name: str, version: str, impact: str, why: str, kind: str = "api", date: str | None = None
) -> str:
    body = submission(version, date)
    body["tenant"] = "tenant-finance"
    body["target"] |= {"name": name, "type": kind}
    body["request"] |= {"impactAssessment": impact, "justification": why, "releaseNotes": NOTES}
    answer = stack.call(by, "POST", "", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["metadata"]["id"])


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
        if state != "other"
    }
    return one | {
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


def pictures(browser: Browser, stack: Stack, made: dict[str, str]) -> None:
    """Every page, gone to once, in each theme and width."""
    with seated(browser, stack, EN, reduced_motion="reduce") as nobody:
        nobody.go("/")
        expect(nobody.button(EN.sign_in)).to_be_visible()
        _take(nobody, "sign-in")
    wanted = pages(made)
    for who in sorted({each for each, _ in wanted.values()}):
        with seated(browser, stack, EN, reduced_motion="reduce") as desk:
            desk.sign_in(who)
            desk.expect_fault("status of 404")
            for name, (whose, go) in wanted.items():
                if whose == who:
                    go(desk)
                    _take(desk, name)
                    desk.page.set_viewport_size(DESK)


def _take(desk: Desk, name: str) -> None:
    desk.page.wait_for_timeout(700)  # what is loaded beside the page: rights, commits, what changes
    for size in (DESK, PHONE):
        desk.page.set_viewport_size(size)
        for theme in ("light", "dark"):
            desk.page.emulate_media(color_scheme=theme)
            desk.settle()
            desk.page.screenshot(path=FOLDER / f"{name}-{theme}-{size['width']}.png")


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, started(Stack(Path(folder) / "data")) as stack:
        stack.open_catalogue()
        made = seed(stack)
        with sync_playwright() as playwright:
            browser = launched(playwright)
            pictures(browser, stack, made)
            browser.close()


if __name__ == "__main__":
    main()
