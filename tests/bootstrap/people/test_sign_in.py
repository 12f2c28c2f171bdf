"""A person signs in on their machine: by their browser, by another device; and what is kept of it."""

import json
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.api.house import JEAN, PIERRE, House
from tests.bootstrap.people.conftest import Press, press, prodgate

Browser = Callable[[Press], None]
SignIn = Callable[[str], None]


def kept(home: Path) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = json.loads((home / "sessions.json").read_text(encoding="utf-8"))
    return found


def change_kept(home: Path, url: str, **tokens: object) -> None:
    found = kept(home)
    found[url]["tokens"] |= tokens  # type: ignore[operator]
    (home / "sessions.json").write_text(json.dumps(found), encoding="utf-8")


def test_somebody_signs_in_by_their_browser_and_out_again(
    signed_in: SignIn, house: House, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is kept is theirs alone, and no token is ever printed."""
    signed_in(JEAN)
    assert (home / "sessions.json").stat().st_mode & 0o777 == 0o600
    assert home.stat().st_mode & 0o077 == 0
    assert prodgate("whoami") == 0
    said = "".join(capsys.readouterr())
    assert JEAN in said
    assert "approve: tenant-finance" in said
    assert str(kept(home)[house.url]["tokens"]["id_token"]) not in said  # type: ignore[index]
    assert prodgate("logout") == 0
    assert kept(home) == {}
    assert prodgate("whoami") == 3
    assert "prodgate login" in capsys.readouterr().err


def test_somebody_signs_in_by_another_device(
    house: House, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The terminal shows an address and a code; a wrong code is nobody's."""
    monkeypatch.setenv("PRODGATE_URL", house.url)
    ended: list[int] = []
    waiting = threading.Thread(target=lambda: ended.append(prodgate("login", "--device")))
    waiting.start()
    said, end = "", time.monotonic() + 120
    while not (shown := re.search(r"Open (\S+) and type (\w+)", said)) and time.monotonic() < end:
        time.sleep(0.1)
        said += capfd.readouterr().err
    assert shown, said
    wrong = httpx.post(shown[1], data={"user_code": "0", "sub": PIERRE}, trust_env=False)
    assert wrong.status_code == 400
    assert httpx.post(shown[1], data={"user_code": shown[2], "sub": JEAN}, trust_env=False).is_success
    waiting.join(30)
    assert ended == [0]
    assert prodgate("whoami") == 0


def test_an_answer_with_another_state_signs_nobody_in(
    house: House, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is refused, and the right one is still waited for."""
    monkeypatch.setenv("PRODGATE_URL", house.url)
    answers: list[int] = []

    def act(address: str) -> None:
        back = httpx.URL(address).params["redirect_uri"]
        forged = httpx.get(back, params={"code": "stolen", "state": "another"}, trust_env=False)
        elsewhere = httpx.get(back.replace("/signed-in", "/"), trust_env=False)
        answers.extend([forged.status_code, elsewhere.status_code, press(address, JEAN).status_code])

    browser(act)
    assert prodgate("login") == 0
    assert answers == [400, 400, 200]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"iss": "https://evil.example", "code": "c"}, "another provider"),
        ({"error": "access_denied"}, "access_denied"),
        ({"code": "made-up"}, "invalid_grant"),
    ],
)
def test_a_wrong_answer_signs_nobody_in(
    given: dict[str, str],
    why: str,
    house: House,
    browser: Browser,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Of another issuer (RFC 9207), a refusal, a code that nobody gave."""
    monkeypatch.setenv("PRODGATE_URL", house.url)

    def act(address: str) -> None:
        asked = httpx.URL(address).params
        httpx.get(asked["redirect_uri"], params={"state": asked["state"], **given}, trust_env=False)

    browser(act)
    assert prodgate("login") == 3
    assert why in capsys.readouterr().err
    assert not (home / "sessions.json").exists()


def test_a_token_that_ended_is_no_sign_in(
    signed_in: SignIn, house: House, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The demo's provider renews none: its person signs in again."""
    signed_in(JEAN)
    change_kept(home, house.url, expires=int(time.time()) - 1)
    assert prodgate("list") == 3
    assert "prodgate login" in capsys.readouterr().err


def test_a_refresh_token_that_the_provider_refuses_is_forgotten(signed_in: SignIn, house: House, home: Path) -> None:
    """It would be refused each time."""
    signed_in(JEAN)
    change_kept(home, house.url, expires=int(time.time()) - 1, refresh_token="unknown")
    assert prodgate("list") == 3
    assert kept(home) == {}


def test_a_file_that_others_may_read_is_not_used(
    signed_in: SignIn, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As ssh does it with keys."""
    signed_in(JEAN)
    (home / "sessions.json").chmod(0o644)
    assert prodgate("list") == 3
    assert "chmod 600" in capsys.readouterr().err


def test_a_pipeline_brings_its_token_by_the_environment(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong one is refused, whoever is signed in beside it."""
    monkeypatch.setenv("PRODGATE_URL", house.url)
    monkeypatch.setenv("PRODGATE_TOKEN", "not-a-token")
    assert prodgate("list") == 3


@pytest.mark.parametrize("url", ["http://prodgate.example", "ftp://127.0.0.1", "file:///etc/passwd", "http://[", "x"])
def test_a_token_is_never_sent_in_clear(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Nor anywhere that is no API."""
    assert prodgate("list", "--url", url) == 3
    assert "no https address" in capsys.readouterr().err


def test_an_api_that_is_away_has_an_exit_code_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    """A script may try again."""
    assert prodgate("list", "--url", "http://127.0.0.1:1") == 4
    assert "can't be reached" in capsys.readouterr().err
