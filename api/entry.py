"""Guards the entry to people's routes: the caller is judged before a body is awaited, and JSON is read strictly."""

import json
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Iterator
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from api.dependencies import Needs, sign_in
from api.errors import RefusedText
from api.models import FieldProblem

_NUL = "must be text without the character NUL"


class StrictRequest(Request):
    """A request whose JSON says each thing once: of a key that stands twice, two readers may take different values."""

    async def json(self) -> Any:
        """The body. Raises JSONDecodeError, RefusedText."""
        if not hasattr(self, "_json"):
            self._json = json.loads(await self.body(), object_pairs_hook=_once)
            _refuse(path for path, text in _texts(self._json) if "\0" in text)
        return self._json


class SignedInRoute(APIRoute):
    """A route that signs its caller in first, where it needs one; half a request holds nothing open before that."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        people = any(isinstance(each.call, Needs) for each in self.dependant.dependencies)

        async def entered(request: Request) -> Response:
            if people:
                await sign_in(request)
            _refuse(name for name, value in request.query_params.multi_items() if "\0" in value)
            return await handle(StrictRequest(request.scope, request.receive))

        return entered


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        key = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise RefusedText(FieldProblem(field="body", detail=f"gives {json.dumps(key)[:200]} twice", kind="unreadable"))
    return found


def _refuse(fields: Iterable[str]) -> None:
    """Refuse what C ends a text at: two readers would see two texts."""
    if found := tuple(FieldProblem(field=field[:200], detail=_NUL, kind="form") for field in fields):
        raise RefusedText(*found[:50])


def _texts(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Every text of a document, with the path of its field; the reader has bounded how deep it goes."""
    if isinstance(value, str):
        yield ".".join(path) or "body", value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _texts(each, (*path, key))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _texts(each, (*path, str(number)))
