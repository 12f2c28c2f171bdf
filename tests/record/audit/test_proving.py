"""The command `prodgate checkpoints`, on a clone and without one."""

from pathlib import Path

import pytest

from cli import main
from record.facts.checkpoints import BookState, path_of
from record.signing.checkpoints import read_checkpoint, verifier
from record.signing.notes import SignedNote
from record.signing.signatures import new_key
from tests.domain.builders import pending
from tests.record.building import Story, bare, imported, number, opened, publish_key
from tests.record.noting import ORIGIN, checkpoint_of, service_key

KEY = new_key()


@pytest.fixture
async def record(tmp_path: Path) -> Path:
    """A record of two promotions with a checkpoint in its journal, and one promotion more."""
    found = bare(tmp_path / "gitops.git")
    publish_key(found)
    service_key(found, KEY)
    writing = opened(found, tmp_path)
    for each in (1, 2):
        await (await Story(writing, pending(id=number(each))).create()).then("approved", "deploying", "deployed")
    note = checkpoint_of(found, KEY)
    files = {path_of(1): note, "state.json": BookState(number=1).model_dump_json().encode()}
    script = [
        b"commit refs/checkpoints/main",
        b"committer x <x@cab-i.com> 1790000000 +0000",
        b"data 0\n",
    ]
    for path, data in files.items():
        script += [b"M 100644 inline " + path.encode(), b"data %d" % len(data), data]
    imported(found, b"\n".join([*script, b""]))
    await Story(writing, pending(id=number(3))).create()
    await writing.close()
    return found


def test_the_newest_checkpoint_is_shown_with_its_key(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The note itself on standard output, so that it can be kept as a file; the key beside it, for witnesses."""
    assert main(["checkpoints", "show", "latest", "--repo", str(record)]) == 0
    said = capsys.readouterr()
    assert read_checkpoint(SignedNote.read(said.out.encode()).text).size == 8
    assert str(verifier(ORIGIN, KEY)) in said.err


def test_an_act_is_proven_by_a_file_that_needs_no_record(
    record: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Checked with the key alone; what was changed in it proves nothing."""
    assert main(["checkpoints", "prove", "PR-2026-0002", "--act", "2", "--repo", str(record)]) == 0
    proof, key = tmp_path / "act.tlog-proof", str(verifier(ORIGIN, KEY))
    text = capsys.readouterr().out
    proof.write_text(text)
    assert main(["checkpoints", "check", str(proof), "--key", key]) == 0
    assert '"action":"approved"' in (said := capsys.readouterr().out)
    assert "act 6 of 8" in said
    assert main(["checkpoints", "check", str(proof), "--repo", str(record)]) == 0
    for wrong in (
        text.replace("index 5", "index 4"),
        text.replace("\n8\n", "\n9\n"),
        text.replace("extra ey", "extra fy"),
    ):
        proof.write_text(wrong)
        assert main(["checkpoints", "check", str(proof), "--key", key]) == 1
    proof.write_text("hello")
    assert main(["checkpoints", "check", str(proof), "--key", key]) == 2


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (["prove", "PR-2026-0003"], 1, "0 acts came before the checkpoint"),
        (["prove", "PR-2026-0002", "--act", "9"], 1, "4 acts came before"),
        (["show", "/nowhere"], 2, "No such file"),
        (["show", "latest", "--branch", "other"], 2, "git fetch origin refs/checkpoints/other:refs/checkpoints/other"),
        (["show", "latest", "--key", str(verifier(ORIGIN, new_key()))], 1, "no key that is believed signed it"),
        (["show", "latest", "--key", "mistyped"], 2, "is no verifier key"),
    ],
)
def test_what_can_not_be_proven_is_said_in_one_line(
    record: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, why: str
) -> None:
    """By its exit code too."""
    assert main(["checkpoints", *arguments, "--repo", str(record)]) == code
    assert why in capsys.readouterr().err


def test_a_checkpoint_without_any_record_needs_a_key(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is believed by default."""
    assert main(["checkpoints", "show", "latest"]) == 2
    assert "--repo names a clone" in capsys.readouterr().err
