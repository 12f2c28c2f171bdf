"""An API or a provider that means harm to whoever runs a command: to their terminal, their token, their sign-in."""

import base64
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

import cli

ESCAPES = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202egnp\r\x08[red]"
CLOSED = {"rule": ESCAPES, "reason": ESCAPES, "until": ESCAPES}
TICKET = {
    "metadata": {"id": f"PR-1{ESCAPES}", "createdAt": ESCAPES, "createdBy": ESCAPES, "tenant": ESCAPES},
    "spec": {
        "target": {"type": "api", "name": ESCAPES, "version": ESCAPES},
        "request": {
            "justification": ESCAPES,
            "releaseNotes": ESCAPES,
            "impactAssessment": ESCAPES,
            "rollbackPlan": ESCAPES,
        },
        "preChecks": {
            "stagingTestsPassed": True,
            "securityScanPassed": True,
            "performanceTestsPassed": True,
            "testEvidenceUrl": ESCAPES,
        },
    },
    "status": {"state": ESCAPES, "history": [{"action": ESCAPES, "at": ESCAPES, "by": ESCAPES, "comment": ESCAPES}]},
}
RIGHTS = {
    verb: {"allowed": False, "why": ESCAPES} for verb in ["approve", "reject", "cancel", "retry", "hold", "release"]
}


@dataclass
class Hostile:
    """Answers each path as it is told, with a status; `asked` is what came, with the token it was shown."""

    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hostile]:
    told = Hostile()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked.append((self.path, self.headers.get("Authorization", "")))
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, body = told.answers.get(self.path.partition("?")[0], (404, {"detail": "none"}))
            self.send_response(status)
            if isinstance(body, str):
                self.send_header("Location", body)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        do_POST = do_GET  # noqa: N815  the library's name

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever).start()
        told.url = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        monkeypatch.setenv("PRODGATE_URL", told.url)
        monkeypatch.delenv("PRODGATE_TOKEN", raising=False)
        yield told
        server.shutdown()


def kept_by(folder: Path, url: str, issuer: str, **tokens: Any) -> None:
    """A sign-in from before."""
    given = {"id_token": "secret", "expires": int(time.time()) + 600, "email": "jean@x.example", "refresh_token": None}
    session = {"issuer": issuer, "client_id": "prodgate", "scope": "openid", "tokens": given | tokens}
    (folder / "prodgate").mkdir()
    file = folder / "prodgate" / "sessions.json"
    file.touch(0o600)
    file.write_text(json.dumps({url: session}), encoding="utf-8")


def id_token(**claims: Any) -> str:
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{body}.x"


@pytest.mark.parametrize("command", [["list"], ["list", "--json"], ["show", "PR-1"], ["show", "PR-1", "--json"]])
def test_text_of_the_api_never_reaches_the_terminal_as_a_command(
    command: list[str], hostile: Hostile, capfd: pytest.CaptureFixture[str]
) -> None:
    """Titles, colours, a cleared screen, a turned direction: shown as what can't be shown, markup as it is written."""
    compared = [{"ticketId": ESCAPES, "replaces": ESCAPES, "direction": ESCAPES, "others": []}]
    hostile.answers = {
        "/v1/requests/prod": (200, [TICKET]),
        "/v1/requests/prod/PR-1": (200, TICKET),
        "/v1/requests/prod/comparisons": (200, compared),
        "/v1/requests/prod/PR-1/permissions": (200, RIGHTS),
        "/v1/requests/prod/PR-1/line": (200, {"closed": CLOSED}),
        "/v1/requests/prod/ruled": (200, [{"ticketId": f"PR-1{ESCAPES}", "closed": CLOSED, "votes": None}]),
    }
    assert cli.main(command) == 0
    said = "".join(capfd.readouterr())
    assert "owned" in said
    assert "[red]" in said.replace("\n", "")
    assert not {"\x1b", "\x07", "\x08", "\r", "\x9b", "\u202e"} & set(said)


@pytest.mark.parametrize("status", [400, 401, 403, 409, 422, 429, 500])
def test_a_refusal_is_shown_as_text(status: int, hostile: Hostile, capfd: pytest.CaptureFixture[str]) -> None:
    """Its detail, its kind and its fields."""
    problem = {"type": ESCAPES, "title": ESCAPES, "detail": ESCAPES, "errors": [{"field": ESCAPES, "detail": ESCAPES}]}
    hostile.answers = {"/v1/requests/prod": (status, problem)}
    assert cli.main(["list"]) in (1, 2, 3, 4)
    assert not {"\x1b", "\x07", "\x08", "\r", "\x9b", "\u202e"} & set("".join(capfd.readouterr()))


@pytest.mark.parametrize("body", [[1], {"metadata": 1}, None, "https://evil.example"])
def test_an_answer_of_another_form_is_no_traceback(body: Any, hostile: Hostile) -> None:
    """It counts as an API that is away."""
    hostile.answers = {"/v1/requests/prod": (200, body)}
    assert cli.main(["list"]) == 4


def test_a_token_follows_no_redirection(hostile: Hostile, tmp_path: Path) -> None:
    """It was given for one address."""
    kept_by(tmp_path, hostile.url, hostile.url)
    hostile.answers = {"/v1/requests/prod": (302, f"{hostile.url}/elsewhere")}
    assert cli.main(["list"]) in (1, 4)
    assert hostile.asked == [("/v1/requests/prod?limit=30", "Bearer secret")]


@pytest.mark.parametrize(
    ("metadata", "why"),
    [
        ({"issuer": "https://evil.example"}, "calls itself"),
        ({"authorization_endpoint": "http://evil.example/authorize"}, "no https address"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "no https address"),
        ({}, "has no authorization_endpoint"),
    ],
)
def test_a_provider_of_another_name_or_place_signs_nobody_in(
    metadata: dict[str, str], why: str, hostile: Hostile, capfd: pytest.CaptureFixture[str]
) -> None:
    """Nothing is opened in a browser, and nothing sent."""
    hostile.answers = {
        "/v1/console": (200, {"issuer": hostile.url, "clientId": "prodgate", "scope": "openid"}),
        "/.well-known/openid-configuration": (200, {"issuer": hostile.url} | metadata),
    }
    assert cli.main(["login"]) == 3
    assert why in capfd.readouterr().err
    assert [path for path, _ in hostile.asked] == ["/v1/console", "/.well-known/openid-configuration"]


def test_a_refresh_token_is_good_once_and_the_new_one_is_kept(hostile: Hostile, tmp_path: Path) -> None:
    """It goes to the provider that gave it, whatever the API says of providers by then."""
    now = int(time.time())
    kept_by(tmp_path, hostile.url, hostile.url, expires=now + 5, refresh_token="first")
    new = id_token(iss=hostile.url, aud="prodgate", exp=now + 600, email="jean@x.example")
    hostile.answers = {
        "/.well-known/openid-configuration": (200, {"issuer": hostile.url, "token_endpoint": f"{hostile.url}/token"}),
        "/token": (200, {"id_token": new, "refresh_token": "second"}),
        "/v1/requests/prod": (200, []),
    }
    assert cli.main(["list"]) == 0
    assert hostile.asked[-1] == ("/v1/requests/prod?limit=30", f"Bearer {new}")
    kept = json.loads((tmp_path / "prodgate" / "sessions.json").read_text(encoding="utf-8"))
    assert kept[hostile.url]["tokens"]["refresh_token"] == "second"
    assert cli.main(["list"]) == 0
    assert [path for path, _ in hostile.asked].count("/token") == 1


@pytest.mark.parametrize("claims", [{"iss": "https://evil.example"}, {"aud": "another"}, {"exp": 1}])
def test_an_id_token_of_somebody_else_is_not_kept(claims: dict[str, Any], hostile: Hostile, tmp_path: Path) -> None:
    """Of another issuer, for another client, or over: its person signs in anew."""
    now = int(time.time())
    kept_by(tmp_path, hostile.url, hostile.url, expires=now + 5, refresh_token="first")
    good = {"iss": hostile.url, "aud": ["prodgate"], "exp": now + 600}
    hostile.answers = {
        "/.well-known/openid-configuration": (200, {"issuer": hostile.url, "token_endpoint": f"{hostile.url}/token"}),
        "/token": (200, {"id_token": id_token(**(good | claims))}),
        "/v1/requests/prod": (401, {"detail": "Send a bearer token"}),
    }
    assert cli.main(["list"]) == 3
    assert json.loads((tmp_path / "prodgate" / "sessions.json").read_text(encoding="utf-8")) == {}
