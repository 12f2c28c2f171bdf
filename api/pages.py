"""The console's files: a page for every address that is nobody else's, assets that browsers keep for good.

They are read and compressed once, at the start: no request touches the disk, and no address leads out of the folder.
"""

import gzip
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
    ".txt": "text/plain; charset=utf-8",
}
"""The types for browsers; nothing else is served. What a system's own table says differs from one to the next."""

INDEX = "/index.html"
ASSETS = "/assets/"
FOR_GOOD = "public, max-age=31536000, immutable"
"""An asset's name holds a digest of its content: another content has another name."""

ASK_AGAIN = "no-cache"


def policy(issuer: str) -> str:
    """The rights of the console's page: run and load what is ours, call us and the identity provider."""
    provider = urlsplit(issuer)
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self' {provider.scheme}://{provider.netloc}; manifest-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


@dataclass(frozen=True)
class StaticFile:
    """One file as it is sent, also compressed where that is shorter."""

    body: bytes
    packed: bytes | None
    type: str
    tag: str

    @classmethod
    def of(cls, path: Path) -> "StaticFile":
        body = path.read_bytes()
        packed = gzip.compress(body, mtime=0)
        shorter = packed if len(packed) < len(body) else None
        return cls(body, shorter, TYPES[path.suffix], f'"{hashlib.sha256(body).hexdigest()[:32]}"')


def read(folder: Path) -> dict[str, StaticFile]:
    """Every file of a built console by its address; none where there is no build."""
    if not (folder / INDEX[1:]).is_file():
        return {}
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix in TYPES)
    return {f"/{path.relative_to(folder).as_posix()}": StaticFile.of(path) for path in found}


class ConsolePages(BaseRoute):
    """Matches what no other route of the application begins like; an address without a file is a page's."""

    path = "/{page}"

    def __init__(self, files: dict[str, StaticFile], taken: Iterable[str], issuer: str) -> None:
        self._files = files
        self._taken = {path.split("/")[1] for path in taken} - {""}
        self._policy = policy(issuer)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        ours = scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}
        # A request line may name something else than a path, such as `*` or another host's address.
        if ours and scope["path"].startswith("/") and scope["path"].split("/")[1] not in self._taken:
            return Match.FULL, {"route": self, "endpoint": self}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self._answer(scope["path"], Headers(scope=scope))
        await answer(scope, receive, send)

    def _answer(self, path: str, asked: Headers) -> Response:
        lost = path.startswith(ASSETS) and path not in self._files
        if lost:  # of an earlier build; a page in its place would be run as a script
            raise HTTPException(404)
        file = self._files.get(path, self._files[INDEX])
        headers = {"ETag": file.tag, "Vary": "Accept-Encoding", "Content-Type": file.type}
        headers["Cache-Control"] = FOR_GOOD if path.startswith(ASSETS) else ASK_AGAIN
        if file.type.startswith("text/html"):
            headers["Content-Security-Policy"] = self._policy
        if file.tag in asked.get("If-None-Match", ""):
            return Response(status_code=304, headers=headers)
        if file.packed is not None and "gzip" in asked.get("Accept-Encoding", ""):
            return Response(file.packed, headers={**headers, "Content-Encoding": "gzip"})
        return Response(file.body, headers=headers)
