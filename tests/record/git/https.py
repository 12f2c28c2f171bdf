"""A Git server over https that asks for a token, by Git's own CGI program."""

import asyncio
import base64
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

TOKEN = "glpat-of-the-tests"


@dataclass(frozen=True)
class Backend:
    """`git http-backend` (git-http-backend(1)) behind a check of the token."""

    root: Path

    async def answer(self, request: Request) -> Response:
        expected = base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {expected}":
            return Response("who are you?", 401, {"WWW-Authenticate": "Basic"})
        environment = {
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REMOTE_USER": "prodgate",
            "REQUEST_METHOD": request.method,
            "PATH_INFO": request.url.path,
            "QUERY_STRING": request.url.query,
            "CONTENT_TYPE": request.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": request.headers.get("Content-Encoding", ""),
            "HTTP_GIT_PROTOCOL": request.headers.get("Git-Protocol", ""),
        }
        said = await asyncio.to_thread(
            subprocess.run,
            ["git", "http-backend"],
            env=environment,
            input=await request.body(),
            capture_output=True,
            check=True,
        )
        head, _, body = said.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        return Response(body, int(headers.pop("Status", "200").split()[0]), headers)


@contextmanager
def over_https(root: Path, certificate: Path) -> Iterator[str]:
    """The address of the folder's repositories. The file holds the server's key and certificate."""
    app = Starlette(routes=[Route("/{path:path}", Backend(root).answer, methods=["GET", "POST"])])
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", ssl_certfile=str(certificate))
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.02)
        yield f"https://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
