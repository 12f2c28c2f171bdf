"""A contract's difference raises the impact, and nothing that it holds lowers it."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.contract import (
    MOST_CHANGES,
    ContractChange,
    ContractDifference,
    ContractRule,
    ContractState,
    Found,
    Severity,
    raised,
)
from domain.ticket import Impact
from tests.domain.builders import NOW

DOCUMENT = {"url": "https://api.cab-i.com/openapi.json", "sha256": "a" * 64, "size": 2}


def difference(*severities: Severity, impact: Impact = Impact.HIGH, **changes: Any) -> ContractDifference:
    found = Found.of(ContractChange(severity=each, rule="a-rule", text="A sentence") for each in severities)
    given: dict[str, Any] = {"key": "0" * 64, "at": NOW, "type": "api", "name": "payment-api", "impact": impact}
    given |= {"state": ContractState.COMPARED, "production": DOCUMENT, "staging": DOCUMENT, "found": found}
    return ContractDifference.model_validate(given | changes)


@given(st.sampled_from(Impact), st.sampled_from(Impact), st.lists(st.sampled_from(Severity), max_size=50))
def test_the_impact_is_never_less_than_what_is_said(said: Impact, least: Impact, severities: list[Severity]) -> None:
    """Whatever was found, and whatever the owners set."""
    order = tuple(Impact).index
    assert order(raised(said, difference(*severities, impact=least))) >= order(said)


@pytest.mark.parametrize(("said", "least"), tuple(product(Impact, Impact)))
def test_a_breaking_change_has_the_impact_that_owners_set(said: Impact, least: Impact) -> None:
    """Or the higher one that is said."""
    order = tuple(Impact).index
    assert order(raised(said, difference(Severity.BREAKING, impact=least))) == max(order(said), order(least))


def test_only_breaking_changes_raise_it() -> None:
    """What nobody could compare raises nothing: it is shown as not compared."""
    away: dict[str, Any] = {
        "state": "not-compared",
        "production": None,
        "staging": None,
        "found": None,
        "reason": "away",
        "why": "Away",
    }
    for found in (None, difference(), difference(Severity.RISKY, Severity.HARMLESS), difference(**away)):
        assert raised(Impact.LOW, found) is Impact.LOW


def test_of_many_changes_the_gravest_are_kept() -> None:
    """All are counted."""
    found = Found.of(
        ContractChange(severity=each, rule="a-rule", text="A sentence")
        for each in [Severity.HARMLESS] * MOST_CHANGES + [Severity.BREAKING]
    )
    assert (found.breaking, found.harmless) == (1, MOST_CHANGES)
    assert (found.changes[0].severity, len(found.changes)) == (Severity.BREAKING, MOST_CHANGES)


@pytest.mark.parametrize("false", [{"reason": "away"}, {"found": None}, {"staging": None}, {"state": "not-compared"}])
def test_a_comparison_says_one_thing(false: dict[str, Any]) -> None:
    """Compared, with both documents, or not, with a reason."""
    with pytest.raises(ValidationError):
        difference(**false)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://a/b", "https://", "https://user:word@host/", "https://a b/"]
)
def test_an_address_of_a_contract_is_of_the_web_and_holds_no_password(url: str) -> None:
    """The record is read by many."""
    with pytest.raises(ValidationError):
        ContractRule(staging=url, production="https://api.cab-i.com/openapi.json")
