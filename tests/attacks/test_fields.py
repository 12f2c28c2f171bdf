"""Each fault of a request is told at its own field, with a kind of its own."""

from tests.api.house import PIERRE, House, asked, problem

CHECKS = ("stagingTestsPassed", "securityScanPassed")


def test_two_failed_checks_are_two_errors(house: House) -> None:
    """Row 16: whoever failed both pre-checks is told of both, each at its field."""
    body = asked()
    body["preChecks"] |= dict.fromkeys(CHECKS, False)
    answer = house.as_(PIERRE).post(json=body)
    assert answer.status_code == 422
    told = problem(answer)
    assert told["type"] == "urn:prodgate:problem:pre-checks-not-passed"
    assert [fault["field"] for fault in told["errors"]] == [f"preChecks.{check}" for check in CHECKS]
    assert {fault["kind"] for fault in told["errors"]} == {"pre-checks-not-passed"}


def test_one_failed_check_is_one_error(house: House) -> None:
    """Row 16: the check that passed is not complained about."""
    body = asked()
    body["preChecks"] |= {"securityScanPassed": False}
    told = problem(house.as_(PIERRE).post(json=body))
    assert [fault["field"] for fault in told["errors"]] == ["preChecks.securityScanPassed"]
