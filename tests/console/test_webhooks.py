"""Whoever approves for a tenant looks after its webhooks: sees them, tries one, and sends again what was not told."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from playwright.sync_api import expect

from tests.console.conftest import Sit
from tests.console.desk import PHONE
from tests.console.test_flows import asked, fresh_name
from tests.console.words import FR, Words
from tests.e2e.stack import Stack
from tests.record.building import git, person_commits

TENANT = "tenants/tenant-finance.yaml"


class Hook(BaseHTTPRequestHandler):
    """Answers with the server's status, and keeps the ids of messages."""

    status, ids = 410, list[str]()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        Hook.ids.append(self.headers["webhook-id"])
        self.send_response(Hook.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing: the test asks what came."""


@pytest.fixture
def receiver() -> Iterator[str]:
    """The address of a receiver that wants no more."""
    server = HTTPServer(("127.0.0.1", 0), Hook)
    Hook.status, Hook.ids = 410, []
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}/prodgate"
    server.shutdown()
    serving.join()
    server.server_close()


@contextmanager
def named(stack: Stack, url: str) -> Iterator[None]:
    """While the tenant's file names it, and another entry that can't be used."""
    record = stack.data / "gitops.git"
    before = git(record, "show", f"main:{TENANT}") + "\n"
    entries = f"    - {{url: '{url}', secretName: demo}}\n    - {{url: 'ftp://a.example/', secretName: demo}}\n"
    person_commits(record, {TENANT: f"{before.partition('  webhooks:')[0]}  webhooks:\n{entries}"})
    yield
    person_commits(record, {TENANT: before})


def test_an_approver_tries_a_webhook_and_sends_again_what_it_refused(
    sit: Sit, stack: Stack, words: Words, receiver: str
) -> None:
    """From the menu of places, with the keyboard's and the screen reader's names; on a phone as well."""
    french = words is FR
    again, not_told = ("Renvoyer", "Non remis") if french else ("Send again", "Not delivered")
    with named(stack, receiver):
        ticket = asked(stack, fresh_name("hooked"))
        jean = sit("jean", words)
        jean.places().filter(has_text="Webhooks").click()
        jean.sees(receiver)
        jean.sees(f"{TENANT}, line")
        letter = jean.row(ticket)
        for _ in range(40):
            if letter.count():
                break
            jean.page.wait_for_timeout(500)
            jean.page.reload()
            jean.sees(receiver)
        expect(letter).to_contain_text("The receiver answered 410")
        jean.check_accessible("webhooks of a tenant")
        Hook.status = 204
        letter.get_by_role("button", name=again).click()
        expect(letter.get_by_role("status")).to_contain_text("204")
        assert Hook.ids == [f"{ticket}_1_request-created"] * 2
        Hook.status = 500
        jean.page.get_by_role("button", name=receiver).click()
        expect(jean.page.get_by_role("status").filter(has_text="500")).to_contain_text(not_told)

        phone = sit("alice", words, "/webhooks?tenant=tenant-finance", viewport=PHONE, color_scheme="dark")
        phone.sees(receiver)
        phone.check_accessible("webhooks on a phone, dark")
        assert phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_who_looks_after_none_is_not_shown_the_page(sit: Sit) -> None:
    """Neither in the menu nor by its address."""
    pierre = sit("pierre", path="/webhooks")
    expect(pierre.places().filter(has_text="Webhooks")).to_have_count(0)
    expect(pierre.page.get_by_role("menuitem", name="Insights")).to_be_visible()
