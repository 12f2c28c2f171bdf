"""Asks for a person's own passkey before their act is committed: whoever has the API's key alone can decide nothing."""

from dataclasses import dataclass
from datetime import datetime

from domain import passkeys, targets
from domain.change import Change
from domain.errors import PasskeyInvalid, PasskeyRequired
from domain.passkeys import CONFIRMED, PasskeyRule
from record.errors import RecordUnavailable
from record.facts.controls import Controls
from record.signing.keys import KeyReader


@dataclass(frozen=True)
class RuleRead:
    """The rule or entry that asks for a passkey, None for none, by some files of the record."""

    rule: PasskeyRule | None
    files: tuple[str, ...]
    """The files, as `Controls.stamp` has them."""


@dataclass(frozen=True)
class Confirming:
    """Knows which acts take a passkey, and which passkeys count, as the record has it."""

    keys: KeyReader
    controls: Controls

    def asked(self, change: Change) -> RuleRead:
        """The rule that asks for a passkey, if any does. Raises what reading raises.

        While a file in its reach is faulty, it may ask: then nobody's act without one is committed.
        """
        if change.ticket.last.action not in CONFIRMED:
            return RuleRead(None, ())
        files = self.controls.stamp()
        facts = self.controls.of_ticket(change.ticket)
        lacks = change.proof is None or change.proof.passkey is None
        if facts.controlled and facts.faults and lacks:
            raise RecordUnavailable(f"Nobody can tell whether a passkey is asked for: {targets.told(facts.faults)}")
        return RuleRead(passkeys.asked_by(facts), files)

    def check(self, change: Change, asked: RuleRead, tip: str | None, at: datetime) -> Change:
        """The change, where the passkeys of the tip that it goes on confirm it as far as that is asked for.

        `at` is when its commit was asked for, by the engine's clock. Raises PasskeyRequired, PasskeyInvalid;
        RecordUnavailable while the passkeys can't be read, and where the tip's files are others than those asked.
        """
        proof, rule = change.proof, asked.rule
        if asked.files and asked.files != self.controls.stamp(tip):
            raise RecordUnavailable("The rules were changed meanwhile; try again")
        if rule is not None and change.ticket.last.on_behalf_of is not None:
            raise PasskeyInvalid(passkeys.HANDED)
        if proof is not None and proof.passkey is not None:
            if not passkeys.in_time(proof.passkey.asked, at):
                raise PasskeyInvalid("The passkey's answer came too late: decide again")
            self.controls.passkeys.at(tip).check(self.keys.current().claims(proof.jws), proof.passkey)
        elif rule is not None:
            raise PasskeyRequired(**({"rule": rule.rule} if rule.rule else {}))
        return change
