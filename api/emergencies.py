"""The routes about emergencies: declare one, answer for one, and list those that wait for an answer."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.auth import SignedIn
from api.debts import EmergencyBody, OpenDebt
from api.decisions import DecisionRequest
from api.dependencies import FromDecisions, FromIndex, Now, decides
from api.entry import SignedInRoute
from api.filters import Paging
from api.models import AnswerBody
from api.paging import PAGED, paged
from api.requests import DECIDED, REFUSALS, Id, IfMatch, Sees, answered
from domain import roles
from domain.decision import DecisionAction
from domain.roles import Permission
from domain.ticket import PromotionRequest
from domain.values import Tenant
from record.index.query import Page, Sort, TicketQuery

router = APIRouter(prefix="/v1", tags=["emergencies"], responses=REFUSALS, route_class=SignedInRoute)

Declares = Annotated[SignedIn, decides(DecisionAction.EMERGENCY)]
Ratifies = Annotated[SignedIn, decides(DecisionAction.RATIFY)]
Refutes = Annotated[SignedIn, decides(DecisionAction.REFUTE)]


class DebtFilters(Paging):
    """The filter and the page of the list."""

    tenant: Annotated[Tenant | None, Field(description="A tenant's name")] = None


@router.get("/debts", response_model=list[OpenDebt], responses={200: {"headers": PAGED}})
async def list_debts(
    index: FromIndex,
    decisions: FromDecisions,
    now: Now,
    caller: Sees,
    request: Request,
    filters: Annotated[DebtFilters, Query()],
) -> Response:
    """The emergencies for which somebody has to answer, of tenants that the caller may see, the longest known first."""
    scope = roles.scope(caller, Permission.SEE)
    query = TicketQuery(
        scope=scope,
        tenant=filters.tenant,
        owed=True,
        sort=Sort.LEAST_RECENT,
        limit=filters.limit,
        cursor=filters.cursor,
    )
    page = index.page(query)
    found = [OpenDebt.of(each, now, may_answer=await decisions.may_answer(caller, each)) for each in page.items]
    told = tuple(each.model_dump_json() for each in found if each is not None)
    return paged(request, Page(told, page.total, page.next_cursor))


@router.post("/requests/prod/{id}/emergency", responses=DECIDED)
async def declare_emergency(
    decisions: FromDecisions,
    caller: Declares,
    response: Response,
    ticket_id: Id,
    body: EmergencyBody,
    if_match: IfMatch = None,
) -> PromotionRequest:
    """Approve alone, past votes and freezes, with a reason. For whom a rule of the company lets, never the requester.

    Everybody who may approve hears of it, and one of them, neither you nor the requester, has to answer for it in time.
    """
    said = DecisionRequest(DecisionAction.EMERGENCY, body.reason, None, body.production, if_match, passkey=body.passkey)
    return answered(response, await decisions.decide(caller, ticket_id, said))


@router.post("/requests/prod/{id}/ratify", responses=DECIDED)
async def ratify_emergency(
    decisions: FromDecisions,
    caller: Ratifies,
    response: Response,
    ticket_id: Id,
    body: AnswerBody,
    if_match: IfMatch = None,
) -> PromotionRequest:
    """Say of an emergency that was launched that it was right, and why. For who may approve, and did not declare it."""
    said = DecisionRequest(DecisionAction.RATIFY, reason=body.reason, if_match=if_match, passkey=body.passkey)
    return answered(response, await decisions.decide(caller, ticket_id, said))


@router.post("/requests/prod/{id}/refute", responses=DECIDED)
async def refute_emergency(
    decisions: FromDecisions,
    caller: Refutes,
    response: Response,
    ticket_id: Id,
    body: AnswerBody,
    if_match: IfMatch = None,
) -> PromotionRequest:
    """Say of an emergency that was launched that it was none, and why. Nothing is undone by that."""
    said = DecisionRequest(DecisionAction.REFUTE, reason=body.reason, if_match=if_match, passkey=body.passkey)
    return answered(response, await decisions.decide(caller, ticket_id, said))
