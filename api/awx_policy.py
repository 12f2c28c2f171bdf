"""AWX's own policy hook: it asks before each job runs, whoever launched it, and runs none that is refused."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response, Security
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from starlette.requests import HTTPConnection

from api.dependencies import POLICY, FromPolicy
from api.launch_policy import PolicyAnswer
from api.openapi import problems
from api.services import Services


class _TokenFirst(APIRoute):
    """Only AWX, by the token that it was given for this, which is judged before the body is awaited."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def entered(request: Request) -> Response:
            services: Services = request.app.state.services
            services.policy_token.check(request.headers.get("Authorization"))
            return await handle(request)

        return entered


class _Bearer(HTTPBearer):
    """Documents the scheme; the header is read by `BearerSecret`, whatever its bytes are."""

    async def __call__(self, request: HTTPConnection) -> None:
        return None


router = APIRouter(prefix="/v1/data/prodgate", tags=["webhooks"], route_class=_TokenFirst)
_bearer = _Bearer(scheme_name="PolicyToken", description="The token of AWX's setting OPA_AUTH_TOKEN.")


@router.post(
    "/launch",
    dependencies=[Security(_bearer)],
    openapi_extra=POLICY,
    responses=problems(
        _401="The token is missing or wrong",
        _413="The body is larger than 1024 KB",
        _422="The body is not JSON",
        _429="Too many requests; `Retry-After` says when to go on",
        _431="The headers are too large",
    ),
)
async def check_launch(policy: FromPolicy, body: Annotated[Any, Body()]) -> PolicyAnswer:
    """AWX asks whether a job may run: only as an approved attempt, now, and set up as the record says.

    Answered from what this process knows of the record, which must not be older than ten seconds. Whatever
    can't be told is refused, with a reason.
    """
    return await policy.answer(body)
