"""Answers what the console in the browser asks beside tickets: how to sign in, who one is, what can be promoted."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from api import known
from api.dependencies import PUBLIC, FromConsole, FromControls, FromDelegations, FromDirectory, FromIndex, needs
from api.entry import SignedInRoute
from api.models import Console, KnownTarget, Me
from api.openapi import problems
from api.votes import Decider
from domain.roles import Permission, Person
from domain.ticket import TargetType
from domain.values import Frozen, Tenant

router = APIRouter(prefix="/v1", tags=["console"], route_class=SignedInRoute)

_REFUSALS = problems(
    _401="No acceptable token",
    _403="Somebody acted by this address before, with another sign-in",
    _429="Too many requests; `Retry-After` says when to go on",
    _431="The headers are too large",
    _422="A field is refused; `errors` names it",
    _503="The identity provider or the Git record can't be reached now",
)
Sees = Annotated[Person, needs(Permission.SEE)]


class TargetFilters(Frozen):
    """The filters of the list of targets."""

    tenant: Annotated[Tenant | None, Field(description="A tenant's name")] = None
    type: Annotated[TargetType | None, Field(description="What kind of target")] = None
    q: Annotated[str, Field(max_length=128, description="How the name begins")] = ""


@router.get("/console", openapi_extra=PUBLIC)
async def get_console_settings(settings: FromConsole) -> Console:
    """The settings that a page has to know before anybody signed in."""
    return settings


@router.get("/me", responses=_REFUSALS)
def get_caller(directory: FromDirectory, controls: FromControls, delegations: FromDelegations, caller: Sees) -> Me:
    """The caller: their roles, the tenants they see or create in, and what their roles let them do there."""
    givers = [giver for _, giver in delegations.decides_for(caller)]
    return known.me(caller, directory.current(), controls.faults(), givers)


@router.get("/people", responses=_REFUSALS)
def list_people(directory: FromDirectory, caller: Sees) -> tuple[Decider, ...]:
    """The people of the tenants that the caller sees or creates in, and of the platform: their names, by address."""
    return known.people(caller, directory.current())


@router.get("/targets", responses=_REFUSALS)
def list_targets(
    index: FromIndex,
    directory: FromDirectory,
    controls: FromControls,
    caller: Sees,
    filters: Annotated[TargetFilters, Query()],
) -> tuple[KnownTarget, ...]:
    """At most 50 targets that the repository describes or earlier requests promoted, by name, for a selector."""
    reached = known.tenants(caller, directory.current())
    asked = tuple(tenant for tenant in reached if filters.tenant in (None, tenant))
    types = tuple(TargetType) if filters.type is None else (filters.type,)
    return known.Targets.of(index, controls.catalogue, caller).find(asked, types, filters.q)
