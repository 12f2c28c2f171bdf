"""The route that takes decisions on several requests in one call, each judged as if it had come by itself."""

import asyncio
import time
from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from api.auth import SignedIn
from api.decisions import DecisionRequest
from api.dependencies import Served, Signs, check_sign_in, sign_in
from api.engine import Answer
from api.entry import SignedInRoute
from api.errors import TooManyRequests, problem_of
from api.models import ApprovalBody, Problem, RejectionBody
from api.openapi import problems
from api.services import Services
from domain.decision import DecisionAction
from domain.roles import Permission
from domain.ticket import PromotionRequest
from domain.values import Frozen, TicketId, same_name
from record.index.reader import Index

MOST_DECISIONS = 100
BEGUN_WITHIN = 30.0
"""Seconds after which a call begins no more decisions: whoever waits for its answer, or a proxy, gives up at 60."""

AT_ONCE = 8
"""Decisions of one call that are taken at the same time: it may not crowd out everybody else's."""

Revision = Annotated[str | None, Field(max_length=1_000, description="Decide only on this revision (an ETag)")]


class ApprovalItem(ApprovalBody):
    """One approval among several decisions, with what `POST …/approve` takes."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": "PR-2026-0001", "action": "approve", "production": "2.0.0"}]}
    )

    id: TicketId
    action: Literal["approve"]
    revision: Revision = None


class RejectionItem(RejectionBody):
    """One rejection among several decisions, with what `POST …/reject` takes."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": "PR-2026-0001", "action": "reject", "reason": "Not before the audit"}]}
    )

    id: TicketId
    action: Literal["reject"]
    revision: Revision = None


DecisionItem = Annotated[ApprovalItem | RejectionItem, Field(discriminator="action")]


class DecisionsBody(Frozen):
    """Decisions on several requests. Those on one target are taken in their order, which is that of deployments."""

    decisions: Annotated[tuple[DecisionItem, ...], Field(min_length=1, max_length=MOST_DECISIONS)]


class DecisionResult(Frozen):
    """One decision's outcome: the status that it would have had by itself, and the request or the problem."""

    id: TicketId
    status: int
    ticket: PromotionRequest | None = None
    problem: Problem | None = None


_REFUSALS = problems(
    _401="No acceptable token",
    _403="Somebody acted by this address before, with another sign-in",
    _413="The body is larger than 256 KB",
    _422="A field is refused; `errors` names it, and nothing was decided",
    _429="Too many requests; `Retry-After` says when to go on",
    _431="The headers are too large",
    _503="The engine or the Git record can't be reached now",
)

router = APIRouter(prefix="/v1/requests/prod", tags=["requests"], responses=_REFUSALS, route_class=SignedInRoute)

Decides = Depends(Signs(Permission.SEE))


@router.post("/decisions", dependencies=[Decides])
async def decide_requests(services: Served, request: Request, body: DecisionsBody) -> tuple[DecisionResult, ...]:
    """Approve and reject several requests: each is judged, recorded and refused as by a call of its own.

    Answers 200 with one result each, in the order of the decisions; a refused one doesn't stop the others. Each
    counts as one request of its caller. What has not begun after half a minute is left undecided, as one too many.
    """
    until = time.monotonic() + BEGUN_WITHIN
    lines = await run_in_threadpool(_lines, services.index, body.decisions)
    places = asyncio.Semaphore(AT_ONCE)
    found: dict[int, DecisionResult] = {}

    async def decided(line: Sequence[int]) -> None:
        for number in line:
            async with places:
                known = number == 0  # by the call itself, which was counted
                found[number] = await _decided(services, request, body.decisions[number], until, known=known)

    await asyncio.gather(*map(decided, lines))
    return tuple(found[number] for number in range(len(body.decisions)))


def _lines(index: Index, decisions: Sequence[ApprovalItem | RejectionItem]) -> list[list[int]]:
    """The decisions' numbers, those on one target together and in their order."""
    found: dict[tuple[str, ...], list[int]] = {}
    for number, each in enumerate(decisions):
        ticket = index.get(each.id)
        target = ticket.spec.target if ticket else None
        key = (target.type, same_name(target.name), target.target_environment) if target else (each.id,)
        found.setdefault(key, []).append(number)
    return list(found.values())


async def _decided(
    services: Services, request: Request, item: ApprovalItem | RejectionItem, until: float, *, known: bool
) -> DecisionResult:
    """Take one decision. Whatever keeps it from being taken is its own result."""
    try:
        answer = await _taken(services, request, item, until, known=known)
    except Exception as error:  # one that nobody foresaw may not hide what became of the others
        problem = await problem_of(request, error, ticket=item.id, act=item.action)
        return DecisionResult(id=item.id, status=problem.status, problem=problem)
    status = HTTPStatus.OK if answer.recorded else HTTPStatus.ACCEPTED
    return DecisionResult(id=item.id, status=status, ticket=answer.ticket)


async def _taken(
    services: Services, request: Request, item: ApprovalItem | RejectionItem, until: float, *, known: bool
) -> Answer:
    """Do what a call of its own does: sign its caller in, count it, look at the sign-in, decide.

    A call takes a while: who lost a right meanwhile, or whose session was ended, decides no more.
    """
    if time.monotonic() > until:
        raise TooManyRequests(wait=1)
    if not known:
        await sign_in(request)
    caller: SignedIn = request.state.signed_in
    action = DecisionAction(item.action)
    await check_sign_in(services, caller, action, item.id)
    if isinstance(item, RejectionItem):
        asked = DecisionRequest(action, None, item.reason, None, item.revision, item.on_behalf_of)
    else:
        asked = DecisionRequest(
            action, item.comment, None, item.production, item.revision, item.on_behalf_of, item.passkey
        )
    return await services.decisions.decide(caller, item.id, asked)
