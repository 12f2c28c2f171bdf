"""A promotion's page in the Temporal UI: what it waits for and what was done, and nothing that a person typed."""

from datetime import timedelta

import pytest

from domain import lifecycle
from domain.decision import DecisionAction
from domain.ticket import PromotionRequest
from tests.domain.builders import JEAN, MINUTE, NOW, decision, details, pending
from tests.record.building import after
from workflows.shown import details as page

TYPED = "Payments are down since nine"


def decided(ticket: PromotionRequest, action: DecisionAction, **given: object) -> PromotionRequest:
    return lifecycle.apply(ticket, decision(ticket, action, JEAN, **given), NOW + MINUTE)


def line(ticket: PromotionRequest, beginning: str) -> str:
    """The only line of the page that begins so."""
    (found,) = [each for each in page(ticket).splitlines() if each.startswith(f"- {beginning}")]
    return found


def test_the_page_names_the_request_and_what_it_waits_for() -> None:
    """Whoever opens it knows target, team, requester and the next step."""
    ticket = pending()
    head, target, *_ = page(ticket).splitlines()
    assert head == f"### {ticket.id}: pending"
    assert target == f"**{ticket.spec.target.name} {ticket.spec.target.version}** (api)"
    assert ticket.metadata.created_by in line(ticket, "requested by")
    assert line(ticket, "waits for") == "- waits for somebody who may approve or reject it"
    assert f"**created** by {ticket.metadata.created_by}" in page(ticket)


def test_a_date_and_a_hold_are_told() -> None:
    """A request that is approved waits for its date; one that is held for whoever releases it, and for nothing else."""
    due = NOW + timedelta(days=1)
    approved = decided(pending(request=details(scheduled_date=due)), DecisionAction.APPROVE)
    assert line(approved, "not before").endswith(f"{due:%Y-%m-%dT%H:%M:%SZ}")
    assert line(approved, "waits for").startswith("- waits for its date, then ")
    held = decided(approved, DecisionAction.HOLD, reason=TYPED)
    assert line(held, "held by").startswith(f"- held by {JEAN.email} since ")
    assert "waits for" not in page(held)


@pytest.mark.parametrize("overdue", [False, True])
def test_an_emergency_says_until_when_somebody_has_to_answer(overdue: bool) -> None:
    """And that nobody has, once the time is over."""
    declared = decided(pending(), DecisionAction.EMERGENCY, comment=TYPED)
    launched = lifecycle.start(declared, 1, NOW + 2 * MINUTE)
    ticket = after(launched, "deployed", "system", job_id="awx-job-1")
    (debt,) = [each for each in page(ticket, overdue=overdue).splitlines() if each.startswith("- emergency by")]
    assert ("**overdue**" in debt, f"emergency by {JEAN.email}" in debt) == (overdue, True)
    assert "job awx-job-1" in page(ticket)


def test_nothing_that_a_person_typed_is_on_it() -> None:
    """It is Markdown, which the UI renders: reasons, comments and notes stay in the record."""
    ticket = pending(request=details(justification="![x](http://evil.example) because"))
    ticket = decided(ticket, DecisionAction.REJECT, reason=TYPED)
    assert not [each for each in ("evil", "because", TYPED) if each in page(ticket)]
