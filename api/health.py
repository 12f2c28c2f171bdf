"""Whether the process lives, whether it can serve, and what it counts."""

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.concurrency import run_in_threadpool

from api.dependencies import Served
from api.engine import EngineUnavailable
from record.errors import RecordError

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def live() -> dict[str, str]:
    """Answers as long as the process lives."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: {"description": "Something needed is missing; the body says what"}})
async def ready(services: Served) -> JSONResponse:
    """Whether Temporal and the Git record can be reached."""
    checks = {"temporal": "ok", "git": "ok"}
    try:
        await services.promotions.engine.check()
    except EngineUnavailable:
        checks["temporal"] = "The Temporal server does not answer"
    try:
        await run_in_threadpool(services.promotions.index.catch_up, fetch=True)
    except RecordError as error:
        checks["git"] = str(error)
    return JSONResponse(checks, 200 if set(checks.values()) == {"ok"} else 503)


@router.get("/metrics", include_in_schema=False)
def metrics() -> Response:
    """Prometheus metrics of this process."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
