"""The values that travel to AWX: validated identifiers of an approved ticket, nothing that a person typed freely."""

import json

import pytest

from domain.decision import DecisionAction
from domain.deployment import Deployment
from tests.domain.builders import JEAN, NOW, PIERRE, decide, decision, details, ticket_in


def test_the_variables_are_the_contracts() -> None:
    """Request, attempt, tenant, target, environments and the two people."""
    deployment = Deployment.of(ticket_in("approved"))
    assert deployment.extra_vars() == {
        "request_id": "PR-2026-0001",
        "attempt": 1,
        "tenant": "tenant-finance",
        "target_type": "api",
        "target_name": "payment-api",
        "target_version": "2.1.0",
        "source_environment": "staging",
        "target_environment": "prod",
        "requester": PIERRE.email,
        "approver": JEAN.email,
    }
    assert deployment.marker == "prodgate-PR-2026-0001-1"


@pytest.mark.parametrize("state", ["pending", "rejected", "cancelled", "expired"])
def test_what_nobody_approved_is_no_deployment(state: str) -> None:
    """Without an approval there is nothing that could be handed to AWX."""
    with pytest.raises(ValueError, match="approver"):
        Deployment.of(ticket_in(state))


@pytest.mark.parametrize("opening", ["{{ lookup('env', 'HOME') }}", "{% for x in y %}", "{# comment #}"])
def test_no_template_travels(opening: str) -> None:
    """Whatever the free texts hold, no template opening is among the variables."""
    ticket = ticket_in(
        "approved",
        request=details(justification=opening * 5, release_notes=opening, rollback_plan=opening),
    )
    assert opening[:2] not in json.dumps(Deployment.of(ticket).extra_vars())


def test_each_attempt_has_a_marker_of_its_own() -> None:
    """A retry's job is told from the failed one's."""
    failed = ticket_in("failed")
    retried = decide(failed, decision(failed, DecisionAction.RETRY, PIERRE), NOW)
    assert Deployment.of(retried).marker == "prodgate-PR-2026-0001-2"
