"""A browser fetches little before the list is there."""

import re
from typing import Any

import httpx
from playwright.sync_api import Response, expect

from api.web import SHORTEST
from tests.console.conftest import Sit
from tests.console.words import EN

FIRST = 143 * 1024
"""Bytes of the scripts without which nothing is shown: those that the page names, and the words of a language."""

MOST = 154 * 1024
"""Bytes of page, scripts and styles together until the list is there, as they travel."""


def test_the_first_load_is_small(sit: Sit) -> None:
    """Everything but the answers of the API, until a signed-in person sees the list; and all of it is compressed."""
    jean = sit("jean")
    fetched: dict[str, dict[str, Any]] = {}

    def note(answer: Response) -> None:
        if "/v1/" not in answer.url and answer.url.startswith(jean.stack.api):
            fetched[answer.url] = answer.request.sizes() | answer.headers

    jean.context.new_cdp_session(jean.page).send("Network.clearBrowserCache")
    answers: list[Response] = []
    jean.page.on("response", lambda answer: answers.append(answer))
    jean.go("/requests?tab=all")
    expect(jean.heading(EN.requests)).to_be_visible()
    jean.page.wait_for_timeout(1_000)
    for answer in answers:
        note(answer)
    texts = {url: each for url, each in fetched.items() if url.endswith((".js", ".css", "?tab=all"))}
    assert len(texts) >= 3, fetched
    worth = [each for each in texts.values() if each["responseBodySize"] > SHORTEST]
    assert all(each["content-encoding"] == "gzip" for each in worth), texts
    sizes = {url: each["responseBodySize"] for url, each in fetched.items()}
    named = re.findall(r'(?:src|href)="([^"]+\.js)"', httpx.get(f"{jean.stack.api}/requests", trust_env=False).text)
    first = {url: size for url, size in sizes.items() if url.endswith(tuple(named)) or "/assets/en-" in url}
    assert len(first) > len(named) >= 1, f"{named} of {list(sizes)}"
    assert sum(first.values()) <= FIRST, f"{sum(first.values()) / 1024:.0f} KB: {first}"
    total = sum(sizes.values())
    assert 50 * 1024 < total <= MOST, f"{total / 1024:.0f} KB: {sizes}"


def test_the_rest_comes_when_it_is_needed(sit: Sit) -> None:
    """The form, the renderer of Markdown, menus, dialogs, the sign-in and the other language are none of the list's."""
    jean = sit("jean")
    jean.go("/requests?tab=all")  # anew: the page that the provider sends back to loads the sign-in
    expect(jean.heading(EN.requests)).to_be_visible()
    loaded = jean.page.evaluate("performance.getEntriesByType('resource').map(each => each.name)")
    later = ("Markdown", "NewProductionRequest", "Menu", "Dialog", "RowDecision", "provider-", "/fr-")
    assert not [name for name in loaded if any(part in name for part in later)]
