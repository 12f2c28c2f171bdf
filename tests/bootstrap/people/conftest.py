"""The commands for people against a real house, whose people sign in at the demo's provider."""

import threading
import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

import cli
from bootstrap.people.command import run
from tests.api.house import Connect, House, opened
from tests.company import found
from tests.demo.providing import providing

Press = Callable[[str], object]


@pytest.fixture(scope="session")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("provider")
    found(folder / "gitops.git")
    with providing(folder, "--record", str(folder / "gitops.git")) as url:
        yield url


@pytest.fixture(scope="session")
def house(connect_temporal: Connect, tmp_path_factory: pytest.TempPathFactory, provider: str) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("people")
    with opened(connect_temporal, folder, answer_within=30.0, oidc_issuer=provider) as house:
        yield house


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of somebody who has never signed in."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in ("PRODGATE_TOKEN", "PRODGATE_URL", "NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "config" / "prodgate"


def press(address: str, email: str) -> httpx.Response:
    """Press somebody's button on the sign-in page, and follow the browser's way back."""
    return httpx.post(address, data={"sub": email}, follow_redirects=True, trust_env=False, timeout=30)


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Callable[[Press], None]:
    """`browser(press)`: what somebody does with the address that their browser is given."""

    def use(act: Press) -> None:
        def opened(address: str) -> bool:
            threading.Thread(target=act, args=[address]).start()
            return True

        monkeypatch.setattr(webbrowser, "open", opened)

    return use


@pytest.fixture
def signed_in(house: House, browser: Callable[[Press], None], monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """`signed_in(email)`: the person whose commands follow."""

    def sign_in(email: str) -> None:
        monkeypatch.setenv("PRODGATE_URL", house.url)
        browser(lambda address: press(address, email))
        assert run(["login"]) == 0

    return sign_in


def prodgate(*arguments: str) -> int:
    """The command's exit code; what argparse refuses has one, too."""
    try:
        return cli.main(list(arguments))
    except SystemExit as left:
        return int(left.code or 0)
