"""Web push as settings and commands set it up: the key, its contact, and what becomes of a browser that is gone."""

import logging
import shutil
import stat
from pathlib import Path

import pytest

from bootstrap.push import public_push_key, push_key, web_push
from bootstrap.push_command import run
from clients.push.key import PushKey, make
from demo.layout import Demo, Ports
from demo.layout import push_key as demo_key
from domain.browsers import BrowserChange
from record.git.browsers import BROWSERS, browsers_of, keep_browser
from record.git.repository import Repository
from settings import Settings, SettingsError
from tests.clients.announcing import LETTERS
from tests.domain.builders import JEAN, PIERRE
from tests.push import Browser, known
from tests.record.building import bare, git, opened, person_commits


@pytest.fixture(autouse=True)
def no_key_of_mine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have a setting of their own."""
    monkeypatch.delenv("PRODGATE_PUSH_KEY", raising=False)


def settings(**given: object) -> Settings:
    named = {f"PRODGATE_{name.upper()}": str(value) for name, value in given.items()}
    return Settings.from_environment({"PRODGATE_GIT_REPO": "/srv/gitops.git"} | named)


def test_a_push_service_is_told_whom_to_ask(tmp_path: Path) -> None:
    """The console's own address where that is https, as the specification wants it; a mailbox otherwise."""
    assert push_key(settings()) is None
    assert public_push_key(settings()) is None
    public = make(tmp_path / "key.pem")
    for url, contact in (
        ("https://gate.cab-i.example", "https://gate.cab-i.example"),
        ("http://127.0.0.1:8080", "mailto:gate@cab-i.example"),
    ):
        given = settings(push_key=tmp_path / "key.pem", public_url=url, mail_from="gate@cab-i.example")
        found = push_key(given)
        assert found is not None
        assert found.contact == contact
        assert found.public == public_push_key(given) == public


def test_a_key_that_cannot_be_used_is_named_by_its_setting(tmp_path: Path) -> None:
    """No process serves without the notifications that it was told to make."""
    with pytest.raises(SettingsError, match=r"PRODGATE_PUSH_KEY: .*no\.pem can't be read"):
        push_key(settings(push_key=tmp_path / "no.pem"))


@pytest.fixture
def record(tmp_path: Path) -> Repository:
    """A record with two browsers of Jean, and Pierre's."""
    person_commits(bare(tmp_path / "gitops.git"), {"README.md": "The record"})
    found = opened(f"file://{tmp_path}/gitops.git", tmp_path / "worker")
    for person, name in ((JEAN, "1"), (JEAN, "2"), (PIERRE, "1")):
        browser = known(Browser(), f"https://push.example/{name}", person)
        keep_browser(found, BrowserChange(addresses=(person.email,), added=browser))
    return found


async def test_a_browser_that_is_gone_leaves_the_record_alone(record: Repository, tmp_path: Path) -> None:
    """Its owner's others stay, and so does another person's of the same address."""
    make(tmp_path / "key.pem")
    push = web_push(settings(), PushKey.read(tmp_path / "key.pem", "mailto:a@b.example"), LETTERS, record)
    journal = record.journal(BROWSERS)
    (first, second) = browsers_of(journal, JEAN)
    for _ in range(2):
        await push.forget(first)
    assert list(browsers_of(journal, JEAN)) == [second]
    assert len(list(browsers_of(journal, PIERRE))) == 1
    assert git(tmp_path / "gitops.git", "rev-list", "--count", BROWSERS) == "4"


async def test_a_record_that_is_away_costs_nobody_a_notification(
    record: Repository, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The browser stays for now; the next announcement finds it ended again."""
    make(tmp_path / "key.pem")
    push = web_push(settings(), PushKey.read(tmp_path / "key.pem", "mailto:a@b.example"), LETTERS, record)
    (first, _) = browsers_of(record.journal(BROWSERS), JEAN)
    shutil.move(tmp_path / "gitops.git", tmp_path / "away.git")
    with caplog.at_level(logging.WARNING):
        await push.forget(first)
    assert "stays for now" in caplog.text


def test_the_command_makes_one_key_for_good(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A second one would end everybody's notifications; the private half is never printed."""
    file = tmp_path / "push" / "key.pem"
    assert run(["key", str(file)]) == 0
    public, kept = PushKey.read(file, "mailto:a@b.example").public, file.read_bytes()
    assert capsys.readouterr().out == f"{file} has the key, for worker and API; browsers are given {public}\n"
    assert run(["key", str(file)]) == 1
    assert "is there already" in capsys.readouterr().err
    assert file.read_bytes() == kept


def test_the_command_takes_the_setting_s_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without either it says what is lacking; where no file can be, why."""
    assert run(["key"]) == 2
    assert "PRODGATE_PUSH_KEY" in capsys.readouterr().err
    monkeypatch.setenv("PRODGATE_PUSH_KEY", str(tmp_path / "key.pem"))
    assert run(["key"]) == 0
    assert (tmp_path / "key.pem").exists()
    assert run(["key", str(tmp_path / "key.pem" / "below")]) == 1
    assert capsys.readouterr().err.startswith("prodgate: ")


def test_a_demo_makes_its_key_at_its_first_start(tmp_path: Path) -> None:
    """For its owner alone, outside the record, kept from one start to the next; none beside one that is given."""
    demo = Demo(tmp_path / "demo", Ports(), 3.0, {"PATH": "/usr/bin"})
    demo.prepare()
    file, record = demo_key(demo.data), Path(demo.record)
    assert demo.environment()["PRODGATE_PUSH_KEY"] == str(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not file.is_relative_to(record)
    assert "PRIVATE KEY" not in git(record, "log", "--all", "--patch")
    before = file.read_bytes()
    demo.prepare()
    assert file.read_bytes() == before
    Demo(tmp_path / "other", Ports(), 3.0, {"PATH": "/usr/bin", "PRODGATE_PUSH_KEY": "/srv/key.pem"}).prepare()
    assert not demo_key(tmp_path / "other").exists()
