"""`make a11y-report`: runs the tests of accessibility, and writes what they found for each criterion of WCAG 2.2 AA.

The report goes into docs/accessibility.md. None of its results is written down beforehand: a criterion without one of
axe's rules, without a test and that nobody has looked at says so.
"""

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET  # nosec B405  pytest's own output
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from tests.console.a11y_suites import looking, route_of, routes
from tests.console.wcag import CRITERIA, Criterion

ROOT = Path(__file__).parent.parent.parent
REPORT = ROOT / "docs" / "accessibility.md"
KEPT = ROOT / "dist" / "accessibility"
"""What the last run found, and whatever was run again since."""
RULES = KEPT / "rules"
PHONE = 480
"""Pixels of the widest window that the report calls a phone."""

Results = dict[str, Counter[str]]
"""How often a test, by `file::name`, or a criterion of axe passed and failed."""


class Look(NamedTuple):
    """One time that axe looked: where, by which test, in which look, and what the rules of each criterion said."""

    place: str
    test: str
    dark: bool
    phone: bool
    rules: Results


def main() -> int:
    """Run all of it; with `again`, what failed or is missing, and its results take the place of those before."""
    KEPT.mkdir(parents=True, exist_ok=True)
    chosen = sorted({*looking(), *(test for each in CRITERIA for test in each.tests)})
    if sys.argv[1:] == ["again"]:
        ran = tests_of(_runs())
        chosen = [each for each in chosen if each not in ran or ran[each]["failed"]]
    else:
        for each in (RULES, *_runs()):
            each.unlink(missing_ok=True)
    _forget(chosen)
    failed = _run(chosen, KEPT / f"run-{len(_runs()):03}.xml") if chosen else 0
    REPORT.write_text(report(tests_of(_runs()), looks_of(RULES), datetime.now(UTC).date().isoformat()))
    sys.stdout.write(f"{REPORT.relative_to(ROOT)} is written; the tests {'failed' if failed else 'passed'}\n")
    return failed


def _runs() -> list[Path]:
    return sorted(KEPT.glob("run-*.xml"))


def _run(chosen: list[str], cases: Path) -> int:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        f"--junit-xml={cases}",
        *(f"tests/console/{each}" for each in chosen),
    ]
    return subprocess.run(command, cwd=ROOT, env=os.environ | {"A11Y_RULES": str(RULES)}, check=False).returncode


def _forget(chosen: list[str]) -> None:
    """Drop what axe said in tests that are run again."""
    lines = RULES.read_text().splitlines(keepends=True) if RULES.exists() else []
    RULES.write_text("".join(each for each in lines if json.loads(each)["test"] not in chosen))


def tests_of(runs: list[Path]) -> Results:
    """What became of each test, all its parameters together, the last time that it ran."""
    found: Results = {}
    for cases in runs:
        ran: Results = {}
        for case in ET.parse(cases).iterfind(".//testcase[@classname]"):  # noqa: S314  # nosec B314  others were stopped
            name = f"{case.attrib['classname'].rpartition('.')[2]}.py::{case.attrib['name'].partition('[')[0]}"
            wrong = case.find("failure") is not None or case.find("error") is not None
            ran.setdefault(name, Counter())["failed" if wrong else "passed"] += 1
        found |= ran
    return found


def looks_of(lines: Path) -> list[Look]:
    """Each time that axe looked."""
    looks = []
    for line in lines.read_text().splitlines():
        each = json.loads(line)
        place, phone = _place(each["test"], each["url"]), each["width"] <= PHONE
        looks.append(Look(place, each["test"], each["dark"], phone, rules_of(each["rules"])))
    return looks


def rules_of(rules: dict[str, tuple[list[str], str]]) -> Results:
    """What axe's rules said, by the criterion that their tags name: wcag143 is 1.4.3, wcag1411 is 1.4.11."""
    found: Results = {}
    for tags, kind in rules.values():
        for tag in tags:
            digits = tag.removeprefix("wcag")
            if tag != digits and digits.isdigit() and len(digits) > 2:
                number = f"{digits[0]}.{digits[1]}.{digits[2:]}"
                found.setdefault(number, Counter())["passed" if kind == "passes" else "failed"] += 1
    return found


def _place(test: str, url: str) -> str:
    """The console's page, or the other thing that was shown."""
    if test.startswith("test_stories"):
        return "stories of components"
    if test.startswith("test_embedded"):  # its flows too
        return "elements in the host application"
    path = urlsplit(url).path
    return "sign-in" if path == "/" else f"`{route_of(path)}`"


def report(tests: Results, looks: list[Look], when: str) -> str:
    """The page: what was run, a line a criterion, a line a page."""
    cases = sum((each for each in tests.values()), Counter[str]())
    rules: Results = defaultdict(Counter)
    for look in looks:
        for number, said in look.rules.items():
            rules[number] += said
    lines = [
        "# Accessibility: WCAG 2.2, levels A and AA",
        "",
        f"Made by `make a11y-report` on {when}, in Chromium: {cases['passed']} tests passed, {cases['failed']} failed;",
        f"axe looked {len(looks)} times. No screen reader was used.",
        *_not_run(tests),
        "",
        "| criterion | level | result | checked by |",
        "|---|---|---|---|",
        *(_line(each, tests, rules) for each in CRITERIA),
        "",
        "A number is how often a test, or one of axe's rules of the criterion, passed. They see a part; the",
        "rest of a criterion is looked at by a person, in `docs/screenshots` (both themes and widths), or not checked.",
        "",
        "## Where axe looked",
        "",
        "| page | on a desk | on a phone | in the dark | by |",
        "|---|---|---|---|---|",
        *_places(looks),
        "",
    ]
    return "\n".join(lines)


def _not_run(tests: Results) -> Iterator[str]:
    """Which tests are missing, as when somebody stopped it."""
    if left := [each for each in looking() if each not in tests]:
        yield f"**{len(left)} tests in which axe looks did not run**: {', '.join(f'`{each}`' for each in left)}."


def _line(criterion: Criterion, tests: Results, rules: Results) -> str:
    number, name, level = criterion.number, criterion.name, criterion.level
    if criterion.not_here:
        return f"| {number} {name} | {level} | does not apply | {criterion.not_here} |"
    seen = [rules.get(number, Counter()), *(tests.get(each, Counter()) for each in criterion.tests)]
    missing = [each for each in criterion.tests if each not in tests]
    rest, looked = criterion.by_hand, criterion.looked
    eye = [f"by eye {looked.date}: {rest}; on {looked.where}"] if looked else []
    how = [
        *([f"axe {_counted(seen[0])}"] if seen[0] else []),
        *(f"`{each.partition('::')[2]}` {_counted(tests[each])}" for each in criterion.tests if each in tests),
        *(f"`{each}` did not run" for each in missing),
        *eye,
        *([f"not checked: {rest}"] if rest and not looked else []),
    ]
    return f"| {number} {name} | {level} | {_result(criterion, seen, missing)} | {'; '.join(how)} |"


def _result(criterion: Criterion, seen: list[Counter[str]], missing: list[str]) -> str:
    total = sum(seen, Counter[str]())
    if missing or total["failed"]:
        return "NOT RUN" if missing else "FAILED"
    if not total["passed"]:
        return "by eye" if criterion.looked else "**not checked**"
    return "passed, the rest not checked" if criterion.by_hand and not criterion.looked else "passed"


def _counted(found: Counter[str]) -> str:
    """How often it passed, and how often it did not."""
    return str(found["passed"]) + (f", {found['failed']} FAILED" if found["failed"] else "")


def _places(looks: list[Look]) -> Iterator[str]:
    known = ["sign-in", *(f"`{each}`" for each in routes())]
    for place in dict.fromkeys([*known, *sorted(each.place for each in looks)]):
        here = [each for each in looks if each.place == place]
        files = sorted({each.test.partition("::")[0] for each in here})
        desk, phone = (sum(each.phone is small for each in here) for small in (False, True))
        by = ", ".join(f"`{each}`" for each in files) or "**not looked at**"
        yield f"| {place} | {desk} | {phone} | {sum(each.dark for each in here)} | {by} |"


if __name__ == "__main__":
    sys.exit(main())
