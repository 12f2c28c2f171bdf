"""Certificates that clients show: read, and held against the calendar."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from clients.tls import CertificateUnusable, ClientCertificate, context

NOW = datetime.now(UTC)


def written(folder: Path, until: datetime = NOW + timedelta(days=30)) -> tuple[Path, Path]:
    """A certificate and its key, each in a file."""
    issued = trustme.CA().issue_cert("gate@cab-i.com", not_after=until)
    cert, key = folder / "cert.pem", folder / "key.pem"
    issued.cert_chain_pems[0].write_to_path(str(cert))
    issued.private_key_pem.write_to_path(str(key))
    return cert, key


def test_a_good_one_passes(tmp_path: Path) -> None:
    """With its key beside it."""
    ClientCertificate(*written(tmp_path)).check(NOW)


def test_one_out_of_date_is_named(tmp_path: Path) -> None:
    """With the day."""
    cert, key = written(tmp_path, NOW + timedelta(days=1))
    ClientCertificate(cert, key).check(NOW)
    with pytest.raises(CertificateUnusable, match=r"cert\.pem has expired on "):
        ClientCertificate(cert, key).check(NOW + timedelta(days=2))
    with pytest.raises(CertificateUnusable, match=r"cert\.pem is not valid before "):
        ClientCertificate(cert, key).check(datetime(1999, 1, 1, tzinfo=UTC))


def test_files_that_do_not_belong_together_are_named(tmp_path: Path) -> None:
    """Another key, one with a passphrase, none, no file, no certificate; nothing is asked at a terminal."""
    cert, key = written(tmp_path)
    (tmp_path / "other").mkdir()
    _, other = written(tmp_path / "other")
    sealed = load_pem_private_key(key.read_bytes(), None).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"a passphrase")
    )
    (tmp_path / "sealed.pem").write_bytes(sealed)
    (tmp_path / "text.pem").write_text("nothing", encoding="utf-8")
    for wrong, why in (
        (ClientCertificate(cert, other), "key values mismatch"),
        (ClientCertificate(cert, tmp_path / "sealed.pem"), r"cert\.pem with .*sealed\.pem can't be used"),
        (ClientCertificate(cert), "no certificate with its key"),
        (ClientCertificate(tmp_path / "nowhere.pem", key), "No such file"),
        (ClientCertificate(tmp_path / "text.pem", key), "no certificate with its key"),
    ):
        with pytest.raises(CertificateUnusable, match=why):
            wrong.check(NOW)
    with pytest.raises(CertificateUnusable, match=r"nowhere\.pem can't be used"):
        context(tmp_path / "nowhere.pem", None)
