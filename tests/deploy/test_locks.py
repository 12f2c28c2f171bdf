"""Lock files and bills of materials say what is installed, whole and by hash."""

import json
import re
from collections.abc import Callable

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from jsonschema import Draft7Validator  # type: ignore[import-untyped]  # the stubs are a package more

from tests import gomodules
from tests.supply import ROOT, Bill, console_bill, locked, python_bill, refused_licences


@pytest.mark.parametrize("name", ["dev", "runtime", "node", "go", "helm", "uv"])
def test_a_lock_file_has_hashes_and_no_address(name: str) -> None:
    """Every pin is followed by hashes, only wheels are taken, and no line says from where."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    pins = re.findall(r"^\S+==.* \\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)
    assert {pin.partition("==")[0] for pin in pins} == set(locked(name))
    assert len(pins) == len(re.findall(r"^[^\s#-]", text, re.MULTILINE)) > 0
    assert "\n--only-binary :all:\n" in text
    assert not re.search(r"://|--(extra-)?index-url|--find-links", text)


def test_the_image_has_what_the_tests_ran_with() -> None:
    """Each of its packages stands in the tests' lock file with the same version."""
    assert locked("runtime").items() <= locked("dev").items()


def test_every_module_of_the_console_has_a_hash_and_no_address() -> None:
    """What comes inside another's archive is held by that one's hash."""
    modules = json.loads((ROOT / "console" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for path, module in modules.items():
        assert not path or module.get("integrity", "").startswith("sha512-") or module.get("inBundle"), path
        assert "resolved" not in module, path


@pytest.mark.parametrize(
    ("bill", "schema"),
    [(python_bill, SchemaVersion.V1_6), (console_bill, SchemaVersion.V1_5), (gomodules.bill, SchemaVersion.V1_6)],
)
def test_a_bill_is_valid_and_its_licences_are_accepted(
    bill: Callable[[], Bill], schema: SchemaVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By CycloneDX's own schema; every licence has its reason."""
    # An address is held to the narrower form that is read in no time: the grammar of IRIs takes a minute for all.
    formats = Draft7Validator.FORMAT_CHECKER.checkers
    monkeypatch.setitem(formats, "iri-reference", formats["uri-reference"])
    made = bill()
    assert JsonStrictValidator(schema).validate_str(json.dumps(made)) is None
    assert refused_licences(made) == {}


def test_the_bill_of_oasdiff_has_what_is_locked_for_it() -> None:
    """Each module of the program by the hash of go.sum, oasdiff itself among them; each with a licence."""
    sums = (ROOT / "deploy" / "oasdiff" / "go.sum").read_text(encoding="utf-8").splitlines()
    built = gomodules.built_in()
    assert "github.com/oasdiff/oasdiff" in built
    assert {f"{path} {version} {hashed}" for path, (version, hashed) in built.items()} <= {*sums}
    assert all(each["licenses"] for each in gomodules.bill()["components"])
