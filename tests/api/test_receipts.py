"""Receipts over HTTP: of what is over and held by a checkpoint, for whoever may see all that they show."""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.receipts import Receipts
from cli import main
from domain.errors import RecordBehind
from domain.ticket import PromotionRequest
from record.git.repository import open_repository
from record.signing.checkpoints import verifier
from record.signing.keys import KeyReader
from tests.api.house import ALICE, CLAIRE, JEAN, KARIM, PIERRE, VICTOR, Connect, House, opened, problem, unique_name
from tests.record.building import git, person_commits
from tests.record.noting import ORIGIN, checkpoint_of, keep
from tests.rules import rule
from tests.signing import WORKER_KEY

ANCHOR = str(verifier(ORIGIN, WORKER_KEY))


@pytest.fixture(scope="module")
def signing(connect_temporal: Connect, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house whose worker signs what the service does, and which no follower makes checkpoints for."""
    folder = tmp_path_factory.mktemp("receipts")
    with opened(connect_temporal, folder, answer_within=30.0, worker_key=folder / "worker.json") as house:
        yield house


@pytest.fixture(scope="module")
def voted(signing: House) -> str:
    """A deployed request that two people approved, by a rule."""
    name = unique_name()
    signing.commit(rule("two", match={"names": [name]}, approvals=[{"role": "cpi", "count": 2}]))
    ticket_id: str = signing.as_(PIERRE).create(target={"name": name})["metadata"]["id"]
    for each in (JEAN, CLAIRE):
        assert signing.as_(each).post(f"/{ticket_id}/approve", json={}).status_code == 200
    signing.until(ticket_id, "deployed")
    return ticket_id


def held(house: House) -> None:
    """Sign a checkpoint of what is there, as the worker does each hour."""
    keep(house.git, checkpoint_of(house.git, WORKER_KEY))


def kind(house: House, caller: str, ticket_id: str, status: int) -> str:
    answer = house.as_(caller).get(f"/{ticket_id}/receipt")
    assert answer.status_code == status, answer.text
    return str(problem(answer)["type"]).removeprefix("urn:prodgate:problem:")


def test_a_receipt_of_votes_and_the_services_own_acts_is_proven_by_the_file(
    signing: House, voted: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The worker signed its launch and its end; the file is the command's, byte for byte."""
    held(signing)
    answer = signing.as_(ALICE).get(f"/{voted}/receipt")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{voted}.receipt.json"'
    assert answer.headers["Content-Type"] == "application/json"
    file, own = tmp_path / "receipt.json", tmp_path / "own.json"
    file.write_bytes(answer.content)
    assert main(["verify", "--receipt", str(file), "--key", ANCHOR]) == 0
    said = capsys.readouterr().out
    for each in (
        f"{voted} is deployed",
        f"endorsed by {JEAN}",
        f"approved by {CLAIRE}",
        "deploying by",
        "rules/two.yaml",
    ):
        assert each in said
    assert main(["receipt", voted, "--repo", str(signing.git), "--out", str(own)]) == 0
    assert own.read_bytes() == answer.content


def test_whoever_sees_one_tenant_has_none(signing: House, voted: str) -> None:
    """It tells of other tenants: their names, the company's rules. Who doesn't see the request is told of none."""
    held(signing)
    for each in (PIERRE, JEAN, VICTOR):
        assert kind(signing, each, voted, 403) == "not-authorized"
    assert kind(signing, KARIM, voted, 404) == "not-found"
    assert kind(signing, ALICE, "PR-2026-9999", 404) == "not-found"


def test_what_is_not_over_has_none(signing: House) -> None:
    """Nor has what failed, which may be tried again."""
    ticket_id: str = signing.as_(PIERRE).create()["metadata"]["id"]
    held(signing)
    assert kind(signing, ALICE, ticket_id, 409) == "not-over"


def test_what_no_checkpoint_holds_has_none_yet(signing: House) -> None:
    """The refusal says when the next one is due; the one after it proves the receipt."""
    ticket_id: str = signing.as_(PIERRE).create()["metadata"]["id"]
    held(signing)
    assert signing.as_(JEAN).decide("reject", ticket_id).status_code == 200
    answer = signing.as_(ALICE).get(f"/{ticket_id}/receipt")
    said = problem(answer)
    assert (answer.status_code, said["type"]) == (409, "urn:prodgate:problem:no-checkpoint-yet")
    assert said["params"]["due"] in said["detail"]
    held(signing)
    assert signing.as_(ALICE).get(f"/{ticket_id}/receipt").status_code == 200


def test_a_checkpoint_that_no_key_of_the_record_signed_makes_none(signing: House, voted: str) -> None:
    """Somebody who may push wrote it into the journal."""
    note = checkpoint_of(signing.git, WORKER_KEY)
    keep(signing.git, note.replace(b"time 2026", b"time 2027"))
    assert kind(signing, ALICE, voted, 409) == "receipt-unproven"
    keep(signing.git, b"nothing")
    assert kind(signing, ALICE, voted, 409) == "receipt-unproven"


async def test_where_there_is_much_to_read_each_call_reads_on(signing: House, voted: str, tmp_path: Path) -> None:
    """None takes longer than its seconds; a process that starts meanwhile goes on from what the one before kept."""
    held(signing)
    repository = open_repository(str(signing.git), "main", tmp_path)
    ticket = PromotionRequest.model_validate(signing.as_(ALICE).get(f"/{voted}").json())
    given = (repository, KeyReader(repository), "main", UTC, lambda: datetime.now(UTC), tmp_path / "acts")
    first, then = (Receipts(*given, seconds=0) for _ in range(2))
    with pytest.raises(RecordBehind):
        first.of(ticket)
    made = None
    for calls in range(200):  # noqa: B007  counted
        try:
            made = then.of(ticket)
            break
        except RecordBehind:
            pass
    assert calls > len(ticket.status.history)
    assert made == signing.as_(ALICE).get(f"/{voted}/receipt").content
    await repository.close()


def test_the_pack_of_whoever_may_have_it_carries_it(signing: House, voted: str, tmp_path: Path) -> None:
    """As a second file of the PDF; nobody else's pack does."""
    held(signing)
    receipt = signing.as_(ALICE).get(f"/{voted}/receipt").content
    for caller, files in ((ALICE, {"data.json", "receipt.json"}), (JEAN, {"data.json"})):
        made = tmp_path / f"{caller}.pdf"
        answer = signing.as_(caller).get(f"/{voted}/evidence")
        assert answer.status_code == 200, answer.text
        made.write_bytes(answer.content)
        out = tmp_path / caller
        out.mkdir()
        subprocess.run(["pdfdetach", "-saveall", "-o", out, made], capture_output=True, check=True)
        assert {each.name for each in out.iterdir()} == files
    assert (tmp_path / ALICE / "receipt.json").read_bytes() == receipt
    open_one: str = signing.as_(PIERRE).create()["metadata"]["id"]
    assert signing.as_(ALICE).get(f"/{open_one}/evidence").status_code == 200


def test_what_was_changed_by_hand_has_no_receipt(signing: House) -> None:
    """Somebody who may push made it another request once it was over: nothing is handed out."""
    ticket_id: str = signing.as_(PIERRE).create()["metadata"]["id"]
    assert signing.as_(JEAN).decide("reject", ticket_id).status_code == 200
    path = next(each for each in git(signing.git, "ls-tree", "-r", "--name-only", "main").split() if ticket_id in each)
    text = git(signing.git, "show", f"main:{path}")
    person_commits(signing.git, {path: text.replace("PCI-DSS", "PCI-XXX") + "\n"})
    held(signing)
    assert kind(signing, ALICE, ticket_id, 409) == "receipt-unproven"
