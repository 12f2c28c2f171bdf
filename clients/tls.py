"""TLS as clients speak it: the authorities that they trust, and the certificate that they show where they are asked."""

import ssl
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.x509 import load_pem_x509_certificate


class CertificateUnusable(OSError):
    """A certificate, a key or a bundle of authorities can't be used; `str()` names the file and says why."""


@dataclass(frozen=True)
class ClientCertificate:
    """A certificate with its chain, and its key: in a file of its own, or in the same."""

    cert: Path
    key: Path | None = None

    def check(self, now: datetime) -> None:
        """Raise CertificateUnusable where it can't be shown now: unreadable, not of its key, or out of date."""
        context(None, self)
        check_dates(str(self.cert), self.cert.read_bytes(), now)


def certificate(cert: Path | None, key: Path | None) -> ClientCertificate | None:
    """The certificate of two settings; None without one."""
    return ClientCertificate(cert, key) if cert else None


def check_dates(name: str, pem: bytes, now: datetime) -> None:
    """Raise CertificateUnusable where the first certificate is no longer valid, or not yet, or is none."""
    try:
        found = load_pem_x509_certificate(pem)
    except ValueError as error:
        raise CertificateUnusable(f"{name} is no certificate: {error}") from error
    if now > found.not_valid_after_utc:
        raise CertificateUnusable(f"{name} has expired on {found.not_valid_after_utc:%Y-%m-%d}: renew it")
    if now < found.not_valid_before_utc:
        raise CertificateUnusable(f"{name} is not valid before {found.not_valid_before_utc:%Y-%m-%d}")


def context(ca_bundle: Path | None, client: ClientCertificate | None) -> ssl.SSLContext:
    """The client's side of a connection; the system's authorities without a bundle. Raises CertificateUnusable."""
    try:
        made = ssl.create_default_context(cafile=ca_bundle)
    except OSError as error:
        raise CertificateUnusable(f"{ca_bundle} can't be used: {_reason(error)}") from error
    if client is not None:
        try:
            # An empty passphrase instead of none, for which OpenSSL would ask at the terminal.
            made.load_cert_chain(client.cert, client.key, password=bytes)
        except OSError as error:
            files = " with ".join(str(file) for file in (client.cert, client.key) if file)
            raise CertificateUnusable(f"{files} can't be used: {_reason(error)}") from error
    return made


def _reason(error: OSError) -> str:
    """OpenSSL's, or the system's, own words."""
    if isinstance(error, ssl.SSLError):
        return error.reason.replace("_", " ").lower() if error.reason else "no certificate with its key in PEM form"
    return error.strerror or type(error).__name__
