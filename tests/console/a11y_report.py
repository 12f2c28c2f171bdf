"""`make a11y-report`: runs the tests of accessibility, and writes what they found for each criterion of WCAG 2.2 AA.

The report goes into dist/accessibility.md. None of its results is written down beforehand: a criterion without one of
axe's rules and without a test says that a person has to look, and at what.
"""

import json
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET  # nosec B405  pytest's own output
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from tests.console.wcag import CRITERIA, Criterion

ROOT = Path(__file__).parent.parent.parent
REPORT = ROOT / "dist" / "accessibility.md"
SUITES = ("test_accessible.py", "test_stories.py")

Results = dict[str, Counter[str]]
"""How often a test, by `file::name`, or a criterion of axe passed and failed."""


def main() -> int:
    REPORT.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        rules, cases = Path(folder) / "rules", Path(folder) / "cases.xml"
        rules.touch()
        named = sorted({test for each in CRITERIA for test in each.tests if not test.startswith(SUITES)})
        chosen = [f"tests/console/{each}" for each in (*SUITES, *named)]
        command = [sys.executable, "-m", "pytest", "-q", f"--junit-xml={cases}", *chosen]
        ran = subprocess.run(command, cwd=ROOT, env=os.environ | {"A11Y_RULES": str(rules)}, check=False)
        REPORT.write_text(report(tests_of(cases), rules_of(rules)))
    sys.stdout.write(f"{REPORT.relative_to(ROOT)} is written; the tests {'failed' if ran.returncode else 'passed'}\n")
    return ran.returncode


def tests_of(cases: Path) -> Results:
    """What became of each test, all its parameters together."""
    found: Results = {}
    for case in ET.parse(cases).iter("testcase"):  # noqa: S314  # nosec B314
        name = f"{case.attrib['classname'].rpartition('.')[2]}.py::{case.attrib['name'].partition('[')[0]}"
        wrong = case.find("failure") is not None or case.find("error") is not None
        found.setdefault(name, Counter())["failed" if wrong else "passed"] += 1
    return found


def rules_of(lines: Path) -> Results:
    """What axe's rules said, by the criterion that their tags name: wcag143 is 1.4.3, wcag1411 is 1.4.11."""
    found: Results = {}
    for line in lines.read_text().splitlines():
        for tags, kind in json.loads(line).values():
            for tag in tags:
                digits = tag.removeprefix("wcag")
                if tag != digits and digits.isdigit() and len(digits) > 2:
                    number = f"{digits[0]}.{digits[1]}.{digits[2:]}"
                    found.setdefault(number, Counter())["passed" if kind == "passes" else "failed"] += 1
    return found


def report(tests: Results, rules: Results) -> str:
    """The page: what was run, and a line a criterion."""
    when = datetime.now(UTC).date().isoformat()
    cases = sum((each for each in tests.values()), Counter[str]())
    lines = [
        "# Accessibility: WCAG 2.2, levels A and AA",
        "",
        f"Made by `make a11y-report` on {when}: {cases['passed']} tests passed, {cases['failed']} failed, in Chromium.",
        "",
        "| criterion | level | result | how |",
        "|---|---|---|---|",
        *(_line(each, tests, rules) for each in CRITERIA),
        "",
        "A number is how often a test, or one of axe's rules of the criterion, passed, in both themes. They see a",
        "part of a criterion; the rest is named, for a person to look at.",
        "",
    ]
    return "\n".join(lines)


def _line(criterion: Criterion, tests: Results, rules: Results) -> str:
    number, name, level = criterion.number, criterion.name, criterion.level
    if criterion.not_here:
        return f"| {number} {name} | {level} | does not apply | {criterion.not_here} |"
    seen = [rules.get(number, Counter()), *(tests.get(each, Counter()) for each in criterion.tests)]
    total = sum(seen, Counter[str]())
    result = "FAILED" if total["failed"] else "passed" if total["passed"] else "to be looked at"
    if criterion.by_hand and result == "passed":
        result = "passed; the rest by eye"
    missing = [each for each in criterion.tests if each not in tests]
    how = [
        *([f"axe {_counted(seen[0])}"] if seen[0] else []),
        *(f"`{each.partition('::')[2]}` {_counted(tests[each])}" for each in criterion.tests if each in tests),
        *(f"`{each}` did not run" for each in missing),
        *([f"by eye: {criterion.by_hand}"] if criterion.by_hand else []),
    ]
    return f"| {number} {name} | {level} | {'NOT RUN' if missing else result} | {'; '.join(how)} |"


def _counted(found: Counter[str]) -> str:
    """How often it passed, and how often it did not."""
    return str(found["passed"]) + (f", {found['failed']} FAILED" if found["failed"] else "")


if __name__ == "__main__":
    sys.exit(main())
