"""The console's client is made from the API's document: neither can change without the other."""

import json
import re
import shutil
import subprocess
from pathlib import Path

from api.app import document

ROOT = Path(__file__).parent.parent.parent
CONSOLE = ROOT / "console"


def test_the_document_that_the_client_is_made_from_is_todays() -> None:
    """`.venv/bin/prodgate openapi > console/openapi.json`, then `.ci/npm run generate`."""
    assert (CONSOLE / "openapi.json").read_text(encoding="utf-8") == document()


def test_the_client_is_what_the_document_makes(tmp_path: Path) -> None:
    """Made again beside the console, by its own script, each file comes out the same."""
    made = tmp_path / "made"
    made.mkdir()
    ignored = shutil.ignore_patterns("node_modules", "dist")
    shutil.copytree(CONSOLE, made / "console", ignore=ignored)
    (made / "console" / "node_modules").symlink_to(CONSOLE / "node_modules")
    (made / ".venv").symlink_to(ROOT / ".venv")
    (made / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "npm", made / ".ci" / "npm")
    subprocess.run([made / ".ci" / "npm", "run", "--silent", "generate"], check=True, capture_output=True)
    for file in sorted((CONSOLE / "src" / "api").glob("*.ts")):
        again = (made / "console" / "src" / "api" / file.name).read_text(encoding="utf-8")
        assert again == file.read_text(encoding="utf-8"), file.name


def test_every_refusal_is_said_in_both_languages() -> None:
    """The console has a sentence for each kind of refusal that the document lists."""
    schemas = json.loads((CONSOLE / "openapi.json").read_text(encoding="utf-8"))["components"]["schemas"]
    kinds = schemas["FieldProblem"]["properties"]["kind"]["enum"]
    assert "self-approval" in kinds
    for language in ("en", "fr"):
        known = (CONSOLE / "src" / "i18n" / f"{language}.refusals.ts").read_text(encoding="utf-8")
        said = set(re.findall(r"^  '?([a-z-]+)'?: \(", known, re.MULTILINE))
        assert set(kinds) == said, language


def test_the_lock_file_names_no_registry() -> None:
    """Whoever builds it takes the packages from where they take all others; the digests hold what they get."""
    assert "resolved" not in (CONSOLE / "package-lock.json").read_text(encoding="utf-8")
