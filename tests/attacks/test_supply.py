"""Attack 18: no hashes held what pip and uv install, so whoever served the files chose their bytes."""

import hashlib
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
DOORS = [".ci/install", "Dockerfile", ".ci/npm", ".ci/go"]
"""The files that have packages installed."""


def installs(door: str) -> list[str]:
    """What the file has pip or uv install: the command from there on."""
    commands = re.sub(r"\\\n\s*", "", (ROOT / door).read_text(encoding="utf-8"))
    return re.findall(r"^.*?((?:uv )?pip install .*)$", commands, re.MULTILINE)


def forged(folder: Path, name: str, version: str) -> Path:
    """A wheel under the name and version of another one, which holds what the attacker likes."""
    known = name.replace("-", "_")
    wheel = folder / f"{known}-{version}-py3-none-any.whl"
    about = f"{known}-{version}.dist-info"
    with zipfile.ZipFile(wheel, "w") as files:
        files.writestr("stolen.py", "")
        files.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        files.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        files.writestr(f"{about}/RECORD", f"stolen.py,,\n{about}/METADATA,,\n{about}/WHEEL,,\n{about}/RECORD,,\n")
    return wheel


@pytest.mark.parametrize("door", DOORS)
def test_nothing_is_installed_but_by_hash(door: str) -> None:
    """Every install is held to a lock file, or fetches nothing at all."""
    assert installs(door)
    for command in installs(door):
        assert "--require-hashes -r " in command or "--no-deps --no-build-isolation" in command, command


def test_the_makefile_leaves_installing_to_what_is_tried_here() -> None:
    """Or there would be a way around."""
    assert installs("Makefile") == []


@pytest.mark.parametrize("command", [each for door in DOORS for each in installs(door) if " -r " in each])
def test_a_package_of_other_bytes_is_not_installed(command: str, tmp_path: Path) -> None:
    """By the command of the door itself; the same wheel is taken where the lock names its hash."""
    options, _, lock = command.rpartition(" -r ")
    text = (ROOT / "requirements" / Path(lock.strip('"')).name).read_text(encoding="utf-8")
    pin = re.search(r"^(\S+)==(\S+) \\\n(?:    --hash=sha256:\w+(?: \\)?\n)+", text, re.MULTILINE)
    assert pin
    wheel = forged(tmp_path, pin[1], pin[2])
    requirements, target = tmp_path / "requirements.txt", tmp_path / "target"

    def install(line: str) -> subprocess.CompletedProcess[str]:
        requirements.write_text(f"--only-binary :all:\n{line}", encoding="utf-8")
        alone = ("--no-index", "--find-links", tmp_path, "--target", target)
        ours: list[Path | str] = [sys.executable, "-m", *options.split(), *alone, "-r", requirements]
        return subprocess.run(ours, capture_output=True, text=True, check=False)

    refused = install(pin[0])
    assert refused.returncode != 0
    assert re.search("DO NOT MATCH THE HASHES|Hash mismatch", refused.stderr)
    assert not (target / "stolen.py").exists()
    taken = install(f"{pin[1]}=={pin[2]} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n")
    assert taken.returncode == 0, taken.stderr
    assert (target / "stolen.py").exists()
