"""Answers of authenticators, when people are asked for their passkeys, as the record keeps them (WebAuthn level 3)."""

import base64
import binascii
from typing import Annotated

from pydantic import StringConstraints, ValidationError

from domain.errors import PasskeyInvalid
from domain.values import Frozen, Moment

PasskeyId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
"""The first half of the SHA-256 of a credential's id, in hex: the name of its file."""

LONGEST_WORD = 16_000
"""Characters of an answer in a commit's trailer: its three parts twice over in base64."""

LONGEST_ANSWER = 2_048
"""Characters of each part of an answer: an RSA signature takes 700, client data a few hundred."""

Base64Url = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=LONGEST_ANSWER)]
"""Bytes as WebAuthn writes them: base64url without padding."""


class Assertion(Frozen):
    """An authenticator's answer: by which passkey, when it was asked for, and its three parts."""

    passkey: PasskeyId
    asked: Moment
    authenticator_data: Base64Url
    client_data: Base64Url
    signature: Base64Url

    def __str__(self) -> str:
        """One word, as a commit's trailer has it."""
        return to_base64url(self.model_dump_json().encode())

    @classmethod
    def read(cls, word: str) -> "Assertion":
        """The assertion of a trailer. Raises PasskeyInvalid."""
        if len(word) > LONGEST_WORD:
            raise PasskeyInvalid("The trailer is longer than any passkey's answer")
        try:
            return cls.model_validate_json(from_base64url(word))
        except ValidationError as error:
            raise PasskeyInvalid("The trailer holds no passkey's answer") from error


def to_base64url(data: bytes) -> str:
    """The bytes as WebAuthn writes them."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """The bytes of what WebAuthn writes. Raises PasskeyInvalid."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise PasskeyInvalid("It is not written in base64url") from error
