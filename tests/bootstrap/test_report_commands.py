"""The commands of reports and of their store, as people run them: output, files and exit codes."""

import hashlib
import json
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bootstrap.documents_command import run as documents
from bootstrap.report_command import run as report
from tests.api.house import ALICE, JEAN, PIERRE, House
from tests.api.test_reports import FINANCE, RETAIL, ordered, store_away
from tests.record.building import bare
from tests.record.trail.trails import noted


@pytest.fixture
def token(own_house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """The environment of somebody who is Alice."""
    monkeypatch.setenv("PRODGATE_TOKEN", own_house.issuer.token(ALICE))
    monkeypatch.setenv("PRODGATE_PUBLIC_URL", own_house.url)
    return own_house


@pytest.fixture
def operator(own_house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """The environment of the worker."""
    monkeypatch.setenv("PRODGATE_GIT_REPO", str(own_house.git))
    monkeypatch.setenv("PRODGATE_DOCUMENTS_URL", own_house.settings.documents_url or "")
    monkeypatch.setenv("PRODGATE_DATA_DIR", str(own_house.folder))
    return own_house


def printed(capsys: pytest.CaptureFixture[str]) -> Any:
    """The JSON that was printed; the house logs to the same place before."""
    found = capsys.readouterr().out
    start = re.search(r"^[\[{]", found, re.MULTILINE)
    assert start is not None, found
    return json.loads(found[start.start() :])


def test_a_report_is_made_listed_and_fetched(token: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And what is fetched is what the history has the hash of."""
    assert report(["make", "register", "--tenant", FINANCE, "--tenant", RETAIL, "--format", "html", "--json"]) == 0
    made = printed(capsys)
    assert (made["state"], made["made"], made["by"]) == ("made", 2, ALICE)
    assert report(["list"]) == 0
    assert made["id"] in capsys.readouterr().out
    assert report(["fetch", made["id"], "--to", str(tmp_path / "new"), "--json"]) == 0
    fetched = printed(capsys)
    assert {each["tenant"] for each in fetched} == {FINANCE, RETAIL}
    for each in fetched:
        assert hashlib.sha256(Path(each["path"]).read_bytes()).hexdigest() == each["sha256"]


def test_what_is_refused_or_not_there_ends_with_1_and_a_sentence(
    token: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A month that has not begun, a report that is none, an API that is away, somebody without the role."""
    assert report(["make", "monthly", "--month", "2999-01"]) == 1
    assert "month that has begun" in capsys.readouterr().err
    assert report(["fetch", "0f3a9c2e-2026-11-29T08:00:00Z"]) == 1
    assert report(["list", "--api", "http://127.0.0.1:1"]) == 1
    assert "can't be asked" in capsys.readouterr().err
    monkeypatch.setenv("PRODGATE_TOKEN", token.issuer.token(PIERRE))
    assert report(["list"]) == 1
    monkeypatch.delenv("PRODGATE_TOKEN")
    assert report(["list"]) == 2


def test_a_report_that_fails_ends_with_1_and_says_why(token: House, capsys: pytest.CaptureFixture[str]) -> None:
    """Each part that is not made, with its sentence."""
    token.commit({f"templates/change-register/{name}": "{% if %}" for name in ("document.html.j2", "words.yaml")})
    assert report(["make", "register", "--tenant", FINANCE, "--format", "html"]) == 1
    said = capsys.readouterr().out
    assert "failed" in said
    assert f"{FINANCE}: templates/change-register" in said


def age(path: Path, days: float) -> None:
    then = (datetime.now(UTC) - timedelta(days=days)).timestamp()
    os.utime(path, (then, then))


def kept(house: House) -> set[str]:
    return {path.name for path in (house.folder / "documents" / "documents").rglob("*") if path.is_file()}


def test_a_purge_removes_orphans_after_a_day_and_keeps_what_the_history_names(
    operator: House, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that was just kept may be of a report that has not said so yet."""
    made = ordered(operator, JEAN)
    folder, name = operator.folder / "documents" / "documents" / FINANCE, made["parts"][0]["files"][0]["sha256"]
    for orphan, days in (("a" * 64, 2), ("b" * 64, 0.5)):
        (folder / orphan).write_bytes(b"left behind")
        age(folder / orphan, days)
    age(folder / name, 300)
    assert documents(["purge", "--dry-run", "--json"]) == 0
    assert printed(capsys)["removed"] == [f"documents/{FINANCE}/{'a' * 64}"]
    assert kept(operator) == {name, "a" * 64, "b" * 64}
    assert documents(["purge"]) == 0
    assert "1 removed, 11 bytes; 2 stay" in capsys.readouterr().out
    assert kept(operator) == {name, "b" * 64}


def test_a_purge_is_noted_before_it_removes_anything(operator: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a trail is kept: one that can't be written is a purge that removes nothing."""
    ordered(operator, JEAN)
    orphan = operator.folder / "documents" / "documents" / FINANCE / ("a" * 64)
    orphan.write_bytes(b"left behind")
    age(orphan, 2)
    trail = bare(operator.folder / "trail.git")
    monkeypatch.setenv("PRODGATE_AUDIT_REPO", str(operator.folder / "nowhere.git"))
    assert documents(["purge"]) == 1
    assert orphan.exists()
    monkeypatch.setenv("PRODGATE_AUDIT_REPO", str(trail))
    for given in (["purge", "--dry-run"], ["purge"], ["purge"]):
        assert documents(given) == 0
    assert not orphan.exists()
    assert noted(trail, operator.folder) == [("purge", "1 documents, 11 bytes")]


def test_a_purge_removes_what_is_past_its_time_and_the_history_keeps_its_hash(
    operator: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever wants it then is told that it is gone."""
    made = ordered(operator, JEAN)
    file = made["parts"][0]["files"][0]
    age(operator.folder / "documents" / "documents" / FINANCE / file["sha256"], 401)
    monkeypatch.setenv("PRODGATE_DOCUMENTS_KEEP", "0.001")
    assert documents(["purge"]) == 0
    assert kept(operator) == set()
    again = operator.as_(JEAN).get(f"/v1/reports/{made['id']}").json()
    assert again["parts"][0]["files"] == [file]
    body = {"report": made["id"], "tenant": FINANCE, "form": "html"}
    url = operator.as_(JEAN).post("/v1/links", json=body).json()["url"]
    assert operator.as_(JEAN).get("/v1/links/" + url.rpartition("/")[2]).status_code == 410


def test_a_purge_removes_nothing_where_it_can_t_know(
    operator: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another repository, a record or a store that is away, a damaged history, no settings."""
    orphan = operator.folder / "documents" / "documents" / FINANCE / ("a" * 64)
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"somebody's")
    age(orphan, 2)
    assert documents(["purge"]) == 1
    assert "nothing is removed" in capsys.readouterr().err
    ordered(operator, JEAN)
    with store_away(operator):
        assert documents(["purge"]) == 1
    with operator.record_gone():
        assert documents(["purge"]) == 1
    assert orphan.exists()
    monkeypatch.setenv("PRODGATE_DOCUMENTS_URL", "ftp://somewhere")
    assert documents(["purge"]) == 2
    assert "PRODGATE_DOCUMENTS_URL" in capsys.readouterr().err


def test_a_key_is_made_and_what_is_kept_from_then_on_is_sealed(
    operator: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file is the owner's alone; without a setting for it, the command is asked wrongly."""
    assert documents(["rotate"]) == 2
    monkeypatch.setenv("PRODGATE_DOCUMENTS_KEYS", str(tmp_path / "documents.json"))
    assert documents(["rotate"]) == 0
    assert (tmp_path / "documents.json").stat().st_mode & 0o077 == 0
    assert "1 decrypt" in capsys.readouterr().out
