"""Tells whether the process lives, whether it can serve, and what it counts."""

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.concurrency import run_in_threadpool

from api.dependencies import PUBLIC, Served
from api.engine_errors import EngineUnavailable
from api.errors import UNREADABLE, NotFound
from api.services import Services
from domain.storage import StorageDown

log = structlog.get_logger(__name__)

router = APIRouter(tags=["health"])


@router.get("/healthz", openapi_extra=PUBLIC)
async def check_liveness() -> dict[str, str]:
    """Answers as long as the process lives."""
    return {"status": "ok"}


@router.get(
    "/readyz", openapi_extra=PUBLIC, responses={503: {"description": "Something needed is missing; the body says what"}}
)
async def check_readiness(services: Served) -> JSONResponse:
    """Tells whether Temporal and the Git record can be reached.

    `faults` are files that take rights away, `audit` and `documents` how the audit trail and the store are: no outages.
    """
    checks = {"temporal": await _temporal(services), "git": await _git(services)}
    ready = set(checks.values()) == {"ok"}
    faults = await run_in_threadpool(services.controls.faults) if ready else ()
    told = {
        "audit": _audit(services),
        "documents": await _documents(services),
        "faults": [fault.place for fault in faults],
    }
    return JSONResponse(checks | told, 200 if ready else 503)


def _audit(services: Services) -> str:
    """Tells how the audit trail is; entries wait while its repository is away, and are lines of the log at once."""
    if services.audited is None:
        return "not kept"
    if services.audited.rewritten:
        return f"The audit trail was rewritten: {', '.join(services.audited.rewritten)}"
    failed = services.trail.failure or services.audited.failure
    return "The audit trail's repository can't be reached" if failed else "ok"


async def _documents(services: Services) -> str:
    try:
        await services.links.storage.check()
    except StorageDown as error:
        log.warning("the store of documents is away", error=str(error))
        return "The store of documents can't be reached"
    return "ok"


async def _temporal(services: Served) -> str:
    try:
        await services.engine.check()
    except EngineUnavailable:
        return "The Temporal server does not answer"
    return "ok"


async def _git(services: Served) -> str:
    """A record without a branch is none: it would tell nobody's rights. Why, which names paths, is for the log."""
    if services.follower:
        await services.follower.follow()
        if services.follower.failure:
            return "The Git remote can't be reached"
    try:
        await run_in_threadpool(services.index.catch_up)
        found = services.repository.tip() is not None
    except UNREADABLE as error:
        log.warning("the record can't be read", error=repr(error))
        return "The Git record can't be read"
    return "ok" if found else "The Git record is gone, or has no such branch"


@router.get("/metrics", include_in_schema=False, openapi_extra=PUBLIC)
def get_metrics(request: Request) -> Response:
    """Prometheus metrics of this process, for who reaches it itself; a proxy brings anybody, and they name tenants."""
    if "x-forwarded-for" in request.headers:
        raise NotFound("Metrics are told to who reaches this process itself, not through a proxy")
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
