"""A change of rules is tried by platform admins, apart and within limits; it says what the command says."""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.trial import RulesTrial
from documents.apart import run_apart
from domain.roles import Grant, Person, Role
from domain.trials import LONGEST_FILE, MOST_FILES, TrialTooLarge
from record.errors import RecordUnavailable
from record.git.repository import open_repository
from tests.api.house import ALICE, JEAN, NOBODY, PIERRE, VICTOR, Connect, House, opened, problem, refused_fields
from tests.api.test_audit import until
from tests.record.building import bare, git
from tests.rules import freeze, frozen, rule, two_of_cpi

ROOT = Path(__file__).parents[2]
TRY = "/v1/rules/try"
ADMIN = Person(email=ALICE, name="Alice Admin", grants=(Grant(role=Role.CPI_ADMIN),))


@pytest.fixture
def kept(connect_temporal: Connect, tmp_path: Path) -> Iterator[House]:
    """A house that keeps an audit trail."""
    with opened(connect_temporal, tmp_path, audit_repo=str(bare(tmp_path / "audit.git"))) as house:
        yield house


def tried(house: House, files: dict[str, Any], email: str = ALICE, **given: Any) -> httpx.Response:
    return house.as_(email).post(TRY, json={"files": files, **given})


@pytest.mark.parametrize("email", [PIERRE, JEAN, VICTOR, NOBODY])
def test_only_a_platform_admin_tries(house: House, email: str) -> None:
    """A report tells of the requests of every tenant."""
    refused = problem(tried(house, two_of_cpi(), email))
    assert (refused["status"], refused["type"]) == (403, "urn:prodgate:problem:not-authorized")


def test_it_says_what_the_command_says(own_house: House) -> None:
    """To the byte of its JSON, and leaves the record as it is."""
    own_house.commit(frozen(datetime.now(UTC) - timedelta(days=30), days=1))
    own_house.until(own_house.approved_by_jean(), "deployed")
    own_house.as_(PIERRE).create()
    window = {"starts": "2020-01-01T00:00", "ends": "2020-01-02T00:00"}
    changed = two_of_cpi() | rule("year-end", windows=[window])
    before = git(own_house.git, "rev-parse", "main")
    answer = tried(own_house, changed)
    assert answer.status_code == 200, answer.text
    assert git(own_house.git, "rev-parse", "main") == before
    files = []
    for path, text in changed.items():
        file = own_house.folder / path.removeprefix("rules/")
        file.write_text(text, encoding="utf-8")
        files.append(str(file))
    command = [sys.executable, "-m", "cli", "rules", "try", str(own_house.git), *files, "--json"]
    said = json.loads(subprocess.run(command, check=True, capture_output=True, cwd=ROOT).stdout)
    assert answer.json() == said
    assert {row["effect"] for row in said["rows"]} == {"votes", "outside-of-windows"}
    assert said["total"]["deployed"] == 1

    gone = tried(own_house, {"rules/year-end.yaml": None}).json()
    assert (gone["total"]["changed"], gone["requests"]) == (0, 2)
    later = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}"
    assert tried(own_house, two_of_cpi(), since=later).json()["requests"] == 0


_HEAD = "apiVersion: apim.cab-i.com/v1\nkind: Rules\nmetadata: {name: bad}\n"


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", 2, "aliases and tags have no place here"),
        ("[" * 5_000, 1, "nested too deeply"),
        ("spec: !!python/object/apply:os.system [ls]", 1, "aliases and tags have no place here"),
        ("\x01", 1, "special characters are not allowed"),
        (f"{_HEAD}spec:\n  approval: []\n", 5, "spec.approval: Extra inputs are not permitted"),
        (
            f"{_HEAD}spec:\n  freezes:\n  - {{starts: 2026-01-01T00:00, ends: 2026-01-02T00:00, reason: A good reason,"
            " every: FREQ=SECONDLY}\n",
            6,
            "FREQ of DAILY",
        ),
        ("9" * 60_000, 1, ""),
        ("", 1, ""),
    ],
)
def test_a_hostile_file_is_refused_as_lint_names_it(house: House, text: str, line: int, sentence: str) -> None:
    """With file, line and sentence, whatever it is written to do."""
    refused = problem(tried(house, {"rules/bad.yaml": text}))
    assert (refused["status"], refused["type"]) == (422, "urn:prodgate:problem:rules-faulty"), refused
    assert refused["detail"].startswith(f"rules/bad.yaml:{line}: ")
    (fault,) = refused["errors"]
    assert (fault["field"], fault["kind"]) == ("files.rules/bad.yaml", "rules-faulty")
    assert fault["params"] == {"file": "rules/bad.yaml", "line": str(line)}
    assert sentence in fault["detail"]


@pytest.mark.parametrize(
    ("files", "field"),
    [
        ({}, "files"),
        ({f"rules/r{number}.yaml": None for number in range(MOST_FILES + 1)}, "files"),
        ({"rules/big.yaml": "#" * (LONGEST_FILE + 1)}, "files.rules/big.yaml"),
        *(
            ({path: "a: 1"}, f"files.{path}.[key]")
            for path in ("platform.yaml", "rules/../platform.yaml", "rules/a/b.yaml", "rules/A.yaml", "rules/a.yml")
        ),
    ],
)
def test_what_is_no_change_of_rules_is_refused(house: House, files: dict[str, Any], field: str) -> None:
    """Files of rules alone, as many and as large as one may send."""
    assert refused_fields(tried(house, files)) == [field]


def test_more_names_than_the_gate_looks_through_are_a_fault(house: House) -> None:
    """All files together, as once they are merged."""
    files: dict[str, str] = {}
    for number in range(6):
        files |= rule(f"r{number}", match={"names": [f"n{number}-{each}" for each in range(900)]})
    assert problem(tried(house, files))["errors"][0]["detail"] == "its rules name more than 5000 targets"


def test_one_is_tried_at_a_time(house: House) -> None:
    """Whoever comes meanwhile is told when to come again, and the next one is taken."""
    with ThreadPoolExecutor(4) as people:
        answers = list(people.map(lambda _: tried(house, two_of_cpi()), range(4)))
    assert {answer.status_code for answer in answers} == {200, 429}
    busy = next(answer for answer in answers if answer.status_code == 429)
    assert problem(busy)["type"] == "urn:prodgate:problem:too-many-requests"
    assert int(busy.headers["Retry-After"]) > 0
    assert tried(house, two_of_cpi()).status_code == 200


async def test_a_trial_ends_with_its_time_and_its_size(house: House) -> None:
    """The next one is taken then."""
    repository = open_repository(str(house.git), "main", house.folder)
    for trial in (RulesTrial(repository, seconds=0), RulesTrial(repository, size=10)):
        for _ in range(2):
            with pytest.raises(TrialTooLarge):
                await trial.report(ADMIN, two_of_cpi(), None)
    await repository.close()


async def test_rules_that_take_for_ever_end_with_their_time(house: House) -> None:
    """Recurrences that never come are looked for year after year."""
    begins = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=each) for each in range(50))
    every = "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"
    files = rule("never", freezes=[freeze(at, at + timedelta(hours=1), every=every) for at in begins])
    house.until(house.approved_by_jean(), "deployed")
    repository = open_repository(str(house.git), "main", house.folder)
    with pytest.raises(TrialTooLarge):
        await RulesTrial(repository, seconds=4).report(ADMIN, files, None)
    await repository.close()


async def test_a_record_that_is_away_is_no_fault_of_the_rules(house: House) -> None:
    """It is said as such, and may be tried again."""
    repository = open_repository(str(house.git), "main", house.folder)
    trial = RulesTrial(repository)
    asked = json.loads(trial._asked(two_of_cpi(), None)) | {"commit": "0" * 40}
    with pytest.raises(RecordUnavailable):
        trial._read(run_apart("api.trial_process", json.dumps(asked).encode(), 20))
    await repository.close()


def test_who_tried_what_is_in_the_trail(kept: House) -> None:
    """As a read, with the files that were tried; a refusal as well."""
    alice = kept.as_(ALICE)
    assert tried(kept, two_of_cpi()).status_code == 200
    assert tried(kept, {"rules/bad.yaml": "a: 1"}).status_code == 422
    refused, done = until(alice, lambda page: len(page) > 1, action="read")
    assert (done["outcome"], done["by"]) == ("done", ALICE)
    assert done["detail"] == "tried rules/two.yaml on 0 requests"
    assert (refused["outcome"], refused["kind"]) == ("refused", "rules-faulty")
