"""The routes about the record itself."""

from typing import Annotated

from fastapi import APIRouter

from api.dependencies import Caller, FromRepairs, FromTrail, needs
from api.entry import SignedInRoute
from api.openapi import problems
from api.repairs import RepairBody, SignedRepair
from api.trail import acted
from domain.roles import Permission, Person
from domain.trail import AuditAction

router = APIRouter(prefix="/v1", tags=["record"], route_class=SignedInRoute)

_REFUSALS = problems(
    _401="No acceptable token, or one whose sign-in is too long ago",
    _403="The caller is no administrator of the platform",
    _409="The commit changed nothing that isn't proven, or that was repaired already",
    _413="The body is larger than 256 KB",
    _422="A field is refused; `errors` names it",
    _429="Too many requests; `Retry-After` says when to go on",
    _431="The headers are too large",
    _503="The Git record can't be read now",
)
MayRepair = Annotated[Person, needs(Permission.OPERATE)]


@router.post("/repairs", responses=_REFUSALS)
async def create_repair(
    repairs: FromRepairs, trail: FromTrail, caller: Caller, _: MayRepair, body: RepairBody
) -> SignedRepair:
    """Sign what takes back an unproven commit's changes; `prodgate repair` commits it. Needs a fresh sign-in."""
    signed = await repairs.sign(caller, body)
    trail.note(acted(caller, AuditAction.REPAIR, detail=f"{signed.commit}: {signed.reason}"))
    return signed
