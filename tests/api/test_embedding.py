"""The module of the custom elements, for the pages that may have it, and for no others."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.api.house import PIERRE, REQUESTS, Connect, House, opened

HOST, FOREIGN = "https://console.example", "https://evil.example"
SCRIPT = "/embed/prodgate-0.2.0-DhG3kSe4.js"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small build of the console and its elements."""
    built = tmp_path_factory.mktemp("built")
    (built / "index.html").write_text("<!doctype html>")
    (built / "embed").mkdir()
    (built / SCRIPT[1:]).write_text("export {};")
    (built / "embed" / "manifest.json").write_text("{}")
    (built / "embed" / "index.html").write_text("<!doctype html><title>How to</title>")
    return built


@pytest.fixture(scope="module")
def served(connect_temporal: Connect, built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An API with that build, which one other console may have inside."""
    folder, limit = tmp_path_factory.mktemp("served"), 150
    with opened(
        connect_temporal, folder, console_dir=built, cors_origins=(HOST,), requests_per_minute_address=limit
    ) as house:
        yield house


@pytest.fixture
def http(served: House) -> httpx.Client:
    return served.http()


def test_an_allowed_origin_has_the_module_for_good(http: httpx.Client) -> None:
    """A name is one content; what is kept for one origin is not given to another."""
    answer = http.get(SCRIPT, headers={"Origin": HOST})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert answer.headers["Access-Control-Allow-Origin"] == HOST
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    for asked in ({"Origin": HOST}, {"Origin": FOREIGN}, {}):
        varies = http.get(SCRIPT, headers=asked).headers["Vary"].split(", ")
        assert sorted(varies) == ["Accept-Encoding", "Origin"], asked


@pytest.mark.parametrize("path", [SCRIPT, "/embed/manifest.json", "/v1/console", REQUESTS, "/"])
@pytest.mark.parametrize("origin", [FOREIGN, "null", f"{HOST}.evil.example", f"{HOST}:8443", "http://console.example"])
def test_a_foreign_origin_gets_nothing(http: httpx.Client, path: str, origin: str) -> None:
    """A browser hands it no answer, as a module, as data or in a frame; nor a script by an old tag without CORS."""
    answer = http.get(path, headers={"Origin": origin})
    assert not [name for name in answer.headers if name.startswith("access-control-allow-origin")]
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/", "/embed/index.html", SCRIPT])
def test_an_allowed_origin_may_not_frame_either(http: httpx.Client, path: str) -> None:
    """An element needs no frame, so none is opened to click through."""
    answer = http.get(path, headers={"Origin": HOST})
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_what_there_is_today_is_asked_each_time(http: httpx.Client) -> None:
    """The manifest and the page that shows the tag; a module that is gone is no page of the console."""
    for path, kind in (("/embed/manifest.json", "application/json"), ("/embed/index.html", "text/html")):
        answer = http.get(path)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")
        assert answer.headers["Content-Type"].startswith(kind)
    assert http.get("/embed/prodgate-0.1.0-00000000.js").status_code == 404


def test_pages_of_an_allowed_origin_read_every_answer(served: House, http: httpx.Client) -> None:
    """The heads that the console reads, and refusals before the routes: they would look like a server that is away."""
    asked = {"Origin": HOST, "Authorization": f"Bearer {served.issuer.token(PIERRE)}"}
    exposed = http.get(REQUESTS, headers=asked).headers["Access-Control-Expose-Headers"].split(", ")
    assert {"ETag", "X-Total-Count", "X-Next-Cursor", "WWW-Authenticate", "Content-Disposition"} <= set(exposed)
    long = http.get(REQUESTS, headers={"Origin": HOST} | {f"X-{number}": "x" for number in range(110)})
    assert (long.status_code, long.headers.get("Access-Control-Allow-Origin")) == (431, HOST)
    answers = (http.get("/v1/console", headers={"Origin": HOST}) for _ in range(1_000))
    limited = next(each for each in answers if each.status_code == 429)
    assert limited.headers.get("Access-Control-Allow-Origin") == HOST


def test_without_the_setting_no_other_page_has_anything(connect_temporal: Connect, built: Path, tmp_path: Path) -> None:
    """Pages, the module, answers, refusals, what a browser has kept: neither by CORS nor in a frame."""
    with opened(connect_temporal, tmp_path, console_dir=built) as house:
        http, foreign = house.http(), {"Origin": HOST}
        paths = (
            "/",
            "/requests",
            "/embed/index.html",
            "/embed/manifest.json",
            SCRIPT,
            "/v1/console",
            REQUESTS,
            "/docs",
        )
        answers = [http.get(path, headers=foreign) for path in paths]
        before = foreign | {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
        answers += [http.options(path, headers=before) for path in (SCRIPT, "/v1/console", REQUESTS)]
        for path in ("/", SCRIPT):
            kept = http.get(path, headers=foreign | {"If-None-Match": http.get(path).headers["ETag"]})
            assert kept.status_code == 304
            answers.append(kept)
        for answer in answers:
            assert not [name for name in answer.headers if name.startswith("access-control-")], answer.url
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"], answer.url
            assert answer.headers["X-Frame-Options"] == "DENY", answer.url
            assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin", answer.url
