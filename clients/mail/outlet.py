"""Checkpoints by mail, to an address that keeps them: the note is attached as a file."""

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE

from clients.channel import ChannelDown
from clients.mail.channel import Mail
from clients.outlet import Allowed, OutletDown
from domain.audience import Language
from domain.checkpoint import Checkpoint, SignedCheckpoint
from domain.values import iso

_LOG = logging.getLogger(__name__)

SUBJECTS: Mapping[Language, str] = {
    Language.EN: "Checkpoint of {origin}: {size} acts",
    Language.FR: "Point de contrôle de {origin} : {size} actes",
}
TEXTS: Mapping[Language, str] = {
    Language.EN: """\
The file attached is a signed checkpoint of the record.

Record: {origin}, branch {branch}
Acts:   {size}
Tip:    {tip}
Time:   {at}

Please keep this mail. If the record is ever cut off, set back or rewritten, this file shows it:

    prodgate verify CLONE --checkpoint {name}
""",
    Language.FR: """\
Le fichier joint est un point de contrôle signé du registre.

Registre : {origin}, branche {branch}
Actes :    {size}
Commit :   {tip}
Heure :    {at}

Conservez ce message. Si le registre est un jour tronqué, ramené en arrière ou réécrit, ce fichier le montre :

    prodgate verify CLONE --checkpoint {name}
""",
}


@dataclass(frozen=True)
class MailOutlet:
    """Mails one address, over a conversation of its own."""

    mail: Mail
    to: str
    language: Language

    @property
    def name(self) -> str:
        return f"mail:{self.to}"

    async def hand_out(self, signed: SignedCheckpoint, allowed: Allowed) -> None:
        """Mail the note; the same one has the same Message-ID. A final refusal is logged."""
        try:
            done = await self.mail.send(self.message(signed), self.to, allowed)
        except ChannelDown as error:
            raise OutletDown(str(error)) from error
        finally:
            await self.mail.rest()
        if done.failure is not None:
            raise OutletDown(done.failure)
        for receipt in done.receipts:
            if receipt.refused:
                _LOG.error("%s gets no checkpoint %s: %s", self.to, signed.name, receipt.refused)

    def message(self, signed: SignedCheckpoint) -> EmailMessage:
        """The mail, the same however often it is made."""
        said = _facts(signed.checkpoint) | {"name": signed.name}
        message = EmailMessage(policy=WIRE)
        message["From"], message["To"] = self.mail.sender, Address(addr_spec=self.to)
        message["Subject"] = SUBJECTS[self.language].format_map(said)
        message["Date"] = signed.checkpoint.at
        to = hashlib.sha256(self.to.encode()).hexdigest()[:16]
        message["Message-ID"] = f"<{signed.name}.{to}@{self.mail.sender.domain}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
        message.set_content(TEXTS[self.language].format_map(said))
        message.add_attachment(signed.note, maintype="application", subtype="octet-stream", filename=signed.name)
        return message

    async def close(self) -> None:
        """End the conversation."""
        await self.mail.close()


def _facts(said: Checkpoint) -> dict[str, str]:
    return {"origin": said.origin, "branch": said.branch, "size": str(said.size), "tip": said.tip, "at": iso(said.at)}
