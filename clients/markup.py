"""Markdown that people typed, as mails and Slack show it: emphasis, lists and code, and nothing that leads anywhere.

A link stays as it was typed, with its address in sight, and a picture is not fetched: a mail that people trust must not
be where somebody else puts a button.
"""

from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

_PARSER = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(
    ["link", "image", "autolink", "html_inline", "html_block", "reference", "entity"]
)
_HEADING = "h3"
"""Headings of a text stand below those of the mail."""


def html_of(text: str) -> Markup:
    """The text as HTML of few elements, without one attribute of the writer's."""
    tokens = _PARSER.parse(text)
    for token in tokens:
        token.attrs, token.info = {}, ""
        if token.type in {"heading_open", "heading_close"}:
            token.tag = _HEADING
    return Markup(_PARSER.renderer.render(tokens, _PARSER.options, {}))  # nosec B704  # noqa: S704  the renderer escapes what is text


def rich_text(text: str) -> list[dict[str, Any]]:
    """The text as elements of a Slack `rich_text` block, in which nothing that was typed is markup.

    https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
    """
    found: list[dict[str, Any]] = []
    lists: list[str] = []
    for token in _PARSER.parse(text):
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                lists.append("ordered" if token.type.startswith("ordered") else "bullet")
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "inline":
                _add(found, _spans(token.children or []), lists)
            case "fence" | "code_block":
                found.append({"type": "rich_text_preformatted", "elements": [_text(token.content.rstrip() or " ")]})
    return found


def _add(found: list[dict[str, Any]], spans: list[dict[str, Any]], lists: Sequence[str]) -> None:
    section = {"type": "rich_text_section", "elements": spans}
    if not lists:
        spans.append(_text("\n"))
        found.append(section)
        return
    style, indent, last = lists[-1], len(lists) - 1, found[-1] if found else {}
    if (last.get("style"), last.get("indent")) == (style, indent):
        last["elements"].append(section)
    else:
        found.append({"type": "rich_text_list", "style": style, "indent": indent, "elements": [section]})


def _spans(children: Sequence[Token]) -> list[dict[str, Any]]:
    style: dict[str, bool] = {}
    found: list[dict[str, Any]] = []
    names = {"strong": "bold", "em": "italic"}
    for token in children:
        kind, _, turn = token.type.rpartition("_")
        if turn == "open" and kind in names:
            style[names[kind]] = True
        elif turn == "close" and kind in names:
            style.pop(names[kind], None)
        elif token.type in {"softbreak", "hardbreak"}:
            found.append(_text("\n"))
        elif token.content:
            code = {"code": True} if token.type == "code_inline" else {}
            found.append(_text(token.content, style | code))
    return found or [_text(" ")]


def _text(text: str, style: dict[str, bool] | None = None) -> dict[str, Any]:
    return {"type": "text", "text": text} | ({"style": dict(style)} if style else {})
