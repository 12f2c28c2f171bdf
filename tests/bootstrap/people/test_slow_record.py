"""Commands whose answer is 202, for the record can't be written: they follow until the commit is there, or say so."""

import contextlib
import re
import threading
from collections.abc import Callable, Iterator

import pytest

from bootstrap.people import requests
from tests.api.house import JEAN, PIERRE, Connect, House, opened, unique_name
from tests.bootstrap.people.conftest import prodgate
from tests.bootstrap.people.test_requests import GIVEN, SignIn, created
from tests.e2e.stack import until

APPROVE = ("--yes", "--production", "")
FOLLOWS = "its commit follows once Git can be reached again"


@pytest.fixture(scope="module")
def house(connect_temporal: Connect, tmp_path_factory: pytest.TempPathFactory, provider: str) -> Iterator[House]:
    """A house whose answers wait little for the record."""
    folder = tmp_path_factory.mktemp("house")
    with opened(connect_temporal, folder, answer_within=2.5, oidc_issuer=provider) as made:
        yield made


class Running:
    """A command in a thread of its own, with the exit code and what it says."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> None:
        self._capsys, self.said, self.codes = capsys, "", list[int]()
        self._thread = threading.Thread(target=lambda: self.codes.append(prodgate(*arguments)))
        self._thread.start()

    def until_said(self, words: str) -> None:
        until(words, lambda: words in self.read())

    def read(self) -> str:
        self.said += "".join(self._capsys.readouterr())
        return self.said

    def ended(self) -> int:
        self._thread.join(150)
        return self.codes[0]


Away = Callable[[House], "contextlib.AbstractContextManager[None]"]


@pytest.mark.parametrize("away", [House.record_locked, House.record_gone], ids=["locked", "gone"])
def test_an_approval_is_followed_until_it_is_recorded(
    away: Away, signed_in: SignIn, house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says that it waits; when it ends well, the commit is there."""
    request = created(signed_in, capsys)
    signed_in(JEAN)
    with away(house):
        command = Running(capsys, "approve", request, *APPROVE)
        command.until_said(FOLLOWS)
        assert command.codes == []
    assert command.ended() == 0
    assert any(" approved " in f"{line} " for line in house.log(request))
    assert f"{request} is approved" in command.read()


def test_a_request_is_followed_until_it_is_recorded(
    signed_in: SignIn, house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody but its requester finds it before."""
    signed_in(PIERRE)
    with house.record_locked():
        asked = ("create", "--name", unique_name(), "--version", "2.1.0", "--tenant", "tenant-finance", *GIVEN)
        command = Running(capsys, *asked)
        command.until_said(FOLLOWS)
        assert command.codes == []
    assert command.ended() == 0
    found = re.search(r"(PR-\d{4}-\d{4,}) waits for approval", command.read())
    assert found
    assert house.log(found[1])


def test_who_does_not_wait_is_told_what_follows(
    signed_in: SignIn, house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    """With --no-wait, at once."""
    request = created(signed_in, capsys)
    signed_in(JEAN)
    with house.record_locked():
        assert prodgate("approve", request, *APPROVE, "--no-wait") == 0
        assert FOLLOWS in capsys.readouterr().err
        assert not any(" approved " in f"{line} " for line in house.log(request))


def test_what_is_not_recorded_in_time_is_said(
    signed_in: SignIn, house: House, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command ends with the code of what is not known yet, and names the command that shows it."""
    request = created(signed_in, capsys)
    signed_in(JEAN)
    monkeypatch.setattr(requests, "FOLLOWED_FOR", 0.0)
    with house.record_locked():
        assert prodgate("approve", request, *APPROVE) == 5
    assert f"not recorded yet: prodgate show {request}" in capsys.readouterr().err
