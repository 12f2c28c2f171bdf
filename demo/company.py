"""The demo's company: a GitOps repository with three tenants, their people and their APIs."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from git import Actor, Repo

from domain.roles import Grant, Person, same_address
from record.git.repository import Repository
from record.people.directory import Directory, DirectoryReader

FILES = Path(__file__).with_name("gitops")


class NobodyByThatName(Exception):
    """The directory does not know the address; `str()` lists whom it knows."""


def prepare_repository(path: Path, branch: str, ends: Mapping[str, str] | None = None) -> None:
    """A bare repository at the path whose branch holds the demo's files; one that exists is left as it is.

    `ends` are texts that end some of the files.
    """
    if path.exists():
        return
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        draft, files = Path(folder) / "bare", Path(folder) / "files"
        shutil.copytree(FILES, files)
        for name, text in (ends or {}).items():
            with (files / name).open("a", encoding="utf-8") as file:
                file.write(text)
        founder = Actor("Prodgate demo", "demo@prodgate.invalid")
        with Repo.init(files, initial_branch=branch) as work, Repo.init(draft, bare=True, initial_branch=branch):
            work.git.add("--all")
            work.index.commit("Found the demo's company", author=founder, committer=founder)
            work.git.push(str(draft), branch)
        draft.replace(path)


def person(repository: Repository, email: str) -> Person:
    """The person whom the address belongs to. Raises NobodyByThatName, RecordUnavailable."""
    found = _directory(repository).person(same_address(email))
    if found is None:
        raise NobodyByThatName(f"{email} is nobody in the company; try one of these people:\n{people(repository)}")
    return found


def people(repository: Repository) -> str:
    """Everybody, with what they may do where, a line a person."""
    known = _directory(repository).people
    width = max((len(each.email) for each in known), default=0)
    return "\n".join(f"  {each.email:{width}}  {', '.join(map(spoken, each.grants))}" for each in known)


def _directory(repository: Repository) -> Directory:
    repository.fetch()
    return DirectoryReader(repository).current()


def spoken(grant: Grant) -> str:
    """Says what the grant allows, as people say it."""
    return f"{grant.role} of {grant.tenant}" if grant.tenant else f"{grant.role} of every tenant"
