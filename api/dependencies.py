"""What a route can ask for: the services, and the person who is calling."""

from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from domain.roles import Person

if TYPE_CHECKING:
    from api.app import Services

_scheme = HTTPBearer(auto_error=False, description="A signed token; in the demo, what `prodgate token EMAIL` prints.")


def _services(request: Request) -> "Services":
    services: Services = request.app.state.services
    return services


async def _caller(
    request: Request, _documented: Annotated[HTTPAuthorizationCredentials | None, Security(_scheme)]
) -> Person:
    """Who calls, by rights that are as new as the call: so is everything that the route reads after this."""
    services = _services(request)
    if services.follower:
        await services.follower.follow()
    return (await services.callers.signed_in(request.headers.get("Authorization"))).person


Served = Annotated["Services", Depends(_services)]
Caller = Annotated[Person, Depends(_caller)]
