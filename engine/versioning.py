"""Tells the engine which build a worker is, and whether the engine decides which builds get work (docs/adr/0013)."""

from importlib.metadata import version
from pathlib import Path

import pygit2
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import WorkerDeploymentConfig

_UNVERSIONED = "prodgate"
"""The deployment's name where nobody chooses builds: it is only shown."""


def deployment(name: str | None, build: str | None) -> WorkerDeploymentConfig:
    """The worker's build; in a named deployment it gets no work before an operator makes it the current one.

    A promotion goes on with the current build from its next task on, whichever build began it.
    """
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(name or _UNVERSIONED, build or build_id()),
        use_worker_versioning=name is not None,
        default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE if name else VersioningBehavior.UNSPECIFIED,
    )


def build_id() -> str:
    """The package's version, with the commit where it runs from a clone."""
    commit = _commit(Path(__file__).parent.parent)
    return f"{version('prodgate')}-{commit[:12]}" if commit else version("prodgate")


def _commit(folder: Path) -> str | None:
    """The commit that is checked out in the folder, if that is a clone's own."""
    try:
        return str(pygit2.Repository(str(folder), pygit2.enums.RepositoryOpenFlag.NO_SEARCH).head.target)
    except pygit2.GitError:
        return None
