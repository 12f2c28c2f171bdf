"""The documentation site is built as `make docs` does, and leads nowhere but to itself."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from domain.lifecycle import TRANSITIONS
from settings import variables
from tests.site.building import SiteRefused, build, built, lay_out
from tests.site.pages import DOCS, decisions, readable
from tests.site.reference import parsers

LOADED = {("link", "href"), ("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("object", "data")}
"""What a browser fetches with a page, by element and attribute."""


class Fetched(HTMLParser):
    """Addresses that a page has a browser fetch, and the language of its text."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.languages: list[str] = []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.addresses += [given[name] or "" for element, name in LOADED if element == tag and name in given]
        if tag in {"html", "article"} and given.get("lang"):
            self.languages.append(given["lang"] or "")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    build(place := tmp_path_factory.mktemp("site") / "docs")
    return place


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    """Scripts, styles, pictures and fonts are in the folder."""
    fetched = {page: Fetched(page).addresses for page in site.rglob("*.html")}
    assert len(fetched) > 60
    assert {
        (page.name, each) for page, these in fetched.items() for each in these if re.match(r"(https?:)?//", each)
    } == set()
    styles = "".join(style.read_text(encoding="utf-8") for style in site.rglob("*.css"))
    assert re.findall(r"url\([\"']?(?:https?:)?//|@import", styles) == []


def test_a_french_page_says_that_it_is_french(site: Path) -> None:
    """A screen reader takes the voice of the text, and of what surrounds it."""
    french = sorted(site.glob("people/*.fr.html"))
    assert french
    assert {tuple(Fetched(page).languages) for page in french} == {("en", "fr")}
    assert Fetched(site / "index.html").languages == ["en"]


def test_no_list_and_no_code_is_read_as_a_paragraph(site: Path) -> None:
    """The builder reads Markdown in another way than a Git host; what it takes for text shows its marks."""
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        article = re.sub(r"<(pre|code)\b.*?</\1>", "", text[text.index("<article") :], flags=re.DOTALL)
        assert re.findall(r"<p>[^<]*\n(?:- |\d+\. |\| )[^<]{0,60}|```|\]\(", article) == [], page.name


def test_the_search_finds_settings_refusals_and_decisions(site: Path) -> None:
    """Generated pages are in the index, too."""
    texts = [
        entry["text"] + entry["title"]
        for entry in json.loads((site / "search" / "search_index.json").read_text())["docs"]
    ]
    for word in (*variables(), "self-approval", "PR-2026-0001", *decisions().values()):
        assert any(word in text for text in texts), word


def test_a_link_that_leads_nowhere_refuses_the_site(tmp_path: Path) -> None:
    """An anchor that is gone, too."""
    lay_out(tmp_path)
    with (tmp_path / "pages" / "index.md").open("a", encoding="utf-8") as page:
        page.write("\n[gone](nowhere.md) [elsewhere](slo.md#nowhere)\n")
    with pytest.raises(SiteRefused, match=r"nowhere\.md(?s:.*)#nowhere"):
        built(tmp_path)


def test_every_refusal_of_a_rule_has_its_row(site: Path) -> None:
    """Each says a sentence."""
    text = (site / "reference" / "refusals.html").read_text(encoding="utf-8")
    rows = dict(re.findall(r"<tr>\s*<td><code>([a-z-]+)</code></td>\s*<td>(.*?)</td>", text, re.DOTALL))
    assert {"self-approval", "production-changed", "record-unreachable", "too-many-requests"} <= rows.keys()
    assert [kind for kind, sentence in rows.items() if not sentence.strip()] == []


def test_the_drawing_of_states_is_the_lifecycle() -> None:
    """Each arrow of docs/concepts.md is a transition, and none is missing."""
    drawn = re.findall(r"^    (\S+) --> (\w+)", (DOCS / "concepts.md").read_text(encoding="utf-8"), re.MULTILINE)
    moves = {(str(state or "[*]"), str(after)) for (state, _), after in TRANSITIONS.items() if state != after}
    assert sorted(drawn) == sorted(moves)


@pytest.mark.parametrize(
    ("host", "builder"),
    [
        ("text:\n- a\n  b\n- c", "text:\n\n- a\n    b\n- c"),
        ("1. a\n\n       code\n2. b", "1. a\n\n        code\n\n2. b"),
        ("- a\n  - b\n    c", "- a\n    - b\n        c"),
        ("- a\n\nb\n\n    code", "- a\n\nb\n\n    code"),
        ("- a\n  ```yaml\n  - x:\n  ```\nb", "- a\n    ```yaml\n    - x:\n    ```\nb"),
    ],
)
def test_lists_mean_the_same_as_on_a_git_host(host: str, builder: str) -> None:
    """Python-Markdown wants four columns, where a Git host takes what the marker asks for."""
    assert readable(host, "index.md") == builder + "\n"


def test_links_past_the_pages_lead_to_what_they_name() -> None:
    """The changelog is a page, whose links begin at the repository's top."""
    assert readable("[c](../CHANGELOG.md#x)", "releases.md") == "[c](changelog.md#x)\n"
    assert readable("[r](docs/releases.md)", "changelog.md") == "[r](releases.md)\n"
    assert readable("[s](../security.md)", "people/auditor.en.md") == "[s](../security.md)\n"


GUIDES = [DOCS / "first-ten-minutes.md", *(DOCS / "howto").glob("*.md"), *(DOCS / "people").glob("*.md")]
"""Pages that tell people what to type."""
BESIDE = {"PRODGATE_URL", "PRODGATE_TOKEN", "PRODGATE_AWX_PASSWORD", "PRODGATE_AWX_CALLBACK_SECRET"}
"""Variables of the commands for people, and of AWX's playbooks."""


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.name)
def test_a_guide_names_what_there_is(page: Path) -> None:
    """Every setting, every command, and every option that stands behind one."""
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    assert set(re.findall(r"\bPRODGATE_[A-Z0-9_]+\b", text)) <= {*variables(), *BESIDE}
    helps = {parser.prog: parser.format_help() for parser in parsers()}
    for said in re.findall(r"(?:^ +|`|\$\(|\) |=\S+ )(prodgate [^`\n|)]+)", text, re.MULTILINE):
        words = said.partition("#")[0].split()
        command = next((" ".join(words[:most]) for most in (3, 2, 1) if " ".join(words[:most]) in helps), None)
        assert command is not None, said
        assert command != "prodgate" or words[1].startswith("-"), said
        options = [word.partition("=")[0] for word in words if word.startswith("--")]
        assert [option for option in options if option not in helps[command]] == [], said
