"""The routes of the calendar that other programs show: its address, and what it leads to."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.dependencies import LINK, FromControls, FromDirectory, FromFeeds, FromTrail, needs
from api.entry import SignedInRoute
from api.feeds import FeedBody, MadeFeed
from api.freezes import FreezePeriod, ShownFreeze, seen
from api.limits import network
from api.openapi import Responses, problems
from api.trail import audited
from domain.feeds import LONGEST_FEED, FeedState
from domain.roles import Permission, Person
from domain.trail import AuditAction

router = APIRouter(
    prefix="/v1",
    tags=["calendar"],
    route_class=SignedInRoute,
    responses=problems(
        _401="No acceptable token",
        _403="Somebody acted by this address before, with another sign-in",
        _404="No such address, or it was ended",
        _413="The body is larger than 256 KB",
        _422="A field is refused; `errors` names it",
        _429="Too many requests; `Retry-After` says when to go on",
        _431="The headers are too large",
        _503="The Git record can't be reached now",
    ),
)
Sees = Annotated[Person, needs(Permission.SEE)]
_KEPT = {"Cache-Control": "private, max-age=300", "Content-Disposition": 'inline; filename="prodgate.ics"'}
_CALENDAR: Responses = {
    200: {"content": {"text/calendar": {"schema": {"type": "string"}}}, "description": "The calendar"}
}


@router.get("/calendar.ics", response_class=Response, responses=_CALENDAR, openapi_extra=LINK)
async def get_calendar(
    request: Request, feeds: FromFeeds, key: Annotated[str, Query(max_length=LONGEST_FEED)]
) -> Response:
    """The planned deployments that the address's owner may see now, a month back and a year ahead."""
    content = await feeds.read(key, network(request.client.host if request.client else ""))
    return Response(content, headers=_KEPT, media_type="text/calendar; charset=utf-8")


@router.get("/calendar/freezes")
def list_freezes(
    controls: FromControls, directory: FromDirectory, caller: Sees, period: Annotated[FreezePeriod, Query()]
) -> list[ShownFreeze]:
    """The freezes of a time, the first one first, of tenants in which the caller sees or asks for something."""
    return [ShownFreeze.of(each) for each in seen(controls, directory.current(), caller, *period.bounds)]


@router.get("/me/calendar")
def get_calendar_address(feeds: FromFeeds, caller: Sees) -> FeedState:
    """Since when the caller has an address of a calendar."""
    return feeds.state(caller)


@router.post("/me/calendar", status_code=201)
async def create_calendar_address(
    request: Request, feeds: FromFeeds, trail: FromTrail, caller: Sees, body: FeedBody
) -> MadeFeed:
    """Make an address that a calendar program can fetch. The caller's address before works no more."""
    made = await feeds.make(caller, body.language)
    trail.note(audited(request, AuditAction.LINK, status=201, detail="the address of their calendar"))
    return made


@router.delete("/me/calendar", status_code=204, response_class=Response)
async def cancel_calendar_address(request: Request, feeds: FromFeeds, trail: FromTrail, caller: Sees) -> Response:
    """End the caller's address."""
    await feeds.end(caller)
    trail.note(audited(request, AuditAction.LINK, status=204, detail="ends the address of their calendar"))
    return Response(status_code=204)
