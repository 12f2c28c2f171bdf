"""Row 3, by push alone: commits with the service's name and trailers say that an approved request was deployed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bootstrap.repair import RepairCommand
from domain.ticket import PromotionRequest
from record.files.reading import load
from record.files.writing import text_of
from record.git.checkout import Checkout
from tests.api.house import ALICE, PIERRE, Connect, House, own_name
from tests.attacks.test_faults import under_way
from tests.attacks.test_versions import serving_mail
from tests.e2e.stack import until
from tests.record.building import after, person_commits
from tests.smtp import MailSink

SERVICE = "Prodgate <prodgate@cab-i.com>"
REASON = "Nobody deployed this, somebody pushed it"


@pytest.fixture
def signing(connect_temporal: Connect, tmp_path: Path) -> Iterator[tuple[House, MailSink]]:
    """A house whose worker signs what the service does, with a mail server of its own."""
    with serving_mail(connect_temporal, tmp_path, worker_key=tmp_path / "worker.json") as mailing:
        yield mailing


def approved(house: House, version: str) -> str:
    """A request for the test's own target that Jean approved; its id."""
    return house.approved_by_jean(target={"name": own_name(), "version": version})


def recorded(house: House, ticket_id: str) -> PromotionRequest:
    """The ticket as its file at the branch's tip says."""
    return load(house.file(house.as_(ALICE).get(f"/{ticket_id}").json()).encode())


def forged(house: House, ticket_id: str, *actions: str) -> str:
    """Pushes the transitions as the service would commit them, all but the signatures; the last commit."""
    ticket, commit = recorded(house, ticket_id), ""
    for action in actions:
        ticket = after(ticket, action, "system", at=ticket.last.at, job_id="awx-job-999")
        target = ticket.spec.target
        message = f"{ticket.id}: {action} {target.name} {target.version}\n\nRequest-Id: {ticket.id}\nAction: {action}\n"
        message += f"Tenant: {ticket.metadata.tenant}\nActor: system\n"
        commit = person_commits(house.git, {ticket.path: text_of(ticket)}, message, by=SERVICE)
    return commit


def repair(house: House, commit: str) -> str:
    """The answer of `prodgate repair` to Alice, who signed in a moment ago."""
    command = RepairCommand(house.url, house.issuer.token(ALICE), commit[:10], REASON)
    return command.run(Checkout(str(house.git), "main"))


def not_proven(house: House, ticket_id: str) -> Any:
    return house.as_(PIERRE).get(f"/{ticket_id}/permissions").json()["notProven"]


def seen(house: House, ticket_id: str) -> dict[str, Any]:
    """Whatever a forged deployment would change: the request, the numbers, production, the line."""
    pierre = house.as_(PIERRE)
    found = {path: pierre.get(path).json() for path in (f"/{ticket_id}", "/stats", f"/{ticket_id}/line")}
    difference = pierre.get(f"/{ticket_id}/diff").json()
    return found | {"diff": difference, "targets": pierre.get("/v1/targets", params={"q": own_name()}).json()}


def announced(sink: MailSink, ticket_id: str, event: str) -> set[str]:
    """The messages about the event of the request, by their ids: one goes to several people."""
    about = (each.message for each in sink.taken if ticket_id in str(each.message["Subject"]))
    return {
        str(each["Message-ID"]) for each in about if each["X-Prodgate-Event"] == event and PIERRE in str(each["To"])
    }


def test_a_pushed_deployment_launches_nothing_and_is_believed_by_nobody(signing: tuple[House, MailSink]) -> None:
    """It waits while the record is forged, so does the next in line; after the repair it goes on by itself."""
    house, sink = signing
    house.awx.faults(life=["stuck-running"])
    first = approved(house, "2.1.0")
    house.until(first, "deploying")
    house.awx.until_status(1, "running")
    request = approved(house, "2.2.0")
    until("it waits behind the first", lambda: "waits behind" in under_way(house, request))
    before, path = seen(house, request), recorded(house, request).path
    commit = forged(house, request, "deploying", "deployed")

    assert not_proven(house, request) == {"commit": commit}
    assert seen(house, request) == before
    assert house.http().get("/readyz").json()["faults"] == [path]

    assert house.awx.api("POST", "jobs/1/cancel/").is_success
    house.until(first, "failed")
    last = approved(house, "2.3.0")
    until("the promotion names the commit", lambda: f"prodgate repair {commit[:10]}" in under_way(house, request))
    until("the next is told that it waits", lambda: f"waits behind {request}" in under_way(house, last))
    assert [each["id"] for each in house.as_(PIERRE).get(f"/{last}/line").json()["ahead"]] == [request]
    assert len(house.awx.jobs()) == 1
    assert house.as_(ALICE).get(f"/{request}").json()["status"]["state"] == "approved"
    assert announced(sink, request, "deployment-succeeded") == set()

    assert path in repair(house, commit)
    assert not_proven(house, request) is None
    house.until(request, "deployed", within=120)
    house.until(last, "deployed", within=120)
    assert [job["extra_vars"]["request_id"] for job in house.awx.jobs()] == [first, request, last]
    assert house.http().get("/readyz").json()["faults"] == []
    until("the deployment is announced", lambda: len(announced(sink, request, "deployment-succeeded")) == 1)


def test_a_job_s_end_that_was_forged_is_recorded_after_the_repair(signing: tuple[House, MailSink]) -> None:
    """The result waits for the repair, says of which commit, and is recorded once."""
    house, _ = signing
    house.awx.faults(life=["stuck-running"])
    request = approved(house, "2.1.0")
    house.until(request, "deploying")
    house.awx.until_status(1, "running")
    commit = forged(house, request, "deployed")
    house.awx.control("POST", "finish", json={"job": 1})
    until("the promotion names the commit", lambda: f"prodgate repair {commit[:10]}" in under_way(house, request))
    assert house.as_(PIERRE).get(f"/{request}").json()["status"]["state"] == "deploying"
    repair(house, commit)
    house.until(request, "deployed", within=120)
    assert [entry.action for entry in recorded(house, request).status.history][2:] == ["deploying", "deployed"]
    assert len(house.awx.jobs()) == 1
