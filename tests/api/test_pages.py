"""The console's files: a page for each address that is nobody else's, and nothing else than what was built."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.responses import Response

from api.pages import ConsoleFiles
from tests.api.house import PIERRE, Connect, House, opened

SCRIPT = "console.log('at work');" * 100


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a build, in small."""
    folder = tmp_path_factory.mktemp("built")
    (folder / "assets").mkdir()
    (folder / "index.html").write_text('<!doctype html><script type="module" src="/assets/index-D1g.js"></script>')
    (folder / "assets" / "index-D1g.js").write_text(SCRIPT)
    (folder / "favicon.svg").write_text("<svg/>")
    (folder / "secret.key").write_text("not for the web")
    return folder


@pytest.fixture(scope="module")
def served(connect_temporal: Connect, tmp_path_factory: pytest.TempPathFactory, built: Path) -> Iterator[House]:
    with opened(connect_temporal, tmp_path_factory.mktemp("served"), console_dir=built) as house:
        yield house


@pytest.fixture
def http(served: House) -> httpx.Client:
    return served.http()


@pytest.mark.parametrize("path", ["/", "/requests/PR-2026-0001", "/new", "/signed-in?code=x", "/index.html", "/a/b.c"])
def test_every_page_has_its_address(http: httpx.Client, path: str) -> None:
    """A link that somebody sent leads to what they saw; whether the page is new is asked each time."""
    answer = http.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert answer.headers["Cache-Control"] == "no-cache"
    tag = answer.headers["ETag"]
    assert tag.startswith("W/"), "compressed and not, a page has one tag"
    for named in (tag, tag.removeprefix("W/"), "*", f'"other", {tag}'):
        again = http.get(path, headers={"If-None-Match": named})
        assert (again.status_code, again.content) == (304, b"")
        # A browser takes the headers of a 304 for those of the page that it kept.
        assert again.headers["Content-Security-Policy"] == answer.headers["Content-Security-Policy"]
        assert (again.headers["ETag"], again.headers["Vary"]) == (tag, "Accept-Encoding")
    assert http.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_the_page_may_do_nothing_but_its_work(http: httpx.Client) -> None:
    """No script, style or frame from elsewhere, nothing inline; calls to us and to the identity provider."""
    policy = http.get("/").headers["Content-Security-Policy"]
    rules = {name: values for name, *values in (part.split() for part in policy.split(";"))}
    assert rules["connect-src"] == ["'self'", "https://id.cab-i.example"]
    assert rules["script-src"] == rules["style-src"] == ["'self'"]
    assert "unsafe" not in policy
    for name in ("default-src", "base-uri", "form-action", "frame-ancestors"):
        assert rules[name] == ["'none'"]
    assert http.get("/").headers["X-Frame-Options"] == "DENY"


def test_assets_are_kept_for_good_and_sent_short(http: httpx.Client) -> None:
    """Compressed for who reads that; their names change with what is in them."""
    plain = http.get("/assets/index-D1g.js", headers={"Accept-Encoding": "identity"})
    assert (plain.text, plain.headers["Content-Type"]) == (SCRIPT, "text/javascript; charset=utf-8")
    assert "immutable" in plain.headers["Cache-Control"]
    assert "Content-Encoding" not in plain.headers
    packed = http.get("/assets/index-D1g.js", headers={"Accept-Encoding": "gzip, br"})
    assert (packed.text, packed.headers["Content-Encoding"]) == (SCRIPT, "gzip")
    assert int(packed.headers["Content-Length"]) < len(SCRIPT) / 5
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    assert http.get("/favicon.svg").headers["Content-Type"] == "image/svg+xml"
    head = http.head("/assets/index-D1g.js")
    assert (head.status_code, head.content, head.headers["Vary"]) == (200, b"", "Accept-Encoding")


def test_parts_of_two_forms_are_never_joined(http: httpx.Client) -> None:
    """What was read compressed is not gone on with in plain bytes: a weak tag asks for the whole."""
    path, packed = "/assets/index-D1g.js", {"Accept-Encoding": "gzip"}
    tag = http.get(path, headers=packed).headers["ETag"]
    assert http.get(path, headers=packed | {"Range": "bytes=10-", "If-Range": tag}).status_code == 200


@pytest.mark.parametrize("path", ["/assets/index-0ld.js", "/assets/", "/assets/../secret.key", "/secret.key"])
def test_nothing_is_told_but_what_was_built(http: httpx.Client, path: str) -> None:
    """An asset of an earlier build is gone, not a page; other files of the folder are pages that there are not."""
    answer = http.get(path)
    assert "not for the web" not in answer.text
    assert answer.status_code == (404 if path.startswith("/assets/") and ".." not in path else 200)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/nowhere", 404),
        ("GET", "/v1", 404),
        ("GET", "/v1/requests/prod", 401),
        ("GET", "/v1/requests/prod/PR-2026-0001/approve", 405),
        ("POST", "/", 404),
        ("POST", "/requests", 404),
        ("GET", "/docs/nowhere", 404),
        ("GET", "/healthz/", 404),
        ("GET", "/v1/requests/prod/", 404),
        ("POST", "/v1/requests/prod/PR-2026-0001/approve/", 404),
        ("GET", "/openapi.json", 200),
        ("GET", "/metrics", 200),
        ("GET", "/docs", 200),
    ],
)
def test_the_apis_own_addresses_stay_its_own(http: httpx.Client, method: str, path: str, status: int) -> None:
    """A mistake in a call gets a problem, never a page."""
    answer = http.request(method, path)
    assert answer.status_code == status
    assert "<script" not in answer.text or path == "/docs"


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/../secret.key", 200),
        ("/%2e%2e/secret.key", 200),
        ("/assets/../secret.key", 404),
        ("/assets/..%2f..%2f..%2fetc/passwd", 404),
        ("/assets/../../../../etc/passwd.txt", 404),
        ("/" + "a" * 300, 200),
        ("/%00", 200),
    ],
)
def test_no_address_leads_out_of_the_folder(served: House, target: str, status: int) -> None:
    """As they are sent, which no client of ours would: it is the page, or nothing."""
    head, body = raw(served, target)
    assert head.split()[1] == str(status).encode()
    assert (b"<!doctype html>" in body) is (status == 200)


def raw(served: House, target: str) -> tuple[bytes, bytes]:
    """Head and body of the answer to a GET of exactly this target."""
    address = urlsplit(served.url)
    with socket.create_connection((str(address.hostname), int(address.port or 0))) as sender:
        sender.sendall(f"GET {target} HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n".encode())
        head, _, body = sender.makefile("rb").read().partition(b"\r\n\r\n")
    return head, body


@pytest.mark.parametrize("target", ["foo", "*", "http://elsewhere.example/v1", "?code=x", "//elsewhere.example"])
def test_what_is_no_path_of_ours_leads_nowhere(served: House, target: str) -> None:
    """Whatever a request line may hold: a page or a problem, and never a way to another host."""
    head, _ = raw(served, target)
    assert head.split()[1] == (b"200" if target.startswith("//") else b"404")
    assert b"elsewhere" not in head


def test_calls_work_beside_the_pages(served: House) -> None:
    """The catch-all catches no call."""
    assert served.as_(PIERRE).get("/my").status_code == 200


def test_without_a_build_the_start_leads_to_the_document(connect_temporal: Connect, tmp_path: Path) -> None:
    """And other addresses to a problem, as before."""
    with opened(connect_temporal, tmp_path, console_dir=tmp_path / "nothing") as house:
        answer = house.http().get("/")
        assert (answer.status_code, answer.headers["Location"]) == (307, "/docs")
        assert house.http().get("/requests").status_code == 404


async def answer(folder: Path, **headers: str) -> Response:
    """The start page of the folder's console."""
    raw_headers = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "GET", "path": "/", "headers": raw_headers}
    return await ConsoleFiles(folder, "https://id.cab-i.example").get_response(".", scope)


async def test_a_new_build_of_one_size_and_time_is_another_page(tmp_path: Path) -> None:
    """Images are built with one time for all files, and two builds' pages differ in digests alone."""
    tags: list[str] = []
    for text in ("<!doctype html>D1g", "<!doctype html>D2g", "<!doctype html>D1g"):
        folder = tmp_path / str(len(tags))
        folder.mkdir()
        page = folder / "index.html"
        page.write_text(text)
        os.utime(page, (1_000_000_000, 1_000_000_000))
        tags.append((await answer(folder)).headers["ETag"])
    assert tags[0] == tags[2] != tags[1]
    assert (await answer(folder, if_none_match=tags[0])).status_code == 304


async def test_a_page_that_was_built_anew_is_read_anew(tmp_path: Path) -> None:
    """Without a restart."""
    page = tmp_path / "index.html"
    page.write_text("<!doctype html>D1g")
    before = (await answer(tmp_path)).headers["ETag"]
    page.write_text("<!doctype html>D2g")
    assert (await answer(tmp_path)).headers["ETag"] != before
