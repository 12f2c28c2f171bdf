"""The bodies by which a passkey confirms something: what is asked of the browser, and what it answers."""

from typing import Literal, Self

from pydantic import ConfigDict, model_validator

from domain.assertions import Assertion, Base64Url, PasskeyId
from domain.decision import DecisionAction, DecisionId, goes_with
from domain.passkeys import Label, Passkey, PasskeyRule
from domain.values import Comment, Email, Frozen, Moment, Reason, RuleName, ShownVersion


class PasskeyChoice(Frozen):
    """A passkey that may answer: its name, and the credential's id for the browser."""

    id: PasskeyId
    label: Label
    credential: Base64Url


class PasskeyChallenge(Frozen):
    """A challenge for `navigator.credentials.get`, with user verification required; any of `passkeys` may answer it.

    `asked` is part of the challenge, and comes back with the answer.
    """

    challenge: Base64Url
    asked: Moment
    rp_id: str
    passkeys: tuple[PasskeyChoice, ...]


class DecisionChallenge(PasskeyChallenge):
    """The same for a decision; `decision` comes back with the answer, too."""

    decision: DecisionId


class PasskeyAnswer(Assertion):
    """The browser's answer to a decision's challenge, with what came with that."""

    decision: DecisionId

    @property
    def assertion(self) -> Assertion:
        """The answer as the record keeps it."""
        return Assertion.model_validate(self.model_dump(exclude={"decision"}, by_alias=False))


class ConfirmedBody(Frozen):
    """A decision that may carry the answer of the caller's passkey."""

    passkey: PasskeyAnswer | None = None


class ChallengeBody(Frozen):
    """A decision to confirm: everything that will be sent with it, as it will be sent."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"action": "approve", "production": "2.0.0"}]})

    action: Literal[
        DecisionAction.APPROVE,
        DecisionAction.EMERGENCY,
        DecisionAction.RETRY,
        DecisionAction.RELEASE,
        DecisionAction.RATIFY,
        DecisionAction.REFUTE,
    ]
    comment: Comment | None = None
    reason: Reason | None = None
    production: ShownVersion | None = None
    on_behalf_of: Email | None = None

    @model_validator(mode="after")
    def _could_be_sent(self) -> Self:
        goes_with(self.action, self.comment, self.reason, self.production, self.on_behalf_of)
        return self


class PasskeyAsked(Frozen):
    """Tells that votes, emergencies, releases, retries and the words on emergencies take the passkey of whoever acts.

    A rule asks for it, or the target's entry. A retry by the requester takes the requester's own.

    `registered` tells whether the caller has one that counts.
    """

    rule: RuleName | None
    registered: bool

    @classmethod
    def of(cls, asked: PasskeyRule | None, own: tuple[Passkey, ...]) -> Self | None:
        return None if asked is None else cls(rule=asked.rule, registered=bool(own))
