"""Speaks HTTP as AWX does: errors, pages, filters, slashes, and the gateway's answers in front of it."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

Row = dict[str, Any]

RESERVED = frozenset({"page", "page_size", "format", "order", "order_by", "search", "type", "host_filter"})
RESERVED |= {"count_disabled", "no_truncate", "limit", "validate"}
"""Names that AWX silently never treats as filters."""
FORBIDDEN = frozenset({"extra_vars", "survey_passwords", "job_args", "job_env", "start_args", "webhook_key"})
NAMED = frozenset({"job_templates", "labels", "organizations", "projects", "inventories", "users"})
"""Resources with named URLs: AWX adds a missing slash itself instead of redirecting."""
PAGE_SIZE = 25
MOST_A_PAGE = 200
LOGIN_HINT = " To establish a login session, visit /api/login/."


class ApiError(Exception):
    """An answer of AWX that is not a success."""

    def __init__(self, status: int, body: Row) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


class FaultAnswer(Exception):
    """An answer that comes instead of AWX's."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


async def answer_error(_request: Request, error: Exception) -> Response:
    """AWX's JSON for an ApiError, and what an Instead carries."""
    if isinstance(error, FaultAnswer):
        return error.response
    if not isinstance(error, ApiError):
        raise error
    headers = {}
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer realm=api authorization_url=/api/o/authorize/"
    return JSONResponse(error.body, error.status, headers)


def unauthenticated(basic: bool) -> ApiError:
    """The same body for no token, an unknown one and an expired one."""
    said = "Invalid username/password." if basic else "Authentication credentials were not provided."
    return ApiError(401, {"detail": said + LOGIN_HINT})


FORBIDDEN_ERROR = ApiError(403, {"detail": "You do not have permission to perform this action."})


def not_found(model: str) -> ApiError:
    return ApiError(404, {"detail": f"No {model} matches the given query."})


def server_error() -> Response:
    return JSONResponse({"detail": "A server error has occurred."}, 500)


def gateway(status: int) -> Response:
    """Answers as nginx does in front of AWX: HTML, never JSON."""
    reason = {502: "Bad Gateway", 503: "Service Temporarily Unavailable", 504: "Gateway Time-out"}[status]
    return HTMLResponse(f"<html><head><title>{status} {reason}</title></head><body>nginx</body></html>", status)


def migrating() -> Response:
    return RedirectResponse("/migrations_notran/", 302)


def too_many(seconds: int) -> Response:
    return JSONResponse({"detail": "Request was throttled."}, 429, {"Retry-After": str(seconds)})


class BrokenConnection(Response):
    """Break the connection in the middle of the answer."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 201, "headers": headers})


async def json_body(request: Request) -> Row:
    """The request's JSON object; an empty body is `{}`."""
    raw = await request.body()
    if not raw:
        return {}
    if request.headers.get("content-type", "").split(";")[0] != "application/json":
        said = "You did not use correct Content-Type in your HTTP request. "
        raise ApiError(
            415, {"detail": said + "If you are using our REST API, the Content-Type must be application/json"}
        )
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise ApiError(400, {"detail": f"JSON parse error - {error}\nPossible cause: trailing comma."}) from error
    if not isinstance(body, dict):
        raise ApiError(400, {"detail": "JSON parse error - not a JSON object"})
    return body


class Slashes:
    """A path without its last slash: 301 for jobs and bare lists, served as if it were there for named resources."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or not path.startswith(self._prefix) or path.endswith("/"):
            return await self._app(scope, receive, send)
        parts = path.removeprefix(self._prefix).split("/")
        if len(parts) > 2 and parts[1] in NAMED:
            return await self._app({**scope, "path": f"{path}/"}, receive, send)
        query = scope["query_string"].decode()
        return await RedirectResponse(f"{path}/{'?' if query else ''}{query}", 301)(scope, receive, send)


# Filters (django-ansible-base rest_filters)

LOOKUPS: dict[str, Callable[[Any, str], bool]] = {
    "exact": lambda have, want: str(have) == want,
    "iexact": lambda have, want: str(have).lower() == want.lower(),
    "contains": lambda have, want: want in str(have),
    "icontains": lambda have, want: want.lower() in str(have).lower(),
    "startswith": lambda have, want: str(have).startswith(want),
    "endswith": lambda have, want: str(have).endswith(want),
    "in": lambda have, want: str(have) in want.split(","),
    "gt": lambda have, want: _ordered(have) > _ordered(want),
    "gte": lambda have, want: _ordered(have) >= _ordered(want),
    "lt": lambda have, want: _ordered(have) < _ordered(want),
    "lte": lambda have, want: _ordered(have) <= _ordered(want),
    "isnull": lambda have, want: (have is None) == (want.lower() in ("1", "true")),
}


def _ordered(value: object) -> tuple[int, float, str]:
    """Numbers before text; times compare as their ISO text, which ends in Z on both sides."""
    text = str(value)
    return (0, float(text), "") if text.lstrip("-").isdigit() else (1, 0.0, text)


def _values(row: Row, path: Sequence[str]) -> list[Any]:
    """The values that a field of a row holds; labels and users are reached through summary_fields."""
    name, *rest = path
    if name == "labels":
        return [label[rest[0] if rest else "id"] for label in row["summary_fields"]["labels"]["results"]]
    if name in ("created_by", "organization") and "summary_fields" in row:
        return [(row["summary_fields"].get(name) or {}).get(rest[0] if rest else "id")]
    return [row[name]]


def _matches(row: Row, key: str, want: str) -> bool:
    negate = key.startswith("not__")
    parts = key.removeprefix("not__").split("__")
    lookup = parts.pop() if len(parts) > 1 and parts[-1] in LOOKUPS else "exact"
    found = any(LOOKUPS[lookup](have, want) for have in _values(row, parts))
    return found is not negate


def select(rows: list[Row], query: Mapping[str, str], model: str, known: frozenset[str]) -> list[Row]:
    """The rows that pass every filter of the query string; 400 for an unknown field, 403 for a secret one."""
    for key, want in query.items():
        field = key.removeprefix("not__").split("__")[0]
        if field in FORBIDDEN:
            raise ApiError(403, {"detail": f"Filtering on {field} is not allowed."})
        if key in RESERVED:
            continue
        if field not in known:
            raise ApiError(400, {"detail": f"{model} has no field named '{field}'"})
        rows = [row for row in rows if _matches(row, key, want)]
    for key in reversed(query.get("order_by", "id").split(",")):
        rows = _sorted(rows, key.lstrip("-"), key.startswith("-"))
    return rows


def _sorted(rows: list[Row], field: str, descending: bool) -> list[Row]:
    return sorted(rows, key=lambda row: _ordered(row[field]), reverse=descending)


def page(rows: list[Row], request: Request) -> Row:
    """One page of a list: 25 rows unless asked, never over 200; `next` is a path without a host."""
    query = request.query_params
    size = min(int(query.get("page_size", PAGE_SIZE)), MOST_A_PAGE)
    number = int(query.get("page", 1))
    if number > 1 and (number - 1) * size >= len(rows):
        raise ApiError(404, {"detail": "Invalid page."})
    results = rows[(number - 1) * size : number * size]
    if query.get("count_disabled"):
        return {"results": results}
    following = str(request.url.include_query_params(page=number + 1).replace(scheme="", netloc=""))
    previous = str(request.url.include_query_params(page=number - 1).replace(scheme="", netloc=""))
    return {
        "count": len(rows),
        "next": following if number * size < len(rows) else None,
        "previous": previous if number > 1 else None,
        "results": results,
    }
