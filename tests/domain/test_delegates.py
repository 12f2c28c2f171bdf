"""Mails about votes that were handed over: delegates are asked, and givers told."""

from datetime import timedelta

from domain.announcement import Announcement, Event
from domain.audience import Audience, Contact, Reason, reason_of, recipients, with_delegates
from domain.delegations import resolved
from domain.roles import Requester
from domain.ticket import PromotionRequest
from tests.delegating import delegation
from tests.domain.builders import FINANCE, JEAN, NOW, PIERRE, VERA, pending
from tests.record.building import after

GIVEN = resolved(delegation(JEAN.email, VERA.email, NOW - timedelta(days=1)), JEAN, VERA, FINANCE)


def said(event: Event, ticket: PromotionRequest) -> Announcement:
    return Announcement(
        event=event, number=len(ticket.status.history), at=ticket.last.at, ticket=ticket, requester=Requester.of(PIERRE)
    )


def told(announcement: Announcement, audience: Audience) -> dict[str, Reason]:
    return {each.email: each.reason for each in recipients(announcement, audience)}


def test_a_delegate_is_asked_as_their_giver_is() -> None:
    """Though they belong to another tenant; not where the giver asked."""
    audience = Audience(tenant_name="Finance", contacts=(Contact(person=JEAN),))
    with_them = with_delegates(audience, [GIVEN] if GIVEN else [])
    asked = said(Event.CREATED, pending())
    assert told(asked, audience) == {JEAN.email: Reason.DECIDES}
    assert told(asked, with_them) == {JEAN.email: Reason.DECIDES, VERA.email: Reason.DECIDES}
    own = asked.model_copy(update={"requester": Requester.of(JEAN)})
    assert told(own, with_them) == {}


def test_a_giver_hears_what_was_decided_with_their_vote() -> None:
    """By its own reason; nobody does of a vote of their own."""
    approved = after(pending(), "approved", VERA.email, on_behalf_of=JEAN.email)
    audience = Audience(tenant_name="Finance")
    contact = Contact(person=JEAN)
    assert reason_of(said(Event.APPROVED, approved), contact, audience) is Reason.REPRESENTED
    assert reason_of(said(Event.APPROVED, after(pending(), "approved")), contact, audience) is None
