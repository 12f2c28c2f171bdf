"""Text of others on an operator's terminal: names of files in the record, answers of a hostile installation."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from activities.drift import TOLD
from bootstrap import reconcile, smoke
from domain.drift import Drift, DriftKind, DriftReport

OBEYED = "\x1b]0;mended\x07\x1b[2J"
"""It names the window anew and clears the screen."""

TOKENS = {smoke.REQUESTER: "s3cret-of-pierre", smoke.APPROVER: "s3cret-of-jean"}


@contextmanager
def answering(text: str) -> Iterator[str]:
    """An installation that answers everything with that."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = text.encode()
            self.send_response(500)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the library's name
            """Nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_file_s_name_moves_no_cursor_of_who_reconciles() -> None:
    """Whoever may commit names a file as they like; a line each is what the command says, and one line it is."""
    found = Drift.of(DriftKind.UNREADABLE, f"PR{OBEYED}\n0 differences", f"the file {OBEYED} is no ticket")
    told = reconcile._text([(found, False)], 0.1)
    assert "\x1b" not in told
    assert "\x07" not in told
    assert len(told.splitlines()) == 2


def test_a_file_s_name_fills_no_report() -> None:
    """Temporal takes two megabytes for an answer, and one that is refused tells of no drift at all."""
    found = tuple(Drift.of(DriftKind.UNREADABLE, "\x1b" * 50_000, "\x1b" * 50_000) for _ in range(TOLD))
    report = DriftReport(counts={DriftKind.UNREADABLE: TOLD}, first=found)
    assert len(report.model_dump_json()) < 1_000_000


def test_an_installation_s_answer_moves_no_cursor_of_who_smokes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not even what it says instead of an answer."""
    for name, token in TOKENS.items():
        monkeypatch.setenv(name, token)
    with answering(f"{OBEYED}\nok  all in 0.1 s") as url:
        assert smoke.run([url, "--target", "tenant-finance/api/smoke-api"]) == 1
    said = capsys.readouterr().out
    assert "was answered 500" in said
    assert "\x1b" not in said
    assert len(said.splitlines()) == 1


def test_both_tokens_go_nowhere_in_clear(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """As with the commands for people: https, or this machine; nothing is even asked."""
    for name, token in TOKENS.items():
        monkeypatch.setenv(name, token)
    assert smoke.run(["http://0.0.0.0:1", "--target", "tenant-finance/api/smoke-api"]) == 2
    assert "no https address" in capsys.readouterr().err
