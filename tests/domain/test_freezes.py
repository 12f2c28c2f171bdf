"""Times in which freezes hold, for whoever sees requests of some tenants."""

from datetime import UTC, datetime, timedelta
from typing import Any

from domain.freezes import MOST_TIMES, freeze_times
from domain.rules import Rule

NOW = datetime(2026, 3, 2, tzinfo=UTC)
YEAR = (NOW, NOW + timedelta(days=366))


def rule(name: str, *starts: str, every: str | None = None, **match: Any) -> Rule:
    """A rule with a freeze of a day from each of the times on."""
    days = [{"starts": day, "ends": datetime.fromisoformat(day) + timedelta(days=1)} for day in starts]
    freezes = [{**day, "every": every, "reason": "Nobody is here"} for day in days]
    return Rule.model_validate({"name": name, "freezes": freezes, "match": match})


def test_the_times_of_all_rules_are_one_list_in_their_order() -> None:
    """Those of rules for every tenant, and of one's own; of others not even the tenants that a rule is for besides."""
    rules = (
        rule("late", "2026-05-01T00:00", "2026-03-10T00:00"),
        rule("mine", "2026-04-01T00:00", tenants=["tenant-finance", "tenant-retail"]),
        rule("theirs", "2026-04-01T00:00", tenants=["tenant-retail"]),
    )
    found = freeze_times(rules, ["tenant-finance"], *YEAR)
    assert [(f"{each.begins:%m-%d}", each.rule, each.match.tenants) for each in found] == [
        ("03-10", "late", ()),
        ("04-01", "mine", ("tenant-finance",)),
        ("05-01", "late", ()),
    ]
    assert freeze_times(rules, [], *YEAR) == []


def test_however_many_there_are_the_list_ends() -> None:
    """Three freezes each day of a year are more than are listed."""
    days = [rule(f"rule-{number}", "2025-01-01T00:00", every="FREQ=DAILY") for number in range(3)]
    found = freeze_times(days, ["tenant-finance"], *YEAR)
    assert len(found) == MOST_TIMES
    assert found[0].begins == NOW
