"""The end of sessions, as the identity provider tells of it: it calls here by itself, with a token that it signed."""

from fastapi import APIRouter, Request, Response

from api.auth import LONGEST_TOKEN
from api.dependencies import LOGOUT, FromLogouts, FromTrail
from api.openapi import problems
from api.trail import audited
from domain.trail import AuditAction, Via

_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "required": ["logout_token"],
                    "properties": {"logout_token": {"type": "string", "maxLength": LONGEST_TOKEN}},
                }
            }
        },
    }
}

router = APIRouter(prefix="/v1/sessions", tags=["sessions"])


@router.post(
    "/logout",
    openapi_extra={**LOGOUT, **_FORM},
    response_class=Response,
    responses=problems(
        _400="The logout token is not accepted, or nobody could be logged out now",
        _413="The body is larger than 256 KB",
        _429="Too many requests; `Retry-After` says when to go on",
        _431="The headers are too large",
    ),
)
async def receive_logout(logouts: FromLogouts, trail: FromTrail, request: Request) -> Response:
    """The identity provider ended a session (OpenID Connect Back-Channel Logout 1.0).

    `logout_token` proves itself by its signature. Tokens of that session, or of that person up to then, are refused.
    """
    ended = await logouts.take(await request.body())
    named = f"session {ended.sid}" if ended.sid else "every session up to now"
    trail.note(audited(request, AuditAction.LOGOUT, subject=ended.subject, detail=f"Ended {named}", via=Via.PROVIDER))
    return Response(headers={"Cache-Control": "no-store"})
