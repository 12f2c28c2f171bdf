"""The routes by which people hand their votes over: give, list, withdraw."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.dependencies import Caller, FromDelegations, needs
from api.entry import SignedInRoute
from api.handing import DelegationBody, ShownDelegation
from api.openapi import problems
from api.requests import REFUSALS, IdempotencyKey, Sees
from domain.delegations import DelegationId
from domain.roles import Permission, Person

_CHANGED = problems(
    _400="The delegation has ended",
    _403="The caller has no vote to hand over",
    _409="The caller has handed their vote over too often, or the delegation has ended, or was altered by hand",
    _413="The body is larger than 256 KB",
)

router = APIRouter(prefix="/v1/delegations", tags=["delegations"], responses=REFUSALS, route_class=SignedInRoute)

Gives = Annotated[Person, needs(Permission.APPROVE)]
Id = Annotated[DelegationId, Path(alias="id")]


@router.get("")
def list_delegations(
    delegations: FromDelegations,
    caller: Sees,
    ended: Annotated[bool, Query(description="Those that have ended, too")] = False,
) -> list[ShownDelegation]:
    """The votes that the caller has handed over, and those that were handed to them, the newest first.

    Admins of the platform see everybody's.
    """
    return delegations.shown(caller, ended=ended)


@router.post("", status_code=201, responses=_CHANGED)
async def create_delegation(
    delegations: FromDelegations, by: Caller, _: Gives, body: DelegationBody, idempotency_key: IdempotencyKey = None
) -> ShownDelegation:
    """Hand your vote to somebody until then: they approve and reject on your behalf, what you may, and nothing else.

    It is recorded in Git before this answers 201. They never decide so on what you asked for, or they did.
    """
    return await delegations.hand_over(by, body, idempotency_key)


@router.post("/{id}/withdraw", responses=_CHANGED | problems(_404="No such delegation, for this caller"))
async def withdraw_delegation(delegations: FromDelegations, by: Caller, _: Sees, delegation_id: Id) -> ShownDelegation:
    """End a delegation now: for whoever gave it, has it, or is an admin of the platform. Votes that were given stay."""
    return await delegations.withdraw(by, delegation_id)
