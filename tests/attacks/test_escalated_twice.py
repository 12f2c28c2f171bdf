"""Escalations that would ask for a second vote of people who have given theirs: each hears of it otherwise, or not."""

from datetime import timedelta

from domain.announcement import Announcement, Event
from domain.audience import Audience, Contact, Reason, reason_of
from domain.delegations import HandedVote, resolved
from domain.escalation import Party
from domain.roles import Person, Requester, Role
from domain.ticket import PromotionRequest
from tests.delegating import delegation
from tests.domain.builders import FINANCE, JEAN, NOW, PIERRE, pending, person
from tests.record.building import after

CLAIRE = person("claire.moreau@cab-i.com", Role.CPI)
PAUL = person("paul.petit@cab-i.com", Role.CPI)
VOTED = after(pending(), "endorsed", JEAN.email, on_behalf_of=CLAIRE.email)


def handed(giver: Person, to: Person) -> tuple[HandedVote, ...]:
    found = resolved(delegation(giver.email, to.email, NOW - timedelta(days=1)), giver, to, FINANCE)
    assert found is not None
    return (found,)


def heard(contact: Contact, ticket: PromotionRequest = VOTED) -> Reason | None:
    """The reason for which the contact hears that a rule asks everybody who may approve in the tenant."""
    asked = Announcement(
        event=Event.ESCALATED,
        number=len(ticket.status.history),
        at=ticket.last.at,
        ticket=ticket,
        requester=Requester.of(PIERRE),
        escalates_to=Party(role=Role.CPI),
    )
    return reason_of(asked, contact, Audience(tenant_name="Finance", contacts=(contact,)))


def test_a_giver_whose_vote_was_given_is_not_asked_to_decide() -> None:
    """They are asked to find somebody who may, as whoever voted themselves is."""
    assert heard(Contact(person=CLAIRE)) is Reason.ASKED
    assert heard(Contact(person=PAUL)) is Reason.DECIDES


def test_a_delegate_who_voted_is_not_asked_for_another_givers_vote() -> None:
    """It is one person's vote, whoever handed them a second one; before they voted they are asked."""
    contact = Contact(person=JEAN, handed=handed(PAUL, JEAN))
    assert heard(contact, pending()) is Reason.DECIDES
    assert heard(contact) is Reason.ASKED


def test_the_vote_of_a_giver_who_voted_is_nobodys_to_give() -> None:
    """Their delegate, who sees the tenant alone, is asked to find somebody who may."""
    vera = person("vera.viewer@cab-i.com", Role.CPI, tenant="tenant-retail")
    viewer = vera.model_copy(update={"grants": (*vera.grants, *person("v@cab-i.com", Role.VIEWER).grants)})
    contact = Contact(person=viewer, handed=handed(CLAIRE, viewer))
    asked = Announcement(
        event=Event.ESCALATED,
        number=2,
        at=VOTED.last.at,
        ticket=VOTED,
        requester=Requester.of(PIERRE),
        escalates_to=Party(role=Role.VIEWER),
    )
    audience = Audience(tenant_name="Finance", contacts=(contact,))
    assert reason_of(asked, contact, audience) is Reason.ASKED
    alone = pending()
    said = asked.model_copy(update={"ticket": alone, "number": 1})
    assert reason_of(said, contact, audience) is Reason.DECIDES
