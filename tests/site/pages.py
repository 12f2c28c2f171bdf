"""The pages of the site that no file of `docs/` holds: written from code, or kept elsewhere in the repository."""

import posixpath
import re
from pathlib import Path

from tests.site import reference

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
MOVED = {
    "changelog.md": "CHANGELOG.md",
    "contributing.md": "CONTRIBUTING.md",
    "reference/chart.md": "deploy/helm/prodgate/README.md",
    "howto/awx-playbooks.md": "deploy/awx/README.md",
}
"""Pages that are files of the repository outside of `docs/`, by their place in the site."""


def generated() -> dict[str, str]:
    """Every page that is made when the site is built, by its place in it."""
    return {page: (ROOT / file).read_text(encoding="utf-8") for page, file in MOVED.items()} | {
        "adr/index.md": adr_index(),
        "reference/api.md": reference.api(),
        "reference/commands.md": reference.commands(),
        "reference/events.md": reference.events(),
        "reference/glossary.md": reference.glossary(),
        "reference/refusals.md": reference.refusals(),
        "reference/settings.md": reference.settings(),
    }


def decisions() -> dict[str, str]:
    """The title of each decision by its page, newest first."""
    files = sorted((DOCS / "adr").glob("0*.md"), reverse=True)
    return {f"adr/{file.name}": file.read_text(encoding="utf-8").partition("\n")[0][2:] for file in files}


def adr_index() -> str:
    """The list of decisions."""
    rows = (f"- [{title}]({posixpath.basename(page)})" for page, title in decisions().items())
    lead = "Decisions that are hard to take back, each on a page: what was decided, why, and what else was considered."
    return "\n".join(["# Decisions", "", lead, "", *rows, ""])


def source(page: str) -> str:
    """The file of the repository that a page is, for links in it."""
    return MOVED.get(page, f"docs/{page}")


def led(target: str, page: str) -> str:
    """A link of a page to a file of the repository, as it leads to that file's page; others as they are."""
    file = posixpath.normpath(posixpath.join(posixpath.dirname(source(page)), target))
    places = {kept: place for place, kept in MOVED.items()}
    place = places.get(file, file.removeprefix("docs/") if file.startswith("docs/") else None)
    return posixpath.relpath(place, posixpath.dirname(page)) if place else target


def readable(markdown: str, page: str) -> str:
    """A page as the site's builder reads it, of one as a Git host does."""
    return _widened(_LINK.sub(lambda match: led(match.group(), page), markdown))


_LINK = re.compile(r"(?<=\]\()([^)\s#:]+)(?=[)#])")
_ITEM = re.compile(r"^( *)([-*]|\d+\.)( +)\S")
_FENCE = re.compile(r"^ *(```|~~~)")


def _widened(markdown: str) -> str:
    """GitHub's Markdown for Python-Markdown: what belongs to an item stands four columns in, after an empty line."""
    lines: list[str] = []
    open_items: list[int] = []
    fenced = loose = False
    for line in markdown.splitlines():
        indent = len(line) - len(line.lstrip(" "))
        item = None if fenced else _ITEM.match(line)
        begins = item and (loose or not open_items)
        if line.strip() and not fenced:
            open_items = [column for column in open_items if column <= indent]
        if begins and lines and lines[-1].strip():
            lines.append("")
        extra = sum(4 - step for step in _steps(open_items))
        lines.append(" " * extra + line if line.strip() else line)
        loose = not item and (loose or not line.strip())
        if item:
            open_items.append(len(item.group(1) + item.group(2) + item.group(3)))
        fenced ^= bool(_FENCE.match(line))
    return "\n".join(lines) + "\n"


def _steps(columns: list[int]) -> list[int]:
    """The columns by which each open item's content stands in from the content of the item around it."""
    return [column - before for before, column in zip([0, *columns], columns, strict=False)]
