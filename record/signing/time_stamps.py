"""Time-stamps (RFC 3161): an authority's word on the time by which a checkpoint was signed."""

from collections.abc import Sequence
from datetime import UTC, datetime

from cryptography.x509 import Certificate, load_pem_x509_certificates
from rfc3161_client import (
    HashAlgorithm,
    TimeStampRequest,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)
from rfc3161_client.tsp import PKIStatus

from record.signing.der import in_order

LARGEST = 64_000
"""Bytes of an authority's answer at most: its certificates are in it."""


class NotStamped(Exception):
    """The answer is no time-stamp of that note; `str()` says why."""


def request_for(note: bytes) -> TimeStampRequest:
    """The question for a time-stamp of a note's bytes: SHA-512, with a nonce, the authority's certificate included."""
    return TimestampRequestBuilder().data(note).hash_algorithm(HashAlgorithm.SHA512).build()


def check_answer(asked: TimeStampRequest, answer: bytes) -> None:
    """Raise NotStamped where the answer is not one to that question. Nobody looks at its signature here."""
    found = _read(answer)
    if found.status != PKIStatus.GRANTED:
        known = found.status in PKIStatus.__members__.values()
        named = PKIStatus(found.status).name.lower() if known else f"status {found.status}"
        said = "; ".join(found.status_string) or named
        raise NotStamped(f"the authority stamps nothing: {said}")
    try:
        told = found.tst_info
    except ValueError as error:
        raise NotStamped(f"it holds no time-stamp: {error}") from error
    if told.nonce != asked.nonce:
        raise NotStamped("it answers another question")
    imprint, wanted = told.message_imprint, asked.message_imprint
    if (imprint.hash_algorithm, imprint.message) != (wanted.hash_algorithm, wanted.message):
        raise NotStamped("it stamps something else")


def stamped_at(answer: bytes, note: bytes, roots: Sequence[Certificate]) -> datetime:
    """The time by which the authority had the note, by a certificate that leads to one of the roots.

    Certificates have to be valid at that time, not now. Raises NotStamped.
    """
    found = _read(answer)
    builder = VerifierBuilder(roots=list(roots))
    try:
        builder.build().verify_message(found, note)
        return found.tst_info.gen_time.astimezone(UTC)
    except (VerificationError, ValueError) as error:
        raise NotStamped(f"the time-stamp does not hold: {error}") from error


def read_roots(pem: bytes) -> list[Certificate]:
    """The certificates of a file. Raises NotStamped where there is none."""
    try:
        return load_pem_x509_certificates(pem)
    except ValueError as error:
        raise NotStamped(f"the authority's root is no certificate in PEM: {error}") from error


def _read(answer: bytes) -> TimeStampResponse:
    if len(answer) > LARGEST:
        raise NotStamped(f"it is larger than {LARGEST:,} bytes")
    try:
        return decode_timestamp_response(in_order(answer))
    except ValueError as error:
        raise NotStamped(f"it is no answer of RFC 3161: {error}") from error
