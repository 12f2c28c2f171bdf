"""Commits changes of templates that the API signed."""

import asyncio
from dataclasses import dataclass

import pygit2
from temporalio import activity
from temporalio.exceptions import ApplicationError

from domain import roles
from domain.errors import NotAuthorized, TemplateChanged, Unproven
from domain.roles import Permission
from domain.templates import TEMPLATE_TYPE, RecordedTemplate, TemplateChange, TemplateClaims
from record.documents.templates import Shipped, commit_template
from record.errors import RecordUnavailable
from record.git.repository import Repository
from record.people.directory import DirectoryReader
from record.signing.keys import KeyReader
from record.signing.signatures import kid_of


@dataclass
class TemplateActivities:
    """Writes templates: what the API signed of somebody who may change them still."""

    repository: Repository
    keys: KeyReader
    directory: DirectoryReader
    shipped: Shipped

    @activity.defn
    async def commit_template(self, change: TemplateChange) -> RecordedTemplate:
        """Commit the change. Running it twice is harmless: the commit that carries its signature is found again.

        Fails for good as `Unproven`, `NotAuthorized` or `TemplateChanged`, and as `RecordUnavailable` until Git can be
        reached.
        """
        try:
            return RecordedTemplate(version=await asyncio.to_thread(self._commit, change))
        except (Unproven, NotAuthorized, TemplateChanged) as error:
            raise ApplicationError(str(error), type=type(error).__name__, non_retryable=True) from error
        except (RecordUnavailable, pygit2.GitError, OSError) as error:
            raise ApplicationError(str(error), type="RecordUnavailable") from error

    def _commit(self, change: TemplateChange) -> str:
        if self.repository.tip() is None:  # a record that is away has no keys, and would refuse for good
            raise RecordUnavailable("The Git record is gone, or has no such branch")
        claims = self._claims(change)
        person = self.directory.current().person(claims.email, claims.sub)
        if person is None or roles.scope(person, Permission.TEMPLATES).tenants is not None:
            raise NotAuthorized
        return commit_template(self.repository, self.shipped, change, claims)

    def _claims(self, change: TemplateChange) -> TemplateClaims:
        claims = self.keys.with_key(kid_of(change.proof, TEMPLATE_TYPE)).template(change.proof)
        if not claims.fits(change):
            raise Unproven("The signature is for something else")
        return claims
