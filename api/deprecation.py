"""Announces routes and parameters that will go: in the document, and in every answer that used one (docs/releases.md).

OLD = Deprecation(since=date(2027, 3, 1), sunset=date(2027, 12, 1), instead="/v1/requests/prod")

@router.get("/old", **OLD.route)
def read(services: Served, caller: Sees, by: Annotated[str | None, Query(**OLD.parameter)] = None) -> …:
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FIELD = "x-deprecation"
"""The field of the OpenAPI document that says since when, until when, and what to use instead."""


@dataclass(frozen=True, slots=True)
class Deprecation:
    """A promise: it is there until `sunset`, and whoever uses it should use `instead`, an address, from `since` on."""

    since: date
    sunset: date
    instead: str

    def __post_init__(self) -> None:
        if self.sunset <= self.since:
            raise ValueError("the sunset comes after the deprecation")

    @property
    def route(self) -> dict[str, Any]:
        """The arguments of a route's decorator."""
        return {"deprecated": True, "openapi_extra": self._extra}

    @property
    def parameter(self) -> dict[str, Any]:
        """The arguments of `Query` or `Header`."""
        return {"deprecated": True, "json_schema_extra": self._extra}

    @property
    def field(self) -> dict[str, Any]:
        """The arguments of a model's `Field`: pydantic's own `deprecated` would warn our code, which still reads it."""
        return {"json_schema_extra": {"deprecated": True, **self._extra}}

    @property
    def _extra(self) -> dict[str, Any]:
        return {FIELD: {"since": self.since.isoformat(), "sunset": self.sunset.isoformat(), "instead": self.instead}}

    @classmethod
    def of(cls, extra: object) -> "Deprecation | None":
        """The promise that an extra of the document makes; None for any other."""
        said = extra.get(FIELD) if isinstance(extra, Mapping) else None
        if said is None:
            return None
        return cls(date.fromisoformat(said["since"]), date.fromisoformat(said["sunset"]), said["instead"])

    @property
    def headers(self) -> dict[str, str]:
        """`Deprecation` is a structured Date (RFC 9745, section 2.1), `Sunset` an HTTP date (RFC 8594, section 3)."""
        since, sunset = (datetime.combine(day, time(), UTC) for day in (self.since, self.sunset))
        return {
            "Deprecation": f"@{int(since.timestamp())}",
            "Sunset": format_datetime(sunset, usegmt=True),
            "Link": f'<{self.instead}>; rel="successor-version"',
        }


@dataclass(frozen=True, slots=True)
class _Marks:
    """The promises of one route: its own, and those of its parameters by name in lower case."""

    own: Deprecation | None
    queries: Mapping[str, Deprecation]
    headers: Mapping[str, Deprecation]

    def used(self, scope: Scope) -> Iterator[Deprecation]:
        """The promises that this request made use of."""
        if self.own:
            yield self.own
        if self.queries:
            asked = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
            yield from (each for name, each in self.queries.items() if name in asked)
        if self.headers:
            sent = Headers(scope=scope)
            yield from (each for name, each in self.headers.items() if name in sent)


class DeprecationHeaders:
    """Puts the headers on every answer, errors too, of a route that will go, or to whom names a parameter that will."""

    def __init__(self, app: ASGIApp, routes: Iterable[APIRoute]) -> None:
        self._app = app
        found = {id(route): _marks(route) for route in routes}
        self._marks = {key: each for key, each in found.items() if each.own or each.queries or each.headers}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def headed(message: Message) -> None:
            marks = self._marks.get(id(scope.get("route")))
            if message["type"] == "http.response.start" and marks:
                headers = MutableHeaders(scope=message)
                for name, value in _soonest(marks.used(scope)).items():
                    headers.append(name, value)
            await send(message)

        await self._app(scope, receive, headed if scope["type"] == "http" and self._marks else send)


def _soonest(used: Iterable[Deprecation]) -> dict[str, str]:
    """The headers of what goes first: an answer has one `Deprecation` and one `Sunset`."""
    first = min(used, key=lambda each: each.sunset, default=None)
    return first.headers if first else {}


def _marks(route: APIRoute) -> _Marks:
    asking = list(_all(route.dependant))
    return _Marks(
        own=Deprecation.of(route.openapi_extra) if route.deprecated else None,
        queries=dict(_parameters(field for each in asking for field in each.query_params)),
        headers=dict(_parameters(field for each in asking for field in each.header_params)),
    )


def _all(asking: Dependant) -> Iterator[Dependant]:
    """Walk through a route's dependant and those of its dependencies in turn."""
    yield asking
    for each in asking.dependencies:
        yield from _all(each)


def _parameters(fields: Iterable[Any]) -> Iterator[tuple[str, Deprecation]]:
    """The parameters that will go, those of a model that stands for several among them."""
    for field in fields:
        info = field.field_info
        model = info.annotation
        inner = model.model_fields if isinstance(model, type) and issubclass(model, BaseModel) else {}
        for name, each in [(field.alias, info), *((each.alias or name, each) for name, each in inner.items())]:
            if found := Deprecation.of(each.json_schema_extra):
                yield name, found
