"""Calls the API over HTTP, and says what an answer means for whoever asked."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, TypeAdapter, ValidationError

from clients.http import reason, retry_after
from clients.prodgate.answers import ChangeShown, ProblemShown, plain

M = TypeVar("M", bound=BaseModel)
REQUESTS = "/v1/requests/prod"
ANSWER_WITHIN = 60.0
"""Seconds for an answer: the API itself waits for the record before it answers."""

SILENCE = 45.0
"""Seconds without a heartbeat after which the live stream counts as broken: three of the API's."""


class CallRefused(Exception):
    """A rule refuses; `kind` is the word for programs."""

    def __init__(self, detail: str, kind: str = "") -> None:
        super().__init__(detail + (f" [{kind}]" if kind else ""))
        self.kind = kind


class CallMalformed(CallRefused):
    """The body that was sent has not the form that the API asks for: a sentence a field."""


class CallerUnknown(CallRefused):
    """The API does not take the token."""


class CallerRefused(CallRefused):
    """The caller may not."""


class ApiAway(Exception):
    """The API, or what it needs, can't be reached now; `str()` says which."""


@dataclass(frozen=True)
class Answered:
    """An answer: its JSON, whether its commit follows later (202), and the revision that it shows."""

    body: Any
    follows: bool = False
    revision: str | None = None
    total: str | None = None

    def read(self, model: type[M]) -> M:
        """The answer as a model. Raises ApiAway where it is none."""
        return _valid(lambda: model.model_validate(self.body))

    def read_all(self, model: type[M]) -> list[M]:
        return _valid(lambda: TypeAdapter(list[model]).validate_python(self.body))  # type: ignore[valid-type]


@dataclass(frozen=True)
class ProdgateApi:
    """The API at one address, called with one person's token."""

    url: str
    http: httpx.Client
    token: Callable[[], str | None] = lambda: None

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, **given: Any) -> Answered:
        """The answer. Raises CallRefused and its kinds, ApiAway."""
        sent = {"Accept": "application/json", **self._authorization(), **(headers or {})}
        try:
            answer = self.http.request(method, self.url + path, headers=sent, timeout=ANSWER_WITHIN, **given)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ApiAway(f"The API at {self.url} can't be reached: {plain(reason(error))}") from error
        if not answer.is_success:
            raise _refusal(answer)
        found = answer.headers
        return Answered(_json(answer), answer.status_code == 202, found.get("ETag"), found.get("X-Total-Count"))

    def changes(self) -> Iterator[ChangeShown | None]:
        """Changes of requests as they come, None for a heartbeat; it ends where the stream does.

        Server-sent events (WHATWG HTML, 9.2): the API writes each one's data on one line. Raises CallRefused, ApiAway.
        """
        headers = {"Accept": "text/event-stream", **self._authorization()}
        timeout = httpx.Timeout(ANSWER_WITHIN, read=SILENCE)
        try:
            with self.http.stream("GET", self.url + "/v1/events", headers=headers, timeout=timeout) as answer:
                if not answer.is_success:
                    answer.read()
                    raise _refusal(answer)
                for line in answer.iter_lines():
                    yield _change(line)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ApiAway(f"The stream of the API at {self.url} broke: {plain(reason(error))}") from error

    def _authorization(self) -> dict[str, str]:
        token = self.token()
        return {"Authorization": f"Bearer {token}"} if token else {}


def _change(line: str) -> ChangeShown | None:
    if not line.startswith("data:"):
        return None
    return _valid(lambda: ChangeShown.model_validate_json(line.removeprefix("data:")))


def _refusal(answer: httpx.Response) -> Exception:
    """The exception that an answer without success is."""
    try:
        problem = ProblemShown.model_validate_json(answer.content)
    except ValidationError:
        problem = ProblemShown(detail=plain(f"The API answers {answer.status_code}, and not as Prodgate does"))
    kind, status = problem.type.removeprefix("urn:prodgate:problem:").replace("about:blank", ""), answer.status_code
    if status == httpx.codes.UNAUTHORIZED:
        return CallerUnknown(problem.detail, kind)
    if status == httpx.codes.FORBIDDEN:
        return CallerRefused(problem.detail, kind)
    if problem.errors:
        return CallMalformed("\n".join(f"{each.field}: {each.detail}" for each in problem.errors), kind)
    if status == httpx.codes.TOO_MANY_REQUESTS or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        wait = retry_after(answer.headers)
        return ApiAway(problem.detail + (f" (again in {wait:.0f} s)" if wait else ""))
    return CallRefused(problem.detail or problem.title, kind)


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError as error:
        raise ApiAway(f"{answer.url.copy_with(query=None)} does not answer as Prodgate does") from error


T = TypeVar("T")


def _valid(read: Callable[[], T]) -> T:
    try:
        return read()
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(map(str, fault["loc"]))
        raise ApiAway(plain(f"This does not answer as Prodgate does: {where}: {fault['msg']}")) from error
