"""Which rules hold for a request, and which votes an approval lacks: pure, and against a plain model."""

from collections.abc import Iterable
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.roles import Grant, Person, Role
from domain.rules import Applied, Match, Rule
from domain.rules import applied as applied_to
from domain.ticket import Impact, PromotionRequest
from domain.votes import EVERYDAY, Need, counted, entitled, missing
from tests.domain.builders import pending
from tests.examples import examples

TENANT = "tenant-finance"
GROUPS = {"security": frozenset({"s@x.io", "both@x.io"})}


def person(name: str, *roles: Role, **given: Any) -> Person:
    grants = tuple(Grant(role=role, tenant=None if role is Role.CPI_ADMIN else TENANT) for role in roles)
    return Person(email=f"{name}@x.io", name=name, grants=grants, **given)


CPI, OTHER = person("cpi", Role.CPI), person("other", Role.CPI)
ADMIN, SECURITY, BOTH = person("admin", Role.CPI_ADMIN), person("s"), person("both", Role.CPI)
TWO = (Need(role=Role.CPI, count=2),)
MIXED = (Need(role=Role.CPI, count=1), Need(group="security", count=1))


def rule(name: str, count: int = 1, **match: Any) -> Rule:
    return Rule(name=name, match=Match(**match), approvals=(Need(role=Role.CPI, count=count),))


def applied(rules: Iterable[Rule], ticket: PromotionRequest) -> Applied:
    return applied_to(rules, ticket.metadata.tenant, ticket.spec.target, ticket.spec.request.impact_assessment)


def lacks(needs: tuple[Need, ...], *people: Person) -> int:
    return counted(missing(needs, people, TENANT, GROUPS))


def test_without_a_rule_one_approval_is_enough() -> None:
    """As before there were rules."""
    assert applied((), pending()).approvals == EVERYDAY
    assert lacks(EVERYDAY, CPI) == lacks(EVERYDAY, ADMIN) == 0
    assert lacks(EVERYDAY, SECURITY) == 1


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ({}, {"impacts": ["high", "low", "medium", "critical"]}),
        ({"impacts": list(Impact)}, {"types": ["api"]}),
        ({"types": ["api"], "impacts": list(Impact)}, {"tenants": [TENANT]}),
        ({"tenants": [TENANT], "types": ["api"]}, {"names": ["*"]}),
        ({"names": ["*"], "tenants": [TENANT]}, {"names": ["pay*"]}),
        ({"names": ["payment-*"]}, {"names": ["payment-api"]}),
        ({"names": ["other", "p*"]}, {"names": ["PAYMENT-API"]}),
    ],
    ids=str,
)
def test_the_more_specific_rule_counts(less: dict[str, Any], more: dict[str, Any]) -> None:
    """In whichever order they are read."""
    for rules in permutations([rule("less", 2, **less), rule("more", 3, **more)]):
        found = applied(rules, pending())
        assert (found.approvals_of, found.approvals[0].count, found.undecided) == ("more", 3, ())


def test_two_rules_that_are_as_specific_and_differ_decide_nothing() -> None:
    """Whoever wrote them meant one: until that is said, nothing goes on. Two that agree are no question."""
    assert applied([rule("a", 1), rule("b", 2)], pending()).undecided == ("a", "b")
    assert applied([rule("a", 2), rule("b", 2)], pending()).undecided == ()


def test_a_rule_for_others_does_not_hold() -> None:
    """Each part of a match has to fit."""
    for match in ({"tenants": ["tenant-hr"]}, {"types": ["policy"]}, {"names": ["other*"]}):
        assert applied([rule("other", 5, **match)], pending()).approvals == EVERYDAY


def test_each_person_counts_once() -> None:
    """The same one twice, an alias, the same subject."""
    alias = person("alias", Role.CPI, aliases=("cpi@x.io",))
    assert lacks(TWO, CPI, CPI) == lacks(TWO, CPI, alias) == 1
    assert lacks(TWO, person("a", Role.CPI, subject="1"), person("b", Role.CPI, subject="1")) == 1


def test_who_fits_several_places_takes_the_one_that_is_left() -> None:
    """In whichever order they vote."""
    for people in permutations([BOTH, CPI]):
        assert lacks(MIXED, *people) == 0
    for people in permutations([BOTH, SECURITY]):
        assert lacks(MIXED, *people) == 0
    assert lacks(MIXED, BOTH) == 1


def test_a_service_account_gives_no_vote() -> None:
    """Whatever groups and roles files give it."""
    robot = person("s", Role.CPI, owner="cpi@x.io")
    assert not any(entitled(robot, need, TENANT, GROUPS) for need in MIXED)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"role": "cpi", "group": "security"},
        {"role": "devops"},
        {"role": "cpi", "count": 0},
        {"role": "cpi", "count": 11},
    ],
)
def test_a_need_that_nobody_could_mean_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Need.model_validate(wrong)


PEOPLE = (CPI, OTHER, ADMIN, SECURITY, BOTH)
NEEDS = st.lists(st.sampled_from([*TWO, *MIXED, Need(role=Role.CPI_ADMIN)]), min_size=1, max_size=3)


def naive(needs: tuple[Need, ...], people: list[Person]) -> int:
    """The fewest places that stay empty, by trying every order of everybody."""
    places = [need for need in needs for _ in range(need.count)]
    seats = [*people, *[None] * len(places)]
    return min(
        sum(not (each and entitled(each, place, TENANT, GROUPS)) for each, place in zip(order, places, strict=False))
        for order in permutations(seats, len(places))
    )


@given(NEEDS, st.lists(st.sampled_from(PEOPLE), unique=True, max_size=4))
@settings(max_examples=examples(200), deadline=None)
def test_as_many_places_are_taken_as_can_be(needs: list[Need], people: list[Person]) -> None:
    """By a model that tries everything."""
    distinct = tuple(dict.fromkeys(needs))
    assert lacks(distinct, *people) == naive(distinct, people)
