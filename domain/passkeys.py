"""Passkeys: a person confirms a decision with an authenticator of their own, so that no key of the service can say it.

An authenticator signs a challenge and nothing else. So a challenge is the digest of all that it confirms, each kind
with a word of its own in front: an answer for one is none for another.
"""

import hashlib
from collections.abc import Container, Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from domain import roles
from domain.assertions import Assertion, Base64Url, PasskeyId, from_base64url, to_base64url
from domain.authenticator_keys import is_sound
from domain.decision import Acr, Decision, DecisionAction, Digest, Jws
from domain.errors import NotAuthorized, PasskeyInvalid, PasskeyRequired, VoteNotHanded
from domain.formats import VersionedMessage
from domain.lifecycle import RECORDED_AS
from domain.roles import Issuer, Permission, Person, PersonName, Subject, same_address
from domain.signing import FRESH, Claims
from domain.targets import TargetFacts
from domain.ticket import Action, HistoryEntry, PromotionRequest, digest_of
from domain.values import CommitId, Email, Frozen, Moment, iso

FOLDER = "passkeys"
"""The folder in which the record keeps them."""

PASSKEY_TYPE = "prodgate-passkey+jws"
"""The `typ` of the API's signature on what somebody does with a passkey of theirs."""

ANSWER_WITHIN = timedelta(minutes=10)
"""The time for an answer, from when it was asked for: a security key may have to be fetched."""

MOST_PASSKEYS = 20
"""Passkeys of one person that count."""

Label = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f\u2028\u2029]{1,64}$")]
"""The name that a person gives a passkey: one line."""

Origin = Annotated[str, StringConstraints(pattern=r"^https?://[a-z0-9.-]+(:[0-9]{1,5})?$", max_length=300)]
"""A page's origin, as browsers write it."""

RelyingParty = Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]{1,253}$")]
"""The domain to which authenticators bind a passkey: that of the page, or one above it."""

CONFIRMED = frozenset(RECORDED_AS[each] for each in DecisionAction if each.is_confirmed)
"""Acts of people that a passkey may be asked for, as the history has them."""

_LET_ON = frozenset({Action.RELEASED, Action.RETRIED})
"""Acts of people after an approval by which it is launched."""

HANDED = "A vote that takes a passkey can't be handed over"

_RETRY = "A retry takes the passkey of whoever asks for it, the requester's own too: retry in the console"

_Absent = Field(exclude_if=lambda value: value is None)


class PasskeySites(Frozen):
    """The console's addresses at which passkeys are made and answer, as a reviewed file of the record says."""

    rp_id: RelyingParty
    origins: Annotated[tuple[Origin, ...], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _are_within_their_party(self) -> Self:
        if outside := [each for each in self.origins if not _is_within(each, self.rp_id)]:
            raise ValueError(f"the origin {outside[0]} lies outside of rpId")
        return self

    def takes(self, passkey: "Passkey") -> bool:
        """Tells whether the passkey was made at one of them."""
        return passkey.rp_id == self.rp_id and passkey.origin in self.origins


class PasskeyAction(StrEnum):
    """An act on a passkey."""

    REGISTERED = "registered"
    WITHDRAWN = "withdrawn"


class PasskeyEnd(Frozen):
    """The end of a passkey: when, and by whom."""

    at: Moment
    by: Email


class Passkey(Frozen):
    """A passkey of a person, bound to the sign-in that they had; it counts at one address of the console.

    `credential` is its id, `public_key` its COSE key, `rp_id` and `origin` are where it was made. `confirmation` is the
    answer of an earlier passkey of the same person to all of this; without one, people have to bring it.
    """

    id: PasskeyId
    created_at: Moment
    person: Email
    subject: Subject
    issuer: Annotated[Issuer | None, _Absent] = None
    label: Label
    rp_id: RelyingParty
    origin: Origin
    credential: Base64Url
    public_key: Base64Url
    confirmation: Annotated[Assertion | None, _Absent] = None
    withdrawn: Annotated[PasskeyEnd | None, _Absent] = None

    @model_validator(mode="after")
    def _is_of_one_credential(self) -> Self:
        if self.id != id_of(self.credential) or not _is_spelled(self.credential):
            raise ValueError("its id is not that of its credential")
        if not _is_spelled(self.public_key) or not is_sound(from_base64url(self.public_key)):
            raise ValueError("its key is of no kind that is taken, or proves nothing, or is written otherwise than any")
        if not _is_within(self.origin, self.rp_id):
            raise ValueError("its origin lies outside of rpId")
        return self

    @property
    def path(self) -> str:
        """The file in which the record keeps it."""
        return f"{FOLDER}/{same_address(self.person)}/{self.id}.yaml"

    @property
    def draft(self) -> "Passkey":
        """The same as nobody confirmed or withdrew it."""
        return self.model_copy(update={"confirmation": None, "withdrawn": None})

    @property
    def digest(self) -> str:
        """SHA-256, in hex, of all that it says."""
        return digest_of(self.model_dump(mode="json"))

    def is_of(self, email: str, subject: str | None, issuer: str | None) -> bool:
        """Tells whether it is of whoever signed in so."""
        return (same_address(self.person), self.subject, self.issuer) == (same_address(email), subject, issuer)

    def is_like(self, other: "Passkey") -> bool:
        """Tells whether both are of one person."""
        return self.is_of(other.person, other.subject, other.issuer)

    def ended_by(self, by: str, at: datetime) -> "Passkey":
        """The same, withdrawn."""
        return self.model_copy(update={"withdrawn": PasskeyEnd(at=at, by=by)})

    def __str__(self) -> str:
        return f"{self.label} of {self.person}"


class PasskeyClaims(Frozen):
    """The facts that the API signs of an act on a passkey.

    `content` is the SHA-256 of the passkey after it; `email` is who acted, `tip` a commit that the signer saw.
    """

    id: PasskeyId
    action: PasskeyAction
    content: Digest
    email: Email
    sub: Subject | None
    issuer: Issuer | None = None
    tip: CommitId | None
    at: Moment
    auth_time: Moment | None = None
    acr: Acr | None = None

    def fits(self, passkey: Passkey) -> bool:
        """Tells whether this was signed of that very passkey, as it is after the act."""
        action = PasskeyAction.REGISTERED if passkey.withdrawn is None else PasskeyAction.WITHDRAWN
        return (self.id, self.action, self.content) == (passkey.id, action, passkey.digest)


class PasskeyChange(VersionedMessage):
    """An act on a passkey on its way into the record: the passkey after it, who acted, the API's signature."""

    passkey: Passkey
    name: PersonName
    proof: Jws


class RecordedPasskey(Frozen):
    """An act on a passkey that is durable: its commit."""

    commit: CommitId


def id_of(credential: str) -> str:
    """The id of the passkey that has the credential. Raises ValueError for what is no base64url."""
    try:
        return hashlib.sha256(from_base64url(credential)).hexdigest()[:32]
    except PasskeyInvalid as error:
        raise ValueError(str(error)) from error


def _is_within(origin: str, rp_id: str) -> bool:
    """Tells whether browsers let a page of the origin use passkeys of the relying party."""
    host = origin.partition("://")[2].partition(":")[0]
    return host == rp_id or host.endswith(f".{rp_id}")


def _is_spelled(word: str) -> bool:
    """Tells whether it is base64url in the one form that the bytes have."""
    try:
        return to_base64url(from_base64url(word)) == word
    except PasskeyInvalid:
        return False


# -- challenges -----------------------------------------------------------------------------------------------------


def _challenge(kind: str, said: object, asked: datetime) -> bytes:
    return bytes.fromhex(digest_of([f"prodgate-passkey-{kind}", iso(asked), said]))


def decision_challenge(claims: Claims, asked: datetime) -> bytes:
    """The digest of a decision as its person meant it when they were asked: the same before it is signed and after.

    Its id is part of it, and is recorded once: so an answer counts once. Left out are what nobody knows before the
    answer (time, the branch's tip), and how many votes are missing: `endorsed` and `approved` are one wish.
    """
    if claims.answer_by is not None:
        wish = "emergency"
    else:
        wish = "vote" if claims.action in {Action.ENDORSED, Action.APPROVED} else claims.action.value
    said = {
        "id": claims.id,
        "ticket": claims.ticket,
        "digest": claims.digest,
        "wish": wish,
        "email": same_address(claims.email),
        "subject": claims.sub,
        "issuer": claims.issuer,
        "words": claims.words,
        "production": claims.production,
        "attempt": claims.attempt,
        "round": claims.round,
        "onBehalfOf": claims.on_behalf_of and same_address(claims.on_behalf_of),
    }
    return _challenge("decision", said, asked)


def passkey_challenge(passkey: Passkey, asked: datetime) -> bytes:
    """The digest of a new passkey, for an earlier one to confirm."""
    return _challenge("confirmation", passkey.draft.model_dump(mode="json"), asked)


def registration_challenge(email: str, subject: str, issuer: str | None, asked: datetime) -> bytes:
    """The digest of who asks for a new passkey: one authenticator's answer makes one file."""
    return _challenge("registration", {"email": same_address(email), "subject": subject, "issuer": issuer}, asked)


def in_time(asked: datetime, answered: datetime) -> bool:
    """Tells whether the answer came while it was waited for."""
    return -FRESH <= answered - asked <= ANSWER_WITHIN + FRESH


# -- where one is asked for -----------------------------------------------------------------------------------------


class PasskeyRule(Frozen):
    """Names what asks for a passkey: a rule by its name; the target's entry in the catalogue where that is None."""

    rule: str | None


def asked_by(target: TargetFacts | None) -> PasskeyRule | None:
    """The rule or entry that asks decisions on the request for a passkey; None where nothing does."""
    if target is None or not target.controlled:
        return None
    if target.rules.passkey_of is not None and target.rules.passkey:
        return PasskeyRule(rule=target.rules.passkey_of)
    return PasskeyRule(rule=None) if target.entry is not None and target.entry.passkey else None


def check_given(target: TargetFacts | None, decision: Decision) -> None:
    """Raise PasskeyRequired where the decision lacks an answer that is asked for, VoteNotHanded where none can help.

    The answer itself is checked where the record's passkeys are known.
    """
    check_not_handed(target, decision)
    asked = asked_by(target) if decision.action.is_confirmed else None
    if asked is not None and decision.passkey is None:
        sentence = _RETRY if decision.action is DecisionAction.RETRY else None
        raise PasskeyRequired(sentence, **({"rule": asked.rule} if asked.rule else {}))


def check_not_handed(target: TargetFacts | None, decision: Decision) -> None:
    """Raise VoteNotHanded where a passkey is asked for: nobody's confirms that they handed their vote over."""
    if decision.on_behalf_of is not None and decision.action.is_confirmed and asked_by(target) is not None:
        raise VoteNotHanded


def check_fresh(passkey: Passkey, claims: PasskeyClaims, at: datetime) -> None:
    """Raise PasskeyInvalid for a passkey whose confirmation, or signature, somebody kept for later.

    `at` is when its commit was asked for, by the engine's clock. An end takes rights away alone, whenever it comes.
    """
    answer = passkey.confirmation
    if passkey.withdrawn is not None or answer is None:
        return
    if not in_time(claims.at, at) or not in_time(answer.asked, at) or not in_time(answer.asked, claims.at):
        raise PasskeyInvalid("It was confirmed too long ago: confirm it again")


def check_act(passkey: Passkey, person: Person | None) -> None:
    """Raise NotAuthorized unless it is the person's own, or an admin of the platform ends it.

    A service account has none.
    """
    if person is not None and person.owner is None and passkey.is_of(person.email, person.subject, person.issuer):
        return
    admin = person is not None and roles.scope(person, Permission.OPERATE).tenants is None
    if passkey.withdrawn is None or not admin:
        raise NotAuthorized


def unconfirmed(ticket: PromotionRequest, asked: PasskeyRule | None, confirmed: Container[int]) -> HistoryEntry | None:
    """The first act by which the ticket may be launched that lacks the passkey asked for now; None where none does.

    Such acts are the votes that stand, and what let it go on last since then. `confirmed` has the places in the history
    that a passkey confirmed. A vote that was handed over lacks one in any case.
    """
    history, standing = ticket.status.history, ticket.votes
    if asked is None or not standing or ticket.rule_approval is not None:  # no rule approves where one is asked for
        return None
    since = min(standing)
    let_on = [n for n, entry in enumerate(history) if n > since and entry.action in _LET_ON]
    lacking = (n for n in (*standing, *let_on[-1:]) if n not in confirmed or history[n].on_behalf_of is not None)
    return next((history[n] for n in lacking), None)


def of_person(passkeys: Iterable[Passkey], email: str, subject: str | None, issuer: str | None) -> tuple[Passkey, ...]:
    """Those of whoever signed in so, the oldest first."""
    own = (each for each in passkeys if each.is_of(email, subject, issuer))
    return tuple(sorted(own, key=lambda each: (each.created_at, each.id)))
