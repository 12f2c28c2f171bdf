"""Bodies have a size: more than that is refused before it is read."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import problem

LARGEST_BODY = 256 * 1024
"""Bytes of a body; a ticket within its fields' limits fits."""

LARGEST_CALLBACK = 1024 * 1024
"""AWX's callbacks list every host of the inventory."""


class BodyLimit:
    """Answers 413 as soon as a body is announced, or turns out, to be larger than allowed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = LARGEST_CALLBACK if scope["path"].startswith("/v1/webhooks/") else LARGEST_BODY
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > limit:
            await problem(413, _sentence(limit))(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit:
                # The framework lets this one kind pass where it reads the body.
                raise HTTPException(413, _sentence(limit))
            return message

        await self._app(scope, counted, send)


def _sentence(limit: int) -> str:
    return f"The body is larger than {limit // 1024} KB"
