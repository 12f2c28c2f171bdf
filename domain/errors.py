"""Every rule of the product that can be broken, one class each, with the sentence that a person reads.

RuleViolation
├── MalformedTicket       a ticket's file or a value in it is not what the form asks for
├── NewerFormat           a file, commit or message is in a format that a later release writes
├── PreChecksNotPassed    a submission whose mandatory checks have not passed
├── ScheduledInThePast    a submission whose date has gone by
├── ScheduledTooLate      a submission whose date is more than a year ahead
├── VersionMalformed      a submission whose version is none
├── VersionMoves          a submission of a version that moves, without the digest of what is meant
├── EvidenceContradicts   a submission whose own test evidence says otherwise
├── EvidenceNotChecked    a request whose test evidence nobody could check, where a rule asks for that
├── UnknownEnvironment    a submission between environments that its target does not have
├── AlreadyOpen           a submission of what another open request asks for
├── TooManyOpen           a submission of somebody who has too many open requests
├── FaultyFile            a file of the record that grants something can't be used as it is
├── RecordBehind          what the decision rests on is not known yet, or not any more: the same may be asked again
├── NotPending            a decision on a ticket that is decided, withdrawn or expired
├── NotCancellable        a withdrawal after the deployment began or the end was reached
├── NotHoldable           a hold of something that is not approved, held already or about to be launched
├── NotHeld               a release of something that nobody holds
├── NotRetryable          a retry of something that has not failed
├── HistoryFull           one more decision on a ticket on which too much was decided
├── ProductionChanged     an approval that was given looking at another version of production
├── VotesMissing          an approval that others have to give, too, by the company's rules
├── AlreadyVoted          a second vote of one person
├── VoteNotNeeded         a vote that fills none of the places that are left
├── NoVote                a vote taken back that nobody gave
├── NothingOwed           an answer for an emergency where nobody waits for one
├── DebtsOverdue          one more emergency, or its retry, while somebody waits too long for an answer
├── NotAuthorized         the person's roles do not allow it
│   ├── TargetNotOwned    the target is not the tenant's
│   ├── TenantGone        the tenant has no file any more, and no rules
│   ├── SelfApproval      the requester and the approver are one person
│   ├── ServiceDecides    a service account asks, and never decides
│   ├── NotDelegated      a vote for somebody who has not handed it over, or not any more
│   │   └── VoteNotHanded  a vote on somebody's behalf where a passkey is asked for
│   ├── NoVoteToGive      somebody without a vote of their own hands one over
│   ├── EmergencyNotAllowed  an emergency of somebody whom no rule lets declare one
│   ├── OwnEmergency      whoever declared an emergency answers for it
│   ├── PasskeyRequired   a decision without the passkey that a rule or the catalogue asks for
│   ├── PasskeyInvalid    an answer of a passkey that proves nothing of the decision, or a passkey that counts no more
│   └── IdentityChanged   somebody acted before by another sign-in, and their entry does not name the new one
├── DelegateUnfit         a vote handed to oneself, to a service account, or to somebody whom no file names
├── DelegationDates       a vote handed over for too long, too far ahead, or for a time that has passed
├── DelegationOver        an end of a delegation that has ended
├── DelegationGone        a delegation made again of which the record no longer has what was signed
├── TooManyDelegations    one more delegation of somebody who has too many
├── TooManyPasskeys       one more passkey of somebody who has too many
├── PasskeyOver           an end of a passkey that does not count, or one that is there already
├── NobodyToApprove       a submission that nobody but its requester, or too few people, could approve
├── StaleDecision         what the person decided on is not what the ticket says
├── NothingToRepair       a commit that changed nothing without proof, or that is repaired already
├── TemplateChanged       a change of another version of a template than the record has
├── PreferencesChanged    a change of other preferences than the record has
├── TemplateFaulty        a template of documents that can't be rendered
├── DocumentTooLarge      a document that takes more time, memory or space than one may
├── NotOver               a receipt of a request to which something can still happen
├── NoCheckpointYet       a receipt of a request whose end no checkpoint holds
├── ReceiptUnproven       a receipt of a request whose history nothing proves
├── WrongTicket           a message meant for another ticket
├── Unproven              a message that the API did not sign, or not now, or not for this
│   └── KeyEnded          one that it did sign, by a key that was retired or revoked since
├── Unvouched             a transition of the service's own that the record, the clock or AWX speaks against
└── IllegalTransition     the product itself tried what the lifecycle does not have
"""

import re
from typing import Self


class RuleViolation(Exception):
    """A rule was broken; `str()` is one plain sentence for the person who broke it.

    `params` are the values in the sentence, for whoever says it in another language.
    """

    sentence = "The rules do not allow this"

    def __init__(self, sentence: str | None = None, **params: str) -> None:
        super().__init__(sentence or self.sentence)
        self.params = params


class MalformedTicket(RuleViolation):
    sentence = "The ticket is malformed"


class NewerFormat(RuleViolation):
    sentence = "A later release of Prodgate wrote this: upgrade this one first"

    @classmethod
    def of(cls, name: str, found: str, reads: str) -> Self:
        """The refusal that says what was found, and the newest version that is read."""
        said = f"This {name} has format {found}, and this release reads up to format {reads}: upgrade Prodgate first"
        return cls(said, name=name, found=found, reads=reads)


class PreChecksNotPassed(RuleViolation):
    sentence = "Staging tests and security scan must have passed"

    def __init__(self, sentence: str | None = None, *, failed: tuple[str, ...] = ()) -> None:
        super().__init__(sentence)
        self.failed = failed


class ScheduledInThePast(RuleViolation):
    sentence = "The scheduled date must be in the future"


class ScheduledTooLate(RuleViolation):
    sentence = "The scheduled date must be within a year"


class VersionMalformed(RuleViolation):
    sentence = "A version begins with a letter or digit and has no '..'"


class EvidenceContradicts(RuleViolation):
    sentence = "The tests are said to have passed, but the evidence speaks against it"


class EvidenceNotChecked(RuleViolation):
    sentence = "The test evidence could not be checked"


class VersionMoves(RuleViolation):
    sentence = "The version moves: name the digest of what is meant"


class UnknownEnvironment(RuleViolation):
    sentence = "The target has no such environment"


class AlreadyOpen(RuleViolation):
    sentence = "Another open request asks for the same"


class TooManyOpen(RuleViolation):
    sentence = "You have too many open requests: let some be decided or withdraw them"


class FaultyFile(RuleViolation):
    sentence = "A file of the record can't be read"


class RecordBehind(RuleViolation):
    sentence = "The record is not known as it is now; try again"


class NotPending(RuleViolation):
    sentence = "Request not pending"


class VotesMissing(RuleViolation):
    sentence = "Others have to approve, too"


class AlreadyVoted(RuleViolation):
    sentence = "You have voted"


class VoteNotNeeded(RuleViolation):
    sentence = "Your vote fills no place that is left"


class NoVote(RuleViolation):
    sentence = "You have given no vote that stands"


class NotCancellable(RuleViolation):
    sentence = "Request can no longer be cancelled"


class NotHoldable(RuleViolation):
    sentence = "Request can't be held"


class NotHeld(RuleViolation):
    sentence = "Request not held"


class HistoryFull(RuleViolation):
    sentence = "Too much was decided on this request: make a new one"


class ProductionChanged(RuleViolation):
    sentence = "Production is not what it was when you looked: look again"


class NothingOwed(RuleViolation):
    sentence = "No emergency of this request waits for an answer"


class DebtsOverdue(RuleViolation):
    sentence = "Emergencies wait too long for an answer: somebody has to answer for them first"


class NotRetryable(RuleViolation):
    sentence = "Request not failed"


class NotAuthorized(RuleViolation):
    sentence = "Not authorized"


class TargetNotOwned(NotAuthorized):
    sentence = "The target belongs to no tenant of this request"


class TenantGone(NotAuthorized):
    sentence = "The tenant no longer exists"


class SelfApproval(NotAuthorized):
    sentence = "Cannot approve your own request"


class ServiceDecides(NotAuthorized):
    sentence = "A service account cannot decide"


class NotDelegated(NotAuthorized):
    sentence = "Nothing lets you vote for this person now"


class VoteNotHanded(NotDelegated):
    sentence = "This vote takes a passkey, so it can't be handed over: whoever has it has to give it"


class NoVoteToGive(NotAuthorized):
    sentence = "Only who may approve, by a role of their own, can hand their vote over"


class EmergencyNotAllowed(NotAuthorized):
    sentence = "No rule lets you launch this past votes and freezes"


class OwnEmergency(NotAuthorized):
    sentence = "Somebody else than you, who declared the emergency, has to answer for it"


class IdentityChanged(NotAuthorized):
    sentence = (
        "You acted before with another sign-in: whoever runs the platform must name your new `subject` in your entry "
        "of the directory (docs/operations.md)"
    )


class PasskeyRequired(NotAuthorized):
    sentence = "This decision takes your passkey: decide in the console"


class PasskeyInvalid(NotAuthorized):
    sentence = "The passkey's answer does not prove this decision"


class PasskeyOver(RuleViolation):
    sentence = "This passkey does not count, or not any more"


class TooManyPasskeys(RuleViolation):
    sentence = "You have too many passkeys: withdraw one first"


class DelegateUnfit(RuleViolation):
    sentence = "A vote is handed to another person, whom the directory knows by this very address"


class DelegationDates(RuleViolation):
    sentence = "A vote is handed over for 30 days at most, from now or within 90 days"


class DelegationOver(RuleViolation):
    sentence = "This delegation has ended"


class DelegationGone(RuleViolation):
    sentence = (
        "The record no longer has this delegation as it was signed, so it gives no vote: hand it over anew, "
        "with another Idempotency-Key"
    )


class TooManyDelegations(RuleViolation):
    sentence = "You have handed your vote over too often: withdraw a delegation first"


class NobodyToApprove(RuleViolation):
    sentence = "Nobody but the requester could approve this request"


class StaleDecision(RuleViolation):
    sentence = "The request is not the one that was decided on"


class NothingToRepair(RuleViolation):
    sentence = "The commit left nothing that has to be put back"


class TemplateChanged(RuleViolation):
    sentence = "Somebody else has changed the template meanwhile: read it again and edit what it says now"


class PreferencesChanged(RuleViolation):
    sentence = (
        "Your preferences were changed meanwhile, in another window: read them again and change what they say now"
    )


class TemplateFaulty(RuleViolation):
    sentence = "The template can't be rendered"


class DocumentTooLarge(RuleViolation):
    sentence = "The document takes more memory or space than one may"


class NotOver(RuleViolation):
    sentence = "The request is not over: only then it has a receipt"


class NoCheckpointYet(RuleViolation):
    sentence = "No checkpoint holds the end of this request yet"


class ReceiptUnproven(RuleViolation):
    sentence = "There is no receipt: not all of this request can be proven"


class WrongTicket(RuleViolation):
    sentence = "The message names another request"


class Unproven(RuleViolation):
    sentence = "The message is not signed by Prodgate"


class KeyEnded(Unproven):
    sentence = "The message was signed by a key that was retired or revoked since; decide again"


class Unvouched(RuleViolation):
    sentence = "Nothing shows that this happened"


class IllegalTransition(RuleViolation):
    sentence = "The lifecycle has no such transition"


def kind_of(error: Exception | type[Exception]) -> str:
    """The word that programs know a refusal by: its class's name in kebab case."""
    name = error.__name__ if isinstance(error, type) else type(error).__name__
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def _tree(root: type[RuleViolation]) -> dict[str, type[RuleViolation]]:
    found = {root.__name__: root}
    for child in root.__subclasses__():
        found |= _tree(child)
    return found


def from_name(name: str, sentence: str, params: dict[str, str] | None = None) -> RuleViolation | None:
    """The violation that crossed a process boundary as its class name, sentence and values; None for other errors."""
    violation = _tree(RuleViolation).get(name)
    if violation is None:
        return None
    found = violation(sentence)
    found.params = params or {}
    return found
