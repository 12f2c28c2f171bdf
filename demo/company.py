"""The demo's company: a GitOps repository with three tenants, their people and their APIs."""

import shutil
import tempfile
from pathlib import Path

from git import Actor, Repo

FILES = Path(__file__).with_name("gitops")


def prepare_repository(path: Path, branch: str) -> None:
    """A bare repository at the path whose branch holds the demo's files; one that exists is left as it is."""
    if (path / "HEAD").exists():
        return
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(FILES, folder, dirs_exist_ok=True)
        founder = Actor("Prodgate demo", "demo@prodgate.invalid")
        with Repo.init(folder, initial_branch=branch) as work, Repo.init(path, bare=True, initial_branch=branch):
            work.git.add("--all")
            work.index.commit("Found the demo's company", author=founder, committer=founder)
            work.git.push(str(path), branch)
