"""Checkpoints as an installation makes them: its own processes, its Temporal server, its repository."""

from pathlib import Path

from tests.e2e.stack import Stack, prodgate, started, until
from tests.record.building import git

REF = "refs/checkpoints/main"


def test_a_checkpoint_reaches_its_folder_though_the_worker_that_signed_it_was_killed(tmp_path: Path) -> None:
    """The next one to lead hands out those very bytes, and an audit holds the record against them."""
    folder = tmp_path / "archive"
    with started(Stack(tmp_path / "data", settings={"PRODGATE_CHECKPOINTS_DIR": str(folder)})) as stack:
        record = stack.data / "gitops.git"
        until("a checkpoint is signed", lambda: git(record, "for-each-ref", REF) != "")
        signed = git(record, "show", f"{REF}:0000/0000001.checkpoint").encode() + b"\n"
        killed = stack.kill("worker")
        folder.mkdir()
        stack.await_restart("worker", killed)
        stack.ask("1.0.0")
        until("it is handed out", lambda: bool(list(folder.glob("*.checkpoint"))))
        [note] = folder.glob("*.checkpoint")
        assert note.read_bytes() == signed
        done = prodgate("verify", record, "--checkpoint", note)
        assert done.returncode == 0, done.stdout + done.stderr
        (folder / "false").write_bytes(signed.replace(b"\n0\n", b"\n7\n"))
        assert prodgate("verify", record, "--checkpoint", folder / "false").returncode == 1
