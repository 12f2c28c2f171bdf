"""A repair: the files that a commit changed without proof, as they were proven, and who puts them back."""

import re
from typing import Annotated

from pydantic import Field, StringConstraints

from domain.change import Revision
from domain.roles import Issuer, Subject
from domain.values import CommitId, Email, Frozen, Moment, Reason

REPAIR_TYPE = "prodgate-repair+jws"
"""The `typ` of a repair's signature."""

MOST_FILES = 1_000
"""Files of one repair: its signature is one line of a commit message."""


REPAIRABLE = re.compile(r"requests/prod/[^\x00-\x1f]{1,200}\.yaml")
"""The paths that a repair can name: no other is ever a ticket's, whatever it says."""


class RepairedFile(Frozen):
    """A ticket's file and the blob that it has to be; None for a file that has to go."""

    path: Annotated[str, StringConstraints(pattern=f"^{REPAIRABLE.pattern}$")]
    revision: Revision | None


class Repair(Frozen):
    """The facts that the API signs of a repair. `commit` is the one whose changes are taken back.

    `tip` is a commit of the branch that the signer saw; `auth_time` and `acr` tell when and how strongly whoever asked
    signed in.
    """

    id: Annotated[str, StringConstraints(min_length=8, max_length=64)]
    commit: CommitId
    files: Annotated[tuple[RepairedFile, ...], Field(min_length=1, max_length=MOST_FILES)]
    reason: Reason
    email: Email
    sub: Subject | None
    issuer: Issuer | None = None
    tip: CommitId
    at: Moment
    auth_time: Moment | None = None
    acr: Annotated[str, StringConstraints(max_length=200)] | None = None
