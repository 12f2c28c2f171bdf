"""Every answer's headers, which keep browsers from embedding, guessing and passing on; compression; the page /docs."""

import base64
import hashlib
import re
from importlib.resources import files

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from starlette.datastructures import MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.dependencies import PUBLIC

DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""The policy of an answer that is data."""

SECURITY_HEADERS = {
    "Content-Security-Policy": DATA_POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HTTPS_ONLY = "max-age=31536000"

SHORTEST = 500
"""Bytes of a body that is worth compressing: a shorter one and its head travel in one packet anyway."""

LEVEL = 6
"""zlib's level: a list of 100 gets as short as with 9, in less than half of the time."""

ASSETS, CODEC = "/docs/assets", "/v1/codec/"


class SecurityHeaders:
    """Puts the headers on every answer that does not bring its own."""

    def __init__(self, app: ASGIApp, https: bool) -> None:
        self._app = app
        self._headers = SECURITY_HEADERS | ({"Strict-Transport-Security": HTTPS_ONLY} if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_secured if scope["type"] == "http" else send)


class Cors:
    """Lets pages of other origins call the API, and the Temporal UI's the codec server alone."""

    def __init__(self, app: ASGIApp, origins: tuple[str, ...], temporal_ui: tuple[str, ...]) -> None:
        self._pages = _calling(app, origins)
        self._codec = _calling(app, (*origins, *temporal_ui))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        codec = scope["type"] == "http" and scope["path"].startswith(CODEC)
        await (self._codec if codec else self._pages)(scope, receive, send)


def _calling(app: ASGIApp, origins: tuple[str, ...]) -> ASGIApp:
    """The app, for pages of these origins too."""
    if not origins:
        return app
    exposed = ["Deprecation", "ETag", "Link", "Location", "Retry-After", "Sunset", "WWW-Authenticate"]
    exposed += ["Content-Disposition", "X-Next-Cursor", "X-Total-Count"]
    return CORSMiddleware(app, allow_origins=origins, allow_methods=["*"], allow_headers=["*"], expose_headers=exposed)


class Compression(GZipMiddleware):
    """Compresses what is worth it, never a stream of events, and says of every answer that it depends on what is asked.

    The framework says so only of the bodies that it looks at. A 304, or an answer to HEAD, has none, and stands for one
    that varies (RFC 9110, section 15.4.5).
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_varying(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if "Accept-Encoding" not in headers.get("Vary", ""):
                    headers.add_vary_header("Accept-Encoding")
            await send(message)

        await super().__call__(scope, receive, send_varying if scope["type"] == "http" else send)


def add_docs(app: FastAPI) -> None:
    """Serve the page of the OpenAPI document with assets of our own: no other site is asked, and none is allowed."""
    page = get_swagger_ui_html(
        openapi_url=app.openapi_url or "",
        title=app.title,
        swagger_js_url=f"{ASSETS}/swagger-ui-bundle.js",
        swagger_css_url=f"{ASSETS}/swagger-ui.css",
        swagger_favicon_url=f"{ASSETS}/favicon.png",
        swagger_ui_parameters=app.swagger_ui_parameters,
    )
    text = bytes(page.body).decode()
    scripts = " ".join(map(_hash, re.findall(r"<script>(.*?)</script>", text, re.DOTALL)))
    policy = (
        f"{DATA_POLICY}; script-src 'self' {scripts}; connect-src 'self'; img-src 'self' data:; "
        "style-src 'self' 'unsafe-inline'"  # the page's own library sets styles on elements
    )
    app.mount(ASSETS, StaticFiles(directory=str(files("fastapi_offline") / "static")))

    @app.get("/docs", include_in_schema=False, openapi_extra=PUBLIC)
    async def docs() -> HTMLResponse:
        return HTMLResponse(text, headers={"Content-Security-Policy": policy})


def _hash(script: str) -> str:
    """The script as a policy names it (CSP level 3, section 2.3.1)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
