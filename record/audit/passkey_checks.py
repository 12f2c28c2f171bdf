"""Checks of passkeys: whoever was asked for theirs gave it, and nothing but people or an earlier one brought any."""

from collections.abc import Iterable, Iterator

import pygit2

from domain.assertions import Assertion
from domain.errors import PasskeyInvalid, Unproven
from domain.passkeys import CONFIRMED, asked_by
from domain.signing import Claims
from domain.ticket import SYSTEM
from record.audit.checks import Check, Step, Violation
from record.facts.passkeys import PasskeyTurn
from record.git.message import PASSKEY, SIGNATURE, trailer
from record.signing.signatures import Keys


def check_confirmed(step: Step) -> Iterator[Violation]:
    """A passkey of whoever decided confirms their very decision, where one was asked for, and wherever one is named."""
    word = trailer(step.commit, PASSKEY)
    unasked = step.last.by == SYSTEM or step.last.action not in CONFIRMED
    if word and (why := _refusal(step, word)):
        yield step.violation("passkey-invalid", f"{step.last.by} {step.last.action} it: {why}")
    elif not word and not unasked and step.always(lambda each: asked_by(each.target)):
        asked = asked_by(step.target)
        who = f"the rule {asked.rule}" if asked is not None and asked.rule else "the catalogue"
        sentence = f"{step.last.by} {step.last.action} it without the passkey that {who} asks for"
        yield step.violation("passkey-missing", sentence)


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


CHECKS: tuple[Check, ...] = (check_confirmed,)
