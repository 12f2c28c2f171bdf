"""Reads the templates of the branch, and commits changes of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock

import pygit2

from domain.documents import LONGEST_TEMPLATE_FILE, DocumentKind, DocumentTemplate, template_folder
from domain.errors import TemplateChanged, TemplateFaulty
from domain.template_files import TEMPLATE_FILES
from domain.templates import TemplateChange, TemplateClaims, TemplateVersion
from record.errors import RecordUnavailable
from record.git.files import FilesCommit
from record.git.lasting import repository_at
from record.git.message import SIGNATURE, FilesMessage, plain, trailer
from record.git.repository import Repository

Shipped = Callable[[DocumentKind], DocumentTemplate]
"""Gives the template that comes with Prodgate."""


@dataclass
class TemplateReader:
    """The templates as the branch has them; where it has none of a kind, the shipped one counts.

    Safe to use from any thread. The first look walks the branch once (measured in docs/performance.md), every later one
    what is new. Every method raises RecordUnavailable.
    """

    repository: Repository
    shipped: Shipped
    _turn: Lock = field(default_factory=Lock)
    _seen: str | None = None
    _versions: dict[DocumentKind, list[str]] = field(default_factory=dict)
    """The commits of the branch's line that changed each kind's template, newest first."""

    def current(self, kind: DocumentKind) -> DocumentTemplate:
        """The template that counts now. Raises TemplateFaulty where somebody left files of it out."""
        git, versions = self._followed(kind)
        return _template(git, kind, versions[0]) if versions else self.shipped(kind)

    def at(self, kind: DocumentKind, version: str) -> DocumentTemplate | None:
        """An earlier version; None for what is none of this template's."""
        git, versions = self._followed(kind)
        if version == (shipped := self.shipped(kind)).version:
            return shipped
        return _template(git, kind, version) if version in versions else None

    def versions(self, kind: DocumentKind) -> tuple[TemplateVersion, ...]:
        """Every version, newest first; the shipped one is the last."""
        git, versions = self._followed(kind)
        known = (_described(git[version].peel(pygit2.Commit)) for version in versions)
        return (*known, TemplateVersion.shipped(self.shipped(kind)))

    def _followed(self, kind: DocumentKind) -> tuple[pygit2.Repository, list[str]]:
        try:
            git = repository_at(self.repository.path)
            with self._turn:
                self._follow(git, self.repository.tip())
                return git, list(self._versions.get(kind, ()))
        except (pygit2.GitError, KeyError, OSError) as error:
            self._seen = None  # all is read anew once the repository is back
            raise RecordUnavailable(f"The templates can't be read: {error}") from error

    def _follow(self, git: pygit2.Repository, tip: str | None) -> None:
        if tip is None or tip == self._seen:
            return
        goes_on = self._seen is not None and self._seen in git and git.descendant_of(tip, self._seen)
        known = self._versions if goes_on else {}
        found: dict[DocumentKind, list[str]] = {kind: [] for kind in DocumentKind}
        for kind, commit in _changes(git, tip, self._seen if goes_on else None):
            found[kind].append(commit)
        self._versions = {kind: [*new, *known.get(kind, ())] for kind, new in found.items()}
        self._seen = tip


def _changes(git: pygit2.Repository, tip: str, since: str | None) -> Iterator[tuple[DocumentKind, str]]:
    """The commits of the line that changed a template after that one, newest first."""
    walk = git.walk(tip)
    walk.simplify_first_parent()
    if since is not None:
        walk.hide(since)
    for commit in walk:
        now, before = _folder(commit), _folder(commit.parents[0]) if commit.parents else None
        if now is None or (before is not None and now.id == before.id):
            continue
        for kind in DocumentKind:
            if kind in now and (before is None or kind not in before or now[kind].id != before[kind].id):
                yield kind, str(commit.id)


def _folder(commit: pygit2.Commit) -> pygit2.Tree | None:
    try:
        found = commit.tree["templates"]
    except KeyError:
        return None
    return found if isinstance(found, pygit2.Tree) else None


def _template(git: pygit2.Repository, kind: DocumentKind, version: str) -> DocumentTemplate:
    """The files as that commit has them. Raises TemplateFaulty."""
    folder = git[version].peel(pygit2.Commit).tree[template_folder(kind)]
    files = {}
    for name in TEMPLATE_FILES:
        found = folder[name] if isinstance(folder, pygit2.Tree) and name in folder else None
        data = found.data if isinstance(found, pygit2.Blob) else b""
        if not data or len(data) > LONGEST_TEMPLATE_FILE:
            raise TemplateFaulty(f"{template_folder(kind)}/{name} is missing, or larger than a template may be")
        files[name] = data.decode("utf-8", "replace")
    return DocumentTemplate(kind=kind, version=version, files=files)


def _described(commit: pygit2.Commit) -> TemplateVersion:
    return TemplateVersion(
        version=str(commit.id),
        at=datetime.fromtimestamp(commit.commit_time, UTC),
        by=plain(commit.author.raw_email),
        name=plain(commit.author.raw_name),
        subject=plain(commit.raw_message).partition("\n")[0],
    )


def commit_template(repository: Repository, shipped: Shipped, change: TemplateChange, claims: TemplateClaims) -> str:
    """Commit the change once, on the version that it was made from; the commit, which is the new version.

    Raises TemplateChanged where the branch has another version, RecordUnavailable.
    """

    def plan(tip: str | None) -> FilesCommit | str:
        reader = TemplateReader(repository, shipped)
        current = reader.versions(change.kind)[0].version
        if current != change.base:
            if _carries(repository, current, change.proof):
                return current
            raise TemplateChanged
        return _commit_of(change, claims)

    return repository.commit_files(plan)


def _carries(repository: Repository, version: str, proof: str) -> bool:
    """Tells whether the version is the one that was made with that signature."""
    if version.startswith("shipped:"):
        return False
    commit = repository_at(repository.path)[version].peel(pygit2.Commit)
    return trailer(commit, SIGNATURE) == proof


def _commit_of(change: TemplateChange, claims: TemplateClaims) -> FilesCommit:
    verb = f"Restore {claims.restores[:18]} of" if claims.restores else "Change"
    said = FilesMessage(f"{verb} the template {change.kind}", change.name, claims.email, claims.at, change.proof)
    folder = template_folder(change.kind)
    return FilesCommit({f"{folder}/{name}": change.files[name].encode() for name in TEMPLATE_FILES}, said)
