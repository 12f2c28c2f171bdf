"""Standard changes over HTTP: told before they are sent, approved without anybody, explained afterwards."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from api.standard import said_of
from domain import lifecycle
from domain.remarks import write
from record.git.repository import open_repository
from record.index.reader import Index
from tests.api.house import ALICE, JEAN, PIERRE, Connect, House, opened, problem
from tests.api.house import asked as body
from tests.domain.builders import pending
from tests.past import History
from tests.rules import rule

NAME = "standard-api"
WORDS = {"rule": "everyday", "impact": "low", "step": "patch", "before": "2.0.1", "count": "2"}


@dataclass
class Company:
    """A house whose service signs, and the past of one target of it."""

    house: House
    past: History

    def deployed(self, version: str, days: float, end: str = "deployed") -> None:
        self.house.run(self.past.deploy(version, days, end, name=NAME))

    def check(self, version: str, **details: Any) -> Any:
        """The word about a standard change on what somebody is about to send."""
        asked = body(target={"name": NAME, "version": version}, request={"impactAssessment": "low", **details})
        answer = self.house.as_(PIERRE).post("/check", json=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()["standard"]

    def create(self, version: str) -> dict[str, Any]:
        created: dict[str, Any] = self.house.as_(PIERRE).create(
            target={"name": NAME, "version": version}, request={"impactAssessment": "low"}
        )
        return created

    def permissions(self, ticket_id: str, email: str = JEAN) -> Any:
        return self.house.as_(email).get(f"/{ticket_id}/permissions").json()


@pytest.fixture
def company(connect_temporal: Connect, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Two clean deployments, and a rule that asks for as many."""
    folder = tmp_path_factory.mktemp("standard")
    with opened(connect_temporal, folder, answer_within=30.0, worker_key=folder / "worker.json") as house:
        standard = {"deployments": 2, "within": "P90D"}
        house.commit(rule("everyday", standard=standard, match={"names": [NAME]}))
        repository = open_repository(str(house.git), "main", folder / "past")
        index = Index(repository, folder / "past.db")
        company = Company(house, History.of(repository, index, number=5_000))
        for version, days in (("2.0.0", 20), ("2.0.1", 10)):
            company.deployed(version, days)
        yield company
        index.close()
        house.run(repository.close())


def test_a_form_learns_that_nobody_has_to_approve_and_why(company: Company) -> None:
    """By which rule, and for what facts; or what is missing."""
    said = company.check("2.0.2")
    assert (said["rule"], said["approves"], said["missing"]) == ("everyday", True, [])
    (facts,) = said["facts"]
    assert facts == {"kind": "standard-approves", "params": WORDS | {"tickets": "PR-2026-5001, PR-2026-5002"}}
    for asked, missing in (
        (company.check("2.1.0"), "standard-step"),
        (company.check("2.0.1"), "standard-not-forward"),
        (company.check("2.0.2", impactAssessment="medium"), "standard-impact"),
    ):
        assert (asked["approves"], [each["kind"] for each in asked["missing"]]) == (False, [missing])


def test_a_failure_takes_the_privilege_away_by_itself(company: Company) -> None:
    """The form says so, and so does the request that then waits for people."""
    company.deployed("2.0.2", 5, "failed")
    gone = {"kind": "standard-count", "params": {"count": "0", "days": "90", "wanted": "2"}}
    assert company.check("2.0.3")["missing"] == [gone]
    pending = company.create("2.0.3")
    assert pending["status"]["state"] == "pending"
    said = company.permissions(pending["metadata"]["id"])["standard"]
    assert (said["rule"], said["approves"], said["missing"]) == ("everyday", False, [gone])


def test_nothing_is_said_where_no_rule_says_what_is_standard(company: Company) -> None:
    """As before there were such rules."""
    asked = body(target={"name": "other-api", "version": "1.0.0"})
    assert company.house.as_(PIERRE).post("/check", json=asked).json()["standard"] is None


def test_a_rule_that_can_not_be_read_approves_nothing(company: Company) -> None:
    """The request is refused as every other in its reach."""
    company.house.commit({"rules/everyday.yaml": "kind: Nothing\n"})
    asked = body(target={"name": NAME, "version": "2.0.2"}, request={"impactAssessment": "low"})
    refused = company.house.as_(PIERRE).post("/check", json=asked)
    assert problem(refused)["type"].endswith(":faulty-file")


def test_a_standard_change_is_launched_without_anybody(company: Company) -> None:
    """It shows nobody who approved, but the rule and its facts."""
    ticket_id = company.create("2.0.2")["metadata"]["id"]
    ticket = company.house.until(ticket_id, "deployed")
    approval = ticket["status"]["history"][1]
    facts = write("standard-approves", **WORDS, tickets="PR-2026-5001, PR-2026-5002")
    assert (approval["by"], approval["rule"], approval["comment"]) == ("system", "everyday", facts)
    assert ticket["status"]["approvedBy"] is None
    assert ticket["status"]["approvedAt"] == approval["at"]
    shown = company.house.as_(JEAN).get(f"/v1/targets/tenant-finance/api/{NAME}/versions").json()[0]
    assert (shown["version"], shown["rule"], shown["approvedBy"]) == ("2.0.2", "everyday", None)
    said = company.permissions(ticket_id, ALICE)
    assert (said["standard"]["approves"], said["standard"]["facts"][0]["params"]["count"]) == (True, "2")
    assert (said["votes"], said["approve"]["allowed"]) == (None, False)


def test_what_lapsed_says_why_people_decide(company: Company) -> None:
    """It names the rule that had approved it, and for what."""
    asked = pending()
    approved = lifecycle.approve_by_rule(
        asked, "everyday", write("standard-approves", **WORDS, tickets="-"), asked.last.at
    )
    reason = f"{write('standard-no-more')}; {write('approve-anew')}"
    lapsed = lifecycle.lapse(approved, reason, asked.last.at, asked.last.at)
    said = said_of(company.past.gate, lapsed, None, asked.last.at)
    assert said is not None
    assert (said.rule, said.approves) == ("everyday", False)
    assert [each.kind for each in said.missing] == ["standard-no-more", "approve-anew"]
