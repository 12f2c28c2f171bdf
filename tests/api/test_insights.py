"""GET /v1/insights: figures of what the caller may see, and of nothing and nobody else."""

import csv
import io
from typing import Any

import pytest

from api.figures import Insights, Picture, TeamWorkload, as_csv
from tests.api.house import (
    ALICE,
    CLAIRE,
    EMMA,
    JEAN,
    LEA,
    NOBODY,
    PIERRE,
    SOPHIE,
    VICTOR,
    House,
    refused_fields,
    unique_name,
)

INSIGHTS = "/v1/insights"


def figures(house: House, email: str, **filters: str) -> dict[str, Any]:
    """The caller's figures."""
    answer = house.as_(email).get(INSIGHTS, params=filters)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def deployed(house: House, **changes: Any) -> str:
    """The name of a target of which one request was deployed."""
    name = unique_name()
    house.until(house.approved_by_jean(target={"name": name}, **changes), "deployed")
    return name


def test_a_deployment_is_in_every_figure_that_it_makes(house: House) -> None:
    """It waited, it queued, it was deployed, all in this week; and who approved it decided once."""
    name = deployed(house)
    told = figures(house, JEAN, target=name)
    overall = told["overall"]
    assert [overall[each]["count"] for each in ("approvalWait", "queue", "deployment")] == [1, 1, 1]
    assert (overall["deployed"], overall["failed"], overall["changeFailureRate"]) == (1, 0, 0.0)
    assert overall["timeToRestore"] == {"count": 0, "p50": None, "p90": None}
    assert overall["queue"]["p50"] == overall["queue"]["p90"] >= 0
    assert told["mine"] == {"waiting": 0, "decided": 1}
    *before, this = told["parts"]
    assert len(before) == 12, "a quarter of a year, each week of it"
    assert (this["week"], this["figures"]) == (told["to"], overall)
    assert all(each["figures"]["deployed"] == 0 for each in before)


def test_a_failure_counts_until_the_target_is_deployed_again(house: House) -> None:
    """The retry is a second deployment, and ends the outage."""
    name = unique_name()
    house.awx.faults(life=["failed"])
    ticket_id = house.approved_by_jean(target={"name": name})
    house.until(ticket_id, "failed")
    assert figures(house, PIERRE, target=name)["overall"]["timeToRestore"]["count"] == 0
    assert house.as_(PIERRE).decide("retry", ticket_id).status_code == 200
    house.until(ticket_id, "deployed")
    overall = figures(house, PIERRE, target=name)["overall"]
    assert (overall["deployed"], overall["failed"], overall["changeFailureRate"]) == (1, 1, 0.5)
    assert (overall["timeToRestore"]["count"], overall["queue"]["count"]) == (1, 1)


@pytest.mark.parametrize("email", [SOPHIE, LEA, EMMA, NOBODY])
def test_who_may_not_see_a_request_finds_it_in_no_figure(house: House, email: str) -> None:
    """Neither by its target nor by its tenant, in no split, and in no file: the answer is that of a name nobody has."""
    name = deployed(house)
    nowhere = {"target": unique_name()}
    for by in ("week", "tenant", "target", "impact"):
        hidden, none = (figures(house, email, by=by, **each) for each in ({"target": name}, nowhere))
        assert {**hidden, "mine": None} == {**none, "mine": None}
    assert name not in house.as_(email).get(INSIGHTS, params={"by": "target"}).text
    answer = house.as_(email).get(f"{INSIGHTS}/deployments", params={"by": "target"})
    assert name not in answer.text


@pytest.mark.parametrize("email", [PIERRE, JEAN, CLAIRE, VICTOR, ALICE])
def test_who_may_see_a_request_finds_it_in_the_figures(house: House, email: str) -> None:
    """Its requester, who decides, who looks, and who runs the platform."""
    name = deployed(house)
    (part,) = figures(house, email, by="target", target=name)["parts"]
    assert {key: part[key] for key in ("tenant", "type", "target")} == {
        "tenant": "tenant-finance",
        "type": "api",
        "target": name,
    }


def test_filters_and_splits_combine(house: House) -> None:
    """By impact, tenant and type; a period that was before has none of it."""
    name = deployed(house, request={"impactAssessment": "high"})
    assert figures(house, JEAN, target=name, impact="low")["overall"]["deployed"] == 0
    for by, label in (("impact", "high"), ("tenant", "tenant-finance")):
        told = figures(house, JEAN, target=name, impact="high", tenant="tenant-finance", type="api", by=by)
        assert [(each[by], each["figures"]["deployed"]) for each in told["parts"]] == [(label, 1)]
    told = figures(house, JEAN, target=name, to="2020-W53", weeks="53")
    found = told["from"], told["to"], len(told["parts"]), told["overall"]["deployed"]
    assert found == ("2020-W01", "2020-W53", 53, 0)


def test_what_waits_is_told_by_age_and_to_who_could_decide(house: House) -> None:
    """Its own requester is not asked to approve it."""
    name = unique_name()
    house.as_(JEAN).create(target={"name": name})
    for email, waiting in ((JEAN, 0), (CLAIRE, 1), (ALICE, 1), (VICTOR, 0)):
        told = figures(house, email, target=name)
        assert (told["mine"]["waiting"], told["waiting"][0]["count"]) == (waiting, 1), email
    assert sum(each["count"] for each in figures(house, PIERRE, target=name)["waiting"]) == 0


MEMBER = "    - {{email: member.{number}@cab-i.com, name: Member {number}, role: cpi}}\n"


def test_a_team_of_four_has_no_figures_and_one_of_five_has(own_house: House) -> None:
    """Of four, each could tell the others'. A service account, or somebody of the platform, does not make the fifth."""
    path = "tenants/tenant-retail.yaml"
    text = own_house.text(path)
    here = text.count("role: cpi}") + text.count("role: cpi,")
    own_house.commit({path: text + "".join(MEMBER.format(number=each) for each in range(4 - here))})
    assert figures(own_house, ALICE)["teams"] == []
    own_house.commit({path: text + "".join(MEMBER.format(number=each) for each in range(5 - here))})
    ticket = own_house.as_(ALICE).create(tenant="tenant-retail")
    (team,) = figures(own_house, ALICE)["teams"]
    assert team == {"tenant": "tenant-retail", "people": 5, "waiting": 1, "decided": 0}
    assert own_house.as_(EMMA).decide("reject", ticket["metadata"]["id"]).status_code == 200
    (team,) = figures(own_house, ALICE)["teams"]
    assert (team["waiting"], team["decided"]) == (0, 1)
    assert figures(own_house, EMMA)["mine"] == {"waiting": 0, "decided": 1}
    assert figures(own_house, JEAN)["teams"] == [], "another tenant's team is nobody's business"
    assert figures(own_house, ALICE)["mine"]["decided"] == 0
    assert EMMA not in own_house.as_(ALICE).get(INSIGHTS).text


PICTURES = {
    "approval-wait": "week,count,p50_seconds,p90_seconds",
    "queue": "week,count,p50_seconds,p90_seconds",
    "deployment": "week,count,p50_seconds,p90_seconds",
    "time-to-restore": "week,count,p50_seconds,p90_seconds",
    "deployments": "week,deployed,failed,change_failure_rate",
    "waiting": "at_least_seconds,below_seconds,requests",
    "teams": "tenant,people,waiting,decided",
}


@pytest.mark.parametrize("picture", PICTURES)
def test_each_picture_is_a_file_with_the_same_figures(house: House, picture: str) -> None:
    """Empty where nothing was measured; by the same filters."""
    name = deployed(house)
    answer = house.as_(JEAN).get(f"{INSIGHTS}/{picture}", params={"target": name})
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert f'filename="{picture}.csv"' in answer.headers["Content-Disposition"]
    head, *rows = csv.reader(io.StringIO(answer.text))
    assert ",".join(head) == PICTURES[picture]
    told = figures(house, JEAN, target=name)
    if picture == "deployments":
        assert rows[-1] == [told["to"], "1", "0", "0.0"]
        assert rows[0] == [told["from"], "0", "0", ""]
    elif picture == "deployment":
        one = told["overall"]["deployment"]
        assert rows[-1] == [told["to"], "1", str(one["p50"]), str(one["p90"])]


def test_a_spreadsheet_runs_no_cell_of_figures() -> None:
    """Whatever forms names will have one day: what looks like a formula gets a quote before it."""
    team = TeamWorkload(tenant="tenant-finance", people=5, waiting=0, decided=0).model_copy(update={"tenant": "=1+1"})
    given: dict[str, Any] = {"teams": (team,)}
    told = Insights.model_construct(**given)
    _, row = csv.reader(io.StringIO(as_csv(Picture.TEAMS, told)))
    assert row == ["'=1+1", "5", "0", "0"]


def test_targets_are_told_by_their_tenant_type_and_name(house: House) -> None:
    """Three columns, so that nobody has to take a name apart."""
    name = deployed(house)
    answer = house.as_(JEAN).get(f"{INSIGHTS}/deployments", params={"by": "target", "target": name})
    head, row = csv.reader(io.StringIO(answer.text))
    assert (head[:3], row[:3]) == (["tenant", "type", "target"], ["tenant-finance", "api", name])


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"to": "2026-W54"}, "to"),
        ({"to": "2025-W53"}, "to"),
        ({"to": "yesterday"}, "to"),
        ({"to": "0001-W01"}, "to"),
        ({"weeks": "0"}, "weeks"),
        ({"weeks": "54"}, "weeks"),
        ({"by": "person"}, "by"),
        ({"impact": "huge"}, "impact"),
        ({"tenant": "No Such"}, "tenant"),
        ({"person": JEAN}, "person"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(house: House, given: dict[str, str], field: str) -> None:
    """And the field is named; nobody can ask for a person's figures."""
    for path in (INSIGHTS, f"{INSIGHTS}/queue"):
        assert refused_fields(house.as_(ALICE).get(path, params=given)) == [field]


def test_there_are_only_the_pictures_of_the_page(house: House) -> None:
    """Another name is refused."""
    assert house.as_(ALICE).get(f"{INSIGHTS}/people").status_code == 422


@pytest.mark.parametrize("last", ["1972-W01", "2026-W53", "8999-W52"])
def test_any_week_may_be_the_last(house: House, last: str) -> None:
    """Before there was anything, and after today."""
    assert [each["week"] for each in figures(house, ALICE, to=last, weeks="1")["parts"]] == [last]


def test_without_a_token_there_are_no_figures(house: House) -> None:
    """As everywhere."""
    assert house.http().get(INSIGHTS).status_code == 401
    assert house.http().get(f"{INSIGHTS}/queue").status_code == 401
