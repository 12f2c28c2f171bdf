"""Serves Temporal's protocol for codec servers: its UI and its command ask here what an encrypted payload says."""

from typing import Annotated

from fastapi import APIRouter

from api.decoder import EncodedPayloads
from api.dependencies import FromDecoder, needs
from api.entry import SignedInRoute
from api.openapi import problems
from domain.roles import Permission, Person

router = APIRouter(prefix="/v1/codec", tags=["codec"], route_class=SignedInRoute)


@router.post(
    "/decode",
    responses=problems(
        _401="No acceptable token",
        _403="Only a cpi_admin of the whole platform reads histories",
        _413="The body is too large",
        _422="Something is no payload, was changed, or its key is not known here",
        _429="Too many requests; `Retry-After` says when to go on",
        _431="The headers are too large",
        _503="The identity provider or the Git record can't be reached now",
    ),
)
async def decode_payloads(
    decoder: FromDecoder, caller: Annotated[Person, needs(Permission.OPERATE)], body: EncodedPayloads
) -> EncodedPayloads:
    """Decrypts payloads of Temporal's histories; what is in clear comes back as it is."""
    return await decoder.decode(caller, body)
