"""Typed text is text: it runs nowhere, links nowhere and breaks no page."""

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest
from git import Repo
from playwright.sync_api import expect

from tests.console.conftest import Sit
from tests.console.desk import DESK, PHONE, Desk
from tests.console.test_flows import asked, fresh_name
from tests.console.words import EN
from tests.e2e.stack import Stack, submission

SCRIPTS = (
    "<script>window.ran = 1</script> <img src=x onerror='window.ran = 1'> <svg onload='window.ran = 1'></svg> "
    "<iframe srcdoc='<script>parent.ran = 1</script>'></iframe> <a href='javascript:window.ran = 1'>press me</a> "
    "<style>* { display: none }</style> <base href='https://evil.example/'> <form action='https://evil.example'>"
)
MARKDOWN = f"""{SCRIPTS}

[press](javascript:window.ran=1) [data](data:text/html,<script>window.ran=1</script>) <javascript:window.ran=1>
[good](https://example.com/notes) ![pixel](https://evil.example/pixel.png)

```html
<script>window.ran = 1</script>
```
"""
GIANT = "w" * 4_000
MIRRORED = "\u202egnp.elif\u202c " + "Z\u0351\u036b\u0343\u036a\u0302" * 200


def check_inert(desk: Desk) -> None:
    """Nothing ran, nothing leads anywhere but to web pages, nothing made the page wider or asked another site."""
    page = desk.page
    assert page.evaluate("window.ran") is None
    links = page.evaluate("[...document.querySelectorAll('[href], [src], [action]')].map(it => it.href || it.src)")
    assert all(link.startswith(("http://127.0.0.1", "https://", "data:image")) for link in links if link), links
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert page.locator("main iframe, main form[action], main base, main style").count() == 0
    expect(page.get_by_role("main")).to_be_visible()


@pytest.mark.parametrize("text", [SCRIPTS, GIANT, MIRRORED], ids=["scripts", "giant", "mirrored"])
def test_a_hostile_request_is_only_text(sit: Sit, stack: Stack, text: str) -> None:
    """In the list, on its page, in the dialog, and in what others said of it; on a desk and on a phone."""
    name = ("n" * 110) + fresh_name("hostile")
    notes = MARKDOWN if text is SCRIPTS else text
    ticket = asked(stack, name, "1.0.0-" + "v" * 50, justification=text, releaseNotes=notes, rollbackPlan=text)
    asked_from: list[str] = []
    jean = sit("jean", path="/requests?tab=all")
    jean.page.on("request", lambda request: asked_from.append(request.url))
    expect(jean.row(ticket)).to_be_visible()
    check_inert(jean)
    jean.open(ticket)
    jean.sees(text[:30])
    check_inert(jean)
    jean.decide(EN.reject, f"No: {text[:4_000]}")
    jean.sees_state(EN.rejected)
    jean.sees("No: " + text[:20])
    check_inert(jean)
    assert all(url.startswith("http://127.0.0.1") for url in asked_from), asked_from


def test_good_links_stay_links(sit: Sit, stack: Stack) -> None:
    """Which open beside the console, and don't tell where they were found."""
    ticket = asked(stack, fresh_name("links"), releaseNotes=MARKDOWN)
    jean = sit("jean", path=f"/requests/{ticket}")
    good = jean.page.get_by_role("link", name="good")
    expect(good).to_have_attribute("href", "https://example.com/notes")
    relations = (good.get_attribute("rel") or "").split()
    assert {"noreferrer", "noopener"} & set(relations)


def test_a_preview_runs_nothing_either(sit: Sit) -> None:
    """Before anything was sent."""
    pierre = sit("pierre", path="/requests/new")
    pierre.page.get_by_role("textbox", name=EN.notes).fill(MARKDOWN)
    pierre.page.get_by_text(EN.preview, exact=True).click()
    expect(pierre.page.get_by_role("link", name="good")).to_be_visible()
    check_inert(pierre)


def test_a_file_that_somebody_wrote_by_hand_harms_nobody(sit: Sit, stack: Stack) -> None:
    """The API takes no `javascript:` address as evidence; a ticket pushed to Git past it is no ticket, or only text."""
    answer = stack.call("pierre.durand@cab-i.com", "POST", "", _with_evidence("javascript:alert(1)"))
    assert answer.status_code == 422
    ticket = asked(stack, fresh_name("byhand"))
    _push(stack, ticket, "https://gitlab.cab-i.com/pipeline/12345", "javascript:window.ran=1")
    alice = sit("alice", path="/requests?tab=all")
    alice.expect_fault("status of 404")
    alice.go(f"/requests/{ticket}")
    expect(alice.page.locator("h1").first).to_be_visible()
    check_inert(alice)


def _with_evidence(address: str) -> dict[str, Any]:
    body = json.loads(json.dumps(submission("9.9.9")))
    body["preChecks"]["testEvidenceUrl"] = address
    return dict(body)


def _push(stack: Stack, ticket: str, before: str, after: str) -> None:
    """Change a ticket's file as somebody with access to the repository could."""
    # Git may still tidy the clone up in the background when it is removed.
    folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    with folder as at, Repo.clone_from(str(stack.data / "gitops.git"), at) as work:
        (file,) = Path(at).rglob(f"{ticket}.yaml")
        file.write_text(file.read_text().replace(before, after))
        command = ["git", "-c", "user.name=R", "-c", "user.email=r@cab-i.com", "commit", "-qam", "By hand"]
        subprocess.run(command, cwd=at, check=True)
        work.git.push("origin", "main")
