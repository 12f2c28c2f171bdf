"""Lays out the site's pages, has MkDocs build them, and puts the result in its place.

Whatever is particular to this site is done to the pages before and after, not by hooks: another builder that reads
`mkdocs.yml`, as Zensical does, takes the same tree.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.site.pages import DOCS, ROOT, decisions, generated, readable

PLACE = ROOT / "dist" / "docs"
HERE = Path(__file__).parent
MERMAID = ROOT / "console" / "node_modules" / "@mermaid-js" / "tiny" / "dist" / "mermaid.tiny.js"
"""What draws diagrams: the site loads this copy, and none from elsewhere."""
LEFT_OUT = ("api", "screenshots")
"""Folders of `docs/` that no page shows: frozen contracts, and pictures for the README."""
ARTICLE = '<article class="md-content__inner md-typeset"'


class SiteRefused(Exception):
    """The site can't be built as it is; `str()` is what the builder says."""


def build(place: Path) -> None:
    """Build the site into a folder, in place of what is there. Raises SiteRefused for a link that leads nowhere."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        lay_out(tree)
        built(tree)
        for page in (tree / "site").rglob("*.fr.html"):
            page.write_text(_in_french(page.read_text(encoding="utf-8")), encoding="utf-8")
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(tree / "site", place)


def lay_out(tree: Path) -> None:
    """Write the configuration, and every page and file that it names."""
    pages = tree / "pages"
    shutil.copytree(DOCS, pages, ignore=lambda where, _: LEFT_OUT if Path(where) == DOCS else ())
    for page, text in generated().items():
        (pages / page).parent.mkdir(exist_ok=True)
        (pages / page).write_text(text, encoding="utf-8")
    for file in pages.rglob("*.md"):
        file.write_text(
            readable(file.read_text(encoding="utf-8"), file.relative_to(pages).as_posix()), encoding="utf-8"
        )
    for asset in (MERMAID, HERE / "site.css"):
        shutil.copy(asset, pages)
    (tree / "mkdocs.yml").write_text((HERE / "mkdocs.yml").read_text(encoding="utf-8") + _of_decisions(), "utf-8")


def _of_decisions() -> str:
    """The last lines of `nav`: every decision, below the list of them."""
    each = (f"          - {page}\n" for page in decisions())
    return "".join(["      - Decisions:\n", "          - adr/index.md\n", *each])


def built(tree: Path) -> None:
    """Build a tree. Raises SiteRefused for a link or an anchor that leads nowhere, and for a page that no menu has."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict"]
    quiet = os.environ | {"NO_MKDOCS_2_WARNING": "1"}  # ADR 41 says it: which builder comes next
    done = subprocess.run(command, cwd=tree, env=quiet, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SiteRefused("\n".join(line for line in done.stderr.splitlines() if not line.startswith("INFO")))


def _in_french(page: str) -> str:
    """A page whose text is named as French; what surrounds it is the theme's, and English."""
    if ARTICLE not in page:
        raise SiteRefused("The theme's pages have no place any more to name a language")
    return page.replace(ARTICLE, f'{ARTICLE} lang="fr"')
