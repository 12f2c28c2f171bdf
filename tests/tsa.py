"""A time-stamping authority of the tests' own: OpenSSL's, over HTTP (RFC 3161, 3.4), with its faults."""

import contextlib
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_CONFIG = """\
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = {digests}
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


@dataclass
class Authority:
    """A root, a certificate that it gave, and what `openssl ts` answers with them. `fault` changes the answers."""

    folder: Path
    valid: tuple[timedelta, timedelta] = (timedelta(days=-1), timedelta(days=1))
    digests: str = "sha512"
    chain: bool = False
    """Tells whether answers have the root's certificate in them, too."""
    fault: str = "none"
    url: str = ""
    asked: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        now, root_key, key = datetime.now(UTC), _key(), _key()
        (self.folder / "serial").write_text("01\n")
        (self.folder / "tsa.cnf").write_text(_CONFIG.format(folder=self.folder, digests=self.digests))
        wide = (now - timedelta(days=30), now + timedelta(days=30))
        own = (now + self.valid[0], now + self.valid[1])
        root = _certificate("Root", "Root", root_key, root_key, wide, x509.BasicConstraints(ca=True, path_length=None))
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        given = _certificate("Authority", "Root", key, root_key, own, purpose)
        self.root = self._written("root.pem", root.public_bytes(Encoding.PEM))
        self._written("tsa.pem", given.public_bytes(Encoding.PEM))
        plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self._written("tsa.key", plain)

    def _written(self, name: str, data: bytes) -> Path:
        (self.folder / name).write_bytes(data)
        return self.folder / name

    def reply(self, question: bytes) -> bytes:
        """The answer to a question in DER."""
        asked, told = self._written("question", question), self.folder / "answer"
        command = ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", str(asked), "-out", str(told)]
        command += ["-signer", "tsa.pem", "-inkey", "tsa.key", *(("-chain", "root.pem") if self.chain else ())]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True)
        return told.read_bytes()

    def query(self, data: bytes) -> bytes:
        """A question of OpenSSL's own about other bytes."""
        command = ["openssl", "ts", "-query", "-data", str(self._written("data", data)), "-sha512", "-cert"]
        return subprocess.run(command, check=True, capture_output=True).stdout

    def answer(self, question: bytes) -> tuple[int, bytes]:
        """The status and the body that a question gets."""
        match self.fault:
            case "error":
                return 500, b"no"
            case "garbage":
                return 200, b"<html>Sign in</html>"
            case "large":
                return 200, b"0" * 100_000
            case "slow":
                time.sleep(2)
            case "other data":
                return 200, self.reply(self.query(b"something else"))
            case "again":
                self.asked = self.asked or [question]
                return 200, self.reply(self.asked[0])
        self.asked.append(question)
        return 200, self.reply(question)

    @contextmanager
    def serving(self) -> Iterator["Authority"]:
        """Answer over HTTP for as long as the context lasts."""
        authority, turn = self, threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                with turn:
                    assert self.headers["content-type"] == "application/timestamp-query"
                    status, body = authority.answer(self.rfile.read(int(self.headers["content-length"])))
                with contextlib.suppress(OSError):  # whoever asked has gone
                    self.send_response(status)
                    self.send_header("content-type", "application/timestamp-reply")
                    self.send_header("content-length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            self.url = f"http://127.0.0.1:{server.server_port}/stamp"
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()


def _key() -> RSAPrivateKey:
    return generate_private_key(65_537, 2_048)


def _certificate(
    name: str,
    issuer: str,
    key: RSAPrivateKey,
    by: RSAPrivateKey,
    valid: tuple[datetime, datetime],
    extension: x509.ExtensionType,
) -> x509.Certificate:
    made = x509.CertificateBuilder().subject_name(_named(name)).issuer_name(_named(issuer)).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(valid[0]).not_valid_after(valid[1])
    return made.add_extension(extension, critical=True).sign(by, hashes.SHA256())


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
