"""Commits what people do with their votes: hand them over, and end that."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import pygit2
from temporalio import activity
from temporalio.exceptions import ApplicationError

from domain import delegations
from domain.delegations import DELEGATION_TYPE, Delegation, DelegationChange, DelegationClaims, RecordedDelegation
from domain.errors import RuleViolation, Unproven
from domain.roles import Person
from record.errors import RecordUnavailable
from record.facts.delegations import DelegationReader, commit_delegation
from record.git.repository import Repository
from record.people.directory import DirectoryReader
from record.signing.keys import KeyReader
from record.signing.signatures import kid_of


@dataclass
class DelegationActivities:
    """Writes delegations: what the API signed of somebody who may hand their vote over, or end that, still.

    `check_person` raises IdentityChanged where somebody acts by another sign-in than before.
    """

    repository: Repository
    keys: KeyReader
    directory: DirectoryReader
    delegations: DelegationReader
    check_person: Callable[[Person], None]

    @activity.defn
    async def commit_delegation(self, change: DelegationChange) -> RecordedDelegation:
        """Commit the act. Running it twice is harmless: the record that has the delegation so is found to have it.

        Fails for good as the rule that refuses it, and as `RecordUnavailable` until Git can be reached.
        """
        try:
            commit = await asyncio.to_thread(self._commit, change)
        except RuleViolation as error:
            raise ApplicationError(str(error), error.params, type=type(error).__name__, non_retryable=True) from error
        except (RecordUnavailable, pygit2.GitError, OSError) as error:
            raise ApplicationError(str(error), type="RecordUnavailable") from error
        return RecordedDelegation(commit=commit, delegation=change.delegation)

    def _commit(self, change: DelegationChange) -> str:
        if self.repository.tip() is None:  # a record that is away has no keys, and would refuse for good
            raise RecordUnavailable("The Git record is gone, or has no such branch")
        claims = self.keys.with_key(kid_of(change.proof, DELEGATION_TYPE)).delegation(change.proof)
        if not claims.fits(change.delegation):
            raise Unproven("The signature is for something else")
        self._check(change.delegation, claims)
        return commit_delegation(self.repository, self.delegations, change, claims)

    def _check(self, given: Delegation, claims: DelegationClaims) -> None:
        """Raise what refuses the person the act, by the directory as it is now."""
        directory = self.directory.current()
        person = directory.person(claims.email, claims.sub)
        if person is not None:
            self.check_person(person.model_copy(update={"subject": claims.sub, "issuer": claims.issuer}))
        if given.withdrawn is None:
            delegations.check_given(given, person, directory.person(given.to), tuple(directory.tenants))
        else:
            delegations.check_ended(given, person)
