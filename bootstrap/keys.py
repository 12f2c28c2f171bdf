"""The worker's own key: read from its file, and asked for where the record needs it."""

import contextlib

from bootstrap.process import CannotServe
from record.errors import RecordUnavailable
from record.git.repository import Repository
from record.signing.proofs import CommitProofs
from record.signing.signatures import KeyUnusable, Signer
from settings import Settings, variable


def signer(settings: Settings) -> Signer | None:
    """The worker's key, None where none is set. Raises CannotServe where it can't be used."""
    try:
        return None if settings.worker_key is None else Signer(settings.worker_key)
    except KeyUnusable as error:
        raise CannotServe(f"{variable('worker_key')}: {error}") from error


def check_key(repository: Repository, proofs: CommitProofs) -> None:
    """Raise CannotServe where the record has a key of the service, and this worker none: it could commit nothing."""
    with contextlib.suppress(RecordUnavailable):  # a record that is away keeps no worker from starting
        repository.fetch()
    if proofs.signer is None and (fault := proofs.fault()):
        raise CannotServe(f"{variable('worker_key')}: {fault}")
