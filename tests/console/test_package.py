"""The elements' one file: what its name, hash and page say of it, and the npm package that carries it."""

import base64
import gzip
import hashlib
import json
import subprocess
import tarfile
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
CONSOLE, NPM = ROOT / "console", ROOT / ".ci" / "npm"
BUILT = CONSOLE / "dist" / "embed"
MOST = 334 * 1024
"""Bytes of the module as they travel: all pages that it has, in both languages."""

HOST = """
import { configure, sessionChanged, type NavigateDetail, type Place, type TokenCallback } from '@prodgate/elements';

const session: TokenCallback = async () => undefined;
configure({ session, api: 'https://gate.example', signIn: ({ maxAge }) => maxAge, links: (to: Place) => to.id });
configure({ session: sessionStorage });
const list = document.createElement('prodgate-requests');
list.query = 'tab=waiting';
list.addEventListener('prodgate-navigate', (event) => {
  const { view, replace }: NavigateDetail = event.detail;
  if (view === 'request' && !replace) event.preventDefault();
  // @ts-expect-error  An event carries no secret.
  event.detail.token;
});
// @ts-expect-error  Who is signed in has to be said.
configure({});
void sessionChanged();
"""


def test_the_name_and_the_hash_are_the_files() -> None:
    """As the manifest tells programs, and the page tells people."""
    manifest = json.loads((BUILT / "manifest.json").read_text(encoding="utf-8"))
    (script,) = BUILT.glob("*.js")
    assert manifest["script"] == f"/embed/{script.name}"
    assert script.name.startswith(f"prodgate-{version('prodgate')}-")
    digest = base64.b64encode(hashlib.sha384(script.read_bytes()).digest()).decode()
    assert manifest == {
        "version": version("prodgate"),
        "script": f"/embed/{script.name}",
        "integrity": f"sha384-{digest}",
    }
    page = (BUILT / "index.html").read_text(encoding="utf-8")
    assert manifest["script"] in page
    assert manifest["integrity"] in page
    assert 50 * 1024 < len(gzip.compress(script.read_bytes(), 6)) <= MOST


def test_the_console_pays_nothing_for_the_elements() -> None:
    """No script of the console's own has a word of them."""
    for script in (CONSOLE / "dist" / "assets").glob("*.js"):
        assert "prodgate-requests" not in script.read_text(encoding="utf-8"), script.name


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as `npm pack` makes it."""
    folder = tmp_path_factory.mktemp("packed")
    # npm runs in console/, so the folder of the package is an argument.
    command: list[str | Path] = [NPM, "pack", "./embed", "--pack-destination", folder, "--silent"]
    subprocess.run(command, check=True, capture_output=True)
    (file,) = folder.glob("*.tgz")
    return file


def test_the_package_has_the_module_its_types_and_nothing_else(packed: Path) -> None:
    """The very file that the API serves, which needs no other package."""
    (script,) = BUILT.glob("*.js")
    with tarfile.open(packed) as archive:
        names = {name.removeprefix("package/") for name in archive.getnames()}
        assert names == {"package.json", "prodgate.js", "prodgate.d.ts", "README.md"}
        module, about = (archive.extractfile(f"package/{name}") for name in ("prodgate.js", "package.json"))
        assert module is not None
        assert about is not None
        assert module.read() == script.read_bytes()
        told = json.loads(about.read())
    assert told["version"] == version("prodgate")
    assert "dependencies" not in told


def test_a_host_that_installs_the_package_has_its_types(packed: Path, tmp_path: Path) -> None:
    """Installed without a network, and checked as strictly as TypeScript can."""
    (tmp_path / "package.json").write_text('{"private": true, "type": "module"}')
    install: list[str | Path] = ["install", "--offline", "--no-audit", "--no-fund", "--prefix", tmp_path, packed]
    subprocess.run([NPM, *install], check=True, capture_output=True)
    (tmp_path / "host.ts").write_text(HOST)
    strict = ["--strict", "--noEmit", "--module", "nodenext", "--target", "es2022", "--lib", "es2023,dom"]
    own = tmp_path / "node_modules" / "@types"  # npm runs in console/, whose many types no host has
    compiler: list[str | Path] = [NPM, "exec", "--", "tsc", *strict, "--typeRoots", own, tmp_path / "host.ts"]
    done = subprocess.run(compiler, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
