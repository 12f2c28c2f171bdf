"""Reports of a schedule are nobody's own, and a fault tells nobody a link that still works."""

import time

import structlog.testing

from domain.audience import Language
from domain.documents import DocumentFormat, DocumentKind
from domain.reports import BEGINNING, ReportOrder, workflow_of
from tests.api.house import ALICE, EMMA, House
from tests.api.test_reports import FINANCE, LOGISTICS, REPORTS, RETAIL, ended, kind, link, ordered, store_away
from workflows.report import MakeReport


def scheduled(house: House, at: str) -> str:
    """A report that the engine's schedule starts, once it is in the record."""
    order = ReportOrder(
        kind=DocumentKind.MONTHLY_REPORT, forms=(DocumentFormat.HTML,), language=Language.EN, at=BEGINNING
    )
    report = f"monthly-{at}"
    house.run(
        house.client.start_workflow(MakeReport.run, order, id=workflow_of(report), task_queue=house.settings.task_queue)
    )
    end = time.monotonic() + 90
    while house.as_(ALICE).get(f"{REPORTS}/{report}").status_code != 200:
        assert time.monotonic() < end
        time.sleep(0.1)
    return report


def test_a_schedule_s_report_is_shown_while_it_is_made_and_is_whole_for_administrators_alone(own_house: House) -> None:
    """It carries no order of a person: somebody of one tenant stops nobody else's parts."""
    with store_away(own_house):
        report = scheduled(own_house, "2026-11-01T05:00:00Z")
        path = f"{REPORTS}/{report}"
        shown = own_house.as_(EMMA).get(path).json()
        assert (shown["state"], [part["tenant"] for part in shown["parts"]]) == ("making", [RETAIL])
        assert report in [each["id"] for each in own_house.as_(EMMA).get(REPORTS).json()]
        assert kind(own_house.as_(EMMA).post(f"{path}/cancel")) == (403, "not-authorized")
        assert own_house.as_(ALICE).post(f"{path}/cancel").status_code == 202
        found = ended(own_house, report)
    assert [part["tenant"] for part in found["parts"]] == [FINANCE, LOGISTICS, RETAIL]
    assert found["state"] == "cancelled"


def test_a_fault_puts_no_link_into_the_log(own_house: House) -> None:
    """It spends none: whoever reads the log would have the file."""
    path = link(own_house, ordered(own_house), bound=False)
    token = path.rpartition("/")[2]
    with structlog.testing.capture_logs() as logs, store_away(own_house):
        assert own_house.http().get(path).status_code == 503
    assert "unavailable" in [each["event"] for each in logs]
    assert token not in str(logs)
    assert own_house.http().get(path).status_code == 200
