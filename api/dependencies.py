"""Gives routes what they ask for: the services, and a caller who is known; each declares the permission it is about."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import Depends, Request, Security
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.auth import Callers, SignedIn
from api.broadcast import Broadcast
from api.decisions import Decisions
from api.decoder import Decoder
from api.documents import Documents
from api.engine import Engine
from api.errors import RevocationsUnknown, StaleSignIn, TooManyRequests
from api.feeds import Feeds
from api.granted import GrantReader
from api.handing import Delegations
from api.keyring import Keyring
from api.launch_policy import LaunchPolicy
from api.links import Links
from api.logouts import Logouts
from api.making import ReportOrders
from api.models import Console
from api.repairs import Repairs
from api.services import Services
from api.slack_clicks import SlackInteractions
from api.submissions import Submissions
from api.tickets import Tickets
from api.trial import RulesTrial
from domain.decision import DecisionAction
from domain.identity import recent_enough
from domain.roles import Permission, Person
from record.facts.controls import Controls
from record.git.repository import Repository
from record.index.reader import Index
from record.people.directory import DirectoryReader
from record.trail.index import TrailIndex
from record.trail.writing import Trail

_scheme = HTTPBearer(auto_error=False, description="A signed token; in the demo, what `prodgate token EMAIL` prints.")

PERMISSION = "x-permission"
"""The field in which a route declares, in the OpenAPI document, what it needs; `needs` writes it for what people do."""

PUBLIC = {PERMISSION: "public"}
"""For a route that tells nothing about any ticket."""

CALLBACK = {PERMISSION: "callback-secret"}
"""For the route that AWX calls, which is no person."""

POLICY = {PERMISSION: "policy-token"}
"""For the route by which AWX asks before it runs a job."""

LOGOUT = {PERMISSION: "logout-token"}
"""For the route that the identity provider calls; the token that it brings proves itself."""

LINK = {PERMISSION: "link"}
"""For the route that whoever holds a link calls; the link proves itself."""

GRANT = {PERMISSION: "grant"}
"""For the route that a playbook calls; the grant of its launch proves itself."""

SLACK = {PERMISSION: "slack-signature"}
"""For the route that Slack calls; who clicked there is judged by their own rights."""


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


def _part(part: Callable[[Services], Any]) -> Any:
    """The dependency of a route that works with this part of the process."""

    async def given(request: Request) -> Any:  # no thread is taken for it
        return part(_services(request))

    return Depends(given)


Served = Annotated[Services, _part(lambda services: services)]
FromTickets = Annotated[Tickets, _part(lambda services: services.tickets)]
FromPolicy = Annotated[LaunchPolicy, _part(lambda services: services.launch_policy)]
FromDecisions = Annotated[Decisions, _part(lambda services: services.decisions)]
FromRepairs = Annotated[Repairs, _part(lambda services: services.repairs)]
FromSubmissions = Annotated[Submissions, _part(lambda services: services.submissions)]
FromDocuments = Annotated[Documents, _part(lambda services: services.documents)]
FromDecoder = Annotated[Decoder, _part(lambda services: services.decoder)]
FromIndex = Annotated[Index, _part(lambda services: services.index)]
FromDirectory = Annotated[DirectoryReader, _part(lambda services: services.directory)]
FromControls = Annotated[Controls, _part(lambda services: services.controls)]
FromReports = Annotated[ReportOrders, _part(lambda services: services.reports)]
FromLinks = Annotated[Links, _part(lambda services: services.links)]
FromGrants = Annotated[GrantReader, _part(lambda services: services.grants)]
FromFeeds = Annotated[Feeds, _part(lambda services: services.feeds)]
FromDelegations = Annotated[Delegations, _part(lambda services: services.delegations)]
FromKeyring = Annotated[Keyring, _part(lambda services: services.keyring)]
FromTrial = Annotated[RulesTrial, _part(lambda services: services.trial)]
FromTrail = Annotated[Trail, _part(lambda services: services.trail)]
FromEngine = Annotated[Engine, _part(lambda services: services.engine)]
FromRepository = Annotated[Repository, _part(lambda services: services.repository)]
FromCallers = Annotated[Callers, _part(lambda services: services.callers)]
FromBroadcast = Annotated[Broadcast, _part(lambda services: services.broadcast)]
FromLogouts = Annotated[Logouts, _part(lambda services: services.logouts)]
FromAudited = Annotated[TrailIndex | None, _part(lambda services: services.audited)]
FromSlack = Annotated[SlackInteractions | None, _part(lambda services: services.slack)]
FromConsole = Annotated[Console, _part(lambda services: services.console)]
Now = Annotated[datetime, _part(lambda services: services.decisions.now())]
TimeZone = Annotated[ZoneInfo, _part(lambda services: services.zone)]


async def sign_in(request: Request) -> None:
    """Find out who calls, by rights that are as new as the call: so is everything that the route reads after this.

    `api.entry` asks this before a body is awaited, once a request.
    """
    services = _services(request)
    if services.follower:
        await services.follower.follow()
    found = await services.callers.signed_in(request.headers.get("Authorization"))
    signed_in = found.model_copy(update={"address": request.client.host if request.client else None})
    request.state.person, request.state.signed_in = signed_in.person, signed_in
    services.sign_ins.note(signed_in)
    wait = await services.people.take(signed_in.person)
    if wait:
        raise TooManyRequests(wait)


def _signed_in(
    request: Request, _documented: Annotated[HTTPAuthorizationCredentials | None, Security(_scheme)]
) -> SignedIn:
    found: SignedIn = request.state.signed_in
    return found


Caller = Annotated[SignedIn, Depends(_signed_in)]


@dataclass(frozen=True)
class Needs:
    """Declares what a route needs of its caller, and gives the caller.

    What a role allows on which ticket is judged by `domain.roles`, where the ticket is known. A decision on a ticket of
    critical impact asks for a fresh sign-in here, of somebody who could decide otherwise.
    """

    permission: Permission
    decision: DecisionAction | None = None

    async def __call__(self, signed_in: Annotated[SignedIn, Depends(_signed_in)]) -> Person:
        return signed_in.person


@dataclass(frozen=True)
class Signs(Needs):
    """The same for a route whose answer is signed: it gives how its caller signed in, too."""

    async def __call__(  # type: ignore[override]
        self, request: Request, services: Served, signed_in: Annotated[SignedIn, Depends(_signed_in)]
    ) -> SignedIn:
        if self.decision is not None:
            await check_sign_in(services, signed_in, self.decision, request.path_params["id"])
        return signed_in


def needs(permission: Permission) -> Any:
    """The dependency of a route that is about this permission; gives the Person who calls."""
    return Depends(Needs(permission))


def creates() -> Any:
    """The dependency of a route that creates a ticket; gives who calls, and how they signed in."""
    return Depends(Signs(Permission.CREATE))


def decides(action: DecisionAction) -> Any:
    """The dependency of a route that takes this decision on the ticket of its path; gives who calls, and how they
    signed in."""
    return Depends(Signs(action.permission, action))


async def check_sign_in(services: Services, signed_in: SignedIn, action: DecisionAction, ticket_id: str) -> None:
    """Raise RevocationsUnknown or StaleSignIn where the caller's sign-in is not certain or fresh enough to decide."""
    if action.deploys and not services.callers.revoked.certain():
        raise RevocationsUnknown
    ticket = await services.tickets.visible(signed_in.person, ticket_id)
    now, within = services.decisions.now(), services.sign_in_within
    if recent_enough(signed_in.at, ticket.spec.request.impact_assessment, now, within):
        return
    if not await services.decisions.refusal(signed_in.person, action, ticket):
        raise StaleSignIn(within)


def declared(route: APIRoute) -> str | None:
    """The need that the route declares: a permission, the callback's secret, or nothing of anybody."""
    needed = [each.call.permission for each in route.dependant.dependencies if isinstance(each.call, Needs)]
    said = (route.openapi_extra or {}).get(PERMISSION)
    return needed[0] if len(needed) == 1 else said
