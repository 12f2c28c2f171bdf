"""The application: routes, errors, limits and metrics put together, over services that it is given."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from importlib.metadata import version
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from fastapi.responses import RedirectResponse

from api import errors, events, health, requests, webhooks
from api.auth import Callers, SharedSecret
from api.events import Broadcast
from api.following import Follower
from api.limits import BodyLimit
from api.metrics import Metered
from api.openapi import Documented
from api.promotions import Promotions

DESCRIPTION = """
The approval gate in front of production: ask for a promotion from STAGING to PROD, have somebody else decide, and
follow the deployment. Errors are RFC 9457 problem details; `detail` is a sentence for people.

Get a token and press **Authorize**.
"""


@dataclass(frozen=True)
class Services:
    """What the routes work with. `zone` is where 'today' and 'this week' are meant; `follower` goes with a remote."""

    promotions: Promotions
    callers: Callers
    callback_secret: SharedSecret
    zone: ZoneInfo
    broadcast: Broadcast
    follower: Follower | None = None


def create_app(services: Services) -> FastAPI:
    """The API over these services."""

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        broadcasting = asyncio.create_task(services.broadcast.run())
        yield
        services.broadcast.close()
        await broadcasting

    app = Documented(
        lifespan=lifespan,
        title="Prodgate",
        version=version("prodgate"),
        description=DESCRIPTION,
        redoc_url=None,
        swagger_ui_parameters={"persistAuthorization": True, "tryItOutEnabled": True},
    )
    app.state.services = services
    app.add_middleware(BodyLimit)
    app.add_middleware(Metered)
    app.include_router(requests.router)
    app.include_router(events.router)
    app.include_router(webhooks.router)
    app.include_router(health.router)
    errors.install(app)

    @app.get("/", include_in_schema=False)
    async def start() -> RedirectResponse:
        return RedirectResponse("/docs")

    return app
