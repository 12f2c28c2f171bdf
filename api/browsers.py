"""The routes of the caller's browsers: where they are notified."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from api.dependencies import FromConsole, FromEngine, FromRepository, FromTrail, needs
from api.entry import SignedInRoute
from api.openapi import problems
from api.trail import audited
from domain.browsers import Browser, BrowserBody, BrowserChange, BrowserId, KnownBrowser, PushOff
from domain.errors import NotAuthorized
from domain.roles import Permission, Person
from domain.trail import AuditAction
from record.git.browsers import BROWSERS, browsers_of

router = APIRouter(
    prefix="/v1/me/browsers",
    tags=["console"],
    route_class=SignedInRoute,
    responses=problems(
        _401="No acceptable token",
        _403="The caller has no role here",
        _404="This installation notifies nobody in their browser",
        _409="The caller is notified in ten browsers already",
        _413="The body is larger than 256 KB",
        _422="A field is refused; `errors` names it. Or the browser's push service has no public address",
        _429="Too many requests; `Retry-After` says when to go on",
        _431="The headers are too large",
        _503="The engine or the Git record can't be reached now",
    ),
)
Sees = Annotated[Person, needs(Permission.SEE)]


@router.get("")
def list_browsers(repository: FromRepository, caller: Sees) -> tuple[KnownBrowser, ...]:
    """The browsers in which the caller is notified; those that their sign-in switched on."""
    found = browsers_of(repository.journal(BROWSERS), caller)
    return tuple(KnownBrowser.of(each) for each in found if each.is_of(caller))


@router.post("", status_code=201)
async def add_browser(
    request: Request, engine: FromEngine, console: FromConsole, trail: FromTrail, caller: Sees, body: BrowserBody
) -> KnownBrowser:
    """Notify the caller in this browser, too. It is in the record before this answers; the same again changes it."""
    if not caller.grants:
        raise NotAuthorized
    if console.push_key is None:
        raise PushOff
    browser = Browser.of(caller, body, datetime.now(UTC))
    await engine.keep_browser(BrowserChange(addresses=(caller.email,), added=browser))
    trail.note(audited(request, AuditAction.CALL, status=201, detail="is notified in a browser"))
    return KnownBrowser.of(browser)


@router.delete("/{browser}", status_code=204, response_class=Response)
async def remove_browser(
    request: Request, engine: FromEngine, trail: FromTrail, caller: Sees, browser: Annotated[BrowserId, Path()]
) -> Response:
    """Notify the caller in this browser no more, if they were."""
    addresses = (caller.email, *caller.aliases)
    await engine.keep_browser(BrowserChange(addresses=addresses, removed=browser))
    trail.note(audited(request, AuditAction.CALL, status=204, detail="is no more notified in a browser"))
    return Response(status_code=204)
