"""The documentation site in a browser: all that it needs is in its folder, on a desk and on a phone, in both themes."""

import functools
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.site.building import build

PAGES = ("index", "concepts", "howto/awx", "reference/settings", "metrics", "people/requester-trouble.fr")
SCHEMES = {"light": "default", "dark": "slate"}
"""The builder's names of themes, by those of browsers."""


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder, and says nothing of it."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base's own name
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site that was built just now."""
    build(place := tmp_path_factory.mktemp("site") / "docs")
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=place))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_pages_ask_nobody_and_fit(browser: Browser, site: str, theme: str, width: int) -> None:
    """No request leaves, no script fails, and nothing but a table or code is wider than the window."""
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=theme)  # type: ignore[arg-type]
    page, asked, faults = context.new_page(), list[str](), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    for name in PAGES:
        page.goto(f"{site}/{name}.html")
        expect(page.locator("body")).to_have_attribute(
            "data-md-color-scheme", "default" if theme == "light" else "slate"
        )
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        if name == "concepts":
            expect(page.locator("div.mermaid")).to_be_visible()
    assert asked
    assert [url for url in asked if not url.startswith((site, "data:", "blob:"))] == []
    assert faults == []
    context.close()


def test_the_search_leads_to_a_setting(page_of: Page, site: str) -> None:
    """A name that somebody read in a file is found, in its reference."""
    page_of.goto(f"{site}/index.html")
    page_of.get_by_role("textbox", name="Search").fill("PRODGATE_GIT_BRANCH")
    found = page_of.locator(".md-search-result__link").filter(has_text="Settings")
    expect(found.first).to_be_visible()


@pytest.fixture
def page_of(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()
