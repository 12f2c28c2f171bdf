"""A forged commit and its repair: the audit names both, and takes what was put back for what counts."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import git as gitpython
import pytest

from api.auth import SignedIn
from api.repairs import RepairBody, Repairs, SignedRepair
from bench.signed_record import APPROVER, Signers, signed_record
from bootstrap.repair import RepairCommand
from domain import lifecycle
from domain.repair import Repair, RepairedFile
from domain.ticket import PromotionRequest
from record.audit.command import run
from record.audit.turns import TargetSoFar
from record.audit.verify import verify
from record.files.writing import text_of
from record.git.checkout import Checkout
from record.git.message import repair_message
from record.index.reader import Index
from record.people.directory import DirectoryReader
from record.signing.signatures import KeyClass, Signer, new_key, private_text, sealed
from tests.record.audit.test_proof import JOB, PATH, Record, then
from tests.record.building import git, opened, person_commits

ADMIN = "ada@cab-i.com"
REASON = "Nobody launched this"
PLATFORM = f"""apiVersion: apim.cab-i.com/v1
kind: Platform
spec:
  controls: 2
  members:
    - {{email: {ADMIN}, name: Ada, role: cpi_admin}}
"""


@pytest.fixture
def record(tmp_path: Path) -> Record:
    """A promotion that runs, of a platform that has an admin."""
    signers = Signers()
    found = Record(signed_record(tmp_path / "record.git", 1, signers), signers)
    found.cut(1)
    person_commits(found.path, {"platform.yaml": PLATFORM})
    return found


def forged(record: Record, ticket: PromotionRequest | None = None) -> str:
    """A deployment that never was, pushed by somebody without the service's key; the commit."""
    ticket, own = ticket or then(record.ticket(), "deployed", **JOB), Signers()
    own.keys = {key_class: new_key() for key_class in KeyClass}
    return record.forge(ticket, proof=own.signed(ticket, None, git(record.path, "rev-parse", "main")).proof)


def revision(record: Record, commit: str) -> str:
    return git(record.path, "rev-parse", f"{commit}:{PATH}")


def mend(record: Record, commit: str, said: dict[str, Any] | None = None, **false: Any) -> str:
    """Commit a repair as `prodgate repair` does, but for what is false; the commit."""
    now, tip = datetime.now(UTC), git(record.path, "rev-parse", "main")
    files = (RepairedFile(path=PATH, revision=revision(record, f"{commit}~1")),)
    fields = {"commit": commit, "files": files, "reason": REASON, "email": ADMIN, "sub": "ada", "tip": tip, "at": now}
    repair = Repair.model_validate({"id": f"repair-{tip}", **fields, **(said or {})})
    signature = false.get("signature", sealed(repair, false.get("key", record.signers.keys[KeyClass.PEOPLE])))
    texts = {PATH: git(record.path, "show", f"{commit}~1:{PATH}") + "\n"} | false.get("texts", {})

    def edit(clone: gitpython.Repo) -> str:
        folder = Path(clone.working_dir)
        for path, text in texts.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        return repair_message(false.get("names", commit), REASON, repair.email, signature)

    return Checkout(str(record.path), "main").commit(edit, gitpython.Actor(repair.email, repair.email))


@contextmanager
def answering(signed: SignedRepair) -> Iterator[str]:
    """An API that answers with that, at an address of its own."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(signed.model_dump_json(by_alias=True).encode())

        def log_message(self, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


async def test_a_forged_deployment_is_named_repaired_and_accepted(
    record: Record, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The API signs the repair and the command pushes it; then the deployment that did happen is clean."""
    assert run([str(record.path)]) == 0
    commit = forged(record)
    assert run([str(record.path)]) == 1
    assert f"{commit[:12]} PR-2025-0001: signature-not-valid" in capsys.readouterr().out
    assert run([str(record.path), "--accept", commit]) == 2
    assert "no commit that was repaired" in capsys.readouterr().err
    (tmp_path / "key.json").write_text(private_text(record.signers.keys[KeyClass.PEOPLE]))
    repository = opened(record.path, tmp_path)
    person = DirectoryReader(repository).current().person(ADMIN, "ada")
    assert person is not None
    index = Index(repository, tmp_path / "index.db")
    signer = Signer(tmp_path / "key.json")
    repairs = Repairs(repository, index, signer, timedelta(minutes=5), lambda: datetime.now(UTC))
    caller = SignedIn(person=person, at=datetime.now(UTC))
    signed = await repairs.sign(caller, RepairBody(commit=commit[:12], reason=REASON))
    with answering(signed) as api:
        RepairCommand(api, "token", commit, REASON).run(Checkout(str(record.path), "main"))
    assert index.at(PATH) == record.ticket()
    assert not index.faults()
    index.close()
    await repository.close()
    record.forge(then(record.ticket(), "deployed", **JOB))
    capsys.readouterr()
    assert run([str(record.path)]) == 1
    said = capsys.readouterr()
    assert f"{commit[:12]} PR-2025-0001: signature-not-valid" in said.out
    assert f"Repaired: {commit}" in said.out
    assert f"--accept {commit}" in said.err
    assert run([str(record.path), "--accept", commit[:12]]) == 0
    assert run([str(record.path), "--accept", commit[:6]]) == 2
    assert run([str(record.path), "--json", "--accept", commit]) == 0
    report = json.loads(capsys.readouterr().out.splitlines()[-1])["report"]
    assert (list(report["repaired"]["commits"]), report["repaired"]["violations"]) == ([commit], 1)


def test_a_repair_takes_back_whatever_came_after(record: Record) -> None:
    """Two forged commits one upon the other, the second of which removes the file."""
    first = forged(record)
    second = person_commits(record.path, {PATH: None})
    mend(record, first)
    assert {each.commit for each in verify(record.path)} == {first, second}
    assert run([str(record.path), "--accept", first]) == 1
    assert run([str(record.path), "--accept", first, "--accept", second]) == 0


def test_a_forged_ticket_goes_and_its_number_is_free(record: Record) -> None:
    """The repair of a ticket that nobody asked for removes its file."""
    ticket = record.ticket()
    other = ticket.model_copy(update={"metadata": ticket.metadata.model_copy(update={"id": "PR-2025-0002"})})
    commit = person_commits(record.path, {other.path: text_of(other)})
    repair = {"files": (RepairedFile(path=other.path, revision=None),)}
    tip = git(record.path, "rev-parse", "main")
    signed = Repair.model_validate(
        {"id": "repair-1", "commit": commit, "reason": REASON, "email": ADMIN, "sub": "ada", "tip": tip}
        | {"at": datetime.now(UTC)}
        | repair
    )

    def edit(clone: gitpython.Repo) -> str:
        (Path(clone.working_dir) / other.path).unlink()
        return repair_message(commit, REASON, ADMIN, sealed(signed, record.signers.keys[KeyClass.PEOPLE]))

    Checkout(str(record.path), "main").commit(edit, gitpython.Actor(ADMIN, ADMIN))
    assert run([str(record.path), "--accept", commit]) == 0


FALSE: dict[str, dict[str, Any]] = {
    "by somebody without the role": {"said": {"email": APPROVER, "sub": APPROVER}},
    "by a key that is not the record's": {"key": new_key()},
    "for another commit": {"names": "f" * 40},
    "without a signature": {"signature": "none"},
    "with another file": {"texts": {"platform.yaml": PLATFORM.replace("Ada", "Eve")}},
    "with a tip that never was": {"said": {"tip": "f" * 40}},
}


@pytest.mark.parametrize("how", FALSE)
def test_a_false_repair_repairs_nothing(record: Record, how: str) -> None:
    """It is a violation of its own, and leaves the forged commit one."""
    commit = forged(record)
    mended = mend(record, commit, **FALSE[how])
    found = {(each.commit, each.rule) for each in verify(record.path)}
    assert {(commit, "signature-not-valid"), (mended, "repair-not-valid")} <= found
    assert run([str(record.path), "--accept", commit]) == 2


def test_what_was_not_proven_before_is_no_repair(record: Record) -> None:
    """Signed by an admin, and yet another content than the last one without a violation."""
    commit = forged(record)
    ticket = then(record.ticket("main~1"), "failed", error="no", **JOB)
    text = text_of(ticket)
    blob = git(record.path, "hash-object", "-w", "--stdin", stdin=text)
    mended = mend(record, commit, {"files": (RepairedFile(path=PATH, revision=blob),)}, texts={PATH: text})
    assert (mended, "repair-not-valid") in {(each.commit, each.rule) for each in verify(record.path)}


def test_a_repair_is_used_once(record: Record) -> None:
    """Whoever pushes an old one again takes nothing back; a real one mends that, too."""
    commit = forged(record)
    message = git(record.path, "log", "-1", "--format=%B", mend(record, commit))
    again = forged(record)
    tree = git(record.path, "rev-parse", f"{again}~1^{{tree}}")
    replayed = git(record.path, "commit-tree", tree, "-p", again, stdin=message)
    git(record.path, "update-ref", "refs/heads/main", replayed)
    rules = {(each.commit, each.rule) for each in verify(record.path)}
    assert (replayed, "repair-not-valid") in rules


def test_a_target_forgets_a_forged_deployment(record: Record) -> None:
    """No later approval is judged by it, and the request keeps its places."""
    ticket, target = record.ticket(), TargetSoFar()
    for number in range(1, len(ticket.status.history) + 1):
        target.note(lifecycle.as_of(ticket, number), number)
    before = target.before(ticket.id)
    target.note(then(ticket, "deployed", **JOB), 4)
    assert [each.ticket_id for each in target.since(0)] == [ticket.id]
    target.put_back(ticket.id, before)
    assert not target.since(0)
    assert target.approved(ticket) == 2


def test_what_is_taken_for_granted_is_seen_by_signers(record: Record) -> None:
    """An act whose signer saw a commit from before `--since` is in order."""
    since = git(record.path, "rev-parse", "main")
    record.forge(then(record.ticket(), "deployed", **JOB), tip=git(record.path, "rev-parse", "main~1"))
    assert list(verify(record.path, since)) == []


def test_a_branch_from_before_the_repair_may_be_merged(record: Record) -> None:
    """The merge leaves out what was forged, which is what the repair was for."""
    commit = forged(record)
    mend(record, commit)
    side = git(record.path, "commit-tree", f"{commit}^{{tree}}", "-p", commit, "-m", "A reviewed change")
    merge = git(record.path, "commit-tree", "main^{tree}", "-p", "main", "-p", side, "-m", "Merge")
    git(record.path, "update-ref", "refs/heads/main", merge)
    assert {(each.commit, each.rule) for each in verify(record.path)} == {(commit, "signature-not-valid")}
