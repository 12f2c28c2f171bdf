"""Decisions from Slack: what somebody clicked there, taken as if they had called the API, with their own rights.

Slack signs what it sends; a Slack user is the one person of the directory whose entries name that user.
https://docs.slack.dev/interactivity/handling-user-interaction
"""

from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Request, Response, Security
from fastapi.responses import JSONResponse
from fastapi.security import APIKeyHeader
from pydantic import TypeAdapter, ValidationError

from api.dependencies import SLACK, FromSlack
from api.errors import NotFound
from api.openapi import problems
from api.slack_clicks import Click, SlackInteractions
from domain.decision import DecisionAction
from domain.values import Reason

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])

_REASON: TypeAdapter[str] = TypeAdapter(Reason)
_signature = APIKeyHeader(
    name="X-Slack-Signature", scheme_name="SlackSignature", auto_error=False, description="Slack's signature."
)
_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {"type": "object", "required": ["payload"], "properties": {"payload": {"type": "string"}}}
            }
        },
    }
}


@router.post(
    "/slack",
    openapi_extra={**SLACK, **_FORM},
    response_class=JSONResponse,
    responses=problems(
        _401="Slack's signature is missing, wrong or too old",
        _404="Decisions from Slack are switched off",
        _413="The body is larger than 256 KB",
        _429="Too many requests; `Retry-After` says when to go on",
        _431="The headers are too large",
    ),
)
async def receive_slack_click(
    door: FromSlack,
    request: Request,
    background: BackgroundTasks,
    _documented: Annotated[str | None, Security(_signature)],
) -> Response:
    """Somebody clicked in Slack. Answers at once; the decision is taken next, and its refusal told to who clicked."""
    if door is None:
        raise NotFound("Decisions from Slack are switched off")
    said = await door.interaction(request)
    if said.get("type") == "view_submission":
        return _rejected(door, said, request, background)
    _clicked(door, said, request, background)
    return Response()


def _clicked(door: SlackInteractions, said: dict[str, Any], request: Request, background: BackgroundTasks) -> None:
    """A button of a message: approve, or ask for the reason of a rejection. Links need nothing done."""
    for action in said.get("actions", ()):
        click = Click.of(said, action)
        if click is not None and click.action is DecisionAction.APPROVE:
            background.add_task(door.decide, request, click)
        elif click is not None:
            background.add_task(door.ask_reason, request, click, str(said.get("trigger_id")))


def _rejected(door: SlackInteractions, said: dict[str, Any], request: Request, background: BackgroundTasks) -> Response:
    """The form with the reason: a fault is shown in it, otherwise it closes."""
    form = Click.of_form(said)
    if form is None:
        return Response()
    click, text = form
    try:
        reason = _REASON.validate_python(text)
    except ValidationError as error:
        sentence = error.errors()[0]["msg"].removeprefix("Value error, ")
        return JSONResponse({"response_action": "errors", "errors": {"reason": f"The reason {sentence}"}})
    background.add_task(door.decide, request, click, reason)
    return Response()
