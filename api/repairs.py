"""Signs repairs of the record: a platform admin takes back what a commit changed without proof."""

import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Annotated

from pydantic import Field, StringConstraints
from starlette.concurrency import run_in_threadpool

from api.auth import SignedIn
from api.errors import StaleSignIn
from domain import roles
from domain.errors import NotAuthorized, NothingToRepair
from domain.identity import recent_enough
from domain.repair import MOST_FILES, REPAIRABLE, Repair, RepairedFile
from domain.roles import Permission
from domain.ticket import Impact
from domain.values import CommitId, Frozen, Reason
from record.files.writing import text_of
from record.git.repository import Repository
from record.index.history import changed_by
from record.index.reader import Index
from record.signing.signatures import Signer


class RepairBody(Frozen):
    """A commit whose changes are not proven, by its id or the beginning of it, and why they are taken back."""

    commit: Annotated[str, StringConstraints(pattern="^[0-9a-f]{7,64}$")]
    reason: Reason


class RepairedText(RepairedFile):
    """A file with the text that it has to have; None for one that has to go."""

    text: str | None


class SignedRepair(Frozen):
    """A repair to commit: the files, and the signature that goes into the commit's message."""

    commit: CommitId
    files: Annotated[tuple[RepairedText, ...], Field(max_length=MOST_FILES)]
    reason: Reason
    email: str
    signature: str


@dataclass(frozen=True)
class Repairs:
    """Signs repairs; whoever may push commits them, for this process never writes to the record."""

    repository: Repository
    index: Index
    signer: Signer
    sign_in_within: timedelta
    now: Callable[[], datetime]

    async def sign(self, caller: SignedIn, body: RepairBody) -> SignedRepair:
        """The files that have to be put back, signed. Raises NotAuthorized, StaleSignIn, NothingToRepair."""
        person, now = caller.person, self.now()
        if roles.scope(person, Permission.OPERATE).tenants is not None:
            raise NotAuthorized("Not authorized: repairing the record takes the role cpi_admin for the whole platform")
        if not recent_enough(caller.at, Impact.CRITICAL, now, self.sign_in_within):
            raise StaleSignIn(self.sign_in_within)
        commit, files, tip = await run_in_threadpool(self._files, body.commit)
        repair = Repair(
            id=str(uuid.uuid4()),
            commit=commit,
            files=tuple(RepairedFile(path=file.path, revision=file.revision) for file in files),
            reason=body.reason,
            email=person.email,
            sub=person.subject,
            issuer=person.issuer,
            tip=tip,
            at=now,
            auth_time=caller.at,
        )
        signature = self.signer.seal(repair)
        return SignedRepair(commit=commit, files=files, reason=body.reason, email=person.email, signature=signature)

    def _files(self, beginning: str) -> tuple[str, tuple[RepairedText, ...], str]:
        """The commit, the files that it changed and that are not as they were proven, and the branch's tip.

        Of very many files, those beyond what one repair names are left to the next one.
        """
        with self.index.still():
            tip = self.repository.tip()
            commit, changed = changed_by(self.repository, self.index, beginning)
            faulty = {fault.path for fault in self.index.faults()}
            repairable = (path for path in changed if path in faulty and REPAIRABLE.fullmatch(path))
            files = tuple(self._proven(islice(repairable, MOST_FILES)))
        if commit is None or tip is None or not files:
            raise NothingToRepair
        return commit, files, tip

    def _proven(self, paths: Iterable[str]) -> Iterator[RepairedText]:
        for path in paths:
            ticket = self.index.at(path)
            text = None if ticket is None else text_of(ticket)
            revision = None if ticket is None else self.index.revision(ticket.id)
            yield RepairedText(path=path, revision=revision, text=text)
