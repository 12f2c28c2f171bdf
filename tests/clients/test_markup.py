"""Markdown in mails and Slack: what it means, and nothing that leads anywhere."""

import re
from typing import Any

import pytest

from clients.markup import html_of, rich_text
from tests.clients.announcing import HOSTILE

NOTES = "# New\n\nFirst *line*\nsecond\n\n- **a**\n- `b`\n  1. inner\n\n```sh\nrun <it>\n```\n"


def test_a_text_becomes_few_elements() -> None:
    """Headings below the mail's own; a line that was broken stays so."""
    assert html_of(NOTES) == (
        "<h3>New</h3>\n<p>First <em>line</em><br />\nsecond</p>\n<ul>\n<li><strong>a</strong></li>\n"
        "<li><code>b</code>\n<ol>\n<li>inner</li>\n</ol>\n</li>\n</ul>\n<pre><code>run &lt;it&gt;\n</code></pre>\n"
    )


LEADING = (
    "[a](https://e.example)",
    "![a](https://e.example/x)",
    "<https://e.example>",
    "[a]\n\n[a]: https://e.example",
)


@pytest.mark.parametrize(
    "text", [*LEADING, "<a href=x>y</a>", "<img src=x>", "```x onclick=y\n```", "&lt;b&gt;", HOSTILE]
)
def test_nothing_leads_anywhere(text: str) -> None:
    """No element with an attribute, and every address in sight."""
    html = str(html_of(text))
    assert re.findall(r"<(?:a|img|script)\b|<\w+ [^/]", html) == []
    if text in LEADING:
        assert "https://e.example" in html


def test_slack_gets_it_as_elements() -> None:
    """Lists in lists, emphasis and code as styles; what was typed is text alone."""
    heading, line, outer, inner, code = rich_text(NOTES)
    assert heading["elements"][0]["text"] == "New"
    assert [each["text"] for each in line["elements"]] == ["First ", "line", "\n", "second", "\n"]
    assert line["elements"][1]["style"] == {"italic": True}
    assert [each["elements"][0] for each in outer["elements"]] == [
        {"type": "text", "text": "a", "style": {"bold": True}},
        {"type": "text", "text": "b", "style": {"code": True}},
    ]
    assert (outer["style"], inner["style"], inner["indent"]) == ("bullet", "ordered", 1)
    assert code["elements"][0]["text"] == "run <it>"


def kinds(value: Any) -> set[str]:
    """Every type of element within."""
    if isinstance(value, list):
        return set().union(*map(kinds, value))
    if not isinstance(value, dict):
        return set()
    return {value["type"]} | kinds(value.get("elements", []))


@pytest.mark.parametrize("text", [HOSTILE, *LEADING, "<!channel> <@U1>", "* \n* ", "``` \n```", "---", "> > > deep"])
def test_slack_finds_no_markup(text: str) -> None:
    """Neither a link, nor a mention, nor an empty text, which it refuses."""
    found = rich_text(text)
    assert kinds(found) <= {"rich_text_section", "rich_text_list", "rich_text_preformatted", "text"}
    assert "'text': ''" not in str(found)
