"""The house keeps its rooms: which way imports point, and how large a file or a function grows."""

import ast
import functools
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = ("domain", "record", "clients", "documents", "activities", "workflows", "engine", "bootstrap", "api", "demo")
OURS = {*PACKAGES, *(path.stem for path in ROOT.glob("*.py")), "tests", "bench"}

MAY_IMPORT = {
    "settings": {"bootstrap"},
    "worker": {"activities", "bootstrap", "clients", "engine", "record", "settings"},
    "cli": OURS - {"tests", "bench", "activities", "clients"},
    "bootstrap/__init__": set(),
    "bootstrap/audit_command": {"bootstrap", "domain", "record", "settings"},
    "bootstrap/by_hand": {"bootstrap", "domain", "record"},
    "bootstrap/command": {"bootstrap"},
    "bootstrap/keys_command": {"bootstrap", "engine", "record", "settings"},
    "bootstrap/sessions_command": {"bootstrap", "record"},
    "bootstrap/keys": {"bootstrap", "record", "settings"},
    "bootstrap/noting": {"domain", "record", "settings"},
    "bootstrap/outlets": {"settings", "bootstrap", "activities", "clients", "record", "domain"},
    "bootstrap/people/__init__": set(),
    "bootstrap/people/command": {"bootstrap", "domain"},
    "bootstrap/people/debts": {"bootstrap", "clients"},
    "bootstrap/people/delegating": {"bootstrap", "clients"},
    "bootstrap/people/gate": {"bootstrap", "clients"},
    "bootstrap/people/login": {"bootstrap", "clients"},
    "bootstrap/people/requests": {"bootstrap", "clients"},
    "bootstrap/people/sessions": {"clients"},
    "bootstrap/people/several": {"bootstrap", "clients"},
    "bootstrap/people/shown": {"clients"},
    "bootstrap/people/watching": {"bootstrap", "clients"},
    "bootstrap/process": set(),
    "bootstrap/channels": {"activities", "bootstrap", "clients", "domain", "record", "settings"},
    "bootstrap/push": {"clients", "domain", "record", "settings"},
    "bootstrap/push_command": {"clients", "settings"},
    "bootstrap/documents_command": {"bootstrap", "clients", "domain", "engine", "record", "settings"},
    "bootstrap/report_command": set(),
    "bootstrap/smoke": {"clients"},
    "bootstrap/documents": {"clients", "engine", "settings"},
    "bootstrap/doctor": {"activities", "bootstrap", "clients", "domain", "engine", "record", "settings"},
    "bootstrap/reconcile": {
        "activities",
        "bootstrap",
        "clients",
        "domain",
        "engine",
        "record",
        "settings",
        "workflows",
    },
    "bootstrap/repair": {"domain", "record"},
    "bootstrap/traces": {"bootstrap", "settings"},
    "bootstrap/otlp": {"activities"},
    "bootstrap/trail": {"record", "settings"},
    "bootstrap/health": {"clients", "domain", "engine", "record"},
    "bootstrap/composition": {"activities", "bootstrap", "clients", "domain", "record", "settings"},
    "bootstrap/setting_types": set(),
    "bootstrap/audit_settings": set(),
    "bootstrap/awx_settings": {"bootstrap"},
    "bootstrap/channel_settings": {"bootstrap"},
    "bootstrap/document_settings": {"bootstrap"},
    "bootstrap/evidence_settings": {"bootstrap"},
    "bootstrap/identity_settings": {"bootstrap"},
    "bootstrap/proof_settings": {"bootstrap"},
    "bootstrap/record_settings": set(),
    "bootstrap/variables": set(),
    "bootstrap/siem": {"activities", "bootstrap", "clients", "record", "settings"},
    "bootstrap/registration": {"activities", "clients", "documents", "domain", "engine", "record", "workflows"},
}
"""What of ours each entry point and what it is put together from may import; import-linter holds the packages."""


CIRCLING = {"What", "Who", "Whose", "Whom", "Which", "Whether", "How", "Why", "Where"}
"""Words that no docstring begins with."""


@functools.cache
def sources() -> list[Path]:
    """Every Python file of the product, tests and benches left out."""
    return sorted([*ROOT.glob("*.py"), *(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))])


@functools.cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@functools.cache
def imports(path: Path) -> set[str]:
    """The first part of every module name that the file imports."""
    named = [
        [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    return {name.partition(".")[0] for names in named for name in names}


def function_lengths() -> Iterator[int]:
    for path in sources():
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield (node.end_lineno or node.lineno) - node.lineno + 1


def put_together() -> list[str]:
    """The modules at the root and in bootstrap, as paths without their ending."""
    paths = [*ROOT.glob("*.py"), *(ROOT / "bootstrap").rglob("*.py")]
    return [path.relative_to(ROOT).with_suffix("").as_posix() for path in paths]


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_imports_point_one_way() -> None:
    """import-linter keeps the contracts of pyproject.toml."""
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("module", sorted({*MAY_IMPORT, *put_together()}))
def test_an_entry_point_imports_what_it_puts_together(module: str) -> None:
    """The worker never imports the API, and what everybody reads (settings, process) imports none of us."""
    assert module in MAY_IMPORT, "a new module at the root or in bootstrap: say here what it may import"
    assert imports(ROOT / f"{module}.py") & OURS <= MAY_IMPORT[module]


@pytest.mark.parametrize(("guarded", "importers"), [("demo", {"cli", "demo"}), ("tests", set()), ("cli", {"demo"})])
def test_what_stands_in_for_the_company_stays_outside_the_product(guarded: str, importers: set[str]) -> None:
    """The demo's systems are started by the command alone, and nothing of the product needs its tests."""
    found = {path.relative_to(ROOT).parts[0].removesuffix(".py") for path in sources() if guarded in imports(path)}
    assert found <= importers


def test_every_module_at_the_root_is_installed() -> None:
    """Whatever runs from a clone runs from a wheel too."""
    setuptools = PYPROJECT["tool"]["setuptools"]
    assert sorted(setuptools["py-modules"]) == sorted(path.stem for path in ROOT.glob("*.py"))
    assert {f"{package}*" for package in PACKAGES} <= set(setuptools["packages"]["find"]["include"])


def test_everything_of_the_product_is_measured_and_type_checked() -> None:
    """No module escapes coverage or mypy by not being named."""
    modules = {path.stem for path in ROOT.glob("*.py")}
    assert {*PACKAGES} | modules <= set(PYPROJECT["tool"]["coverage"]["run"]["source"])
    assert {*PACKAGES} <= set(PYPROJECT["tool"]["mypy"]["packages"])
    assert modules <= set(PYPROJECT["tool"]["mypy"]["modules"])


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_file_is_read_in_one_sitting(path: Path) -> None:
    """400 lines for a file, 250 for a workflow, 80 for the composition root of the worker."""
    relative = path.relative_to(ROOT).as_posix()
    most = 250 if relative.startswith("workflows/") else 80 if relative == "worker.py" else 400
    assert lines(path) <= most


def test_nine_functions_of_ten_fit_on_half_a_page() -> None:
    """The 90th percentile of function lengths is at most 20 lines."""
    lengths = sorted(function_lengths())
    assert lengths[len(lengths) * 9 // 10] <= 20


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_docstring_says_at_once_what_a_thing_is_or_does(path: Path) -> None:
    """A sentence that begins with a question word circles its subject; those behind fields and constants count too."""
    alone = [node.value for node in ast.walk(parsed(path)) if isinstance(node, ast.Expr)]
    said = [node.value for node in alone if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert [each for each in said if each.split(" ", 1)[0] in CIRCLING] == []


IMPURE = {"secrets", "random", "uuid", "time"}
CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today"}


@pytest.mark.parametrize("path", sorted((ROOT / "domain").glob("*.py")), ids=lambda path: path.name)
def test_the_domain_is_given_time_and_chance(path: Path) -> None:
    """A rule asks no clock and draws nothing: audit and replay judge by it later, and find the same."""
    named = {ast.unparse(node) for node in ast.walk(parsed(path)) if isinstance(node, ast.Attribute)}
    assert imports(path) & IMPURE == set()
    assert named & CLOCKS == set()


def test_a_name_means_one_class() -> None:
    """Whoever reads a name need not ask which of two classes it is."""
    named = Counter(node.name for path in sources() for node in parsed(path).body if isinstance(node, ast.ClassDef))
    assert [name for name, times in named.items() if times > 1] == []


@pytest.mark.parametrize("mark", ["TODO", "FIXME", "XXX", "NotImplementedError"])
def test_nothing_is_left_for_later(mark: str) -> None:
    """Unfinished work is not in the code; it is in an issue."""
    assert not [path.relative_to(ROOT).as_posix() for path in sources() if mark in path.read_text(encoding="utf-8")]
