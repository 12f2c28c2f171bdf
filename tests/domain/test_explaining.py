"""Why a rule decides, and why another does not: in agreement with the rules that are applied."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendars import ChangeWindow, Freeze
from domain.explaining import Explanation, MatchPart, PartVerdict, RulePart, explained
from domain.roles import Role
from domain.rules import Match, Rule
from domain.ticket import Impact, Target
from domain.votes import Need
from tests.domain.builders import pending
from tests.examples import examples

TENANT = "tenant-finance"
AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
TARGET = pending().spec.target


def rule(name: str, count: int | None = 1, **given: Any) -> Rule:
    needs = None if count is None else (Need(role=Role.CPI, count=count),)
    parts = {part: given.pop(part) for part in ("freezes", "windows") if part in given}
    return Rule(name=name, match=Match(**given), approvals=needs, **parts)


def frozen(reason: str = "The books are closed") -> Freeze:
    return Freeze.model_validate({"starts": "2026-06-01T08:00", "ends": "2026-06-02T08:00", "reason": reason})


def explain(*rules: Rule, target: Target = TARGET) -> Explanation:
    return explained(rules, TENANT, target, Impact.HIGH, AT)


def verdicts(found: Explanation, part: RulePart = RulePart.APPROVALS) -> dict[str, tuple[PartVerdict, tuple[str, ...]]]:
    return {rule.name: (each.verdict, each.others) for rule in found.rules for each in rule.parts if each.part is part}


def test_the_more_specific_rule_decides_and_the_other_names_it() -> None:
    """Part by part: of the windows that it says nothing of, the other one decides."""
    window = ChangeWindow.model_validate({"starts": "2026-06-01T08:00", "ends": "2026-06-01T18:00"})
    found = explain(rule("team", 2, tenants=[TENANT]), rule("platform", 1, windows=(window,)))
    assert verdicts(found) == {"team": (PartVerdict.DECIDES, ()), "platform": (PartVerdict.GIVES_WAY, ("team",))}
    assert verdicts(found, RulePart.WINDOWS) == {"platform": (PartVerdict.DECIDES, ())}
    assert [each.rank for each in found.rules] == [(0, 1, 0, 0), (0, 0, 0, 0)]


def test_a_rule_that_does_not_hold_names_each_part_that_does_not_fit() -> None:
    """The parts that do fit are not to blame."""
    other = rule("other", names=["order-*"], tenants=[TENANT], types=["policy"], impacts=["low"])
    (found,) = explain(other).rules
    assert (found.holds, found.unfit) == (False, (MatchPart.NAME, MatchPart.TYPE, MatchPart.IMPACT))


def test_what_is_closed_now_is_told_with_the_rule() -> None:
    """Freezes of all rules hold side by side."""
    found = explain(rule("a", None, freezes=(frozen(),)), rule("b", None, freezes=(frozen("The auditors are here"),)))
    assert verdicts(found, RulePart.FREEZES) == {"a": (PartVerdict.ADDS, ()), "b": (PartVerdict.ADDS, ())}
    assert found.closed is not None
    assert found.closed.rule == "b"


def test_rules_that_contradict_each_other_are_named_to_each_other() -> None:
    """And a third that says the same as one of them contradicts the other, too."""
    found = explain(rule("a", 1), rule("b", 2), rule("c", 2))
    contradicts = PartVerdict.CONTRADICTS
    assert verdicts(found) == {"a": (contradicts, ("b", "c")), "b": (contradicts, ("a",)), "c": (contradicts, ("a",))}
    assert found.held.undecided == ("a", "c")


MATCHES = st.fixed_dictionaries(
    {},
    optional={
        "tenants": st.sampled_from([[TENANT], ["tenant-retail"]]),
        "types": st.sampled_from([["api"], ["policy"]]),
        "names": st.sampled_from([["*"], ["payment-*"], ["payment-api"], ["order-*"]]),
        "impacts": st.sampled_from([["high"], ["low"]]),
    },
)
RULES = st.lists(st.tuples(MATCHES, st.none() | st.integers(1, 2)), max_size=5)


@settings(deadline=None, max_examples=examples(100))
@given(RULES)
def test_the_explanation_and_the_rules_that_apply_agree(drawn: Iterable[tuple[dict[str, Any], int | None]]) -> None:
    """The rule that decides is the one applied, and where rules contradict each other nothing does."""
    found = explain(*(rule(f"rule-{number}", count, **match) for number, (match, count) in enumerate(drawn)))
    said = verdicts(found)
    against = {name for name, (verdict, _) in said.items() if verdict is PartVerdict.CONTRADICTS}
    assert {*found.held.undecided} <= against
    assert bool(against) is bool(found.held.undecided)
    if not against:
        deciding = [name for name, (verdict, _) in said.items() if verdict is PartVerdict.DECIDES]
        assert deciding == ([found.held.approvals_of] if found.held.approvals_of else [])
    assert all(each.holds is not bool(each.unfit) for each in found.rules)
