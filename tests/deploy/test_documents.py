"""The documents keep their promises of dependencies, targets and decisions."""

import ast
import json
import re
import tomllib
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

import domain
from api import app
from domain.decision import DecisionAction
from tests.supply import locked

ROOT = Path(__file__).parent.parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = PYPROJECT["tool"]["importlinter"]["contracts"]


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def direct_dependencies() -> set[str]:
    """The names of everything pyproject.toml asks for, in lower case, ourselves left out."""
    groups = [*PYPROJECT["project"]["optional-dependencies"].values(), *PYPROJECT["dependency-groups"].values()]
    wanted = [*PYPROJECT["project"]["dependencies"], *(name for group in groups for name in group)]
    return {re.split(r"[\[<>=;]", name)[0].lower() for name in wanted} - {PYPROJECT["project"]["name"]}


def dependencies(*, browser: bool) -> str:
    """The document's part on the console's packages, or on PyPI's."""
    parts = re.split(r"^(?=## )", text("docs/dependencies.md"), flags=re.MULTILINE)
    return "".join(part for part in parts if part.startswith("## In the browser") is browser)


def test_every_package_that_a_browser_loads_has_its_reason() -> None:
    """The console's own file asks for them, one or several a line."""
    lines = re.findall(r"^\| (\S.*?) \|", dependencies(browser=True), re.MULTILINE)
    explained = {name for line in lines for name in line.split(", ")} - {"package"}
    assert set(json.loads(text("console/package.json"))["dependencies"]) <= explained


def test_every_direct_dependency_has_its_reason() -> None:
    """Nothing is installed that nobody can say why; nothing is explained that is gone."""
    explained = re.findall(r"^\| ([a-z][a-z0-9-]+) \|", dependencies(browser=False), re.MULTILINE)
    assert sorted(set(explained) - {"package"}) == sorted(direct_dependencies())


def test_the_releases_named_are_those_that_are_pinned() -> None:
    """The document and the lock files speak of the same versions."""
    pinned = {name: version for file in ("dev", "node", "go", "helm", "uv") for name, version in locked(file).items()}
    row = r"^\| ([a-z][a-z0-9-]+) \| .* \| ([0-9][\w.]*), \w+ \d{4} \|"
    named = re.findall(row, dependencies(browser=False), re.MULTILINE)
    assert {name: pinned[name] for name, _ in named} == dict(named)
    assert {name for name, _ in named} == direct_dependencies()


def drawn() -> list[tuple[str, str]]:
    """The arrows between rooms, each from the one that imports."""
    return re.findall(r"^ +(\w+)(?:\[.*\])? --> (\w+)$", text("docs/architecture.md"), re.MULTILINE)


def below(room: str) -> set[str]:
    """The rooms to which a path of arrows leads."""
    under = {lower for upper, lower in drawn() if upper == room}
    return under.union(*map(below, under))


def imported(room: str) -> set[str]:
    """What the modules of a room import, by the first part of its name."""
    nodes = [node for path in (ROOT / room).rglob("*.py") for node in ast.walk(ast.parse(path.read_text("utf-8")))]
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    return {name.partition(".")[0] for name in names}


def test_the_drawing_of_the_rooms_agrees_with_the_rules_of_imports() -> None:
    """Each room of the first layers' contract is drawn, the demo's left out, and every arrow points down."""
    layers = [each.split(" | ") for each in CONTRACTS[0]["layers"]]
    depth = {room: depth for depth, rooms in enumerate(layers) for room in rooms}
    assert {room for arrow in drawn() for room in arrow} == depth.keys() - {"demo"}
    assert [(above, under) for above, under in drawn() if depth[above] >= depth[under]] == []


def test_every_import_between_rooms_follows_arrows() -> None:
    """An arrow that is not drawn is an import that nobody expects; the page lists what is forbidden nonetheless."""
    rooms = {room for arrow in drawn() for room in arrow}
    unexpected = {room: imported(room) & rooms - below(room) - {room} for room in rooms}
    assert {room: names for room, names in unexpected.items() if names} == {}
    listed = re.findall(r"^- `(\w+)` ↛ (.*)$", text("docs/architecture.md"), re.MULTILINE)
    linted = [each for each in CONTRACTS if each["type"] == "forbidden" and "ignore_imports" not in each]
    closed = {(room, no) for each in linted for room in each["source_modules"] for no in each["forbidden_modules"]}
    assert {(room, no) for room, names in listed for no in re.findall(r"`(\w+)`", names)} == {
        (room, no) for room, no in closed if {room, no} <= rooms
    }


def test_the_page_of_the_rooms_says_which_module_has_which_route() -> None:
    """Every module with routes has a row, whose addresses are those of its routes, or what these begin with."""
    rows = re.findall(r"^\| ([^|]*`/[^|]*) \| `(\w+)\.py` \|", text("docs/architecture.md"), re.MULTILINE)
    named = {module: re.findall(r"`(/[^…`]*)", addresses) for addresses, module in rows}
    modules = {name: module.router for name, module in vars(app).items() if hasattr(module, "router")}
    assert named.keys() == modules.keys()
    for name, router in modules.items():
        paths = [route.path for route in router.routes if isinstance(route, APIRoute)]
        assert [each for each in named[name] if not any(path.startswith(each) for path in paths)] == []
        assert [path for path in paths if not path.startswith(tuple(named[name]))] == []


def test_make_help_explains_every_target() -> None:
    """Every target that is no file has its sentence."""
    makefile = text("Makefile")
    phony = set(re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[0].split())
    explained = set(re.findall(r"^([a-z0-9-]+):.*## \S", makefile, re.MULTILINE))
    assert explained == phony
    assert {"install", "up", "test", "check", "bench", "clean"} <= phony


def test_every_make_target_that_a_document_names_exists() -> None:
    """Whoever types what is written gets what is meant."""
    targets = set(re.findall(r"^([a-z0-9-]+):", text("Makefile"), re.MULTILINE))
    for document in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/releases.md"):
        assert set(re.findall(r"`make ([a-z0-9-]+)", text(document))) <= targets


UNUSED = {35: "no text by this number was ever written"}
"""Numbers of decisions that no text has, and why."""


def test_every_test_that_a_document_names_exists() -> None:
    """What is said to hold a thing mended is there: `path::name`, in the pages on design."""
    named = [
        (page.name, *each)
        for page in (ROOT / "docs" / "design").glob("*.md")
        for each in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", page.read_text())
    ]
    assert len(named) > 10
    assert [each for each in named if f"def {each[2]}(" not in (ROOT / each[1]).read_text()] == []


def test_decisions_are_numbered_without_gaps() -> None:
    """Each record has a number of its own, its title begins with it, and it says whether it holds."""
    records = sorted((ROOT / "docs" / "adr").glob("*.md"))
    for record in records:
        written = record.read_text(encoding="utf-8")
        assert written.startswith(f"# {int(record.name[:4])}. ")
        assert re.search(r"^(Accepted|Superseded)\b", written, re.MULTILINE)
    numbers = [int(record.name[:4]) for record in records]
    assert len(set(numbers)) == len(numbers)
    assert set(range(1, max(numbers) + 1)) - set(numbers) <= UNUSED.keys()


def test_each_decision_is_in_the_glossary_and_among_the_concepts() -> None:
    """A word that a page uses and none explains is nobody's."""
    for page in (str(domain.__doc__), text("docs/concepts.md")):
        assert {each for each in DecisionAction if not re.search(rf"\b{each}", page)} == set()


WORDS = {
    "en": ("vote", "unendorse", "freeze", "window", "standard change", "emergency", "debt", "ratif", "refute"),
    "fr": ("voix", "unendorse", "gel", "fenêtre", "changement standard", "urgence", "dette", "ratifie", "réfute"),
}


@pytest.mark.parametrize("page", ["approver", "requester"])
@pytest.mark.parametrize("language", WORDS)
def test_people_read_of_the_companys_rules_in_their_language(page: str, language: str) -> None:
    """Whoever decides reads of every act, and whoever asks of what may stop or speed up their request."""
    said = text(f"docs/people/{page}.{language}.md").lower()
    of_deciders = {"unendorse", "debt", "dette"} if page == "requester" else set()
    assert [each for each in WORDS[language] if each not in said and each not in of_deciders] == []
