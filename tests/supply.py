"""What others bring into Prodgate: `python -m tests.supply sbom` lists it, `… audit` asks for its holes."""

import argparse
import json
import re
import subprocess
import sys
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from tests import gomodules

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
FOLDER = ROOT / "dist" / "sbom"
ACCEPTED = tomllib.loads((ROOT / "requirements" / "accepted.toml").read_text(encoding="utf-8"))

Bill = dict[str, Any]
"""A CycloneDX document."""


class Unanswered(Exception):
    """An advisory service could not be asked; `str()` is what its client said."""


def locked(name: str) -> dict[str, str]:
    """The version of each package in a lock file, by normalised name."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    return {normal(package): version for package, version in re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE)}


def normal(package: str) -> str:
    """A package's name as PyPI compares names (PEP 503)."""
    return re.sub(r"[-_.]+", "-", package).lower()


# -- bills of materials and licences ----------------------------------------------------------------------------------


def python_bill() -> Bill:
    """The packages of the image, as installed here: both come from one lock file, so versions are the same."""
    command: list[Path | str] = [
        BIN / "cyclonedx-py",
        "environment",
        "--pyproject",
        "pyproject.toml",
        "--output-reproducible",
        "--no-validate",  # tests do, without half a minute for the addresses in it
        sys.executable,
    ]
    bill: Bill = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    shipped = locked("runtime")
    bill["components"] = [each for each in bill["components"] if normal(each["name"]) in shipped]
    known = {each["bom-ref"] for each in (*bill["components"], bill["metadata"]["component"])}
    bill["dependencies"] = [
        each | {"dependsOn": [other for other in each.get("dependsOn", []) if other in known]}
        for each in bill["dependencies"]
        if each["ref"] in known
    ]
    return bill


def console_bill() -> Bill:
    """The packages that the console is built from and a browser may get parts of; its tools are left out."""
    command: list[Path | str] = [ROOT / ".ci" / "npm", "sbom", "--sbom-format", "cyclonedx", "--omit", "dev"]
    bill: Bill = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return bill


def licences(bill: Bill) -> dict[str, list[str]]:
    """The licences that each package declares: SPDX ids and expressions, or the text of a classifier."""
    return {
        f"{package['name']} {package['version']}": sorted(
            each.get("expression") or each["license"].get("id") or each["license"]["name"]
            for each in package.get("licenses", [])
        )
        for package in bill["components"]
    }


def refused_licences(bill: Bill) -> dict[str, list[str]]:
    """The packages whose licences nobody accepted, neither for all nor for them."""
    return {
        package: declared
        for package, declared in licences(bill).items()
        if not declared or not set(declared) <= ACCEPTED["licences"].keys()
        if package.split()[0] not in ACCEPTED["packages"]
    }


def write_bills() -> int:
    """Write the bills and one list of licences; 1 where a licence is not accepted."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    refused: dict[str, list[str]] = {}
    rows: list[str] = []
    for name, bill in (("python", python_bill()), ("console", console_bill()), ("go", gomodules.bill())):
        (FOLDER / f"{name}.cdx.json").write_text(json.dumps(bill, indent=1) + "\n", encoding="utf-8")
        rows += [f"{name}\t{package}\t{'; '.join(declared)}\n" for package, declared in licences(bill).items()]
        refused |= refused_licences(bill)
    (FOLDER / "licences.tsv").write_text("".join(rows), encoding="utf-8")
    for package, declared in refused.items():
        sys.stderr.write(
            f"not accepted in requirements/accepted.toml: {package}: {'; '.join(declared) or 'no licence'}\n"
        )
    return 1 if refused else 0


# -- advisories -------------------------------------------------------------------------------------------------------


def accepted(today: date) -> set[str]:
    """The advisories that are accepted on that day."""
    return {each["id"] for each in ACCEPTED["advisories"] if today <= each["until"]}


def python_holes() -> set[str]:
    """The advisories on packages of requirements/dev.txt, node.txt, go.txt and uv.txt, by their service's ids."""
    command: list[Path | str] = [
        BIN / "pip-audit",
        "--disable-pip",
        "--require-hashes",
        "--strict",
        "--progress-spinner",
        "off",
    ]
    locks = [argument for name in ("dev", "node", "go", "uv") for argument in ("-r", f"requirements/{name}.txt")]
    done = subprocess.run([*command, *locks, "--format", "json"], cwd=ROOT, capture_output=True, text=True, check=False)
    if not done.stdout:
        raise Unanswered(done.stderr.strip())
    packages = json.loads(done.stdout)["dependencies"]
    return {hole["id"] for package in packages for hole in package["vulns"]}


def console_holes() -> set[str]:
    """The advisories on packages of console/package-lock.json, by GitHub's ids."""
    command: list[Path | str] = [ROOT / ".ci" / "npm", "audit", "--audit=true", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    if "vulnerabilities" not in report:
        raise Unanswered(done.stdout + done.stderr)
    causes = [cause for package in report["vulnerabilities"].values() for cause in package["via"]]
    return {cause["url"].rpartition("/")[2] for cause in causes if isinstance(cause, dict)}


def audit(today: date) -> int:
    """Ask both services; 1 where an advisory is not accepted, 2 where one could not be asked."""
    try:
        holes = python_holes() | console_holes()
    except Unanswered as failed:
        sys.stderr.write(f"nothing is known of holes, for a service did not answer:\n{failed}\n")
        return 2
    open_holes = sorted(holes - accepted(today))
    sys.stdout.write("".join(f"{hole}\n" for hole in open_holes) or "no advisory but accepted ones\n")
    return 1 if open_holes else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["sbom", "audit"])
    sys.exit(write_bills() if parser.parse_args().what == "sbom" else audit(datetime.now(UTC).date()))
