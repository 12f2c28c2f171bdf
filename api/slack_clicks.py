"""Who clicked on what in Slack, and whether that may count as their decision."""

import json
import re
from dataclasses import dataclass
from typing import Any, Self

from starlette.concurrency import run_in_threadpool

from api.limits import Buckets
from api.promotions import Promotions, Said
from domain.decision import DecisionAction
from domain.errors import StaleDecision
from domain.roles import Person
from domain.ticket import Impact

BY_CLICK = frozenset({Impact.LOW, Impact.MEDIUM})
"""What may be decided in Slack; for more, one signs in."""

_ACTIONS = {"prodgate_approve": DecisionAction.APPROVE, "prodgate_reject": DecisionAction.REJECT}
_VALUE = re.compile(r"(PR-[0-9]{4}-[0-9]{4,9}) ([0-9a-f]{64})")
_SLACK_ID = re.compile(r"[A-Z0-9]{3,32}")
_FORM = "prodgate_reason"


class Refused(Exception):
    """The click counts for nothing; `str()` tells the person why."""


@dataclass(frozen=True)
class Click:
    """One person's click: who, by Slack's ids, on which ticket, and the digest of what they saw of it."""

    user: str
    team: str
    channel: str
    action: DecisionAction
    ticket_id: str
    digest: str

    @classmethod
    def of(cls, said: dict[str, Any], action: dict[str, Any]) -> Self | None:
        """The click on a button of ours; None for anything else."""
        kind, value = _ACTIONS.get(str(action.get("action_id"))), _VALUE.fullmatch(str(action.get("value")))
        who = [str((said.get(name) or {}).get("id")) for name in ("user", "team", "channel")]
        if kind is None or value is None or not all(map(_SLACK_ID.fullmatch, who)):
            return None
        return cls(who[0], who[1], who[2], kind, value[1], value[2])

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

    promotions: Promotions
    people: Buckets

    async def person(self, click: Click) -> Person:
        """Who clicked, where they may decide by a click at all. Raises Refused, NotFound, StaleDecision."""
        directory = await run_in_threadpool(self.promotions.directory.current)
        person = directory.person_in_slack(click.user)
        if person is None:
            raise Refused("Your Slack user is nobody's in the directory: ask for `slackId` in your tenant's file")
        if person.subject is None:  # or somebody with a second account could approve their own request here
            raise Refused("Your entry in the directory names no `subject`: who decides in Slack must be known by it")
        if wait := self.people.take(person.subject or person.email):
            raise Refused(f"Too many requests; try again in {wait} s")
        ticket = await self.promotions.visible(person, click.ticket_id)
        if ticket.spec.request.impact_assessment not in BY_CLICK:
            raise Refused("A request of high or critical impact is decided in Prodgate, where you sign in")
        if ticket.digest != click.digest:
            raise StaleDecision
        return person

    async def decide(self, click: Click, reason: str | None) -> None:
        """The decision of the directory's person, with their rights; the record keeps who they are in Slack, too.

        Raises what `person` raises, the RuleViolation that refuses it, EngineUnavailable or NotRunning.
        """
        person = await self.person(click)
        comment = f"Decided in Slack by user {click.user} of workspace {click.team}"
        await self.promotions.decide(person, click.ticket_id, Said(action=click.action, comment=comment, reason=reason))


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
