"""The routes that the console's pages of a target, of a tenant and of the queue ask."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import ConfigDict, Field

from api import known, queues
from api.dependencies import FromControls, FromDirectory, FromIndex, FromTickets, Now, needs
from api.entry import SignedInRoute
from api.errors import NotFound
from api.history import TargetDetail, TargetHistories, TargetVersion, VersionCursor
from api.openapi import Responses, headers, problems
from api.queues import Queue
from api.tenancy import TenantDetail, describe
from api.tenant_rules import rules_of
from api.tickets import sees
from domain import roles
from domain.roles import Permission, Person
from domain.ticket import TargetType
from domain.values import Frozen, TargetName, Tenant
from record.index.query import MAX_LIMIT

router = APIRouter(prefix="/v1", tags=["places"], route_class=SignedInRoute)

_REFUSALS = problems(
    _401="No acceptable token",
    _403="Somebody acted by this address before, with another sign-in",
    _422="A parameter is refused; `errors` names it",
    _429="Too many requests; `Retry-After` says when to go on",
    _431="The headers are too large",
    _503="The identity provider or the Git record can't be reached now",
)
_ONE = {**_REFUSALS, **problems(_404="No such tenant or target, for this caller")}
_PAGE: Responses = {
    200: {"headers": headers(X_Next_Cursor="The cursor of the next page, where there is one")},
    **_ONE,
}
Sees = Annotated[Person, needs(Permission.SEE)]
OfTenant = Annotated[Tenant, Path(alias="tenant")]
OfType = Annotated[TargetType, Path(alias="type")]
OfTarget = Annotated[TargetName, Path(alias="name")]


class VersionPaging(Frozen):
    """The page of a target's versions to show."""

    model_config = ConfigDict(validate_by_name=False)

    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT, description="How many on a page")] = 50
    cursor: Annotated[VersionCursor | None, Field(description="Where the page before ended")] = None


def _seen(directory: FromDirectory, caller: Sees, tenant: OfTenant) -> str:
    """The tenant of the path. Raises NotFound where the caller does not belong to it, also where there is none."""
    if tenant not in known.tenants(caller, directory.current()):
        raise NotFound("No such tenant")
    return tenant


def _histories(index: FromIndex, directory: FromDirectory, controls: FromControls, caller: Sees) -> TargetHistories:
    return TargetHistories(index, directory.current(), controls.catalogue.current(), caller)


SeenTenant = Annotated[str, Depends(_seen)]
Histories = Annotated[TargetHistories, Depends(_histories)]


@router.get("/targets/{tenant}/{type}/{name}", responses=_ONE)
def get_target(histories: Histories, caller: Sees, tenant: SeenTenant, kind: OfType, name: OfTarget) -> TargetDetail:
    """A target of a tenant: the version in production, and the impact that its owners ask for at least."""
    return histories.detail(tenant, kind, name)


@router.get("/targets/{tenant}/{type}/{name}/versions", responses=_PAGE)
def list_target_versions(
    response: Response,
    histories: Histories,
    caller: Sees,
    tenant: SeenTenant,
    kind: OfType,
    name: OfTarget,
    paging: Annotated[VersionPaging, Query()],
) -> tuple[TargetVersion, ...]:
    """The versions that were in production, the newest first; who asked and approved, for who may see that request."""
    page = histories.page(tenant, kind, name, paging.cursor, paging.limit)
    if page.next_cursor:
        response.headers["X-Next-Cursor"] = page.next_cursor
    return page.versions


@router.get("/tenants/{tenant}", responses=_ONE)
def get_tenant(controls: FromControls, now: Now, caller: Sees, tenant: SeenTenant) -> TenantDetail:
    """A tenant: its people and their roles, and the rules that hold for its requests, the company's among them."""
    return describe(tenant, controls.directory.current(), rules_of(tenant, controls, now))


@router.get("/queue", responses=_REFUSALS)
def get_queue(tickets: FromTickets, now: Now, caller: Sees) -> Queue:
    """The queue by target: what deploys now, what waits behind what or in a freeze, over what the caller may see.

    Of a request that the caller may not see stands its place in the line, and no number.
    """
    return queues.queue(tickets.lines, roles.scope(caller, Permission.SEE), partial(sees, caller), now)
