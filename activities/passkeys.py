"""Commits what people do with their passkeys: confirm a further one, and end one."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pygit2
from temporalio import activity
from temporalio.exceptions import ApplicationError

from domain import passkeys
from domain.errors import RuleViolation, Unproven
from domain.passkeys import PASSKEY_TYPE, Passkey, PasskeyChange, PasskeyClaims, RecordedPasskey
from domain.roles import Person
from record.errors import RecordUnavailable
from record.facts.passkeys import PasskeyReader, commit_passkey
from record.git.repository import Repository
from record.people.directory import DirectoryReader
from record.signing.keys import KeyReader
from record.signing.signatures import kid_of


@dataclass
class PasskeyActivities:
    """Writes passkeys: a further one that an earlier one of the same person confirms, and the end of one.

    `check_person` raises IdentityChanged where somebody acts by another sign-in than before.
    """

    repository: Repository
    keys: KeyReader
    directory: DirectoryReader
    passkeys: PasskeyReader
    check_person: Callable[[Person], None]

    @activity.defn
    async def commit_passkey(self, change: PasskeyChange) -> RecordedPasskey:
        """Commit the act. Running it twice is harmless: the record that has the passkey so is found to have it.

        Fails for good as the rule that refuses it, and as `RecordUnavailable` until Git can be reached.
        """
        try:
            commit = await asyncio.to_thread(self._commit, change, activity.info().scheduled_time)
        except RuleViolation as error:
            raise ApplicationError(str(error), error.params, type=type(error).__name__, non_retryable=True) from error
        except (RecordUnavailable, pygit2.GitError, OSError) as error:
            raise ApplicationError(str(error), type="RecordUnavailable") from error
        return RecordedPasskey(commit=commit)

    def _commit(self, change: PasskeyChange, at: datetime) -> str:
        if self.repository.tip() is None:  # a record that is away has no keys, and would refuse for good
            raise RecordUnavailable("The Git record is gone, or has no such branch")
        claims = self.keys.with_key(kid_of(change.proof, PASSKEY_TYPE)).passkey(change.proof)
        if not claims.fits(change.passkey):
            raise Unproven("The signature is for something else")
        passkeys.check_fresh(change.passkey, claims, at)
        self._check(change.passkey, claims)
        return commit_passkey(self.repository, self.passkeys, change, claims)

    def _check(self, passkey: Passkey, claims: PasskeyClaims) -> None:
        """Raise what refuses the person the act, by the directory as it is now."""
        person = self.directory.current().person(claims.email, claims.sub)
        if person is not None:
            person = person.model_copy(update={"subject": claims.sub, "issuer": claims.issuer})
            self.check_person(person)
        passkeys.check_act(passkey, person)
