"""Says in a message what it counts from and how its person signed in, once the record signs acts of the service."""

from dataclasses import dataclass
from typing import TypeVar

from api.auth import SignedIn
from domain.decision import Decision, Submission
from domain.ticket import PromotionRequest
from record.git.repository import Repository
from record.signing.keys import KeyReader
from record.signing.signatures import Signer

Message = TypeVar("Message", Decision, Submission)


@dataclass(frozen=True)
class MessageSigner:
    """Signs what people submit and decide. Before the record has a key of the service, no worker asks for more."""

    signer: Signer
    keys: KeyReader
    repository: Repository

    def sign(self, message: Message, ticket: PromotionRequest, by: SignedIn) -> Message:
        """The message about the ticket as its person saw it, with its proof. Reads the record's tip."""
        return self.signer.sign(self.counted(message, ticket, by))

    def counted(self, message: Message, ticket: PromotionRequest, by: SignedIn) -> Message:
        """The message with what it counts from, as it will be signed."""
        if not self.keys.current().signs_service:
            return message
        counted = {
            "attempt": ticket.attempt,
            "round": ticket.round,
            "tip": self.repository.tip(),
            "auth_time": by.at and by.at.replace(microsecond=0),
            "acr": by.acr,
        }
        return message.model_copy(update=counted)
