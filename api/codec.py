"""Serves Temporal's protocol for codec servers: its UI and its command ask here what an encrypted payload says."""

from typing import Annotated

from fastapi import APIRouter, Request

from api.decoder import EncodedPayloads
from api.dependencies import FromDecoder, FromTrail, needs
from api.entry import SignedInRoute
from api.openapi import problems
from api.trail import audited
from domain.roles import Permission, Person
from domain.trail import AuditAction

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
    request: Request,
    decoder: FromDecoder,
    trail: FromTrail,
    caller: Annotated[Person, needs(Permission.OPERATE)],
    body: EncodedPayloads,
) -> EncodedPayloads:
    """Decrypts payloads of Temporal's histories; what is in clear comes back as it is."""
    decoded = await decoder.decode(caller, body)
    trail.note(audited(request, AuditAction.DECODE))
    return decoded
