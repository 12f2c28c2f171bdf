"""Ticket changes, live: server-sent events of what the caller may see (WHATWG HTML, section 9.2)."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import StreamingResponse

from api.dependencies import Served, needs
from api.entry import SignedInRoute
from api.errors import Unauthenticated
from api.models import TicketEvent
from api.oidc import ProviderUnavailable
from api.openapi import Responses, problems
from domain import roles
from domain.errors import IdentityChanged
from domain.roles import Permission, Person

router = APIRouter(tags=["requests"], route_class=SignedInRoute)

_STREAM: Responses = {
    200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "The stream"}
}


@router.get(
    "/v1/events",
    response_class=StreamingResponse,
    responses=_STREAM
    | problems(
        _401="No acceptable token",
        _403="Somebody acted by this address before, with another sign-in",
        _422="A header is refused; `errors` names it",
        _429="Too many requests; `Retry-After` says when to go on",
        _431="The headers are too large",
        _503="The identity provider or the Git record can't be reached now",
    ),
)
async def events(
    services: Served,
    _caller: Annotated[Person, needs(Permission.SEE)],
    request: Request,
    last_event_id: Annotated[int | None, Header(ge=0, description="Go on after this event")] = None,
) -> StreamingResponse:
    """Changes of the requests that the caller may see, as server-sent events; a heartbeat every 15 seconds.

    `data` is `{id, tenant, state, action, at, by}`; the event's id is for Last-Event-ID. It ends with the token.
    """
    stream = _stream(services, request.headers.get("Authorization"), last_event_id)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


async def _stream(services: Served, authorization: str | None, since: int | None) -> AsyncIterator[str]:
    """The stream's text. Rights are asked anew for each change: they may have gone since the stream began."""
    yield "retry: 2000\n\n"
    async for change in services.broadcast.listen(since):
        try:
            person = (await services.callers.signed_in(authorization)).person
        except (Unauthenticated, ProviderUnavailable, IdentityChanged):
            return
        if change is None:
            yield ": still here\n\n"
        elif not roles.refusal(person, Permission.SEE, change.ticket):
            data = TicketEvent.of(change.ticket).model_dump_json()
            yield f"id: {change.sequence}\nevent: request\ndata: {data}\n\n"
