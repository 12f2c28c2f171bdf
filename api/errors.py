"""Every error as RFC 9457 problem details: the one place where a broken rule meets an HTTP status."""

import math
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import timedelta
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pygit2 import GitError
from starlette.exceptions import HTTPException

from api.engine_errors import EngineUnavailable, NotRunning
from api.metrics import REFUSALS
from api.models import FieldProblem, Problem
from api.oidc import ProviderUnavailable
from api.refused_fields import refused_field
from bootstrap.process import trace_id
from domain import browsers, feeds, links, reports, storage, trials
from domain import errors as rules
from engine.codec import PayloadUnreadable
from record.errors import BadCursor, RecordError
from record.trail.index import TrailUnread

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"


class NotFound(Exception):
    """There is no such ticket, or the caller may not see it: the answer is the same."""

    def __init__(self, sentence: str = "No such request") -> None:
        super().__init__(sentence)


class Unauthenticated(Exception):
    """The caller did not prove who they are; `str()` says what is wrong, `challenge` which scheme is asked for."""

    def __init__(self, sentence: str, challenge: str = "Bearer") -> None:
        super().__init__(sentence)
        self.challenge = challenge

    @property
    def challenge_header(self) -> str:
        """The answer's WWW-Authenticate."""
        return f'{self.challenge} realm="prodgate"'


class StaleSignIn(Unauthenticated):
    """The decision asks for a sign-in that is more recent than the token's (RFC 9470)."""

    def __init__(self, within: timedelta) -> None:
        minutes = math.ceil(within.total_seconds() / 60)
        super().__init__(f"Sign in again: a decision on critical impact needs a sign-in of the last {minutes} minutes")
        self.max_age = int(within.total_seconds())

    @property
    def challenge_header(self) -> str:
        wanted = f'error_description="A more recent sign-in is required", max_age="{self.max_age}"'
        return f'{super().challenge_header}, error="insufficient_user_authentication", {wanted}'


class SessionRevoked(Unauthenticated):
    """The token is on the revocation list, or its session or its bearer is."""

    def __init__(self) -> None:
        super().__init__("This session was ended; sign in again")


class LogoutRefused(Exception):
    """A logout token that ends no session (OpenID Connect Back-Channel Logout 1.0, section 2.8); `str()` says why."""


class RevocationsUnknown(Exception):
    """The revocation list could not be read for so long that nobody's decision to deploy is certain to be theirs."""


class TooManyRequests(Exception):
    """The caller sent more than their share; `wait` is the seconds until the next request is taken."""

    def __init__(self, wait: int) -> None:
        super().__init__(f"Too many requests; try again in {wait} s")
        self.wait = wait


class TenantNotNamed(Exception):
    """A creation that names no tenant, by somebody who creates in several."""

    def __init__(self, tenants: Iterable[str]) -> None:
        self.params = {"tenants": ", ".join(tenants)}
        super().__init__(f"must be named: you may create requests for {self.params['tenants']}")


class KeyReused(Exception):
    """An Idempotency-Key that came before, with another request."""

    def __init__(self) -> None:
        super().__init__("was used before, for another request")


class RefusedText(HTTPException):
    """Text in a body or a query that no field takes. The framework lets its own kind pass where it reads a body."""

    def __init__(self, *fields: FieldProblem) -> None:
        super().__init__(HTTPStatus.UNPROCESSABLE_ENTITY)
        self.fields = fields


class TrailNotKept(Exception):
    """This installation keeps no audit trail that could be read."""


class ChangedSince(Exception):
    """The ticket is no longer the revision that the caller's If-Match names."""

    def __init__(self) -> None:
        super().__init__("The request has changed since it was read; read it again and decide on what it says now")


UNREADABLE = (RecordError, GitError, sqlite3.Error, OSError)
"""The errors that reading the record raises while its disk, its repository or the index is away."""

_ANSWERED: dict[HTTPStatus, tuple[type[Exception], ...]] = {
    HTTPStatus.BAD_REQUEST: (
        *(rules.NotPending, rules.NotCancellable, rules.NotRetryable, rules.NotHoldable, rules.NotHeld),
        *(rules.HistoryFull, rules.AlreadyVoted, rules.VoteNotNeeded, rules.NoVote, rules.NothingOwed),
        LogoutRefused,
    ),
    HTTPStatus.FORBIDDEN: (
        *(rules.NotAuthorized, rules.SelfApproval, rules.ServiceDecides, rules.IdentityChanged),
        *(links.LinkNotYours, rules.TargetNotOwned, rules.TenantGone, rules.EmergencyNotAllowed, rules.OwnEmergency),
        *(rules.NotDelegated, rules.VoteNotHanded, rules.NoVoteToGive, rules.PasskeyRequired, rules.PasskeyInvalid),
    ),
    HTTPStatus.UNPROCESSABLE_ENTITY: (
        *(rules.NobodyToApprove, reports.NoSuchMonth, reports.ReportTooLarge, rules.TemplateFaulty),
        *(browsers.EndpointRefused, rules.DocumentTooLarge, trials.RulesFaulty, trials.TrialTooLarge),
        *(rules.PreChecksNotPassed, rules.ScheduledInThePast, rules.ScheduledTooLate, rules.VersionMalformed),
        *(rules.VersionMoves, rules.EvidenceContradicts, rules.EvidenceNotChecked, rules.UnknownEnvironment),
        *(rules.DelegateUnfit, rules.DelegationDates),
        *(rules.MalformedTicket, TenantNotNamed, KeyReused, BadCursor),
    ),
    HTTPStatus.CONFLICT: (
        *(rules.StaleDecision, rules.VotesMissing, rules.NothingToRepair, rules.TemplateChanged, reports.ReportStopped),
        *(rules.NotOver, rules.NoCheckpointYet, rules.ReceiptUnproven),
        *(reports.PartNotRetryable, storage.DocumentDamaged, rules.ProductionChanged, rules.WrongTicket),
        *(rules.DebtsOverdue, rules.DelegationOver, rules.DelegationGone, rules.TooManyDelegations),
        *(rules.PasskeyOver, rules.TooManyPasskeys),
        *(browsers.TooManyBrowsers, rules.KeyEnded, rules.AlreadyOpen, rules.TooManyOpen, rules.FaultyFile, NotRunning),
    ),
    HTTPStatus.GONE: (links.LinkExpired, links.LinkUsed, storage.DocumentGone),
    HTTPStatus.NOT_FOUND: (links.LinkInvalid, feeds.FeedEnded, browsers.PushOff, NotFound, TrailNotKept),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        *(storage.StorageDown, rules.Unproven, rules.RecordBehind, rules.NewerFormat, RevocationsUnknown),
        *(TrailUnread, EngineUnavailable, PayloadUnreadable, ProviderUnavailable, *UNREADABLE),
    ),
    HTTPStatus.UNAUTHORIZED: (Unauthenticated, StaleSignIn, SessionRevoked),
    HTTPStatus.TOO_MANY_REQUESTS: (TooManyRequests,),
    HTTPStatus.PRECONDITION_FAILED: (ChangedSince, rules.PreferencesChanged),
}

STATUS = {error: status for status, errors in _ANSWERED.items() for error in errors}

_RETRY_AFTER = "5"
"""Seconds that a caller is asked to wait while something is down."""

_SENTENCES: dict[type[Exception], str] = {
    NotRunning: "The engine does not run this request; operators have to look at it",
    EngineUnavailable: (
        "The engine does not answer now; what you asked may still be done, so look before you repeat it "
        "(a creation with an Idempotency-Key is safe to repeat)"
    ),
    storage.StorageDown: "The store of documents can't be reached now; try again",
    PayloadUnreadable: "What the engine holds can't be decrypted here; operators have to look at the payload keys",
    ProviderUnavailable: "The identity provider does not answer now, so nobody can be recognised; try again",
    RevocationsUnknown: "Which sessions were ended can't be read now, so nothing is approved or retried; try again",
    rules.KeyEnded: "The key that this was signed with ended before it was recorded; decide again",
    rules.Unproven: "The engine did not accept this gate's signature; operators have to look at its key and clock",
    **dict.fromkeys(UNREADABLE, "The Git record can't be reached now; try again"),
}
"""For errors whose own text is meant for logs."""

_FRAMEWORK: dict[int, str] = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address; /docs lists what there is",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take that method; the Allow header lists those it takes",
}
"""The framework's own answers, said for people."""

_KIND_OF: dict[int, str] = {
    HTTPStatus.NOT_FOUND: "no-such-address",
    HTTPStatus.METHOD_NOT_ALLOWED: "method-not-allowed",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "body-too-large",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "headers-too-large",
    HTTPStatus.INTERNAL_SERVER_ERROR: "internal",
}
"""Kinds of what no route says."""

FIELDS: dict[type[Exception], str] = {
    BadCursor: "cursor",
    TenantNotNamed: "tenant",
    KeyReused: "Idempotency-Key",
    reports.NoSuchMonth: "month",
    reports.ReportTooLarge: "tenants",
    rules.ScheduledInThePast: "request.scheduledDate",
    rules.ScheduledTooLate: "request.scheduledDate",
    rules.VersionMalformed: "target.version",
    rules.VersionMoves: "target.digest",
    rules.EvidenceContradicts: "preChecks.testEvidenceUrl",
    rules.EvidenceNotChecked: "preChecks.testEvidenceUrl",
    rules.UnknownEnvironment: "target.targetEnvironment",
    rules.TargetNotOwned: "target.name",
    rules.DelegateUnfit: "to",
    rules.DelegationDates: "until",
}


_MOST_FIELDS = 50
"""Fields that one refusal names."""
_FAMILY = "urn:prodgate:problem:"
_UNFORESEEN = "Something went wrong; it has been logged"


def problem(
    status: int,
    detail: str,
    kind: str | None = None,
    fields: tuple[FieldProblem, ...] = (),
    params: dict[str, str] | None = None,
) -> Response:
    """One problem as an answer; without a kind, of the one that is its status's."""
    return _answer(_problem(status, detail, kind or _KIND_OF.get(status), fields, params or {}))


def _problem(
    status: int, detail: str, kind: str | None, fields: tuple[FieldProblem, ...], params: dict[str, str]
) -> Problem:
    REFUSALS.labels(kind or "other").inc()
    return Problem(
        type=f"{_FAMILY}{kind}" if kind else "about:blank",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        params=params,
        errors=fields,
        traceId=trace_id(),
    )


def _answer(body: Problem) -> Response:
    left_out = {name for name in ("errors", "params", "traceId") if not getattr(body, name)}
    headers = {"Retry-After": _RETRY_AFTER} if body.status == HTTPStatus.SERVICE_UNAVAILABLE else None
    return JSONResponse(body.model_dump(exclude=left_out), body.status, headers, MEDIA_TYPE)


def kind_of_status(status: int) -> str | None:
    """The word of a refusal before any route is reached."""
    return "too-many-requests" if status == HTTPStatus.TOO_MANY_REQUESTS else _KIND_OF.get(status)


def too_many(error: TooManyRequests) -> Response:
    """The answer to whoever is refused before the routes are reached."""
    answer = problem(HTTPStatus.TOO_MANY_REQUESTS, str(error), "too-many-requests")
    answer.headers["Retry-After"] = str(error.wait)
    return answer


def install(app: FastAPI) -> None:
    """Teach the app to answer each of our errors, the framework's own, and anything unforeseen."""
    for kind in STATUS:
        app.add_exception_handler(kind, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unforeseen)


async def _known(request: Request, error: Exception) -> Response:
    answer = _answer(await problem_of(request, error))
    if isinstance(error, Unauthenticated):
        answer.headers["WWW-Authenticate"] = error.challenge_header
    if isinstance(error, LogoutRefused):
        answer.headers["Cache-Control"] = "no-store"
    if isinstance(error, TooManyRequests):
        answer.headers["Retry-After"] = str(error.wait)
    return answer


async def problem_of(request: Request, error: Exception, **said: str) -> Problem:
    """The problem that an error is to the caller, noted where it is one to note; `said` as in `Refusals.refused`.

    Whatever nobody has foreseen is a problem of this service.
    """
    kind = next((each for each in type(error).__mro__ if each in STATUS), Exception)
    status = STATUS.get(kind, HTTPStatus.INTERNAL_SERVER_ERROR)
    detail = (_SENTENCES.get(kind) or str(error)) if kind in STATUS else _UNFORESEEN
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        unforeseen = None if kind in STATUS else error
        cause = repr(error.__cause__)
        log.error("unavailable", path=_path_of(request), error=repr(error), cause=cause, exc_info=unforeseen)
    params, code = getattr(error, "params", {}), _code(kind) if kind in STATUS else _KIND_OF[status]
    fields = tuple(
        FieldProblem(field=field, detail=said_of, kind=code, params=params | values)
        for field, said_of, values in _fields_of(kind, error, detail)
    )
    await request.app.state.refusals.answered(request, status, detail, error, code, **said)
    return _problem(status, detail, code, fields, params)


def _path_of(request: Request) -> str:
    """The path, without the token of a link: a fault spends none, and whoever reads logs must not have the file."""
    token = request.path_params.get("token")
    return request.url.path.replace(token, "{token}") if token else request.url.path


def _code(kind: type[Exception]) -> str:
    return "record-unreachable" if kind in UNREADABLE else rules.kind_of(kind)


KINDS = sorted({_code(kind) for kind in STATUS} | {"invalid", *_KIND_OF.values()})
"""Every word that a refusal is known by, but those of fields alone."""


def _fields_of(kind: type[Exception], error: Exception, detail: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """The fields that a refusal is about, each with the sentence and the values that are its own."""
    if isinstance(error, rules.PreChecksNotPassed):
        for name in error.failed:
            yield f"preChecks.{name}", detail, {}
        if not error.failed:
            yield "preChecks", detail, {}
    elif isinstance(error, trials.RulesFaulty):
        for fault in error.faults[:_MOST_FIELDS]:
            yield f"files.{fault.path}", fault.sentence, {"file": fault.path, "line": str(fault.line or 1)}
    elif kind in FIELDS:
        yield FIELDS[kind], detail, {}


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  registered for nothing else
    return _refused(tuple(refused_field(fault) for fault in error.errors()))


def _refused(fields: tuple[FieldProblem, ...]) -> Response:
    detail = "; ".join(f"{field.field}: {field.detail}" for field in fields[:5])
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, "invalid", fields[:_MOST_FIELDS])


async def _http(request: Request, error: Exception) -> Response:
    """Answers what the framework refuses. 400 is a body that it could not read, nested too deeply or not UTF-8."""
    assert isinstance(error, HTTPException)  # noqa: S101  registered for nothing else
    if isinstance(error, RefusedText):
        return _refused(error.fields)
    if error.status_code == HTTPStatus.BAD_REQUEST:
        return _unreadable("The body can't be read: send JSON in UTF-8, without deep nesting")
    response = problem(error.status_code, _FRAMEWORK.get(error.status_code, str(error.detail)))
    response.headers.update(error.headers or {})
    return response


def _unreadable(detail: str) -> Response:
    fields = (FieldProblem(field="body", detail=detail, kind="unreadable"),)
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, "invalid", fields)


async def _unforeseen(request: Request, error: Exception) -> Response:
    del error  # the server logs it with its traceback
    await request.app.state.refusals.answered(request, HTTPStatus.INTERNAL_SERVER_ERROR, _UNFORESEEN)
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, _UNFORESEEN)
