"""AWX's callbacks: a hint that a job is worth a look. The body is believed in nothing but which job to look at."""

import json
import re
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response, Security
from fastapi.routing import APIRoute
from fastapi.security import APIKeyHeader, HTTPBasic
from starlette.requests import HTTPConnection

from api.callbacks import CallbackAnswer, CallbackOutcome
from api.dependencies import CALLBACK, FromTickets
from api.errors import NotFound
from api.openapi import problems
from api.services import Services
from domain.deployment import AwxReport
from domain.values import TICKET_ID


class _SecretFirst(APIRoute):
    """Only AWX, by its shared secret, which is judged before the body is awaited."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def entered(request: Request) -> Response:
            services: Services = request.app.state.services
            given = request.headers
            services.callback_secret.check(given.get(_header.model.name), given.get("Authorization"))
            return await handle(request)

        return entered


router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"], route_class=_SecretFirst)

_JOB = re.compile(r"(?:awx-job-)?([0-9]{1,18})")
_ENDS = ("successful", "failed", "error", "canceled")
_BEFORE_THE_END = ("new", "pending", "waiting", "running")
"""AWX's statuses of a job that has not ended."""


class _Basic(HTTPBasic):
    """Documents the scheme; the header is read by `SharedSecret`, whatever its bytes are."""

    async def __call__(self, request: HTTPConnection) -> None:
        return None


_header = APIKeyHeader(
    name="X-Prodgate-Secret", scheme_name="CallbackSecret", auto_error=False, description="The callback secret."
)
_basic = _Basic(scheme_name="CallbackBasic", description="Any user, with the callback secret as password.")


@router.post(
    "/awx/job-complete",
    status_code=202,
    dependencies=[Security(_header), Security(_basic)],
    openapi_extra=CALLBACK,
    responses=problems(
        _401="The secret is missing or wrong",
        _404="The job names a request that is none",
        _413="The body is larger than 1024 KB",
        _422="The body is not JSON",
        _429="Too many requests; `Retry-After` says when to go on",
        _431="The headers are too large",
        _503="The engine or the Git record can't be reached now",
    ),
)
async def receive_awx_callback(tickets: FromTickets, body: Annotated[Any, Body()]) -> CallbackAnswer:
    """AWX reports that a job has ended; the promotion then asks AWX. Answers at once.

    Accepts AWX's default body, our own, and `{job_id, status, extra_vars}`; anything else is acknowledged and ignored,
    and so is a job that has not ended yet.
    """
    said = report_of(body)
    outcome = await tickets.report(*said) if said else CallbackOutcome.IGNORED
    return CallbackAnswer(outcome=outcome)


def report_of(body: object) -> tuple[str, AwxReport] | None:
    """The ticket and the job that ended, as far as the callback tells; None for what is no job of ours, or still runs.

    Raises NotFound for a bad id.
    """
    if not isinstance(body, dict):
        return None
    nested = body.get("awx")
    said = {**nested, **body} if isinstance(nested, dict) else body
    request_id = _variables(said.get("extra_vars")).get("request_id")
    job = next((said[key] for key in ("job", "job_id", "id") if said.get(key)), None)
    number = _JOB.fullmatch(str(job))
    if request_id is None or number is None or int(number[1]) == 0:
        return None
    if not re.fullmatch(TICKET_ID, str(request_id)):
        raise NotFound
    status = said.get("status")
    if status in _BEFORE_THE_END:
        return None
    return request_id, AwxReport(job=int(number[1]), status=status if status in _ENDS else "")


def _variables(given: object) -> dict[str, Any]:
    """extra_vars as AWX sends them (a JSON string) or as people do (an object)."""
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except (ValueError, RecursionError):
            return {}
    return given if isinstance(given, dict) else {}
