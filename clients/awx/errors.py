"""The errors of requests to AWX, and the rules that tell its answers apart.

AwxError
├── AwxRefused         certain: AWX itself said no (a 4xx in its own JSON); nothing was created or changed
│   ├── AwxCredentials     401: the token is unknown, expired or revoked, or the password is wrong
│   ├── AwxForbidden       403: the user lacks the right, or the job's template was deleted
│   └── AwxMissing         404: no such object, or one the user may not see
├── AwxUnknown         it may have taken effect: timeout, reset, 3xx, 5xx or a page of HTML on a POST that must not be
│                      repeated
└── AwxUnavailable     not now: certainly nothing was done (refused connection, DNS, TLS, 429), or the request may be
                       repeated; `retry_after` is in seconds, where AWX or a gateway named it
"""

import json
from typing import Any

import httpx

from clients.http import retry_after
from domain.remarks import write

NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)
"""The errors that httpx raises before the first byte of a request has left."""
SAID = 500
"""Characters of an answer that a sentence quotes."""
MIGRATING = "/migrations_notran/"


class AwxError(Exception):
    """A request to AWX did not succeed; `str()` is one sentence."""


class AwxRefused(AwxError):
    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status


class AwxCredentials(AwxRefused):
    pass


class AwxForbidden(AwxRefused):
    pass


class AwxMissing(AwxRefused):
    pass


class AwxUnknown(AwxError):
    pass


class AwxUnavailable(AwxError):
    def __init__(self, sentence: str, retry_after: float | None = None) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


REFUSALS: dict[int, type[AwxRefused]] = {401: AwxCredentials, 403: AwxForbidden, 404: AwxMissing}
MEANING = {
    401: write("awx-credentials"),
    403: write("awx-forbids"),
    404: write("awx-missing"),
}


def from_transport(error: httpx.RequestError, what: str, repeatable: bool) -> AwxError:
    """The AwxError for a request that got no whole answer."""
    told = f"{what}: {type(error).__name__} {error}".rstrip()
    if isinstance(error, NEVER_SENT):
        return AwxUnavailable(f"AWX cannot be reached ({told})")
    if repeatable:
        return AwxUnavailable(f"AWX did not answer ({told})")
    return AwxUnknown(f"AWX may have carried it out, its answer is lost ({told})")


def from_answer(answer: httpx.Response, what: str, repeatable: bool) -> AwxError | None:
    """The AwxError for an answer that is not a success; None for a 2xx."""
    if answer.is_success:
        return None
    status = answer.status_code
    told = f"{what}: {status}"
    if status == 429:
        return AwxUnavailable(f"AWX or its gateway asks to wait ({told})", retry_after(answer.headers))
    body = json_of(answer)
    if 400 <= status < 500 and status != 408 and body is not None:
        meaning = MEANING.get(status, write("awx-refused"))
        return REFUSALS.get(status, AwxRefused)(f"{meaning} ({told} {_said(body)})", status)
    sentence = f"{_described(answer, body)} ({told})"
    return AwxUnavailable(sentence, retry_after(answer.headers)) if repeatable else AwxUnknown(sentence)


def json_of(answer: httpx.Response) -> Any | None:
    """The answer's JSON; None where it is not AWX's JSON, such as a gateway's HTML page."""
    if answer.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        return None
    try:
        return answer.json()
    except ValueError:
        return None


def _described(answer: httpx.Response, body: Any | None) -> str:
    location = answer.headers.get("location", "")
    if location.startswith(MIGRATING):
        return "AWX is being upgraded"
    if location:
        return f"AWX redirects to {location[:SAID]}: set its API root to the address that answers itself"
    if body is None:
        return "A gateway answered in AWX's place"
    return "AWX failed"


def _said(body: Any) -> str:
    """AWX's own words: `{"detail": …}`, `{"error": …}`, or the faults of each field."""
    if isinstance(body, dict) and isinstance(told := body.get("detail") or body.get("error"), str):
        return told[:SAID]
    return json.dumps(body)[:SAID]
