"""Announcements as Block Kit. Lengths are Slack's: https://docs.slack.dev/reference/block-kit/blocks"""

from typing import Any

from clients.letters import Facts
from clients.markup import rich_text
from domain.announcement import Event
from domain.audience import concern
from domain.decision import BY_CLICK
from domain.ticket import SYSTEM, State

HEADER, FIELD, SECTION, BUTTON = 150, 2_000, 3_000, 75

MOST_MENTIONED = 20

APPROVE, REJECT, OPEN = "prodgate_approve", "prodgate_reject", "prodgate_open"
"""Names of the buttons, as Slack reports them."""

Block = dict[str, Any]


def blocks_of(facts: Facts, *, decides: bool) -> list[Block]:
    """The first message: the ticket as it is now. Who may not decide is told so when they click."""
    ticket, t = facts.said.ticket, facts.t
    known = {
        t["state"]: facts.words.states[ticket.state],
        t["tenant"]: facts.tenant,
        t["requester"]: facts.name(ticket.metadata.created_by),
        t["impact"]: facts.words.impacts[ticket.spec.request.impact_assessment],
    }
    if facts.approver:
        known[t["approver"]] = facts.approver
    if ticket.spec.request.scheduled_date:
        known[t["scheduled"]] = facts.moment(ticket.spec.request.scheduled_date)
    if facts.way and not facts.warning:
        known[t["version"]] = facts.way
    fields = [_plain(f"{label}\n{value}", FIELD) for label, value in known.items()]
    buttons = [_open(facts)]
    pending = ticket.state is State.PENDING and facts.said.rule is None
    if decides and pending and ticket.spec.request.impact_assessment in BY_CLICK:
        buttons = [*_approve(facts), _button(facts, REJECT, t["reject"], "danger"), *buttons]
    return [
        {"type": "header", "text": _plain(f"{facts.what} → {facts.environment}", HEADER)},
        {"type": "section", "fields": fields},
        *_compared(facts),
        {"type": "section", "text": _plain(facts.excerpt(ticket.spec.request.justification), SECTION)},
        *_notes(facts),
        *_mentioned(facts),
        {"type": "actions", "elements": buttons},
        {"type": "context", "elements": [_plain(ticket.id, FIELD)]},
    ]


def reply_of(facts: Facts) -> list[Block]:
    """One message of the thread: what happened, and what was said about it."""
    entry = facts.entry
    about = [] if facts.said.event.of_time else [entry.comment, entry.reason, entry.error]
    quotes = [_plain(facts.excerpt(text), SECTION) for text in map(facts.told, about) if text]
    way = [_plain(_way(facts), SECTION)] if facts.way else []
    urgent = facts.said.declares or facts.said.event is Event.OVERDUE
    lead = f"🚨 {facts.lead}" if urgent else facts.lead
    said = [{"type": "section", "text": text} for text in (_plain(lead, SECTION), *way, *quotes)]
    return [*said, *_mentioned(facts)]


def _mentioned(facts: Facts) -> list[Block]:
    """Mentions whom a rule asks and who may hear of it; by their ids alone, so that nothing typed is read as markup."""
    said, audience = facts.said, facts.audience
    if said.escalates_to is None:
        return []
    users = [each.slack for each in audience.contacts if each.slack and concern(said, each, audience)]
    elements: list[Block] = [{"type": "user", "user_id": user} for user in dict.fromkeys(users[:MOST_MENTIONED])]
    spaced = [part for element in elements for part in (element, {"type": "text", "text": " "})]
    return [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": spaced}]}] if spaced else []


def _way(facts: Facts) -> str:
    return f"⚠️ {facts.t['warning']}{facts.t['colon']} {facts.warning}" if facts.warning else facts.way or ""


def _compared(facts: Facts) -> list[Block]:
    """The blocks that whoever decides should see before: that it goes back, what has not passed, what else is open."""
    others = [f"{facts.t['others']}{facts.t['colon']}", *facts.others] if facts.others else []
    said = [*([_way(facts)] if facts.warning else []), *_unmet(facts), *(["\n".join(others)] if others else [])]
    return [{"type": "section", "text": _plain(text, SECTION)} for text in said]


def _unmet(facts: Facts) -> list[str]:
    """The checks that have not passed, in one line."""
    failed = ", ".join(facts.failed_checks)
    return [f"⚠️ {facts.t['unmet']}{facts.t['colon']} {failed}"] if failed else []


def _notes(facts: Facts) -> list[Block]:
    """The release notes as they were written, for who decides."""
    notes = facts.said.ticket.spec.request.release_notes if facts.said.asks else ""
    elements = rich_text(facts.excerpt(notes)) if notes.strip() else []
    title = {"type": "text", "text": f"{facts.t['release_notes']}\n", "style": {"bold": True}}
    heading: Block = {"type": "rich_text_section", "elements": [title]}
    return [{"type": "rich_text", "elements": [heading, *elements]}] if elements else []


def fallback(facts: Facts) -> str:
    """The text that notifications show: escaped, since Slack reads markup in it."""
    entry, by = facts.entry, ""
    if entry.by != SYSTEM:
        by = f" ({facts.name(entry.by)})"
    return escape(f"{facts.subject}{by}")


def escape(text: str) -> str:
    """Text in which Slack finds no markup: https://docs.slack.dev/messaging/formatting-message-text#escaping"""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _plain(text: str, most: int) -> Block:
    cut = text if len(text) <= most else text[: most - 1] + "…"
    return {"type": "plain_text", "text": cut, "emoji": False}


def _open(facts: Facts) -> Block:
    return {"type": "button", "action_id": OPEN, "text": _plain(facts.t["look"], BUTTON), "url": facts.link}


def _button(facts: Facts, action: str, label: str, style: str, *shown: str) -> Block:
    """A button that names what it decides on: the ticket, the digest of what it shows, and what else is shown."""
    value = " ".join([facts.said.ticket.id, facts.said.ticket.digest, *shown])
    return {"type": "button", "action_id": action, "text": _plain(label, BUTTON), "style": style, "value": value}


def _approve(facts: Facts) -> list[Block]:
    """Approves looking at production's version, empty for none; no button where the message can't show it."""
    t, compared = facts.t, facts.said.comparison
    if compared is None:
        return []
    question = t["confirm"].format(what=facts.what, environment=facts.environment)
    question = "\n".join([*([_way(facts)] if facts.warning else []), *_unmet(facts), question])
    confirm = {"title": _plain(t["approve"], 100), "text": _plain(question, 300)}
    confirm |= {"confirm": _plain(t["approve"], 30), "deny": _plain(t["cancel"], 30)}
    return [_button(facts, APPROVE, t["approve"], "primary", compared.replaces or "") | {"confirm": confirm}]
