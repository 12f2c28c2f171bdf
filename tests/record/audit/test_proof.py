"""Each way to forge a record whose service signs is planted in a real history, and named by the audit."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bench.signed_record import APPROVER, Signers, signed_record
from domain import lifecycle
from domain.change import Proof
from domain.signing import history_digest
from domain.ticket import SYSTEM, HistoryEntry, PromotionRequest
from record.audit.command import run
from record.audit.verify import verify
from record.files.reading import load
from record.files.writing import text_of
from record.git.message import subject_of
from record.signing.checkpoints import verifier
from record.signing.signatures import KeyClass, PublicKey, new_key
from tests.record.building import bare, git, imported
from tests.record.noting import ORIGIN, checkpoint_of

PATH = "requests/prod/2025/01/PR-2025-0001.yaml"


def now() -> int:
    """The time, in whole seconds: a run of all tests takes longer than a signature may be from its commit."""
    return int(datetime.now(UTC).timestamp())


@dataclass
class Record:
    """A record of one promotion that was signed throughout, with the keys that its thieves got."""

    path: Path
    signers: Signers

    def ticket(self, commit: str = "main") -> PromotionRequest:
        return load(git(self.path, "show", f"{commit}:{PATH}").encode())

    def cut(self, acts: int) -> PromotionRequest:
        """Set the branch back to that many acts before its tip; the ticket as it was then."""
        git(self.path, "update-ref", "refs/heads/main", f"main~{acts}")
        return self.ticket()

    def forge(self, ticket: PromotionRequest, **false: Any) -> str:
        """Commit the ticket as the service would, but for what is false; the commit."""
        last, tip = ticket.last, git(self.path, "rev-parse", "main")
        proof = false.get("proof", self.signers.signed(ticket, None, false.get("tip", tip)).proof)
        author = "prodgate@cab-i.com" if last.by == SYSTEM else last.by
        lines = [false.get("subject", subject_of(ticket)), "", f"Request-Id: {ticket.id}", f"Action: {last.action}"]
        lines += [f"Tenant: {ticket.metadata.tenant}", f"Actor: {last.by}", *false.get("more", ())]
        lines += [f"Signature: {proof.jws}"] if proof else []
        message, text = "\n".join([*lines, ""]).encode(), text_of(ticket).encode()
        if false.get("mode") == "120000":
            git(self.path, "hash-object", "-w", "--stdin", stdin=text.decode())
        authored, committed = false.get("authored", int(last.at.timestamp())), false.get("committed", now())
        script = f"commit {false.get('ref', 'refs/heads/main')}\nauthor X <{author}> {authored} +0000\n"
        script += f"committer Prodgate <prodgate@cab-i.com> {committed} +0000\ndata {len(message)}\n"
        head = f"from {false.get('parent', tip)}\nM {false.get('mode', '100644')} inline {PATH}\ndata {len(text)}\n"
        imported(self.path, script.encode() + message + head.encode() + text + b"\n")
        return git(self.path, "rev-parse", false.get("ref", "main"))

    def rules(self, **asked: Any) -> list[str]:
        return [violation.rule for violation in verify(self.path, **asked)]


@pytest.fixture
def record(tmp_path: Path) -> Record:
    signers = Signers()
    return Record(signed_record(tmp_path / "record.git", 1, signers), signers)


def then(ticket: PromotionRequest, action: str, by: str = SYSTEM, **details: Any) -> PromotionRequest:
    """The ticket after one more entry, now unless told when."""
    said = {"action": action, "at": datetime.fromtimestamp(now(), UTC), "by": by} | details
    status = lifecycle.status_of((*ticket.status.history, HistoryEntry.model_validate(said)))
    return ticket.model_copy(update={"status": status})


JOB = {"job_id": "awx-job-1"}


def test_a_record_that_is_signed_throughout_is_proven(record: Record, capsys: pytest.CaptureFixture[str]) -> None:
    """The report names branch, tip, counts, keys, the first and the last act; so does its JSON."""
    assert run([str(record.path)]) == 0
    said = capsys.readouterr().out
    tip = git(record.path, "rev-parse", "main")
    assert f"refs/heads/main at {tip}" in said
    assert "2 of people, 2 of the service" in said
    assert run([str(record.path), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)["report"]
    assert (report["tip"], report["tickets"], report["commits"]) == (tip, 1, 5)
    assert sorted((key["class"], key["acts"]) for key in report["keys"]) == [("people", 2), ("service", 2)]
    assert (report["first"]["action"], report["last"]["action"]) == ("created", "deployed")


FALSE: dict[str, dict[str, Any]] = {
    "false-subject": {"subject": "PR-2025-0001: rejected api-0 1.0.1"},
    "trailer-twice": {"more": ("Action: rejected",)},
    "not-a-plain-file": {"mode": "100755"},
    "not-signed": {"proof": None},
    "signed-out-of-order": {"tip": "f" * 40},
    "false-date": {"committed": 0},
}


@pytest.mark.parametrize("rule", FALSE)
def test_a_commit_that_lies_is_named(record: Record, rule: str) -> None:
    """An end that the service's own key signed, with one thing false: the last two by whoever stole it."""
    ticket = record.ticket()
    record.cut(1)
    record.forge(ticket, **FALSE[rule])
    assert set(record.rules()) == {rule}


def test_a_commit_of_the_future_is_named(record: Record) -> None:
    """Whoever dates it after the audit itself."""
    ticket = record.ticket()
    record.cut(1)
    record.forge(ticket, committed=now() + 86_400)
    assert set(record.rules()) == {"false-date"}


@pytest.mark.parametrize("tickets", [0, 2])
def test_a_commit_is_one_step_of_one_ticket(record: Record, tickets: int) -> None:
    """A signed end that changes no file, or two."""
    message = git(record.path, "log", "-1", "--format=%B", "main")
    ticket = record.ticket()
    tree = git(record.path, "rev-parse", "main^{tree}")
    parent = git(record.path, "rev-parse", "main~1" if tickets else "main")
    if tickets:
        other = ticket.model_copy(update={"metadata": ticket.metadata.model_copy(update={"id": "PR-2025-0002"})})
        text = text_of(other)
        index = git(record.path, "hash-object", "-w", "--stdin", stdin=text)
        script = f"commit refs/heads/two\ncommitter M <m@x> 0 +0000\ndata 0\nfrom refs/heads/main^0\nM 100644 {index} "
        imported(record.path, f"{script}{other.path}\n".encode())
        tree = git(record.path, "rev-parse", "two^{tree}")
    forged = git(record.path, "commit-tree", tree, "-p", parent, stdin=message)
    git(record.path, "update-ref", "refs/heads/main", forged)
    assert "not-one-ticket" in record.rules()


def test_awx_said_something_else_than_the_entry(record: Record) -> None:
    """The signature's evidence is of a job that succeeded; the entry says that it failed."""
    ticket = record.cut(1)
    record.forge(then(ticket, "failed", error="no", **JOB))
    assert record.rules() == ["signed-for-something-else"]


def test_an_act_that_is_signed_for_another_is_named(record: Record) -> None:
    """The launch's own signature on its end, which is so used twice."""
    signature = git(record.path, "log", "-1", "--format=%(trailers:key=Signature,valueonly)", "main~1")
    ticket = record.ticket()
    record.cut(1)
    record.forge(ticket, proof=Proof(jws=signature, message=history_digest(ticket)))
    assert record.rules() == ["signed-for-something-else", "signature-reused"]


@pytest.mark.parametrize("key_class", KeyClass)
def test_neither_key_proves_the_others_acts(record: Record, key_class: KeyClass) -> None:
    """A thief of one of both keys can make neither a launch nor an approval of their own."""
    ticket = record.cut(2 if key_class is KeyClass.PEOPLE else 3)
    soon = ticket.last.at + timedelta(hours=1)
    forged = (
        then(ticket, "deploying", at=soon, **JOB)
        if key_class is KeyClass.PEOPLE
        else then(ticket, "approved", APPROVER)
    )
    other = KeyClass.SERVICE if key_class is KeyClass.PEOPLE else KeyClass.PEOPLE
    record.signers.keys[other] = record.signers.keys[key_class]
    record.forge(forged)
    assert record.rules() == ["signature-not-valid"]


def test_what_a_side_branch_says_of_keys_and_roles_proves_none_of_its_acts(record: Record) -> None:
    """A key that came by the same merge as what it signed, and a role of somebody who decided there."""
    ticket, main = record.cut(3), git(record.path, "rev-parse", "main")
    own = new_key()
    public = PublicKey.model_validate(
        {"kid": own.thumbprint(), "x": own.as_dict(private=False)["x"], "created": "2025-01-01T00:00:00Z"}
    )
    git(record.path, "update-ref", "refs/heads/side", main)
    people = git(record.path, "show", "main:tenants/tenant-finance.yaml").replace("devops", "cpi_admin").encode()
    people = people.replace(b"cpi_admin", b"devops").replace(
        b"members: [", b"members: [{email: eve@cab-i.com, name: Eve, role: cpi}, "
    )
    text = public.model_dump_json().encode()
    script = f"commit refs/heads/side\ncommitter M <m@x> {now()} +0000\ndata 1\nx\nfrom refs/heads/side^0\n".encode()
    script += f"M 100644 inline keys/{public.kid}.json\ndata {len(text)}\n".encode() + text
    script += f"\nM 100644 inline tenants/tenant-finance.yaml\ndata {len(people)}\n".encode() + people + b"\n"
    imported(record.path, script)
    record.signers.keys[KeyClass.PEOPLE] = own
    record.forge(then(ticket, "approved", "eve@cab-i.com"), ref="refs/heads/side", parent="refs/heads/side^0", tip=main)
    git(record.path, "update-ref", "refs/heads/main", _merge(record.path, main, "refs/heads/side"))
    assert {"no-role", "signature-not-valid"} <= set(record.rules())


def _merge(path: Path, *parents: str) -> str:
    joined = [argument for parent in parents for argument in ("-p", parent)]
    return git(path, "commit-tree", f"{parents[-1]}^{{tree}}", *joined, "-m", "Merge")


def test_a_tip_that_is_gone_is_named(record: Record, capsys: pytest.CaptureFixture[str]) -> None:
    """The branch set back, or its last act dropped: clean by itself, but somebody knows its tip."""
    tip = git(record.path, "rev-parse", "main")
    assert run([str(record.path), "--expect-tip", tip]) == 0
    record.cut(1)
    assert run([str(record.path)]) == 0
    assert run([str(record.path), "--expect-tip", tip]) == 1
    assert "rolled-back" in capsys.readouterr().out
    assert run([str(record.path), "--expect-tip", "f" * 40]) == 1


def test_a_clone_is_held_against_checkpoints(
    record: Record, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Several at once, by the record's keys, a kid or a verifier key; what is none is refused with a sentence."""
    key, asked = record.signers.keys[KeyClass.SERVICE], [str(record.path)]
    for back in (2, 0):
        file = tmp_path / f"{back} before"
        file.write_bytes(checkpoint_of(record.path, key, f"main~{back}"))
        asked += ["--checkpoint", str(file)]
    assert run(asked) == 0
    assert run([*asked, "--key", str(verifier(ORIGIN, key))]) == 0
    assert run([*asked, "--key", str(verifier(ORIGIN, new_key()))]) == 1
    assert "checkpoint-forged" in capsys.readouterr().out
    record.cut(1)
    assert run(asked) == 1
    assert "0 before: rolled-back" in capsys.readouterr().out
    assert run([*asked, "--checkpoint", str(tmp_path / "none")]) == 2
    assert "none can't be read" in capsys.readouterr().err
    assert run([*asked, "--key", "x+y+z"]) == 2
    assert "no verifier key" in capsys.readouterr().err


def test_nothing_to_prove_is_no_success(record: Record, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Another repository, a branch cut before its ticket, a key that proved nothing, a branch or folder not there."""
    other = bare(tmp_path / "other.git")
    imported(other, b"commit refs/heads/main\ncommitter M <m@x> 0 +0000\ndata 1\nx\n")
    assert run([str(other)]) == 2
    assert run([str(record.path), "--branch", "nowhere"]) == 2
    capsys.readouterr()
    assert run([str(tmp_path / "nowhere")]) == 2
    assert capsys.readouterr().err.endswith("nowhere: there is no such folder\n")
    # One in 64 begins with a dash, which the command takes for no option before it comes to this.
    both = [f"--key={record.signers.keys[each].thumbprint()}" for each in (KeyClass.SERVICE, KeyClass.PEOPLE)]
    assert run([str(record.path), *both]) == 0
    assert run([str(record.path), *both, f"--key={new_key().thumbprint()}"]) == 2
    assert run([str(record.path), "--since", "main"]) == 2
    record_before = git(record.path, "rev-parse", "main~4")
    git(record.path, "update-ref", "refs/heads/main", record_before)
    capsys.readouterr()
    assert run([str(record.path)]) == 2
    assert "no ticket" in capsys.readouterr().err
