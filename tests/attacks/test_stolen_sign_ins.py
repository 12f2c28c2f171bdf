"""The sign-in of a person's command: a hostile API that wants it, and two processes that keep it at once."""

import threading
import time
from argparse import Namespace
from pathlib import Path

import httpx
import pytest

from bootstrap.people.gate import Gate
from bootstrap.people.login import login
from bootstrap.people.sessions import KeptSession, SessionFile, TokenSource
from clients.oidc.provider import IssuedTokens, SignInFailed

OURS, HOSTILE, ISSUER = "https://prodgate.example", "https://prodgate.exarnple", "https://login.example"
SOON, LATER = 30, 3_600


def kept(token: str, lives: float) -> KeptSession:
    tokens = IssuedTokens(token, int(time.time() + lives), "jean@cab-i.com", "refresh")
    return KeptSession(ISSUER, "prodgate", "openid", tokens)


def test_another_api_that_names_the_same_sign_in_gets_no_token(tmp_path: Path) -> None:
    """Somebody is led to an address that looks like theirs: its tokens would open the one that is."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        said = {"issuer": ISSUER, "clientId": "prodgate", "scope": "openid"}
        return httpx.Response(200, json=said)

    file = SessionFile(tmp_path / "sessions.json")
    file.put(OURS, kept("theirs", LATER))
    with httpx.Client(transport=httpx.MockTransport(answer)) as http, pytest.raises(SignInFailed, match="act as you"):
        login(Gate(HOSTILE, http, file), Namespace(device=False, again=False, no_browser=True))
    assert asked == [f"{HOSTILE}/v1/console"]
    assert file.get(HOSTILE) is None


def test_a_new_sign_in_outlives_the_end_of_the_one_before(tmp_path: Path) -> None:
    """One process learns that the old one is over, while somebody signs in by another."""
    file, renews = SessionFile(tmp_path / "sessions.json"), threading.Event()
    file.put(OURS, kept("old", SOON))

    def over(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json={"issuer": ISSUER, "token_endpoint": f"{ISSUER}/token"})
        renews.set()
        time.sleep(1)
        return httpx.Response(400, json={"error": "invalid_grant"})

    with httpx.Client(transport=httpx.MockTransport(over)) as http:
        old = threading.Thread(target=TokenSource(OURS, file, http))
        old.start()
        assert renews.wait(10)
        file.put(OURS, kept("new", LATER))
        old.join()
    found = file.get(OURS)
    assert found is not None
    assert found.tokens.id_token == "new"
