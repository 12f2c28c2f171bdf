"""Standard changes: what a rule approves by itself, and what of a target's past counts for it."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain import coverage, lifecycle
from domain.change import RuleApproval
from domain.errors import IllegalTransition
from domain.evidence import EvidenceRule
from domain.explaining import PartVerdict, RulePart, explained
from domain.rules import Applied, Match, Rule, applied
from domain.standard import AskedChange, PastEvent, Sealed, StandardRule, counted, judged, went_well
from domain.targets import CatalogueEntry, TargetFacts
from domain.ticket import Impact, Target, TargetType
from domain.versions import VersionStep, step
from domain.votes import Need
from tests.domain.builders import FINANCE, NOW, RETAIL, details, pending
from tests.record.building import after

DAY = timedelta(days=1)
RULE = StandardRule(deployments=2, within=timedelta(days=90))
API = Target(type=TargetType.API, name="payment-api", version="2.1.0")


def event(days: float, version: str, **more: Any) -> PastEvent:
    """An end of an attempt, so many days ago; a clean one, unless said otherwise."""
    given = {"ticket_id": "PR-2026-0009", "tenant": FINANCE, "version": version, "at": NOW - days * DAY, "clean": True}
    return PastEvent.model_validate(given | more)


PAST = (event(20, "2.0.0"), event(10, "2.0.1"))


def missing(past: Any = PAST, rule: StandardRule = RULE, **given: Any) -> tuple[str, ...]:
    said: dict[str, Any] = {
        "impact": Impact.LOW,
        "version": "2.0.2",
        "production": "2.0.1",
        "sealed": Sealed(),
        "at": NOW,
    } | given
    asked = AskedChange(FINANCE, said["version"], said["impact"])
    return judged("everyday", rule, asked, past, said["production"], said["sealed"], said["at"]).missing


def test_what_went_well_is_approved() -> None:
    assert missing() == ()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"impact": Impact.MEDIUM}, "the impact is medium"),
        ({"version": "2.1.0"}, "the step is minor"),
        ({"version": "main"}, "the step is any"),
        ({"version": "2.0.1"}, "no step forward from 2.0.1"),
        ({"version": "2.0.0"}, "no step forward from 2.0.1"),
        ({"production": None}, "no step forward from nothing"),
        ({"sealed": Sealed(breaking=True)}, "its contract breaks"),
        ({"rule": RULE.model_copy(update={"evidence": True})}, "its test evidence"),
        ({"at": NOW + 75 * DAY}, "1 clean deployments within 90 days, and 2 are needed"),
    ],
    ids=lambda given: next(iter(given)) if isinstance(given, dict) else None,
)
def test_whatever_is_missing_is_said(given: dict[str, Any], words: str) -> None:
    (said,) = missing(**given)
    assert words in said


STOPPED = {"clean": False, "stopped": True, "ticket_id": "PR-2026-0011"}


@pytest.mark.parametrize(
    ("stopped", "named"),
    [
        (event(5, "2.0.2", **STOPPED), True),
        (event(5, "v2.0.2", **STOPPED), True),
        (event(5, "2.0.3", **STOPPED), False),
        (event(15, "2.0.1", **STOPPED), False),
        (event(5, "main", **STOPPED), False),
        (event(367, "2.0.2", **STOPPED), False),
        (event(5, "2.0.2", **STOPPED, tenant=RETAIL), False),
    ],
    ids=["the same", "spelled otherwise", "newer", "in production", "in no order", "long ago", "another tenant's"],
)
def test_what_people_stopped_is_in_the_way_of_what_takes_it_along(stopped: PastEvent, named: bool) -> None:
    """Of another tenant's request nothing is told."""
    words = ("people stopped PR-2026-0011, which asked for " + stopped.version,)
    assert missing((stopped, *PAST)) == (words if named else ())
    assert missing((stopped, *PAST), version="2.0.10") == (words if named or stopped.version == "2.0.3" else ())


def test_a_year_of_clean_deployments_is_told_in_few_words() -> None:
    """The facts are a comment of the record, which has a bound; the last ones that were needed are named."""
    past = tuple(event(351 - day, f"1.0.{day}", ticket_id=f"PR-2026-{day:04}") for day in range(1, 351))
    rule = RULE.model_copy(update={"within": timedelta(days=366)})
    said = judged("everyday", rule, AskedChange(FINANCE, "1.0.351", Impact.LOW), past, "1.0.350", Sealed(), NOW)
    assert RuleApproval(rule=said.rule, facts=said.facts).facts.endswith(
        "350 clean deployments: PR-2026-0349, PR-2026-0350"
    )


@pytest.mark.parametrize(
    ("named", "counts"),
    [
        ({}, False),
        ({"project": "finance/payment-api"}, False),
        ({"ref": "v{version}"}, False),
        ({"project": "finance/payment-api", "ref": "main"}, False),
        ({"project": "finance/payment-api", "ref": "v{version}"}, True),
    ],
    ids=str,
)
def test_evidence_counts_where_the_owners_say_which_pipeline_tests_a_version(
    named: dict[str, str], counts: bool
) -> None:
    """Any green pipeline of a GitLab that is asked holds otherwise: of another project, or of last month's version."""
    evidence = EvidenceRule.model_validate(named)
    entry = CatalogueEntry(tenant=FINANCE, type=API.type, name=API.name, version="2.0.0", evidence=evidence)
    rules = Applied(standard=RULE.model_copy(update={"evidence": True}), standard_of="everyday")
    facts = TargetFacts(controlled=True, entry=entry, production="2.0.1", rules=rules)
    asked = pending(target=API.model_copy(update={"version": "2.0.2"}), request=details())
    said = coverage.by_rule(asked, facts, PAST, Sealed(tested=True), NOW)
    assert said is not None
    assert (said.approves, len(said.missing)) == (counts, 0 if counts else 1)


def test_what_was_asked_for_is_enough() -> None:
    """Evidence that was seen to hold; a greater step and impact where the rule allows them."""
    more = {"evidence": True, "change": VersionStep.ANY, "impact": Impact.MEDIUM}
    rule = RULE.model_copy(update=more)
    assert missing(rule=rule, version="main", impact=Impact.MEDIUM, sealed=Sealed(tested=True)) == ()


@pytest.mark.parametrize(
    ("past", "count"),
    [
        ((*PAST, event(5, "2.0.2", clean=False, failed=True)), 0),
        ((event(30, "1.9.0"), event(25, "1.9.1", clean=False, failed=True), *PAST), 2),
        ((event(20, "2.0.0"), event(15, "2.0.0", tenant=RETAIL), event(10, "2.0.1")), 1),
        ((event(20, "2.0.0"), event(10, "2.0.0"), event(5, "v2.0")), 1),
        ((event(10.2, "2.0.0"), event(10.1, "2.0.1"), event(10.0, "2.0.2")), 1),
        ((event(20, "2.0.0", clean=False), event(10, "2.0.1", clean=False)), 0),
        ((event(100, "2.0.0"), event(10, "2.0.1")), 1),
        ((*PAST, event(5, "2.0.2"), event(4, "2.0.1")), 0),
        ((*PAST, event(5, "2.0.2", clean=False), event(4, "1.9.9", clean=False), event(3, "2.0.3")), 1),
        ((event(30, "3.0.0"), event(25, "2.9.9", clean=False, failed=True), *PAST), 2),
        ((event(100, "3.0.0"), *PAST), 2),
        ((), 0),
    ],
    ids=[
        *("failed since", "failed before", "another tenant", "one version", "one day", "by a rule", "long ago"),
        *("went back", "a rule's was taken back", "older after a failure", "went back long ago", "none"),
    ],
)
def test_only_what_people_approved_on_days_of_their_own_counts(past: tuple[PastEvent, ...], count: int) -> None:
    assert len(counted(past, FINANCE, NOW - RULE.within)) == count


def test_a_deployment_went_well_if_people_approved_it_and_its_first_attempt_succeeded() -> None:
    by_people = after(pending(), "approved")
    by_rule = lifecycle.approve_by_rule(pending(), "everyday", "It went well", NOW)
    retried = after(after(after(by_people, "deploying", "system"), "failed", "system"), "retried")
    assert went_well(_deployed(by_people))
    assert not went_well(_deployed(by_rule))
    assert not went_well(_deployed(retried))
    assert not went_well(by_people)


def _deployed(ticket: Any) -> Any:
    return after(after(ticket, "deploying", "system", job_id="awx-job-1"), "deployed", "system", job_id="awx-job-1")


def test_a_rule_approves_right_after_the_creation_or_not_at_all() -> None:
    """Not after a vote, nor after a lapse; never without its name, and nobody else by it."""
    approved = lifecycle.approve_by_rule(pending(), "everyday", "It went well", NOW)
    assert (approved.status.approved_by, approved.last.rule) == (None, "everyday")
    lapsed = lifecycle.lapse(approved, "Another release came first", NOW, NOW)
    for ticket in (after(pending(), "endorsed"), lapsed):
        with pytest.raises(IllegalTransition):
            lifecycle.approve_by_rule(ticket, "everyday", "It went well", NOW)
    with pytest.raises(IllegalTransition):
        after(pending(), "approved", "system")
    with pytest.raises(IllegalTransition):
        after(pending(), "approved", rule="everyday")


@pytest.mark.parametrize(
    ("before", "now", "size"),
    [
        ("1.2.3", "1.2.4", VersionStep.PATCH),
        ("1.2", "1.2.0.1", VersionStep.PATCH),
        ("1.2.3", "1.3.0", VersionStep.MINOR),
        ("1.2.3", "2.0.0", VersionStep.ANY),
        ("0.2.3", "0.3.0", VersionStep.ANY),
        ("0.2.3", "0.2.4", VersionStep.PATCH),
        ("1.2.3", "main", VersionStep.ANY),
        ("1.2.3", "v1.2.3", None),
        ("1.2.3", "1.2.2", None),
    ],
)
def test_the_size_of_a_step(before: str, now: str, size: VersionStep | None) -> None:
    assert step(before, now) is size


HELD = Rule(name="everyday", standard=RULE)


def test_the_most_specific_rule_says_what_is_standard() -> None:
    """It may say that nothing is; one that is more specific and asks for votes means them."""
    never = Rule(name="payments", match=Match(names=("payment-*",)), standard=False)
    voting = never.model_copy(update={"standard": None, "approvals": (Need(group="security"),)})
    alike = Rule(name="alike", approvals=(Need(role="cpi", count=2),))
    assert applied([HELD], FINANCE, API, Impact.LOW).standard_of == "everyday"
    assert applied([HELD, alike], FINANCE, API, Impact.LOW).standard == RULE
    assert applied([HELD, never], FINANCE, API, Impact.LOW).standard is None
    assert applied([HELD, voting], FINANCE, API, Impact.LOW).standard is None
    other = Rule(name="other", standard=RULE.model_copy(update={"deployments": 3}))
    assert applied([HELD, other], FINANCE, API, Impact.LOW).undecided == ("everyday", "other")


def test_an_explanation_says_which_rule_comes_before_it() -> None:
    voting = Rule(name="payments", match=Match(names=("payment-*",)), approvals=(Need(group="security"),))
    found = explained([HELD, voting], FINANCE, API, Impact.LOW, NOW)
    (part,) = next(each for each in found.rules if each.name == "everyday").parts
    assert (part.part, part.verdict, part.others) == (RulePart.STANDARD, PartVerdict.GIVES_WAY, ("payments",))


@pytest.mark.parametrize(
    "said",
    [
        {"deployments": 1},
        {"within": "P400D"},
        {"within": "PT5M"},
        {"change": "major"},
        {"clean": 3},
        {"evidence": "yes"},
    ],
    ids=str,
)
def test_a_rule_that_would_make_everything_standard_is_a_fault(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        StandardRule.model_validate({"deployments": 3, "within": "P90D"} | said)


def test_the_facts_name_the_rule_and_the_deployments() -> None:
    said = judged("everyday", RULE, AskedChange(FINANCE, "2.0.2", Impact.LOW), PAST, "2.0.1", Sealed(), NOW)
    assert said.facts.startswith("The rule everyday approved it: impact low, step patch from 2.0.1, 2 clean")
