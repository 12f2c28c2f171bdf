"""Asks for a person's own passkey before their act is committed: whoever has the API's key alone can decide nothing."""

from dataclasses import dataclass

from domain import passkeys, targets
from domain.change import Change
from domain.errors import PasskeyRequired
from domain.passkeys import CONFIRMED, PasskeyRule
from record.errors import RecordUnavailable
from record.facts.controls import Controls
from record.signing.keys import KeyReader


@dataclass(frozen=True)
class Confirming:
    """Knows which acts take a passkey, and which passkeys count, as the record has it."""

    keys: KeyReader
    controls: Controls

    def asked(self, change: Change) -> PasskeyRule | None:
        """The rule or entry that asks for a passkey; None where nothing does. Raises what reading raises.

        While a file in its reach is faulty, it may ask: then nobody's act without one is committed.
        """
        if change.ticket.last.action not in CONFIRMED:
            return None
        facts = self.controls.of_ticket(change.ticket)
        lacks = change.proof is None or change.proof.passkey is None
        if facts.faults and lacks and self.controls.passkeys.current().counting:
            raise RecordUnavailable(f"Nobody can tell whether a passkey is asked for: {targets.told(facts.faults)}")
        return passkeys.asked_by(facts)

    def check(self, change: Change, asked: PasskeyRule | None, tip: str | None) -> Change:
        """The change, where the passkeys of the tip that it goes on confirm it as far as that is asked for.

        Raises PasskeyRequired, PasskeyInvalid; RecordUnavailable while the passkeys can't be read.
        """
        proof = change.proof
        if proof is not None and proof.passkey is not None:
            self.controls.passkeys.at(tip).check(self.keys.current().claims(proof.jws), proof.passkey)
        elif asked is not None:
            raise PasskeyRequired(**({"rule": asked.rule} if asked.rule else {}))
        return change
