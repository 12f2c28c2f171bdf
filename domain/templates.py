"""A change of a document's template: the files as somebody edited or restored them, and what the API signs of it."""

from typing import Annotated, Self

from pydantic import StringConstraints

from domain.decision import Acr, Digest, Jws
from domain.documents import DocumentKind, DocumentTemplate, TemplateFiles, TemplateVersionId
from domain.formats import VersionedMessage
from domain.roles import Issuer, PersonName, Subject
from domain.ticket import digest_of
from domain.values import CommitId, Email, Frozen, Moment

TEMPLATE_TYPE = "prodgate-template+jws"
"""The `typ` of the signature on a change of a template."""


class TemplateClaims(Frozen):
    """The facts that the API signs of a change of a template.

    `base` is the version that was edited, `files` the SHA-256 of the files; `restores` is the version whose files they
    are again. `tip` is a commit of the branch that the signer saw, None before the first.
    """

    id: Annotated[str, StringConstraints(min_length=8, max_length=64)]
    kind: DocumentKind
    base: TemplateVersionId
    files: Digest
    restores: TemplateVersionId | None = None
    email: Email
    sub: Subject | None
    issuer: Issuer | None = None
    tip: CommitId | None
    at: Moment
    auth_time: Moment | None = None
    acr: Acr | None = None

    def fits(self, change: "TemplateChange") -> bool:
        """Tells whether this was signed of that very change."""
        said = (self.kind, self.base, self.files)
        return said == (change.kind, change.base, files_digest(change.files))


class TemplateChange(VersionedMessage):
    """A change to commit, with the name of who makes it, and the API's signature on its claims."""

    kind: DocumentKind
    base: TemplateVersionId
    files: TemplateFiles
    name: PersonName
    proof: Jws


class TemplateVersion(Frozen):
    """One version of a template: when it was made and by whom; the shipped one says neither."""

    version: str
    at: Moment | None = None
    by: str | None = None
    name: str | None = None
    subject: str | None = None

    @classmethod
    def shipped(cls, template: DocumentTemplate) -> Self:
        return cls(version=template.version)


class RecordedTemplate(Frozen):
    """A change of a template that is durable: its version."""

    version: TemplateVersionId


def files_digest(files: TemplateFiles) -> str:
    """SHA-256, in hex, of the files of a template, by their names."""
    return digest_of(dict(files))
