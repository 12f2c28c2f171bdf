"""Tells who clicked on what in Slack, and whether that may count as their decision."""

import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import parse_qs

import aiohttp
import structlog
from fastapi import Request
from slack_sdk.errors import SlackClientError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from starlette.concurrency import run_in_threadpool

from api.auth import SignedIn
from api.decisions import DecisionRequest, Decisions
from api.engine_errors import EngineUnavailable, NotRunning
from api.errors import STATUS, NotFound, Unauthenticated
from api.limits import PeopleLimit
from api.tickets import Tickets
from domain.decision import BY_CLICK, DecisionAction
from domain.errors import ProductionChanged, RuleViolation, StaleDecision, kind_of
from domain.identity import SignIn
from domain.roles import Person
from domain.trail import Via
from domain.values import TICKET_ID
from record.facts.identities import Identities
from record.people.directory import DirectoryReader

log = structlog.get_logger(__name__)

_ACTIONS = {"prodgate_approve": DecisionAction.APPROVE, "prodgate_reject": DecisionAction.REJECT}
_VALUE = re.compile(rf"(?P<ticket>{TICKET_ID}) (?P<digest>[0-9a-f]{{64}})( (?P<production>[A-Za-z0-9.+_-]{{0,64}}))?")
_SLACK_ID = re.compile(r"[A-Z0-9]{3,32}")
_FORM = "prodgate_reason"


class ClickRefused(Exception):
    """The click counts for nothing; `str()` tells the person why."""


@dataclass(frozen=True)
class Click:
    """One person's click: who, by Slack's ids, on which ticket, and the digest of what they saw of it.

    `production` is the version in production that they were shown, empty for none; None on a button that shows none.
    """

    user: str
    team: str
    channel: str
    action: DecisionAction
    ticket_id: str
    digest: str
    production: str | None = None

    @classmethod
    def of(cls, said: dict[str, Any], action: dict[str, Any]) -> Self | None:
        """The click on a button of ours; None for anything else."""
        kind, value = _ACTIONS.get(str(action.get("action_id"))), _VALUE.fullmatch(str(action.get("value")))
        who = [str((said.get(name) or {}).get("id")) for name in ("user", "team", "channel")]
        if kind is None or value is None or not all(map(_SLACK_ID.fullmatch, who)):
            return None
        if (kind is DecisionAction.APPROVE) is (value["production"] is None):
            return None
        return cls(who[0], who[1], who[2], kind, *value.group("ticket", "digest", "production"))

    @classmethod
    def of_form(cls, said: dict[str, Any]) -> tuple[Self, str] | None:
        """The rejection that a form was opened for, and the reason typed into it; None for another form."""
        view = said.get("view") or {}
        if view.get("callback_id") != _FORM:
            return None
        kept = json.loads(view.get("private_metadata") or "{}")
        about = {**said, "channel": {"id": kept.get("channel")}}
        click = cls.of(about, {"action_id": "prodgate_reject", "value": kept.get("value")})
        typed = (view.get("state") or {}).get("values", {}).get("reason", {}).get("reason", {}).get("value")
        return (click, str(typed or "")) if click else None


@dataclass(frozen=True)
class Clicks:
    """Takes clicks as decisions. `people` limits how many one person sends, as it does for calls."""

    tickets: Tickets
    decisions: Decisions
    directory: DirectoryReader
    people: PeopleLimit
    identities: Identities

    async def person(self, click: Click) -> Person:
        """The person who clicked. Raises ClickRefused where they may not decide by a click, NotFound, StaleDecision."""
        directory = await run_in_threadpool(self.directory.current)
        person = directory.person_in_slack(click.user)
        if person is None:
            raise ClickRefused("Your Slack user is nobody's in the directory: ask for `slackId` in your tenant's file")
        if person.subject is None:  # or somebody with a second account could approve their own request here
            raise ClickRefused(
                "Your entry in the directory names no `subject`: who decides in Slack must be known by it"
            )
        # As a token would resolve them: an alias of somebody else's entry gives no roles here either.
        sign_in = SignIn(subject=person.subject)
        person = await run_in_threadpool(self.identities.person, directory, person.email, sign_in) or person
        if wait := await self.people.take(person):
            raise ClickRefused(f"Too many requests; try again in {wait} s")
        ticket = await self.tickets.visible(person, click.ticket_id)
        if ticket.spec.request.impact_assessment not in BY_CLICK:
            raise ClickRefused("A request of high or critical impact is decided in Prodgate, where you sign in")
        if ticket.digest != click.digest:
            raise StaleDecision
        return person

    async def decide(self, click: Click, reason: str | None) -> None:
        """The decision of the directory's person, with their rights; the record keeps who they are in Slack, too.

        Raises what `person` raises, the RuleViolation that refuses it, EngineUnavailable or NotRunning.
        """
        person = await self.person(click)
        comment = f"Decided in Slack by user {click.user} of workspace {click.team}"
        asked = DecisionRequest(click.action, comment=comment, reason=reason, production=click.production)
        await self.decisions.decide(SignedIn(person=person, via=Via.SLACK), click.ticket_id, asked)


@dataclass(frozen=True)
class SlackInteractions:
    """Takes interactions in, where decisions from Slack are switched on."""

    verifier: SignatureVerifier
    client: AsyncWebClient
    clicks: Clicks

    async def interaction(self, request: Request) -> dict[str, Any]:
        """Reads what Slack says, proven to be from Slack and of the last five minutes. Raises Unauthenticated."""
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
        except (ClickRefused, NotFound, RuleViolation) as error:
            await self._refuse(request, click, error)
        except (EngineUnavailable, NotRunning) as error:
            log.warning("not decided in Slack", ticket=click.ticket_id, error=repr(error), cause=repr(error.__cause__))
            await self.whisper(click, "The engine can't be reached now; look at the request before you try again")

    async def _refuse(self, request: Request, click: Click, error: ClickRefused | NotFound | RuleViolation) -> None:
        who, what = f"Slack user {click.user} of workspace {click.team}", f"{click.action} {click.ticket_id}"
        status = STATUS.get(type(error), HTTPStatus.FORBIDDEN)
        about = {"ticket": click.ticket_id, "by": who, "act": click.action.value, "via": Via.SLACK}
        await request.app.state.refusals.refused(request, status, f"{what}: {error}", error, kind_of(error), **about)
        await self.whisper(click, f"{error} in Prodgate" if isinstance(error, ProductionChanged) else str(error))

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
        except (ClickRefused, NotFound, RuleViolation) as error:
            await self._refuse(request, click, error)
        except (SlackClientError, aiohttp.ClientError, OSError, TimeoutError) as error:
            log.warning("Slack opened no form", error=str(error))


def reason_form(click: Click) -> dict[str, Any]:
    """The form that asks for the reason of a rejection. https://docs.slack.dev/surfaces/modals"""
    typed = {"type": "plain_text_input", "action_id": "reason", "multiline": True, "min_length": 10, "max_length": 3000}
    kept = {"channel": click.channel, "value": f"{click.ticket_id} {click.digest}"}
    return {
        "type": "modal",
        "callback_id": _FORM,
        "private_metadata": json.dumps(kept),
        "title": {"type": "plain_text", "text": click.ticket_id},
        "submit": {"type": "plain_text", "text": "Reject"},
        "close": {"type": "plain_text", "text": "Cancel"},
        "blocks": [
            {
                "type": "input",
                "block_id": "reason",
                "label": {"type": "plain_text", "text": "Reason: the requester reads it"},
                "element": typed,
            }
        ],
    }
