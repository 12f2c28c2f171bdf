"""A test shows whatever docs/security.md says is shown by one."""

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parent
SAID = (TESTS.parent / "docs" / "security.md").read_text(encoding="utf-8")


def named() -> list[tuple[str, str]]:
    """Files and tests in the order in which the page names them; `::test` stands in the file named before."""
    file, found = "", []
    for path, test in re.findall(r"`((?:[a-z]+/)*test_\w+\.py)?(?:::(test_\w+))?`", SAID):
        file = path or file
        found.append((file, test))
    return found


def test_every_test_that_the_threat_model_names_exists() -> None:
    """A renamed or removed test takes its row with it."""
    assert len(named()) > 40
    for file, test in named():
        tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
        functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert not test or test in functions, f"{file}::{test}"


def test_every_cell_of_who_holds_what_names_a_test_or_who_sees_it() -> None:
    """Eight things that somebody may hold, six that they may want; nothing is left to be believed."""
    table = SAID.split("## Who holds what")[1].split("\n## ")[0]
    rows = [line.strip("|").split("|")[1:] for line in table.splitlines() if line.startswith("| ")][1:]
    assert [len(row) for row in rows] == [6] * 8
    for clause in (clause for row in rows for cell in row for clause in cell.split(";")):
        assert re.search(r"`[a-z/_]+/test_\w+\.py|\bcan\b.* seen ", clause), clause
