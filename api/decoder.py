"""Decrypts what Temporal keeps, for its UI and its command, where the caller operates the platform.

A history holds more than its ticket shows: people's subjects, their other addresses and all their roles, and signed
decisions. So seeing a ticket is not enough. The protocol is Temporal's own for codec servers: `Payloads` as JSON,
posted to `…/decode`; nothing is encrypted for anybody.
"""

from dataclasses import dataclass
from typing import Annotated

from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from pydantic import ConfigDict, Field
from temporalio.api.common.v1 import Payloads
from temporalio.converter import PayloadCodec

from api.errors import RefusedText
from api.models import FieldProblem
from domain import roles
from domain.errors import NotAuthorized
from domain.roles import Permission, Person
from domain.values import Frozen
from engine.codec import PayloadUnreadable

MOST_PAYLOADS = 1_000

Base64 = Annotated[str, Field(pattern="^[A-Za-z0-9+/_-]*={0,2}$")]


class EncodedPayload(Frozen):
    """One payload as Temporal's JSON has it; every value is base64. Fields besides are left out of the answer."""

    model_config = ConfigDict(extra="ignore")

    metadata: dict[str, Base64] = Field(default_factory=dict)
    data: Base64 = ""


class EncodedPayloads(Frozen):
    """Payloads of one history."""

    model_config = ConfigDict(extra="ignore")

    payloads: Annotated[tuple[EncodedPayload, ...], Field(max_length=MOST_PAYLOADS)]


@dataclass(frozen=True)
class Decoder:
    """Decrypts with the keys of this process."""

    codec: PayloadCodec

    async def decode(self, caller: Person, given: EncodedPayloads) -> EncodedPayloads:
        """The payloads in clear, in their order. Raises NotAuthorized, RefusedText."""
        if roles.scope(caller, Permission.OPERATE).tenants is not None:
            raise NotAuthorized
        try:
            encoded = ParseDict(given.model_dump(), Payloads())
            clear = Payloads(payloads=await self.codec.decode(encoded.payloads))
        except (ParseError, PayloadUnreadable) as error:
            detail = str(error)[:500]
            raise RefusedText(FieldProblem(field="payloads", detail=detail, kind="unreadable")) from error
        return EncodedPayloads.model_validate({"payloads": [], **MessageToDict(clear)})  # none is left out there
