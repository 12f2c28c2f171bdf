"""A plain clone proves what real processes wrote, before and after the key was changed under them."""

import subprocess
from pathlib import Path

from tests.e2e.stack import Stack, prodgate, started


def test_a_run_is_proven_by_its_repository_alone_across_a_rotation(tmp_path: Path) -> None:
    """Two promotions, each signed by another key, without a restart; a tampered copy is named."""
    with started(Stack(tmp_path / "data")) as stack:
        first = stack.ask("2.0.0")
        stack.approve(first)
        stack.await_state([first], "deployed")
        rotated = prodgate("keys", "rotate", "--data", stack.data)
        assert rotated.returncode == 0, rotated.stderr
        second = stack.ask("2.0.1")
        stack.approve(second)
        stack.await_state([second], "deployed")
        clone = tmp_path / "clone"
        subprocess.run(["git", "clone", "--quiet", stack.data / "gitops.git", clone], check=True)
    assert len(list((clone / "keys").glob("*.json"))) == 3  # two of people, one of the worker
    proven = prodgate("verify", clone)
    assert (proven.returncode, proven.stdout.splitlines()[-1]) == (0, "The record is clean")
    assert "Acts proven: 4 of people, 4 of the service" in proven.stdout

    tampered = next(clone.glob(f"requests/prod/*/*/{second}.yaml"))
    tampered.write_text(tampered.read_text().replace("jean.dupont", "alice.admin"))
    git = ["git", "-C", str(clone), "-c", "user.name=Mona", "-c", "user.email=mona@cab-i.com"]
    subprocess.run([*git, "commit", "--quiet", "--all", "--message", "Mend"], check=True)
    named = prodgate("verify", clone)
    assert named.returncode == 1
    assert f"{second}: not-the-service" in named.stdout
