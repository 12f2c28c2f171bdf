"""Every error as RFC 9457 problem details: the one place where a broken rule meets an HTTP status."""

import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.engine import EngineUnavailable, NotRunning
from api.models import FieldProblem, Problem
from domain import errors as rules
from record.errors import BadCursor, RecordError

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"


class NotFound(Exception):
    """There is no such ticket, or the caller may not see it: the answer is the same."""

    def __init__(self, sentence: str = "No such request") -> None:
        super().__init__(sentence)


class Unauthenticated(Exception):
    """The caller did not prove who they are; `str()` says what is wrong with the credentials."""


class BadField(Exception):
    """A value that only the product's own knowledge can refuse."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class ChangedSince(Exception):
    """The ticket is no longer the revision that the caller's If-Match names."""

    def __init__(self) -> None:
        super().__init__("The request has changed since it was read; read it again and decide on what it says now")


STATUS: dict[type[Exception], HTTPStatus] = {
    rules.NotPending: HTTPStatus.BAD_REQUEST,
    rules.NotCancellable: HTTPStatus.BAD_REQUEST,
    rules.NotRetryable: HTTPStatus.BAD_REQUEST,
    rules.NotAuthorized: HTTPStatus.FORBIDDEN,
    rules.SelfApproval: HTTPStatus.FORBIDDEN,
    rules.StaleDecision: HTTPStatus.CONFLICT,
    rules.WrongTicket: HTTPStatus.CONFLICT,
    rules.PreChecksNotPassed: HTTPStatus.UNPROCESSABLE_ENTITY,
    rules.ScheduledInThePast: HTTPStatus.UNPROCESSABLE_ENTITY,
    rules.MalformedTicket: HTTPStatus.UNPROCESSABLE_ENTITY,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    NotFound: HTTPStatus.NOT_FOUND,
    BadField: HTTPStatus.UNPROCESSABLE_ENTITY,
    BadCursor: HTTPStatus.UNPROCESSABLE_ENTITY,
    ChangedSince: HTTPStatus.PRECONDITION_FAILED,
    NotRunning: HTTPStatus.CONFLICT,
    EngineUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    RecordError: HTTPStatus.SERVICE_UNAVAILABLE,
}

_HEADERS = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": 'Bearer realm="prodgate"'},
    HTTPStatus.SERVICE_UNAVAILABLE: {"Retry-After": "5"},
}

_SENTENCES: dict[type[Exception], str] = {
    NotRunning: "The engine does not run this request; operators have to look at it",
    EngineUnavailable: "The engine does not answer now; read the request again before repeating",
    RecordError: "The Git record can't be reached now; try again",
}
"""For errors whose own text is meant for logs."""

FIELDS: dict[type[Exception], str] = {
    rules.PreChecksNotPassed: "preChecks",
    rules.ScheduledInThePast: "request.scheduledDate",
}


def problem(status: int, detail: str, kind: str = "about:blank", fields: tuple[FieldProblem, ...] = ()) -> Response:
    """One problem as an answer."""
    phrase = HTTPStatus(status).phrase
    body = Problem(type=kind, title=phrase, status=status, detail=detail, errors=fields)
    content = body.model_dump(exclude=set() if fields else {"errors"})
    return JSONResponse(content, status, _HEADERS.get(HTTPStatus(status)), MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Teach the app to answer each of our errors, the framework's own, and anything unforeseen."""
    for kind, status in STATUS.items():
        app.add_exception_handler(kind, _answer(kind, status))
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unforeseen)


def _answer(kind: type[Exception], status: HTTPStatus) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def handler(request: Request, error: Exception) -> Response:
        detail = _SENTENCES.get(kind) or str(error)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            log.error("unavailable", path=request.url.path, error=repr(error), cause=repr(error.__cause__))
        field = FIELDS.get(kind) or getattr(error, "field", None)
        fields = (FieldProblem(field=field, detail=detail),) if field else ()
        return problem(status, detail, f"urn:prodgate:problem:{_kebab(type(error).__name__)}", fields)

    return handler


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  registered for nothing else
    fields = tuple(_field(fault) for fault in error.errors())
    detail = "; ".join(f"{field.field}: {field.detail}" for field in fields[:5])
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, "urn:prodgate:problem:invalid", fields[:50])


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  registered for nothing else
    response = problem(error.status_code, str(error.detail))
    response.headers.update(error.headers or {})
    return response


async def _unforeseen(request: Request, error: Exception) -> Response:
    del error  # the server logs it with its traceback
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong; it has been logged")


def _field(fault: dict[str, Any]) -> FieldProblem:
    where = [str(part) for part in fault["loc"] if part not in ("body", "query", "path", "header")]
    detail = str(fault["msg"]).removeprefix("Value error, ")
    return FieldProblem(field=".".join(where)[:200] or "body", detail=detail[:500])


def _kebab(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()
