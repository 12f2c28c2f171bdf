"""Decisions from Slack: what somebody clicked there, taken as if they had called the API, with their own rights.

Slack signs what it sends; a Slack user is the one person of the directory whose entries name that user.
https://docs.slack.dev/interactivity/handling-user-interaction
"""

import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import parse_qs

import aiohttp
import structlog
from fastapi import APIRouter, BackgroundTasks, Request, Response, Security
from fastapi.responses import JSONResponse
from fastapi.security import APIKeyHeader
from pydantic import TypeAdapter, ValidationError
from slack_sdk.errors import SlackClientError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from api.dependencies import SLACK, Served
from api.engine import EngineUnavailable, NotRunning
from api.errors import STATUS, NotFound, Unauthenticated
from api.openapi import problems
from api.slack_clicks import Click, Clicks, Refused, reason_form
from domain.decision import DecisionAction
from domain.errors import RuleViolation
from domain.values import Reason

log = structlog.get_logger(__name__)

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


@dataclass(frozen=True)
class SlackDoor:
    """What interactions come through, where decisions from Slack are switched on."""

    verifier: SignatureVerifier
    client: AsyncWebClient
    clicks: Clicks

    async def interaction(self, request: Request) -> dict[str, Any]:
        """What Slack says, proven to be from Slack and of the last five minutes. Raises Unauthenticated."""
        body, timestamp = await request.body(), request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature")
        try:
            proven = re.fullmatch("[0-9]{1,12}", timestamp) and self.verifier.is_valid(body, timestamp, signature)
        except (UnicodeDecodeError, TypeError):  # a body, or a signature, that is no text
            proven = False
        if not proven:
            raise Unauthenticated("Slack's signature is missing, wrong or too old", "Slack")
        payload = parse_qs(body.decode()).get("payload", ["{}"])[0]
        found = json.loads(payload)
        return found if isinstance(found, dict) else {}

    async def decide(self, request: Request, click: Click, reason: str | None = None) -> None:
        """Take the decision; whoever clicked is told, and nobody else in Slack, where it is refused."""
        try:
            await self.clicks.decide(click, reason)
        except (Refused, NotFound, RuleViolation) as error:
            await self._refuse(request, click, error)
        except (EngineUnavailable, NotRunning) as error:
            log.warning("not decided in Slack", ticket=click.ticket_id, error=repr(error), cause=repr(error.__cause__))
            await self.whisper(click, "The engine can't be reached now; look at the request before you try again")

    async def _refuse(self, request: Request, click: Click, error: Refused | NotFound | RuleViolation) -> None:
        who, what = f"Slack user {click.user} of workspace {click.team}", f"{click.action} {click.ticket_id}"
        status = STATUS.get(type(error), HTTPStatus.FORBIDDEN)
        request.app.state.audit.refused(request, status, f"{what}: {error}", who)
        await self.whisper(click, str(error))

    async def whisper(self, click: Click, sentence: str) -> None:
        """Tell the person who clicked, in the channel, unseen by others."""
        try:
            await self.client.chat_postEphemeral(channel=click.channel, user=click.user, text=sentence)
        except (SlackClientError, aiohttp.ClientError, OSError, TimeoutError) as error:
            log.warning("Slack was not told", error=str(error))

    async def ask_reason(self, request: Request, click: Click, trigger: str) -> None:
        """Open the form for the reason of a rejection, before Slack's trigger expires."""
        try:
            await self.clicks.person(click)
            await self.client.views_open(trigger_id=trigger, view=reason_form(click))
        except (Refused, NotFound, RuleViolation) as error:
            await self._refuse(request, click, error)
        except (SlackClientError, aiohttp.ClientError, OSError, TimeoutError) as error:
            log.warning("Slack opened no form", error=str(error))


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
async def slack(
    services: Served,
    request: Request,
    background: BackgroundTasks,
    _documented: Annotated[str | None, Security(_signature)],
) -> Response:
    """Somebody clicked in Slack. Answers at once; the decision is taken next, and its refusal told to who clicked."""
    door = services.slack
    if door is None:
        raise NotFound("Decisions from Slack are switched off")
    said = await door.interaction(request)
    if said.get("type") == "view_submission":
        return _rejected(door, said, request, background)
    _clicked(door, said, request, background)
    return Response()


def _clicked(door: SlackDoor, said: dict[str, Any], request: Request, background: BackgroundTasks) -> None:
    """A button of a message: approve, or ask for the reason of a rejection. Links need nothing done."""
    for action in said.get("actions", ()):
        click = Click.of(said, action)
        if click is not None and click.action is DecisionAction.APPROVE:
            background.add_task(door.decide, request, click)
        elif click is not None:
            background.add_task(door.ask_reason, request, click, str(said.get("trigger_id")))


def _rejected(door: SlackDoor, said: dict[str, Any], request: Request, background: BackgroundTasks) -> Response:
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
