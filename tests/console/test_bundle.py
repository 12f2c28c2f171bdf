"""A browser fetches little before the list is there."""

from typing import Any

from playwright.sync_api import Response, expect

from tests.console.conftest import Sit
from tests.console.words import EN

MOST = 200 * 1024
"""Bytes of page, scripts and styles together, as they travel."""


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
    assert all(each["content-encoding"] == "gzip" for each in texts.values()), texts
    total = sum(each["responseBodySize"] for each in fetched.values())
    assert 50 * 1024 < total <= MOST, f"{total / 1024:.0f} KB: {fetched}"


def test_the_rest_comes_when_it_is_needed(sit: Sit) -> None:
    """The form and the renderer of Markdown are none of the list's."""
    jean = sit("jean", path="/requests?tab=all")
    expect(jean.heading(EN.requests)).to_be_visible()
    loaded = jean.page.evaluate("performance.getEntriesByType('resource').map(each => each.name)")
    assert not [name for name in loaded if "Markdown" in name or "NewProductionRequest" in name]
