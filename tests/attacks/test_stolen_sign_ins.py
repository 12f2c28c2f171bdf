"""The sign-in of a person's command: a hostile API that wants it."""

import time
from argparse import Namespace
from pathlib import Path

import httpx
import pytest

from bootstrap.people.gate import Gate
from bootstrap.people.login import login
from bootstrap.people.sessions import KeptSession, SessionFile
from clients.oidc.provider import IssuedTokens, SignInFailed

OURS, HOSTILE, ISSUER = "https://prodgate.example", "https://prodgate.exarnple", "https://login.example"
LATER = 3_600


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
