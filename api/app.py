"""The application: routes, errors, limits and metrics put together, over services that it is given."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterable, Iterator
from functools import cache
from importlib.metadata import version

from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from fastapi.telemetry import TelemetryConfig
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Lifespan

from api import (
    audit,
    awx_policy,
    browsers,
    bulk,
    calendar,
    codec,
    console,
    delegations,
    emergencies,
    errors,
    events,
    grants,
    health,
    insights,
    passkeys,
    places,
    preferences,
    record,
    reports,
    requests,
    rules,
    sessions,
    slack,
    templates,
    tenants,
    webhooks,
)
from api.dependencies import PERMISSION, declared
from api.deprecation import DeprecationHeaders
from api.limits import BodyLimit, HeaderLimit, Refused, RequestLimit
from api.metrics import RequestMetrics
from api.openapi import DocumentedApi, operation_id
from api.pages import ConsoleFiles, ConsoleRoute
from api.refusals import Refusals
from api.services import Services
from api.web import LEVEL, SHORTEST, Compression, Cors, SecurityHeaders, add_docs

DESCRIPTION = """
The approval gate in front of production: ask for a promotion from STAGING to PROD, have somebody else decide, and
follow the deployment. Errors are RFC 9457 problem details; `detail` is a sentence for people.

Get a token and press **Authorize**.
"""


_WATCHED = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked every few seconds by whatever watches, which nobody looks at one by one."""

_TRACED = TelemetryConfig(
    metrics=False,
    logs=False,
    operation_spans=False,
    auto_configure=False,
    exclude=lambda scope: scope["path"] in _WATCHED,
)
"""The framework's own spans, of requests alone; who exports them is `bootstrap.traces`, never the environment."""


class Undeclared(Exception):
    """A route does not say what it needs of its caller, so it is not served."""


class Application(DocumentedApi):
    """The framework, with the headers of every answer outside of everything: a failure's answer carries them too."""

    def build_middleware_stack(self) -> ASGIApp:
        services: Services = self.state.services
        return SecurityHeaders(super().build_middleware_stack(), services.web.https)


def create_app(services: Services) -> FastAPI:
    """The API over these services."""

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        broadcasting = asyncio.create_task(services.broadcast.run())
        yield
        services.broadcast.close()
        await broadcasting

    app = _routed(lifespan)
    app.state.services = services
    app.state.refusals = refusals = Refusals(services.trail, services.tickets.tenant_of)
    _add_middleware(app, services, refusals.refused)
    errors.install(app)
    add_docs(app)

    declare(app)
    _add_console(app, services)
    return app


def _add_console(app: FastAPI, services: Services) -> None:
    """The console at every address that is left; the document's page where no console was built."""
    if services.web.console_dir is not None:
        taken = [path for route in app.routes if (path := getattr(route, "path", None))]
        taken += [route.path for route in _routes(app.routes)]
        app.router.routes.append(ConsoleRoute(ConsoleFiles(services.web.console_dir, services.console.issuer), taken))
    else:
        app.router.routes.append(Route("/", RedirectResponse("/docs")))


@cache
def document() -> str:
    """The OpenAPI document as text, the same for the same routes: clients are made from it."""
    app = _routed()
    declare(app)
    return json.dumps(app.openapi(), indent=2, ensure_ascii=False) + "\n"


def _routed(lifespan: Lifespan[FastAPI] | None = None) -> Application:
    """The routes that the document describes."""
    app = Application(
        lifespan=lifespan,
        docs_url=None,
        title="Prodgate",
        version=version("prodgate"),
        description=DESCRIPTION,
        generate_unique_id_function=operation_id,
        redoc_url=None,
        redirect_slashes=False,  # to whatever host the caller names, by http behind a proxy that speaks https
        telemetry=_TRACED,
        swagger_ui_parameters={"tryItOutEnabled": True},  # no token stays in the browser, as with the console
    )
    app.include_router(requests.router)
    app.include_router(bulk.router)
    app.include_router(passkeys.router)
    app.include_router(emergencies.router)
    app.include_router(delegations.router)
    app.include_router(templates.router)
    app.include_router(reports.router)
    app.include_router(console.router)
    app.include_router(places.router)
    app.include_router(preferences.router)
    app.include_router(browsers.router)
    app.include_router(codec.router)
    app.include_router(record.router)
    app.include_router(rules.router)
    app.include_router(insights.router)
    app.include_router(events.router)
    app.include_router(grants.router)
    app.include_router(audit.router)
    app.include_router(webhooks.router)
    app.include_router(slack.router)
    app.include_router(awx_policy.router)
    app.include_router(sessions.router)
    app.include_router(tenants.router)
    app.include_router(calendar.router)
    app.include_router(health.router)
    return app


def _add_middleware(app: FastAPI, services: Services, refused: Refused) -> None:
    """The last one added is the first that a request meets."""
    web = services.web
    app.add_middleware(Compression, minimum_size=SHORTEST, compresslevel=LEVEL)
    app.add_middleware(DeprecationHeaders, routes=_routes(app.routes))
    app.add_middleware(BodyLimit, refused=refused)
    app.add_middleware(RequestLimit, per_minute=web.per_address, counts=services.counts, refused=refused)
    app.add_middleware(HeaderLimit, refused=refused)
    # Outside of the limits: a page of another origin could not read their refusals, and would take us for gone.
    app.add_middleware(Cors, origins=web.origins, temporal_ui=web.temporal_ui)
    app.add_middleware(RequestMetrics)


def declare(app: FastAPI) -> None:
    """Write into the document what each route needs. Raises Undeclared where one does not say."""
    for route in _routes(app.routes):
        permission = declared(route)
        if permission is None:
            raise Undeclared(f"{route.path} declares no permission")
        route.openapi_extra = {**(route.openapi_extra or {}), PERMISSION: permission}


def _routes(routes: Iterable[BaseRoute]) -> Iterator[APIRoute]:
    """Every route, those of included routers too: the framework keeps them where they are."""
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif router := getattr(route, "original_router", None):
            yield from _routes(router.routes)
