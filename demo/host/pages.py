"""The other console's pages: files, one page for every address of its router, and a policy as strict as ours."""

from dataclasses import dataclass
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles


@dataclass(frozen=True)
class Host:
    """The origins that the page knows: Prodgate's, and the identity provider with the page's client id there."""

    api: str
    issuer: str
    client: str

    @property
    def policy(self) -> str:
        """Nothing inline; scripts and calls of these two origins besides its own."""
        return (
            f"default-src 'none'; script-src 'self' {self.api}; style-src 'self'; img-src 'self' data:; "
            f"connect-src 'self' {self.api} {self.issuer}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )

    async def tag(self) -> str:
        """The elements' script tag, with the hash that Prodgate names today.

        A real host writes it into its page by hand, or reads it when it is deployed. Raises httpx.HTTPError.
        """
        async with httpx.AsyncClient(trust_env=False) as http:
            there = (await http.get(f"{self.api}/embed/manifest.json")).raise_for_status().json()
        return (
            f'<script type="module" id="prodgate" crossorigin="anonymous" src="{self.api}{there["script"]}" '
            f'integrity="{there["integrity"]}"></script>'
        )


def host_app(host: Host, built: Path) -> Starlette:
    """The other console over its built files."""

    async def page(_request: Request) -> Response:
        try:
            tag = await host.tag()
        except (httpx.HTTPError, KeyError, ValueError) as error:
            return PlainTextResponse(f"Prodgate at {host.api} gives no elements: {error!r}\n", 502)
        text = (built / "index.html").read_text(encoding="utf-8").replace("<!-- prodgate -->", tag)
        return HTMLResponse(text, headers={"Content-Security-Policy": host.policy, "Cache-Control": "no-cache"})

    async def settings(_request: Request) -> Response:
        return JSONResponse({"api": host.api, "issuer": host.issuer, "client": host.client})

    return Starlette(
        routes=[
            Route("/settings.json", settings),
            Mount("/assets", StaticFiles(directory=built / "assets")),
            Route("/{path:path}", page),
        ]
    )
