"""The console's files: a page for every address that is nobody else's, assets that browsers keep for good."""

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from os import stat_result
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Match
from starlette.staticfiles import NotModifiedResponse, PathLike, StaticFiles
from starlette.types import Receive, Scope, Send

TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".txt": "text/plain",
}
"""The types for browsers; nothing else is served. What a system's own table says differs from one to the next."""

INDEX = "index.html"
ASSETS = "assets"
EMBED = "embed"
"""The folder of the custom elements, for pages of other origins."""
IMMUTABLE = "public, max-age=31536000, immutable"
"""For an asset and the elements: the name holds a digest of its content, so another content has another name."""


def policy(issuer: str) -> str:
    """The rights of the console's page: run and load what is ours, call us and the identity provider."""
    provider = urlsplit(issuer)
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self' {provider.scheme}://{provider.netloc}; manifest-src 'self'; "
        "frame-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def built(folder: Path) -> Path | None:
    """The folder, where it holds a built console."""
    return folder if (folder / INDEX).is_file() else None


class ConsoleFiles(StaticFiles):
    """Serves a built console; an address without a file is a page's."""

    def __init__(self, folder: Path, issuer: str) -> None:
        super().__init__(directory=folder)
        self._policy = policy(issuer)

    async def get_response(self, path: str, scope: Scope) -> Response:
        try:
            return await super().get_response(path, scope)
        except HTTPException:
            # Of an earlier build; a page would be run as a script there.
            if scope["path"].startswith((f"/{ASSETS}/", f"/{EMBED}/")):
                raise
        return await super().get_response(INDEX, scope)

    def file_response(
        self, full_path: PathLike, stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """The file, or 304. Raises HTTPException where it is none for browsers."""
        path = Path(full_path)
        if path.suffix not in TYPES:
            raise HTTPException(404)
        tag, folder = _tag(path, stat_result.st_mtime_ns), path.parent.name
        kept = folder == ASSETS or (folder == EMBED and path.suffix == ".js")
        headers = {"ETag": tag, "Cache-Control": IMMUTABLE if kept else "no-cache"}
        if path.suffix == ".html":
            headers["Content-Security-Policy"] = self._policy
        response = FileResponse(path, status_code, headers, TYPES[path.suffix], stat_result=stat_result)
        del response.headers["Last-Modified"]  # two builds' pages may have one time; the tag alone tells them apart
        unchanged = self.is_not_modified(response.headers, Headers(scope=scope))
        # Weak, as it is the same for what is compressed and what is not: their bytes must never be joined by ranges.
        response.headers["ETag"] = f"W/{tag}"
        return self._not_modified(response) if unchanged else response

    def _not_modified(self, response: Response) -> Response:
        """The 304 with the page's policy: a browser takes its headers for those of the page that it kept."""
        answer = NotModifiedResponse(response.headers)
        if policy := response.headers.get("Content-Security-Policy"):
            answer.headers["Content-Security-Policy"] = policy
        return answer


@lru_cache(maxsize=256)
def _tag(path: Path, _changed: int) -> str:
    """The entity tag of a file's content, read again when the file changed.

    The framework makes one of time and size. The pages of two builds have one size, and in some images all files have
    one time: a browser would keep the old page, whose assets are gone.
    """
    return f'"{hashlib.sha256(path.read_bytes()).hexdigest()[:32]}"'


class ConsoleRoute(BaseRoute):
    """Matches what no other route of the application begins like."""

    path = "/{page}"

    def __init__(self, files: ConsoleFiles, taken: Iterable[str]) -> None:
        self._files = files
        self._taken = {path.split("/")[1] for path in taken} - {""}

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        ours = scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}
        # A request line may name something else than a path, such as `*` or another host's address.
        if ours and scope["path"].startswith("/") and scope["path"].split("/")[1] not in self._taken:
            return Match.FULL, {"route": self, "endpoint": self._files}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._files(scope, receive, send)
