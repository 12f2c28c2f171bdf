"""The tests by which accessibility is checked, found in the tests themselves, and the console's own pages.

A test counts when it, or a function of its file that it calls, asks axe to look. So a new one is part of
the report by being written.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
APP = HERE.parent.parent / "console" / "src" / "App.tsx"
ASKS_AXE = ("check_accessible", "check_accessible_in_both_themes", "axe_faults")
_ROUTE = re.compile(r'<Route path="([^"]+)"')
Function = ast.FunctionDef | ast.AsyncFunctionDef


def looking() -> list[str]:
    """Each test in which axe looks, as `file::name`, in the order of files and lines."""
    return [f"{file.name}::{name}" for file in sorted(HERE.glob("test_*.py")) for name in _looking_in(file)]


def existing() -> set[str]:
    """Each browser test there is, as `file::name`."""
    found = ((file.name, each.name) for file in HERE.glob("test_*.py") for each in _functions(file))
    return {f"{file}::{name}" for file, name in found if name.startswith("test_")}


def routes() -> list[str]:
    """The addresses that the console's router knows."""
    return _ROUTE.findall(APP.read_text())


def route_of(path: str) -> str:
    """The route that the router takes for a path: the first that fits, or `*`."""
    fitting = (each for each in routes() if each != "*" and _pattern(each).fullmatch(path))
    return next(fitting, "*")


def _pattern(route: str) -> re.Pattern[str]:
    parts = (r"(?:/[^/]+)?" if each.endswith("?") else "/[^/]+" if each[:1] == ":" else f"/{re.escape(each)}"
             for each in route.strip("/").split("/"))  # fmt: skip
    return re.compile("".join(parts))


def _looking_in(file: Path) -> Iterator[str]:
    functions = {each.name: set(_called(each)) for each in _functions(file)}
    asking = {name for name, called in functions.items() if called & set(ASKS_AXE)}
    while more := {name for name, called in functions.items() if called & asking} - asking:
        asking |= more
    yield from (name for name in functions if name in asking and name.startswith("test_"))


def _functions(file: Path) -> list[Function]:
    return [each for each in ast.parse(file.read_text()).body if isinstance(each, Function)]


def _called(function: Function) -> Iterator[str]:
    """The names of what it calls, whoever has them."""
    for call in (each for each in ast.walk(function) if isinstance(each, ast.Call)):
        if isinstance(call.func, ast.Attribute):
            yield call.func.attr
        elif isinstance(call.func, ast.Name):
            yield call.func.id
