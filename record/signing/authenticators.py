"""Checks what authenticators answer (WebAuthn level 3, sections 7.1 and 7.2), offline: by the passkey's file alone.

Presence and verification of the user are required; a page inside another one's is refused, for its visitor may not see
what they confirm. Attestation is not asked for: who brings a passkey into the record is what makes it theirs. The
counter of uses is no condition, for passkeys that are kept in several places have none.
"""

import json
from collections.abc import Mapping

from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers.cose import COSEAlgorithmIdentifier

from domain.assertions import LONGEST_ANSWER, Assertion, from_base64url, to_base64url
from domain.errors import PasskeyInvalid
from domain.passkeys import Passkey, PasskeySites, id_of
from domain.values import Frozen

ALGORITHMS = (
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
)
"""The kinds of keys that are taken, as COSE numbers them: Windows Hello has some of the last kind."""


LONGEST_ATTESTATION = 64_000
"""Characters of an attestation: a few certificates, which nobody asks for."""

FOREIGN = "It was made at another address than platform.yaml names at spec.passkeys"


class Site(Frozen):
    """The console as authenticators know it: the id of the relying party, and the page's origin."""

    rp_id: str
    origin: str


class NewCredential(Frozen):
    """An authenticator's answer to a registration, as the browser gives it."""

    credential: str
    client_data: str
    attestation: str


def check_answer(passkey: Passkey, answer: Assertion, challenge: bytes, sites: PasskeySites | None = None) -> None:
    """Raise PasskeyInvalid unless the passkey's authenticator answered that very challenge, its user verified.

    With `sites`, the passkey was made at one of them, and each of them may have asked; else the one in its file alone.
    """
    if sites is not None and not sites.takes(passkey):
        raise PasskeyInvalid(FOREIGN)
    if answer.passkey != passkey.id:
        raise PasskeyInvalid("Another passkey answered")
    _check_page(answer.client_data)
    response = {
        "authenticatorData": answer.authenticator_data,
        "clientDataJSON": answer.client_data,
        "signature": answer.signature,
    }
    try:
        verify_authentication_response(
            credential=_credential(passkey.credential, response),
            expected_challenge=challenge,
            expected_rp_id=passkey.rp_id,
            expected_origin=[passkey.origin] if sites is None else list(sites.origins),
            credential_public_key=from_base64url(passkey.public_key),
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except Exception as error:  # whatever the library makes of bytes from anywhere, they prove nothing
        raise PasskeyInvalid(_sentence(error)) from error


def registered(answer: NewCredential, challenge: bytes, site: Site, by: Mapping[str, object]) -> Passkey:
    """The passkey that an authenticator made on the site; `by` has the person's part. Raises PasskeyInvalid."""
    if len(answer.client_data) > LONGEST_ANSWER or len(answer.attestation) > LONGEST_ATTESTATION:
        raise PasskeyInvalid("It is longer than any authenticator's answer")
    _check_page(answer.client_data)
    response = {"clientDataJSON": answer.client_data, "attestationObject": answer.attestation}
    try:
        made = verify_registration_response(
            credential=_credential(answer.credential, response),
            expected_challenge=challenge,
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            require_user_verification=True,
            supported_pub_key_algs=list(ALGORITHMS),
        )
        credential, public_key = to_base64url(made.credential_id), to_base64url(made.credential_public_key)
        said = {"id": id_of(credential), "rp_id": site.rp_id, "origin": site.origin}
        found = Passkey.model_validate({**said, **by, "credential": credential, "public_key": public_key})
    except Exception as error:  # as above
        raise PasskeyInvalid(_sentence(error)) from error
    if found.credential != answer.credential:
        raise PasskeyInvalid("The browser and its authenticator name two credentials")
    return found


def _credential(credential: str, response: dict[str, str]) -> dict[str, object]:
    return {"id": credential, "rawId": credential, "type": "public-key", "response": response}


def _check_page(client_data: str) -> None:
    try:
        said = json.loads(from_base64url(client_data))
    except (ValueError, RecursionError) as error:
        raise PasskeyInvalid("The browser's part of the answer can't be read") from error
    if not isinstance(said, dict) or said.get("crossOrigin") or said.get("topOrigin"):
        raise PasskeyInvalid("It was answered inside of another site's page")


def _sentence(error: Exception) -> str:
    """The reason in one sentence; of what the library does not name, the kind of error alone."""
    ours = isinstance(error, PasskeyInvalid) or type(error).__module__.startswith("webauthn")
    return f"{PasskeyInvalid.sentence}: {str(error)[:200] if ours else type(error).__name__}"
