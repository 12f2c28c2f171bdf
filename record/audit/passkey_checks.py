"""Checks of passkeys: whoever was asked for theirs gave it, and nothing but people or an earlier one brought any."""

from collections.abc import Iterable, Iterator

import pygit2

from domain.assertions import Assertion
from domain.errors import PasskeyInvalid, Unproven
from domain.passkeys import CONFIRMED, HANDED, asked_by, unconfirmed
from domain.signing import Claims
from domain.ticket import SYSTEM, Action, PromotionRequest
from record.audit.checks import Check, Step, Violation
from record.audit.seen import Seen
from record.facts.passkeys import PasskeyTurn
from record.git.message import PASSKEY, SIGNATURE, trailer
from record.signing.signatures import Keys

_CONFIRMED = "confirmed"


def check_confirmed(step: Step) -> Iterator[Violation]:
    """A passkey of whoever decided confirms their very decision, where one was asked for, and wherever one is named.

    The files right before it say whether one was: the worker commits nothing on other ones than it read.
    """
    word, last = trailer(step.commit, PASSKEY), step.last
    asked = asked_by(step.target) if last.by != SYSTEM and last.action in CONFIRMED else None
    if word and (why := _refusal(step, word)):
        yield step.violation("passkey-invalid", f"{last.by} {last.action} it: {why}")
    elif asked is not None and last.on_behalf_of is not None:
        yield step.violation("passkey-missing", f"{last.by} {last.action} it for {last.on_behalf_of}: {HANDED}")
    elif asked is not None and not word:
        who = f"the rule {asked.rule}" if asked.rule else "the catalogue"
        yield step.violation("passkey-missing", f"{last.by} {last.action} it without the passkey that {who} asks for")
    elif word:
        grant(step.seen, step.now, len(step.now.status.history) - 1)


def check_launched(step: Step) -> Iterator[Violation]:
    """Whatever a request was launched on was confirmed, where that was asked for then, since whenever."""
    ticket, last = step.now, step.last
    if last.action is not Action.DEPLOYING or last.job_id is None or asked_by(step.target) is None:
        return
    places = range(len(ticket.status.history))
    confirmed = frozenset(n for n in places if step.seen.get(_CONFIRMED, f"{ticket.id} {n}") is not None)
    lacking = [unconfirmed(ticket, asked_by(each.target), confirmed) for each in step.lately()]
    if lacking and all(lacking) and lacking[0] is not None:
        first = lacking[0]
        sentence = f"it was launched though no passkey confirms that {first.by} {first.action} it"
        yield step.violation("passkey-missing", sentence)


def grant(seen: Seen, ticket: PromotionRequest, *places: int) -> None:
    """Keep that a passkey confirmed the entries at these places of the history, or that it is taken for granted."""
    for place in places:
        seen.first(_CONFIRMED, f"{ticket.id} {place}", "")


def _refusal(step: Step, word: str) -> PasskeyInvalid | None:
    """The reason why the answer proves nothing of the act."""
    if not isinstance(step.signed, Claims):
        return PasskeyInvalid("Nobody signed what it would confirm")
    try:
        step.passkeys.check(step.signed, Assertion.read(word))
    except PasskeyInvalid as why:
        return why
    return None


def violations(turns: Iterable[PasskeyTurn], commit: pygit2.Commit, keys: Keys) -> Iterator[Violation]:
    """Finds what a commit did to passkeys that it could not: what it brought that does not count, what it ended."""
    for turn in turns:
        if turn.fault is not None:
            yield Violation(str(commit.id), turn.path, "passkey-not-proven", f"{turn.fault}; it proves nothing")
        elif turn.by_service and (why := _unsigned(turn, commit, keys)):
            yield Violation(str(commit.id), turn.path, "passkey-not-signed", why)


def _unsigned(turn: PasskeyTurn, commit: pygit2.Commit, keys: Keys) -> str | None:
    """The reason why nobody asked the service for what it did with a passkey; None where somebody did."""
    if turn.now is None:
        return "the service removed it"
    try:
        claims = keys.passkey(trailer(commit, SIGNATURE))
    except Unproven as why:
        return f"the service changed it, and {why}"
    return None if claims.fits(turn.now) else "the service changed it, and something else was signed"


CHECKS: tuple[Check, ...] = (check_confirmed, check_launched)
