"""The image, the scripts beside it, and what the build may see."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
BIN = Path(sys.executable).parent
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
SCRIPTS = [*sorted((ROOT / ".ci").iterdir()), *sorted((ROOT / "deploy").rglob("*.sh"))]


def run(*command: Path | str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    """The known faults of image builds are not in ours."""
    done = run(BIN / "hadolint", "Dockerfile")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_shellcheck_finds_nothing_in_a_script(script: Path) -> None:
    """Quoting and exit codes are what they seem."""
    shellcheck = shutil.which("shellcheck", path=f"{BIN}:{os.environ['PATH']}")
    assert shellcheck, "apt-get install shellcheck"
    done = run(shellcheck, script)
    assert done.returncode == 0, done.stdout


def test_the_image_runs_as_nobody_in_particular() -> None:
    """The last user is a number that is not root's, so that a cluster can check it."""
    assert re.findall(r"^USER (.*)$", DOCKERFILE, re.MULTILINE)[-1] == "10001"


def test_the_bases_are_pinned_and_one() -> None:
    """All stages start from the same bytes, or the environment that was built would not run."""
    bases = set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE))
    assert len(bases) == 1
    base = bases.pop()
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-bookworm@sha256:[0-9a-f]{64}", base)
    assert f"  image: {base}\n" in (ROOT / "deploy" / "git" / "gitlab-ci.yml").read_text(encoding="utf-8")


def test_the_image_brings_the_console() -> None:
    """Built from its lock file, in a stage whose Node and modules stay behind, and served from where it was put."""
    stage = DOCKERFILE.split(" AS console\n")[1].split("\nFROM ")[0]
    assert stage.index("npm ci") < stage.index("COPY console ./") < stage.index("npm run build")
    assert "COPY --from=console /src/console/dist /opt/prodgate/console\n" in DOCKERFILE
    assert re.search(r"PRODGATE_CONSOLE_DIR=/opt/prodgate/console\b", DOCKERFILE.split("COPY --from=console")[1])
    copied = re.search(r"^COPY (console/.*) \./$", stage, re.MULTILINE)
    assert copied
    assert all((ROOT / file).is_file() for file in copied[1].split())


def test_the_image_brings_the_comparer_of_contracts() -> None:
    """Built as everywhere, by the script and from the sources that are locked; Go stays behind."""
    stage = DOCKERFILE.split(" AS oasdiff\n")[1].split("\nFROM ")[0]
    assert "--require-hashes" in stage
    assert "RUN deploy/oasdiff/build /opt/oasdiff" in stage
    copied = re.findall(r"^COPY (\S+) \S+$", stage, re.MULTILINE)
    assert copied == ["requirements/go.txt", ".ci/go", "deploy/oasdiff"]
    assert all((ROOT / each).exists() for each in copied)
    assert "COPY --from=oasdiff /opt/oasdiff /opt/prodgate/bin/oasdiff\n" in DOCKERFILE
    assert re.search(r"PRODGATE_OASDIFF=/opt/prodgate/bin/oasdiff\b", DOCKERFILE)
    seen = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {"!.ci/go", "!deploy/oasdiff"} <= set(seen)


def test_the_image_says_what_it_is() -> None:
    """Its version and its commit are labels by which a registry is searched; the base is the one that it stands on."""
    labels = dict(re.findall(r'org\.opencontainers\.image\.([\w.]+)="([^"]+)"', DOCKERFILE))
    assert (labels["version"], labels["revision"]) == ("$VERSION", "$REVISION")
    base = re.findall(r"^FROM (\S+)@", DOCKERFILE, re.MULTILINE)[-1]
    assert labels["base.name"] == f"docker.io/library/{base}"


@pytest.mark.parametrize(
    "kept_out",
    [".*", ".ci/*", "console/dist", "console/node_modules", "demo", "deploy/*", "tests", "docker-compose.yml"],
)
def test_the_build_does_not_see(kept_out: str) -> None:
    """Neither history, secrets of a laptop, nor what stands in for the company's systems gets into the image."""
    assert kept_out in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
