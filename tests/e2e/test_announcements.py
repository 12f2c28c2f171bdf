"""Mails of the whole product, as `prodgate up` runs it, while its processes die."""

from pathlib import Path
from typing import Any

import httpx

from tests.e2e.stack import JEAN, PIERRE, Stack, started, until

CLAIRE, VICTOR = (f"{name}@cab-i.com" for name in ("claire.moreau", "victor.roux"))
EXPECTED = {
    "request-created": {JEAN, CLAIRE},
    "request-approved": {PIERRE, CLAIRE},
    "deployment-started": {PIERRE, JEAN},
    "deployment-succeeded": {PIERRE, JEAN, VICTOR},
}


def mails(stack: Stack) -> list[dict[str, Any]]:
    """Every mail, oldest first."""
    try:
        answer = httpx.get(f"http://127.0.0.1:{stack.ports['mailbox-port']}/mails.json", trust_env=False)
    except httpx.TransportError:
        return []
    found: list[dict[str, Any]] = answer.json() if answer.is_success else []
    return found


def told(stack: Stack, ticket: str) -> dict[str, set[str]]:
    """The people who were mailed of each event."""
    found: dict[str, set[str]] = {}
    for mail in mails(stack):
        if f"[{ticket}]" in mail["Subject"]:
            found.setdefault(mail["X-Prodgate-Event"], set()).add(mail["X-Envelope-To"])
    return found


def test_whatever_dies_everybody_is_told_and_repeats_carry_the_same_id(tmp_path: Path) -> None:
    """The worker is killed while it announces, then the mail server for the rest: the promotion ends meanwhile."""
    with started(Stack(tmp_path / "data")) as stack:
        tickets = [stack.ask("1.0.0"), stack.ask("2.0.0")]
        stack.await_restart("worker", stack.kill("worker"))
        for ticket in tickets:
            stack.approve(ticket)
        gone = stack.kill("mailbox")
        stack.await_state(tickets, "deployed")
        until("the mailbox again", lambda: stack.pids()["mailbox"] != gone)
        until("everybody told of both", lambda: [told(stack, each) for each in tickets] == [EXPECTED] * 2, 90)
        ids = [mail["Message-ID"] for mail in mails(stack)]
        wanted = len(tickets) * sum(map(len, EXPECTED.values()))
        assert len(set(ids)) == wanted
        for ticket, person in {(each, mail["X-Envelope-To"]) for each in tickets for mail in mails(stack)}:
            mailed = [mail for mail in mails(stack) if f"[{ticket}]" in mail["Subject"]]
            seen = [mail["X-Prodgate-Event"] for mail in mailed if mail["X-Envelope-To"] == person]
            assert seen == sorted(seen, key=list(EXPECTED).index)
