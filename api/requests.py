"""The routes under /v1/requests/prod: fetch, delegate, return. A docstring is the sentence in the OpenAPI page."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request, Response

from api.auth import SignedIn
from api.decisions import DecisionRequest
from api.dependencies import (
    FromControls,
    FromDecisions,
    FromDelegations,
    FromDirectory,
    FromIndex,
    FromSubmissions,
    FromTickets,
    Now,
    TimeZone,
    creates,
    decides,
    needs,
)
from api.engine import Answer
from api.entry import SignedInRoute
from api.etags import etag, matches_weakly
from api.filters import Filters, ListFilters
from api.kept import ContractShown, EvidenceChecks
from api.models import (
    Announced,
    ApprovalBody,
    Checked,
    CommentBody,
    CreatePromotionRequest,
    Line,
    Permissions,
    ReasonBody,
    RejectionBody,
    ReleaseBody,
    RetryBody,
    RuledRequest,
    VoteBody,
)
from api.openapi import Responses, headers, problems
from api.paging import PAGED, paged
from domain import roles
from domain.comparison import Comparison
from domain.decision import DecisionAction
from domain.evidence import PipelineAddress
from domain.roles import Permission, Person
from domain.ticket import PromotionRequest, State
from domain.values import TicketId
from record.index.diff import Difference
from record.index.history import Commit
from record.index.query import Statistics

REFUSALS = problems(
    _401="No acceptable token, or one whose sign-in is too long ago",
    _403="Somebody acted by this address before, with another sign-in",
    _429="Too many requests; `Retry-After` says when to go on",
    _431="The headers are too large",
    _422="A field is refused; `errors` names it",
    _503="The engine or the Git record can't be reached now",
)
_ONE = problems(_404="No such request, for this caller")
_TAG = headers(ETag="The revision, for If-None-Match and If-Match")
_PAGE: Responses = {200: {"headers": PAGED}}
_READ: Responses = {200: {"headers": _TAG}, 304: {"description": "Not changed"}, **_ONE}
_HELD: Responses = {
    202: {
        "model": PromotionRequest,
        "headers": _TAG,
        "description": "Taken; Git can't be reached now, and the commit follows",
    }
}
_CREATED: Responses = {201: {"headers": headers(Location="The new request") | _TAG}, **_HELD}
_ASKED = problems(
    _403="No role of the caller creates requests there, or its tenant does not own the target",
    _409="An open request asks for the same, the caller has too many, or a file of the record is faulty",
    _413="The body is larger than 256 KB",
)
DECIDED: Responses = (
    _ONE
    | _HELD
    | problems(
        _400="The request's state does not allow it",
        _403="The caller may not",
        _409="The request is not the one that was decided on, or runs no more, or a file of the record is faulty",
        _412="The request changed since the revision in If-Match",
        _413="The body is larger than 256 KB",
    )
)
DECIDED |= {200: {"headers": _TAG}}

router = APIRouter(prefix="/v1/requests/prod", tags=["requests"], responses=REFUSALS, route_class=SignedInRoute)

Sees = Annotated[Person, needs(Permission.SEE)]
Creates = Annotated[SignedIn, creates()]
MayApprove = Annotated[Person, needs(Permission.APPROVE)]
Approves = Annotated[SignedIn, decides(DecisionAction.APPROVE)]
Unendorses = Annotated[SignedIn, decides(DecisionAction.UNENDORSE)]
Rejects = Annotated[SignedIn, decides(DecisionAction.REJECT)]
Cancels = Annotated[SignedIn, decides(DecisionAction.CANCEL)]
Retries = Annotated[SignedIn, decides(DecisionAction.RETRY)]
Holds = Annotated[SignedIn, decides(DecisionAction.HOLD)]
Releases = Annotated[SignedIn, decides(DecisionAction.RELEASE)]

MOST_AT_ONCE = 200
"""As many requests as the longest page has."""

Id = Annotated[str, Path(alias="id", examples=["PR-2026-0001"])]
Ids = Annotated[list[TicketId], Query(alias="id", min_length=1, max_length=MOST_AT_ONCE)]
IfMatch = Annotated[str | None, Header(max_length=1_000, description="Decide only on this revision (an ETag)")]
IdempotencyKey = Annotated[
    str | None,
    Header(min_length=1, max_length=200, description="The same key again returns the first answer's ticket"),
]


NO_COMMENT, NO_MORE, NO_VOTE, NO_WORD = CommentBody(), ApprovalBody(), VoteBody(), RetryBody()
"""The bodies that stand in for one that is left out."""


@router.get("", response_model=list[PromotionRequest], responses=_PAGE)
def list_requests(
    index: FromIndex, zone: TimeZone, caller: Sees, request: Request, filters: Annotated[Filters, Query()]
) -> Response:
    """The requests the caller may see, newest first; filters combine. `X-Total-Count` counts all, `Link` leads on."""
    query = filters.within(roles.scope(caller, Permission.SEE), zone)
    return paged(request, index.page(query))


@router.get("/pending", response_model=list[PromotionRequest], responses=_PAGE)
def list_pending_requests(
    index: FromIndex,
    delegations: FromDelegations,
    zone: TimeZone,
    caller: MayApprove,
    request: Request,
    filters: Annotated[ListFilters, Query()],
) -> Response:
    """The requests that wait for the caller's decision: those they could approve now, also for who let them."""
    query, handed = filters.within(roles.scope(caller, Permission.APPROVE), zone), delegations.decides_for(caller)
    others = replace(query, state=(State.PENDING,), decider=caller, handed=handed)
    return paged(request, index.page(others))


@router.get("/my", response_model=list[PromotionRequest], responses=_PAGE)
def list_my_requests(
    index: FromIndex, zone: TimeZone, caller: Sees, request: Request, filters: Annotated[Filters, Query()]
) -> Response:
    """The caller's own requests, under whatever address."""
    query = filters.within(roles.own(caller), zone)
    return paged(request, index.page(query))


@router.get("/stats")
def get_statistics(index: FromIndex, now: Now, zone: TimeZone, caller: Sees) -> Statistics:
    """Counts over what the caller may see."""
    scope = roles.scope(caller, Permission.SEE)
    return index.stats(scope, now, zone)


@router.post(
    "",
    status_code=201,
    responses=_CREATED | _ASKED,
)
async def create_request(
    submissions: FromSubmissions,
    caller: Creates,
    request: Request,
    response: Response,
    body: CreatePromotionRequest,
    idempotency_key: IdempotencyKey = None,
) -> PromotionRequest:
    """Ask for a promotion. It is recorded in Git before this answers 201."""
    request.state.tenant = body.tenant  # for the audit trail, where it is refused
    answer = await submissions.create(caller, body, idempotency_key)
    response.headers["Location"] = f"{router.prefix}/{answer.ticket.id}"
    return answered(response, answer, recorded=201)


@router.post(
    "/check",
    responses=_ASKED,
)
async def check_request(submissions: FromSubmissions, caller: Creates, body: CreatePromotionRequest) -> Checked:
    """Try a creation now, and keep nothing: who could approve it, or the refusal that creating meets."""
    return await submissions.check(caller.person, body)


@router.get("/comparisons")
def compare_requests(tickets: FromTickets, caller: Sees, ids: Ids) -> list[Comparison]:
    """The version that each of these requests replaces, which way it goes, and what else is open of its target.

    Those that the caller may not see are left out.
    """
    return tickets.compared(caller, ids)


@router.get("/ruled")
def list_ruled_requests(tickets: FromTickets, now: Now, caller: Sees, ids: Ids) -> list[RuledRequest]:
    """Those of these requests that wait for what the company's rules say: the end of a freeze, more than one vote.

    The others, and those that the caller may not see, are left out.
    """
    return tickets.ruled(caller, ids, now)


@router.get(
    "/{id}",
    response_model=PromotionRequest,
    responses=_READ,
)
async def get_request(
    tickets: FromTickets,
    caller: Sees,
    response: Response,
    ticket_id: Id,
    if_none_match: Annotated[str | None, Header(max_length=1_000, description="Answer 304 for this ETag")] = None,
) -> PromotionRequest | Response:
    """One request, with everything that happened to it."""
    ticket = await tickets.visible(caller, ticket_id)
    tag = etag(ticket)
    if if_none_match and matches_weakly(if_none_match, tag):
        return Response(status_code=304, headers={"ETag": tag})
    response.headers["ETag"] = tag
    return ticket


@router.get("/{id}/history", responses=_ONE)
async def list_commits(tickets: FromTickets, caller: Sees, ticket_id: Id) -> tuple[Commit, ...]:
    """The commits of the request, oldest first."""
    return await tickets.history(caller, ticket_id)


@router.get("/{id}/diff", responses=_ONE)
async def get_difference(tickets: FromTickets, caller: Sees, ticket_id: Id) -> Difference:
    """The change in production: the version last deployed for the same target, and the one asked for."""
    return await tickets.difference(caller, ticket_id)


@router.get("/{id}/line", responses=_ONE)
async def get_line(tickets: FromTickets, now: Now, caller: Sees, ticket_id: Id) -> Line:
    """The requests ahead of this one: deployments of one target take turns, in the order of the record.

    `closed` tells by which rule nothing of its target is launched now, and until when.
    """
    return await tickets.line(caller, ticket_id, now)


@router.get("/{id}/announcements", responses=_ONE)
async def list_announcements(tickets: FromTickets, caller: Sees, ticket_id: Id) -> list[Announced]:
    """The announcements of the request on each channel, with what waits or was given up; oldest first."""
    report = await tickets.announced(caller, ticket_id)
    return [Announced.of(progress) for progress in report.progress]


@router.get("/{id}/checks", responses=_ONE)
async def get_checks(tickets: FromTickets, directory: FromDirectory, caller: Sees, ticket_id: Id) -> EvidenceChecks:
    """The request's test evidence as GitLab showed it when it was submitted, or why it was not checked."""
    ticket = await tickets.visible(caller, ticket_id)
    hosts = {each.host for each in directory.current().rules.gitlab}
    asked = PipelineAddress.of(ticket.spec.pre_checks.test_evidence_url, hosts) is not None
    return EvidenceChecks.of(await tickets.evidence(ticket), asked=asked)


@router.get("/{id}/contract", responses=_ONE)
async def get_contract(tickets: FromTickets, controls: FromControls, caller: Sees, ticket_id: Id) -> ContractShown:
    """The changes of the API's contract, breaking first, as a worker found them when the request was submitted."""
    ticket = await tickets.visible(caller, ticket_id)
    entry = controls.catalogue.current().entry(ticket.spec.target.type, ticket.spec.target.name)
    named = entry is not None and entry.contract is not None
    return ContractShown.of(await tickets.contract(ticket), named=named)


@router.get("/{id}/permissions", responses=_ONE)
async def get_permissions(decisions: FromDecisions, caller: Sees, ticket_id: Id) -> Permissions:
    """The caller's rights on the request now, the sentence why not, and who could approve it."""
    return await decisions.permissions(caller, ticket_id)


@router.post("/{id}/approve", responses=DECIDED)
async def approve_request(
    decisions: FromDecisions,
    caller: Approves,
    response: Response,
    ticket_id: Id,
    body: ApprovalBody = NO_MORE,
    if_match: IfMatch = None,
) -> PromotionRequest:
    """Approve. The approval is recorded in Git before this answers 200, and nothing is deployed before that.

    Where the company's rules ask for more people than have approved with you, the request stays pending: yours is a
    vote, `endorsed` in the history.
    `production` says which version you were shown in production: where it is another one by now, you are refused.
    `onBehalfOf` is who handed you their vote, where it is that one.
    """
    shown, behalf = body.production, body.on_behalf_of
    said = DecisionRequest(DecisionAction.APPROVE, body.comment, None, shown, if_match, behalf, body.passkey)
    return answered(response, await decisions.decide(caller, ticket_id, said))


@router.post("/{id}/unendorse", responses=DECIDED)
async def remove_vote(
    decisions: FromDecisions,
    caller: Unendorses,
    response: Response,
    ticket_id: Id,
    body: VoteBody = NO_VOTE,
    if_match: IfMatch = None,
) -> PromotionRequest:
    """Take your vote back, while others are missing; one that you gave for somebody, in their name."""
    given, behalf = body.comment, body.on_behalf_of
    said = DecisionRequest(DecisionAction.UNENDORSE, comment=given, if_match=if_match, on_behalf_of=behalf)
    return answered(response, await decisions.decide(caller, ticket_id, said))


@router.post("/{id}/reject", responses=DECIDED)
async def reject_request(
    decisions: FromDecisions,
    caller: Rejects,
    response: Response,
    ticket_id: Id,
    body: RejectionBody,
    if_match: IfMatch = None,
) -> PromotionRequest:
    """Reject, with a reason of 10 characters or more."""
    given, behalf = body.reason, body.on_behalf_of
    said = DecisionRequest(DecisionAction.REJECT, reason=given, if_match=if_match, on_behalf_of=behalf)
    return answered(response, await decisions.decide(caller, ticket_id, said))


@router.post("/{id}/cancel", responses=DECIDED)
async def cancel_request(
    decisions: FromDecisions,
    caller: Cancels,
    response: Response,
    ticket_id: Id,
    body: CommentBody = NO_COMMENT,
    if_match: IfMatch = None,
) -> PromotionRequest:
    """Withdraw: until its launch is asked for. For the requester or an admin."""
    said = DecisionRequest(action=DecisionAction.CANCEL, comment=body.comment, if_match=if_match)
    return answered(response, await decisions.decide(caller, ticket_id, said))


@router.post("/{id}/retry", responses=DECIDED)
async def retry_request(
    decisions: FromDecisions,
    caller: Retries,
    response: Response,
    ticket_id: Id,
    body: RetryBody = NO_WORD,
    if_match: IfMatch = None,
) -> PromotionRequest:
    """Deploy again after a failure; what was approved stays approved. For the requester or who may approve.

    Where a passkey is asked for, it is that of whoever retries: a requester confirms a retry by their own.
    """
    said = DecisionRequest(DecisionAction.RETRY, body.comment, if_match=if_match, passkey=body.passkey)
    return answered(response, await decisions.decide(caller, ticket_id, said))


@router.post("/{id}/hold", responses=DECIDED)
async def hold_request(
    decisions: FromDecisions,
    caller: Holds,
    response: Response,
    ticket_id: Id,
    body: ReasonBody,
    if_match: IfMatch = None,
) -> PromotionRequest:
    """Keep an approved request from being deployed, with a reason, until it is released. For who may approve it."""
    said = DecisionRequest(action=DecisionAction.HOLD, reason=body.reason, if_match=if_match)
    return answered(response, await decisions.decide(caller, ticket_id, said))


@router.post("/{id}/release", responses=DECIDED)
async def release_request(
    decisions: FromDecisions,
    caller: Releases,
    response: Response,
    ticket_id: Id,
    body: ReleaseBody,
    if_match: IfMatch = None,
) -> PromotionRequest:
    """Let a held request go on, with a reason: it enters its target's line last. For who may approve it."""
    said = DecisionRequest(DecisionAction.RELEASE, reason=body.reason, if_match=if_match, passkey=body.passkey)
    return answered(response, await decisions.decide(caller, ticket_id, said))


def answered(response: Response, answer: Answer, recorded: int = 200) -> PromotionRequest:
    """The ticket, with the status that says whether its commit exists already."""
    response.status_code = recorded if answer.recorded else 202
    response.headers["ETag"] = etag(answer.ticket)
    return answer.ticket
