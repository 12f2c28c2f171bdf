"""Announcements to test channels with: something hostile wherever a person may write."""

from typing import Any
from zoneinfo import ZoneInfo

from clients.channel import ChannelClient
from clients.letters import Letters
from domain import lifecycle
from domain.announcement import Announcement, Event, rule_of
from domain.audience import Audience, Contact, Language
from domain.comparison import Comparison, OtherRequest
from domain.delivery import DeliveryResult, OutgoingMessage
from domain.preferences import MailTime, Preferences
from domain.remarks import write
from domain.roles import Role
from domain.ticket import Action, HistoryEntry, PromotionRequest, State
from domain.versions import Direction
from tests.domain.builders import ADA, JEAN, MINUTE, NOW, PIERRE, details, pending, person

LETTERS = Letters("https://prodgate.example", Language.EN, ZoneInfo("UTC"))

FACTS = write(
    "standard-approves",
    rule="everyday",
    impact="low",
    step="patch",
    before="2.2.9",
    count=2,
    tickets="PR-2026-0007, PR-2026-0008",
)

HOSTILE = (
    '<script>alert("x")</script><img src="https://evil.example/x.png">\r\nBcc: evil@example.com\r\n\r\n'
    "<!channel> <@U0EVIL> <https://evil.example|click> *bold* `code` &amp; {{ 7 * 7 }} {% raw %}\n"
    "approve \u202egnihton\u202c \u2067here\u2069 \x07 \x1b[31m" + "W" * 10_240
)
"""HTML, mail headers, Slack's markup, templates, marks that turn the direction, controls, and a word of 10 KB."""

NAME = "Pïerre <b>\r\nBcc: evil@example.com\u202e <!here>"
CLAIRE = person("claire.moreau@cab-i.com", Role.CPI, name="Claire Moreau")

URGENT = {"emergency": True, "answer_by": NOW + 60 * MINUTE}
"""What an emergency has that a usual approval has not."""

STORIES: dict[Event, tuple[Action, ...]] = {
    Event.CREATED: (),
    Event.ENDORSED: (Action.ENDORSED,),
    Event.UNENDORSED: (Action.ENDORSED, Action.UNENDORSED),
    Event.APPROVED: (Action.APPROVED,),
    Event.REJECTED: (Action.REJECTED,),
    Event.CANCELLED: (Action.CANCELLED,),
    Event.EXPIRED: (Action.EXPIRED,),
    Event.SUPERSEDED: (Action.SUPERSEDED,),
    Event.HELD: (Action.APPROVED, Action.HELD),
    Event.RELEASED: (Action.APPROVED, Action.HELD, Action.RELEASED),
    Event.LAPSED: (Action.APPROVED, Action.LAPSED),
    Event.STARTED: (Action.APPROVED, Action.DEPLOYING),
    Event.SUCCEEDED: (Action.APPROVED, Action.DEPLOYING, Action.DEPLOYED),
    Event.FAILED: (Action.APPROVED, Action.DEPLOYING, Action.FAILED),
    Event.RATIFIED: (Action.APPROVED, Action.DEPLOYING, Action.DEPLOYED, Action.RATIFIED),
    Event.REFUTED: (Action.APPROVED, Action.DEPLOYING, Action.FAILED, Action.REFUTED),
    Event.OVERDUE: (Action.APPROVED, Action.DEPLOYING, Action.DEPLOYED),
    Event.REMINDER: (),
    Event.EXPIRING: (),
    Event.ESCALATED: (),
}
"""The events of a ticket, after its creation, before the event is announced."""


def ticket(event: Event, text: str, **fields: Any) -> PromotionRequest:
    """A ticket of which the event is announced; the text stands wherever a person may write one."""
    written = details(justification=text, release_notes=text, rollback_plan=text, **fields)
    asked = pending(request=written)
    entries = [asked.last, *(_entry(action, n, text) for n, action in enumerate(STORIES[event], 1))]
    if event in {Event.RATIFIED, Event.REFUTED, Event.OVERDUE}:
        entries[1] = entries[1].model_copy(update=URGENT)
    return asked.model_copy(update={"status": lifecycle.status_of(tuple(entries))})


def _entry(action: Action, minutes: int, text: str) -> HistoryEntry:
    by = {Action.CANCELLED: PIERRE.email}
    by |= dict.fromkeys(
        (Action.ENDORSED, Action.UNENDORSED, Action.APPROVED, Action.REJECTED, Action.HELD, Action.RELEASED), JEAN.email
    )
    by |= dict.fromkeys((Action.RATIFIED, Action.REFUTED), CLAIRE.email)
    more: dict[Action, dict[str, Any]] = {
        Action.APPROVED: {"comment": text[:4_096]},
        Action.CANCELLED: {"comment": text[:4_096]},
        **{key: {"reason": text[:4096]} for key in (Action.REJECTED, Action.RATIFIED, Action.REFUTED)},
        Action.HELD: {"reason": text[:4_096]},
        Action.RELEASED: {"reason": text[:4_096]},
        Action.LAPSED: {"reason": text[:4_096], "decide_by": NOW + 90 * MINUTE},
        Action.SUPERSEDED: {"superseded_by": "PR-2026-0002"},
        Action.DEPLOYING: {"job_id": "awx-job-5678"},
        Action.DEPLOYED: {"job_id": "awx-job-5678", "deployment_id": "deploy-abc123"},
        Action.FAILED: {"job_id": "awx-job-5678", "error": text[:8_192]},
    }
    fields = {"action": action, "at": NOW + minutes * MINUTE, "by": by.get(action, "system")}
    return HistoryEntry.model_validate(fields | more.get(action, {}))


def said(event: Event, text: str = "New PCI-DSS compliant payment flow", **fields: Any) -> Announcement:
    about = ticket(event, text, **fields)
    number = len(about.status.history)
    return Announcement(event=event, number=number, at=NOW, ticket=about, decide_by=NOW + 60 * MINUTE)


def standard(event: Event) -> Announcement:
    """An announcement of a ticket that a rule approved: of its creation, or of the approval."""
    asked = pending(request=details())
    approved = lifecycle.approve_by_rule(asked, "everyday", FACTS, NOW + MINUTE)
    about = asked if event is Event.CREATED else approved
    number = len(about.status.history)
    return Announcement(event=event, number=number, at=NOW, ticket=about, rule=rule_of(approved, number))


def emergency(text: str = "Payments are down since nine") -> Announcement:
    """The announcement of an emergency that Jean declared."""
    usual = said(Event.APPROVED, text)
    *before, last = usual.ticket.status.history
    history = (*before, last.model_copy(update=URGENT))
    about = usual.ticket.model_copy(update={"status": lifecycle.status_of(history)})
    return usual.model_copy(update={"ticket": about})


def compared(direction: Direction, *others: str) -> Comparison:
    """The comparison of the ticket with 3.2.0, or nothing; beside other open requests of these versions."""
    found = (
        OtherRequest(
            id=f"PR-2026-{number:04}",
            version=version,
            state=State.APPROVED,
            created_by=PIERRE.email,
            scheduled_date=None,
            direction=Direction.NEWER,
        )
        for number, version in enumerate(others, 2)
    )
    replaces = None if direction is Direction.FIRST else "3.2.0"
    return Comparison(ticket_id="PR-2026-0001", replaces=replaces, direction=direction, others=tuple(found))


def audience(tenant_name: str = "Finance", requester_name: str = "Pierre Durand") -> Audience:
    pierre, jean = (each.model_copy(update={"name": name}) for each, name in ((PIERRE, requester_name), (JEAN, "Jean")))
    return Audience(
        tenant_name=tenant_name,
        contacts=(
            Contact(person=pierre),
            Contact(person=jean),
            Contact(person=CLAIRE, language="fr"),
            Contact(person=ADA, preferences=Preferences(mail={Event.CREATED: MailTime.NOW})),
        ),
    )


def outgoing(announcement: Announcement, to: str, **fields: Any) -> OutgoingMessage:
    return OutgoingMessage.model_validate({"announcement": announcement, "to": to} | fields)


def always() -> None:
    """The sender leads, whenever it is asked."""


async def told(
    client: ChannelClient, announcement: Announcement, to: Audience | None = None, **fields: Any
) -> list[DeliveryResult]:
    """One attempt at each destination of the announcement."""
    everybody = to or audience()
    destinations = client.destinations(announcement, everybody)
    return [await client.deliver(outgoing(announcement, each, **fields), everybody, always) for each in destinations]
