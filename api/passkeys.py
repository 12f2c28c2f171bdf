"""The routes of passkeys: make, confirm, list, withdraw; and the challenge that confirms a decision."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.confirming import ChallengeBody, DecisionChallenge
from api.decisions import DecisionRequest
from api.dependencies import Caller, FromDecisions, FromKeyring
from api.entry import SignedInRoute
from api.keyring import MadePasskey, PasskeyBody, PasskeyOptions, ShownPasskey
from api.openapi import problems
from api.requests import REFUSALS, Id, Sees
from domain.assertions import PasskeyId

_CHANGED = problems(
    _403="The caller has no role here, or the authenticator's answer proves nothing",
    _409="The caller has too many passkeys, or this one is in the record, or has ended",
    _413="The body is larger than 256 KB",
)
_ASKED = problems(
    _400="The request's state does not allow it",
    _403="The caller may not, or has no passkey",
    _404="No such request, for this caller",
    _409="A file of the record is faulty",
    _413="The body is larger than 256 KB",
)
_MADE = _CHANGED | {201: {"model": MadePasskey, "description": "Confirmed by an earlier passkey, and recorded"}}

router = APIRouter(prefix="/v1", tags=["passkeys"], responses=REFUSALS, route_class=SignedInRoute)

KeyId = Annotated[PasskeyId, Path(alias="id")]


@router.get("/passkeys")
def list_passkeys(keyring: FromKeyring, caller: Sees) -> list[ShownPasskey]:
    """The caller's passkeys as the record has them, the newest first; those that ended, too."""
    return keyring.shown(caller)


@router.post("/passkeys/options", responses=_CHANGED)
async def get_passkey_options(keyring: FromKeyring, by: Caller, _: Sees) -> PasskeyOptions:
    """The options of a new passkey for the browser, which makes it within ten minutes. Nothing is kept of it."""
    return await keyring.options(by)


@router.post("/passkeys", responses=_MADE)
async def create_passkey(
    keyring: FromKeyring, by: Caller, _: Sees, body: PasskeyBody, response: Response
) -> MadePasskey:
    """Make the file of a passkey. A first one counts once people have committed it: no key of Prodgate can do that.

    Who has one already may send this again with its answer to `confirm`: then it is recorded before this answers 201.
    """
    made = await keyring.make(by, body)
    response.status_code = 201 if made.recorded else 200
    return made


@router.post("/passkeys/{id}/withdraw", responses=_CHANGED | problems(_404="No such passkey, for this caller"))
async def withdraw_passkey(keyring: FromKeyring, by: Caller, _: Sees, passkey_id: KeyId) -> ShownPasskey:
    """End a passkey of yours now. What it confirmed stays confirmed."""
    return await keyring.withdraw(by, passkey_id)


@router.post("/requests/prod/{id}/challenge", responses=_ASKED)
async def get_challenge(
    decisions: FromDecisions, by: Caller, _: Sees, ticket_id: Id, body: ChallengeBody
) -> DecisionChallenge:
    """The challenge by which your passkey confirms a decision, where a rule or the catalogue asks for that.

    Send the decision within ten minutes, word for word as here, with the browser's answer as `passkey`.
    """
    said = (body.action, body.comment, body.reason, body.production, None, body.on_behalf_of)
    return await decisions.challenge(by, ticket_id, DecisionRequest(*said))
