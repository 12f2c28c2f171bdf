"""Ticket changes, live: server-sent events of what the caller may see (WHATWG HTML, section 9.2)."""

from collections.abc import AsyncIterator
from typing import Annotated

from anyio import BrokenResourceError
from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.types import Receive, Scope, Send

from api.dependencies import FromBroadcast, FromCallers, needs
from api.entry import SignedInRoute
from api.errors import Unauthenticated
from api.models import TicketEvent
from api.oidc import ProviderUnavailable
from api.openapi import Responses, problems
from api.tickets import sees
from domain.delegations import has_voted_for_another
from domain.errors import IdentityChanged
from domain.roles import Permission, Person


class StreamRoute(SignedInRoute):
    """A route whose reader may go away at any time, while events for them are on their way, too."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().handle(scope, receive, send)
        except* BrokenResourceError:  # the framework's, about the queue to somebody who has left
            pass


router = APIRouter(tags=["requests"], route_class=StreamRoute)

_STREAM: Responses = {200: {"model": TicketEvent, "description": "The stream; each event's data is one change"}}

RETRY_AFTER = 2_000
"""Milliseconds after which a browser connects again when the stream broke."""


def _store_nothing(response: Response) -> None:
    """Keep the stream out of every cache: the framework's own `no-cache` would let one store it."""
    response.headers["Cache-Control"] = "no-store"


@router.get(
    "/v1/events",
    response_class=EventSourceResponse,
    dependencies=[Depends(_store_nothing)],
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
async def stream_events(
    broadcast: FromBroadcast,
    callers: FromCallers,
    _caller: Annotated[Person, needs(Permission.SEE)],
    request: Request,
    last_event_id: Annotated[int | None, Header(ge=0, description="Go on after this event")] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Changes of the requests that the caller may see, as server-sent events; a heartbeat every 15 seconds.

    `data` is `{id, tenant, state, action, at, by}`; the event's id is for Last-Event-ID. It ends with the token.
    """
    # Rights are asked anew for each change: they may have gone since the stream began.
    authorization = request.headers.get("Authorization")
    yield ServerSentEvent(retry=RETRY_AFTER)
    async for change in broadcast.listen(last_event_id):
        try:
            person = (await callers.signed_in(authorization)).person
        except (Unauthenticated, ProviderUnavailable, IdentityChanged):
            return
        if change and (sees(person, change.ticket) or has_voted_for_another(change.ticket, person)):
            data = TicketEvent.of(change.ticket)
            yield ServerSentEvent(id=str(change.sequence), event="request", data=data)
