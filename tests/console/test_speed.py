"""Nothing on a page moves by itself: neither while it loads nor while others work."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.console.conftest import Sit
from tests.console.desk import DESK, PHONE, Desk
from tests.console.test_flows import asked, fresh_name, next_month
from tests.console.vitals import WATCH, vitals
from tests.console.words import EN
from tests.e2e.stack import JEAN, Stack

LOOKS: dict[str, dict[str, Any]] = {"desk": {"viewport": DESK}, "phone": {"viewport": PHONE, "has_touch": True}}

SLOW = {"offline": False, "latency": 150, "downloadThroughput": -1, "uploadThroughput": -1}


@pytest.fixture(params=list(LOOKS.values()), ids=list(LOOKS))
def watched(request: pytest.FixtureRequest, sit: Sit) -> Callable[[str], Desk]:
    """Opens a page of somebody who is signed in, and notes what moves on it."""
    jean = sit("jean", **request.param)
    jean.page.add_init_script(WATCH)
    # A browser that waits for each answer shows each state in between.
    network = jean.context.new_cdp_session(jean.page)
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", SLOW)

    def opened(path: str) -> Desk:
        jean.go(path)
        return jean

    return opened


def test_nothing_moves_while_a_list_loads(stack: Stack, watched: Callable[[str], Desk]) -> None:
    """Layout shift is 0 with every tab, until everything beside the rows is there."""
    asked(stack, fresh_name("still"))
    _set_aside(stack, asked(stack, fresh_name("aside")))
    for tab in ("waiting", "all"):
        jean = watched(f"/requests?tab={tab}")
        _settled(jean)
        _check_still(jean, tab)


def test_nothing_moves_while_a_page_loads(stack: Stack, watched: Callable[[str], Desk]) -> None:
    """Nor with one request after the other, on a request's own page, in the queue and in the calendar."""
    name = fresh_name("pages")
    ticket, planned = asked(stack, name, "1.0.0"), asked(stack, name, "1.1.0", scheduledDate=next_month())
    stack.approve(planned)
    for path in (
        f"/requests?tab=waiting&q={name}&view=split&at={ticket}",
        f"/requests/{ticket}",
        f"/requests/{planned}",
        "/queue",
        "/calendar",
    ):
        jean = watched(path)
        expect(jean.page.locator("main").get_by_role("heading").first).to_be_visible()
        jean.page.wait_for_timeout(3_000)  # facts of the request, its line, who may do what
        _check_still(jean, path)


def test_nothing_moves_while_others_work(stack: Stack, watched: Callable[[str], Desk]) -> None:
    """A new request is told of and no row makes place for it; a decision changes its row where it stands."""
    ticket = asked(stack, fresh_name("decided"))
    jean = watched("/requests?tab=all")
    _settled(jean)
    asked(stack, fresh_name("new"))
    expect(jean.button("1 new request: show")).to_be_visible()
    stack.approve(ticket)
    stack.await_state([ticket], "deployed")
    expect(jean.row(ticket)).to_contain_text(EN.deployed)
    jean.page.wait_for_timeout(1_500)  # the figures on top follow a second later
    _check_still(jean, "while others work")


def _set_aside(stack: Stack, ticket: str) -> None:
    """Jean has a request set aside: the line that says so comes with his preferences, and stands above the rows."""
    url, signed_in = f"{stack.api}/v1/me/preferences", {"Authorization": f"Bearer {stack.token(JEAN)}"}
    kept = httpx.get(url, headers=signed_in, timeout=30, trust_env=False)
    named = signed_in | {"If-Match": kept.headers["ETag"]}
    snoozed = {"snoozed": [{"ticket": ticket, "until": (datetime.now(UTC) + timedelta(hours=1)).isoformat()}]}
    done = httpx.put(url, json=kept.json() | snoozed, headers=named, timeout=30, trust_env=False)
    assert done.is_success, done.text


def _settled(desk: Desk) -> None:
    expect(desk.page.locator("li[data-request]").first).to_be_visible()
    desk.page.wait_for_timeout(1_500)  # what each row replaces, who may do what


def _check_still(desk: Desk, what: str) -> None:
    seen = vitals(desk.page)
    assert seen.cls == 0, f"{what}: {seen.cls:.4f} by {seen.moved}"
