"""Receipts: made of a record, proven without one, and not by anything that was changed."""

import json
import random
from pathlib import Path
from zlib import crc32

import jsonschema  # type: ignore[import-untyped]
import pygit2
import pytest

from cli import main
from domain.errors import Unproven
from record.audit.receipt_making import ActLeaves, NotProvable, StillReading, made, path_in
from record.audit.receipt_proof import prove
from record.audit.receipt_schema import receipt_schema, written
from record.audit.receipts import NoReceipt, read_receipt
from record.errors import RecordUnavailable
from record.signing.checkpoints import read_checkpoint, verifier
from record.signing.notes import NotANote, NoteUnproven, SignedNote, VerifierKey
from record.signing.signatures import new_key
from tests.domain.builders import pending
from tests.record.building import (
    Story,
    bare,
    git,
    number,
    opened,
    person_commits,
    publish_key,
    publish_worker_key,
)
from tests.record.noting import ORIGIN, checkpoint_of, keep, service_key
from tests.schemas import RECEIPT

KEY = new_key()
ANCHOR = str(verifier(ORIGIN, KEY))
REFUSALS = (NoReceipt, NotANote, NoteUnproven, Unproven)


@pytest.fixture
async def record(tmp_path: Path) -> Path:
    """A record of two promotions that ended and one that is open, with a checkpoint of all."""
    found = bare(tmp_path / "gitops.git")
    publish_key(found)
    writing = opened(found, tmp_path)
    for each in (1, 2):
        await (await Story(writing, pending(id=number(each))).create()).then("approved", "deploying", "deployed")
    await Story(writing, pending(id=number(3))).create()
    await writing.close()
    service_key(found, KEY)
    keep(found, checkpoint_of(found, KEY))
    return found


@pytest.fixture
def receipt(record: Path, tmp_path: Path) -> Path:
    """The receipt of one of the promotions."""
    file = tmp_path / "receipt.json"
    assert main(["receipt", "PR-2026-0002", "--repo", str(record), "--out", str(file)]) == 0
    return file


def test_a_receipt_is_proven_by_the_file_and_a_key(receipt: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is proven without a key, or by another."""
    assert main(["verify", "--receipt", str(receipt), "--key", ANCHOR]) == 0
    assert "PR-2026-0002 is deployed" in capsys.readouterr().out
    assert main(["verify", "--receipt", str(receipt)]) == 2
    assert main(["verify", "--receipt", str(receipt), "--key", str(verifier(ORIGIN, new_key()))]) == 1


def test_an_open_request_has_no_receipt(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nor has one that is not there."""
    assert main(["receipt", "PR-2026-0003", "--repo", str(record)]) == 1
    assert "has to be over" in capsys.readouterr().err
    assert main(["receipt", "PR-2026-0009", "--repo", str(record)]) == 1


def test_a_shorter_history_and_another_ticket_prove_nothing(receipt: Path) -> None:
    """Written in the form that receipts have, so that only what it says is refused."""
    whole, keys = read_receipt(receipt.read_bytes()), [VerifierKey.read(ANCHOR)]
    assert prove(whole, keys).acts[-1].startswith("deployed")
    for changed in (
        whole.model_copy(update={"acts": whole.acts[:-1]}),
        whole.model_copy(update={"acts": (*whole.acts[:2], *whole.acts[3:], whole.acts[2])}),
        whole.model_copy(update={"path": whole.path.replace("0002", "0001")}),
    ):
        with pytest.raises(REFUSALS):
            prove(changed, keys)


def test_a_checkpoint_by_a_key_that_was_revoked_by_then_proves_nothing(record: Path, tmp_path: Path) -> None:
    """Though the verifier names that key: its own record says that somebody else may have it."""
    name = f"keys/{KEY.thumbprint()}.json"
    said = json.loads(git(record, "show", f"main:{name}")) | {"revoked": "2026-11-29T07:00:00Z"}
    person_commits(record, {name: json.dumps(said)}, "Revoke the worker's key")
    note = tmp_path / "note.checkpoint"
    note.write_bytes(checkpoint_of(record, KEY))
    file = tmp_path / "revoked.json"
    asked = ["receipt", "PR-2026-0002", "--repo", str(record), "--out", str(file), "--key", ANCHOR]
    assert main([*asked, "--checkpoint", str(note)]) == 1
    assert not file.exists()


async def test_an_act_that_nobody_signed_has_no_receipt(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The service's own neither, once the record has a key of the service."""
    found = bare(tmp_path / "signed.git")
    publish_key(found)
    publish_worker_key(found)
    writing = opened(found, tmp_path)
    await (await Story(writing, pending(id=number(1))).create()).then("approved", "deploying", "deployed")
    await writing.close()
    note = tmp_path / "note.checkpoint"
    note.write_bytes(checkpoint_of(found, KEY))
    asked = ["receipt", number(1), "--repo", str(found), "--key", ANCHOR, "--checkpoint", str(note)]
    assert main(asked) == 1
    assert "Nobody signed act 3" in capsys.readouterr().err


def test_acts_are_read_on_from_where_the_last_receipt_left_off(record: Path) -> None:
    """Little by little where there are many; anew where the branch is set back."""
    git_, whole = pygit2.Repository(str(record)), read_checkpoint(SignedNote.read(checkpoint_of(record, KEY)).text)
    acts, calls = ActLeaves(git_), 0
    while True:
        try:
            acts.read(whole, within=0)
            break
        except StillReading:
            calls += 1
    assert (acts.tree.size, calls > whole.size) == (whole.size, True)
    path = path_in(git_, whole.tip, "PR-2026-0002")
    note = checkpoint_of(record, KEY)
    prove(made(git_, note, whole, path, acts), [VerifierKey.read(ANCHOR)])
    early = checkpoint_of(record, KEY, "main~3")
    acts.read(read_checkpoint(SignedNote.read(early).text))
    assert acts.tree.size < whole.size


@pytest.mark.parametrize("damage", [None, 0, 40, 59, -7, -1], ids=["whole", "hash", "commit", "ticket", "cut", "false"])
def test_acts_that_were_read_are_kept_in_a_file(record: Path, tmp_path: Path, damage: int | None) -> None:
    """The next process goes on from there; what is damaged is read anew, and proves nothing before."""
    git_, note, kept = pygit2.Repository(str(record)), checkpoint_of(record, KEY), tmp_path / "acts"
    early = read_checkpoint(SignedNote.read(checkpoint_of(record, KEY, "main~3")).text)
    ActLeaves(git_, kept).read(early)
    data = bytearray(kept.read_bytes())
    assert len(data) == early.size * 64
    if damage == -7:
        data = data[:damage]
    elif damage == -1:
        data[:64] = (false := bytes(60)) + crc32(false).to_bytes(4)
    elif damage is not None:
        data[damage] ^= 1
    kept.write_bytes(data)
    said, acts = read_checkpoint(SignedNote.read(note).text), ActLeaves(git_, kept)
    acts.read(said)
    prove(made(git_, note, said, path_in(git_, said.tip, "PR-2026-0002"), acts), [VerifierKey.read(ANCHOR)])
    assert kept.stat().st_size == said.size * 64
    again = ActLeaves(git_, kept)
    assert [list(again.of(number(each))) for each in (1, 2)] == [list(acts.of(number(each))) for each in (1, 2)]
    assert [len(list(acts.of(number(each)))) for each in (1, 2)] == [4, 4]


def test_a_checkpoint_that_counts_other_acts_makes_no_receipt(record: Path) -> None:
    """Nor one whose commit is elsewhere."""
    acts = ActLeaves(pygit2.Repository(str(record)))
    said = read_checkpoint(SignedNote.read(checkpoint_of(record, KEY, size=7_000)).text)
    with pytest.raises(NotProvable, match="counts 7000 acts"):
        acts.read(said)
    with pytest.raises(RecordUnavailable, match="is not here"):
        path_in(acts.git, "ab" * 20, "PR-2026-0002")


def test_a_checkpoint_from_before_the_last_act_makes_no_receipt(record: Path, tmp_path: Path) -> None:
    """It does not tell how the promotion ended."""
    note = tmp_path / "old.checkpoint"
    note.write_bytes(checkpoint_of(record, KEY, "main~3"))
    asked = ["receipt", "PR-2026-0002", "--repo", str(record), "--key", ANCHOR, "--checkpoint", str(note)]
    assert main(asked) == 1


@pytest.mark.parametrize("content", [b"", b"[" * 100_000, b"{}", b"\xff\xfe", b'{"format":"prodgate-receipt/2"}'])
def test_what_is_no_receipt_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    """With the exit code for nothing to prove."""
    file = tmp_path / "hostile.json"
    file.write_bytes(content)
    assert main(["verify", "--receipt", str(file), "--key", ANCHOR]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_receipt_is_as_the_published_schema_says(receipt: Path) -> None:
    """`python -m tests.schemas` writes it anew; each key is described."""
    schema = receipt_schema()
    assert RECEIPT.read_text(encoding="utf-8") == written()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(json.loads(receipt.read_bytes()))
    models = (schema, *schema["$defs"].values())
    assert all(said["description"] for model in models for said in model["properties"].values())


@pytest.mark.parametrize("seed", range(4))
def test_no_edit_of_a_receipt_proves(receipt: Path, seed: int) -> None:
    """250 edits each: of bytes, and of values, which are then written in the form that receipts have."""
    data, draw, keys = receipt.read_bytes(), random.Random(seed), [VerifierKey.read(ANCHOR)]  # noqa: S311
    for _ in range(250):
        edited = _bytes(data, draw) if draw.random() < 0.5 else _values(data, draw)
        if edited == data:
            continue
        with pytest.raises(REFUSALS):
            prove(read_receipt(edited), keys)


def _bytes(data: bytes, draw: random.Random) -> bytes:
    at, some = draw.randrange(len(data)), bytes([draw.randrange(256)])
    return draw.choice((data[:at] + some + data[at + 1 :], data[:at] + data[at + 1 :], data[:at] + some + data[at:]))


def _values(data: bytes, draw: random.Random) -> bytes:
    said = json.loads(data)
    acts, objects = said["acts"], said["objects"]
    one, other = draw.sample(sorted(objects), 2)
    act = draw.choice(acts)
    match draw.randrange(6):
        case 0:
            del objects[one]
        case 1:
            objects[one] = objects[other]
        case 2:
            act["index"] += draw.choice((-1, 1, 100))
        case 3:
            act["commit"] = one if act["commit"] != one else other
        case 4:
            acts.remove(act)
        case _:
            act["hashes"] = act["hashes"][1:] or ["0" * 64]
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode() + b"\n"
