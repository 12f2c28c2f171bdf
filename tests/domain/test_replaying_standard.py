"""What rules would have approved by themselves, replayed over what was."""

from datetime import timedelta

import pytest

from domain.replaying_standard import PastRequest, approved_by_rules
from domain.standard import AskedChange, PastEvent, StandardRule
from domain.ticket import Impact
from tests.domain.builders import FINANCE, NOW, RETAIL

DAY = timedelta(days=1)
RULE = StandardRule(deployments=2, within=timedelta(days=90))
TARGET = ("api", "payment-api", "prod")


def asked(number: int, version: str, day: float, end: str = "deployed", tenant: str = FINANCE) -> PastRequest:
    """A request of that day, which ended an hour after it was made; held by the same rule on both sides."""
    at, ticket = NOW + day * DAY, f"PR-2026-{number:04}"
    given = {"ticket_id": ticket, "tenant": tenant, "version": version, "at": at + timedelta(hours=1)}
    ended = {"clean": end == "deployed", "failed": end == "failed", "stopped": end == "stopped"}
    ends = () if end == "open" else (PastEvent.model_validate(given | ended),)
    held = ("everyday", RULE)
    return PastRequest(ticket, TARGET, AskedChange(tenant, version, Impact.LOW), at, ends, (held, held))


def alone(*requests: PastRequest) -> list[str]:
    """The last digits of those that the rule approves."""
    return sorted(request.ticket_id[-1] for request, _ in approved_by_rules(requests, 1))


WELL = (asked(1, "2.0.0", 0), asked(2, "2.0.1", 10))


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        ([asked(3, "2.0.2", 20)], ["3"]),
        ([asked(3, "2.1.0", 20)], []),
        ([asked(3, "2.0.2", 20, "failed"), asked(4, "2.0.3", 21)], ["3"]),
        ([asked(3, "2.0.2", 20, tenant=RETAIL), asked(4, "2.0.3", 21)], []),
        ([asked(3, "2.0.2", 85), asked(4, "2.0.3", 95)], ["3"]),
        ([asked(3, "2.0.2", 20, "open"), asked(4, "2.0.3", 21)], ["3", "4"]),
        ([asked(3, "2.0.2", 20), asked(4, "2.0.1", 21), asked(5, "2.0.2", 22)], ["3"]),
        ([asked(3, "2.0.2", 20, "stopped"), asked(4, "2.0.3", 21)], ["3"]),
    ],
    ids=[
        *("went well", "greater step", "failed", "another tenant", "its own count for nothing", "still open", "back"),
        "stopped",
    ],
)
def test_each_request_is_judged_by_what_had_happened_before(later: list[PastRequest], expected: list[str]) -> None:
    assert alone(*WELL, *later) == expected


def test_of_many_a_day_one_counts() -> None:
    assert alone(*(asked(number, f"2.0.{number}", number / 50) for number in range(1, 9))) == []


def test_targets_have_pasts_of_their_own() -> None:
    other = PastRequest("PR-2026-0009", ("api", "other", "prod"), WELL[0].asked, NOW + 20 * DAY, (), WELL[0].rules)
    assert alone(*WELL, other) == []
