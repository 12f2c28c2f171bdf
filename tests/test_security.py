"""A test shows whatever docs/security.md and docs/compliance.md say is shown by one."""

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAGES = {
    name: (TESTS.parent / "docs" / f"{name}.md").read_text(encoding="utf-8") for name in ("security", "compliance")
}


def named(page: str) -> list[tuple[str, str]]:
    """Files and tests in the order in which the page names them; `::test` stands in the file named before."""
    file, found = "", []
    for path, test in re.findall(r"`((?:[a-z0-9]+/)*test_\w+\.py)?(?:::(test_\w+))?`", page):
        file = path or file
        found.append((file, test))
    return found


@pytest.mark.parametrize(("page", "least"), [("security", 40), ("compliance", 30)])
def test_every_test_that_a_page_names_exists(page: str, least: int) -> None:
    """A renamed or removed test takes its row with it."""
    assert len(named(PAGES[page])) > least
    for file, test in named(PAGES[page]):
        tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
        functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert not test or test in functions, f"{file}::{test}"


def test_every_cell_of_who_holds_what_names_a_test_or_who_sees_it() -> None:
    """Eight things that somebody may hold, six that they may want; nothing is left to be believed."""
    table = PAGES["security"].split("## Who holds what")[1].split("\n## ")[0]
    rows = [line.strip("|").split("|")[1:] for line in table.splitlines() if line.startswith("| ")][1:]
    assert [len(row) for row in rows] == [6] * 8
    for clause in (clause for row in rows for cell in row for clause in cell.split(";")):
        assert re.search(r"`[a-z/_]+/test_\w+\.py|\bcan\b.* seen ", clause), clause
