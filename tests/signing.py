"""The key that gates in tests sign with, the file by which a repository knows it, and what they sign."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from joserfc.jwk import OKPKey

from domain.change import Proof
from domain.deployment import job_number
from domain.signing import Claims, JobEvidence, counts_from, history_digest, service_claims, words_digest
from domain.ticket import PromotionRequest
from record.signing.keys import FOLDER
from record.signing.signatures import KeyClass, PublicKey, sealed

KEY = OKPKey.import_key(
    {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": "mWZdD3QKypNAw68cyV_KUzZBt57YWwQn3rcCL8Ddc5s",
        "d": "E74cvFbHRVpDek2vU97y4QijQ3WSyIG10LYf4idxrPY",
    }
)
"""The same in every process, and as old as any test's tickets."""


WORKER_KEY = OKPKey.import_key(
    {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": "KbZ6kUDw6ljimAZDPYf_dBXh57c1XIYmLC9GvxCB0j8",
        "d": "ybBrMtrJHmyqOx8KxQNc20cukUvvgMbHlaZF9uhQL_E",
    }
)
"""The same for the worker, whose acts it signs."""


def key_file(key: OKPKey = KEY, **fields: Any) -> dict[str, str | None]:
    """The public half as a file of the record, by its path."""
    given = {"created": datetime(2020, 1, 1, tzinfo=UTC)} | fields
    public = PublicKey.model_validate({"kid": key.thumbprint(), "x": key.as_dict(private=False)["x"]} | given)
    return {f"{FOLDER}/{public.kid}.json": public.model_dump_json()}


def claims_for(ticket: PromotionRequest, /, **false: Any) -> Claims:
    """The claims that the API would have signed for the ticket's last transition; `false` are claims that differ."""
    last = ticket.last
    said = hashlib.sha256(ticket.model_dump_json().encode()).hexdigest()
    honest: dict[str, Any] = {"id": said, "ticket": ticket.id, "digest": ticket.digest, "message": said}
    honest |= {"action": last.action, "email": last.by, "sub": None, "roles": (), "at": last.at}
    honest |= {"words": words_digest(last.comment, last.reason), "answer_by": last.answer_by}
    honest |= {"on_behalf_of": last.on_behalf_of}
    return Claims.model_validate(honest | false)


def proof_for(ticket: PromotionRequest) -> Proof | None:
    """The proof that goes with the ticket's last transition; none for what the service did."""
    if ticket.last.by == "system":
        return None
    claims = claims_for(ticket)
    return Proof(jws=sealed(claims, KEY), message=claims.message)


def service_key_file() -> dict[str, str | None]:
    """The public half of the worker's key as a file of the record, by its path: from then on the service signs."""
    return key_file(WORKER_KEY, key_class=KeyClass.SERVICE)


def proof_of_act(
    ticket: PromotionRequest, tip: str | None, key: OKPKey | None = None, signed_at: datetime | None = None
) -> Proof:
    """The proof of the ticket's last transition where the service signs, whoever acted, on the tip that they saw.

    The service signs when it happens, unless told when.
    """
    last = ticket.last
    if last.by != "system":
        attempt, round_ = counts_from(ticket)
        claims = claims_for(ticket, attempt=attempt, round=round_, tip=tip)
        return Proof(jws=sealed(claims, key or KEY), message=claims.message)
    job = None
    if last.job_id is not None:
        status = {"deployed": "successful", "verifying": "successful", "deploying": "pending"}.get(
            last.action, "failed"
        )
        job = JobEvidence(job=job_number(last.job_id), status=status)
    signed = service_claims(ticket, history_digest(ticket), tip, signed_at or last.at, job)
    return Proof(jws=sealed(signed, key or WORKER_KEY), message=signed.history)
