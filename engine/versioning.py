"""Tells the engine how a worker ends, which build it is, and whether builds get work by choice (docs/adr/0013)."""

from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import TypedDict

import pygit2
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import WorkerDeploymentConfig

GRACE, STICKY = timedelta(seconds=10), timedelta(seconds=5)
"""The time running activities may go on after SIGTERM, before they are handed back to be done again; and the time a
promotion waits for the worker that knows it, before any other takes it up."""

_UNVERSIONED = "prodgate"
"""The deployment's name where nobody chooses builds: it is only shown."""


class LifeOptions(TypedDict):
    """The SDK's options of a worker's life."""

    graceful_shutdown_timeout: timedelta
    sticky_queue_schedule_to_start_timeout: timedelta
    deployment_config: WorkerDeploymentConfig


def life(name: str | None, build: str | None) -> LifeOptions:
    """The ways in which a worker ends, is replaced, and takes part in the named deployment."""
    return {
        "graceful_shutdown_timeout": GRACE,
        "sticky_queue_schedule_to_start_timeout": STICKY,
        "deployment_config": deployment(name, build),
    }


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
