"""Answers what the playbook asks before it deploys: the record's public keys, and the job that it has for a grant."""

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool

from api.dependencies import GRANT, PUBLIC, FromGrants, Now, Served
from api.entry import SignedInRoute
from api.granted import Granted, GrantedJob, PublishedKeys
from api.openapi import problems

router = APIRouter(prefix="/v1", tags=["grants"], route_class=SignedInRoute)

_LIMITED = {"_429": "Too many requests; `Retry-After` says when to go on", "_431": "The headers are too large"}


@router.get("/keys", openapi_extra=PUBLIC, responses=problems(_503="The Git record can't be read now", **_LIMITED))
async def list_keys(services: Served, grants: FromGrants) -> PublishedKeys:
    """The public keys that stand in the record, with those that ended. They are no secret, and no ticket's."""
    if services.follower:
        await services.follower.follow()
    return await run_in_threadpool(grants.published)


@router.post(
    "/grants",
    openapi_extra=GRANT,
    responses=problems(
        _413="The body is larger than 256 KB",
        _422="The body is not what is asked for",
        _503="The Git record can't be read now",
        **_LIMITED,
    ),
)
async def use_grant(services: Served, grants: FromGrants, now: Now, body: Granted) -> GrantedJob:
    """The one job that may use a grant: that of the launch as the record has it, with the worker's signature on it.

    The grant proves itself. It is answered as often as it is asked for; another job of the attempt finds that it is not
    the one.
    """
    if services.follower:
        await services.follower.follow()
    return await run_in_threadpool(grants.job, body.grant, now)
