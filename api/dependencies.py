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


def _caller(request: Request, _documented: Annotated[HTTPAuthorizationCredentials | None, Security(_scheme)]) -> Person:
    return _services(request).callers.person(request.headers.get("Authorization"))


Served = Annotated["Services", Depends(_services)]
Caller = Annotated[Person, Depends(_caller)]
