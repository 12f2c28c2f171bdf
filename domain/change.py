"""The changes that the record is asked to write: one transition of one ticket each."""

from typing import Annotated

from pydantic import Field, StringConstraints

from domain.assertions import Assertion
from domain.decision import DecisionId, Digest, Jws
from domain.formats import VersionedMessage
from domain.roles import PersonName, WithRequester
from domain.ticket import PromotionRequest
from domain.values import Comment, Frozen, Moment, RuleName

Revision = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}([0-9a-f]{24})?$")]
"""The Git blob id of a ticket's file."""


class Proof(Frozen):
    """The signature that a commit carries, and the SHA-256 of what it came with.

    Of a person's act that is their message; of an act of the service, the whole history. `passkey` is the answer of the
    person's own authenticator, where the act has one.
    """

    jws: Jws
    message: Digest
    passkey: Annotated[Assertion | None, Field(exclude_if=lambda value: value is None)] = None


class Change(VersionedMessage, WithRequester):
    """A ticket after one transition, with the revision it was made from: None for the first.

    `actor_name` is the display name of the person who acted; their address is the last entry's `by`.
    `proof` comes with what a person did; the service's own is made when the commit is. `finding` is AWX's word on the
    job that the entry tells of, sealed by whoever asked AWX; of a creation, GitLab's on its test evidence. `contract`
    is how a creation's contract differs, sealed likewise. `requester` and `decide_by` came with changes of earlier
    versions: they are read still, and nothing needs them.
    """

    ticket: PromotionRequest
    base: Revision | None
    actor_name: PersonName
    proof: Proof | None = None
    finding: Annotated[Jws | None, Field(exclude_if=lambda value: value is None)] = None
    contract: Annotated[Jws | None, Field(exclude_if=lambda value: value is None)] = None
    decide_by: Moment | None = None


class SetBack(Frozen):
    """The ticket as the record proves it, and its file's revision, where its promotion knows it otherwise."""

    ticket: PromotionRequest
    revision: Revision


class Resumed(VersionedMessage, WithRequester):
    """A recorded ticket that its promotion goes on from: after a restore, or where its history grew long.

    `decide_by` is what its submission said. `decided` are the decisions that the run before has taken already.
    """

    ticket: PromotionRequest
    revision: Revision
    decide_by: Moment
    decided: tuple[DecisionId, ...] = ()


class RuleApproval(Frozen):
    """A rule of the company approves the request: which one, and for what facts."""

    rule: RuleName
    facts: Comment


class Recorded(Frozen):
    """A change that is durable: the ticket's file is this revision. `approval` comes with a creation alone."""

    revision: Revision
    approval: Annotated[RuleApproval | None, Field(exclude_if=lambda value: value is None)] = None
