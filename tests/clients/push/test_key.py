"""The key of this installation: made once, and the proof that push services ask for."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwt
from joserfc.jwk import ECKey

from clients.push.encryption import unpadded
from clients.push.key import PushKey, PushKeyUnusable, make

CONTACT = "mailto:ops@cab-i.com"
NOW = datetime(2026, 3, 2, 9, 59, tzinfo=UTC)


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    """A second one would end every browser's subscription, so none is put in its place."""
    public = make(tmp_path / "push" / "key.pem")
    file = tmp_path / "push" / "key.pem"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert PushKey.read(file, CONTACT).public == public
    assert unpadded(public)[0] == 4
    assert len(unpadded(public)) == 65
    with pytest.raises(FileExistsError):
        make(file)
    assert "PRIVATE" not in repr(PushKey.read(file, CONTACT))


def test_a_push_service_can_check_who_sends(tmp_path: Path) -> None:
    """RFC 8292: for this service alone, for half a day, signed by the key that the browser was given."""
    make(tmp_path / "key.pem")
    key = PushKey.read(tmp_path / "key.pem", CONTACT)
    scheme, _, rest = key.proof("https://push.example", NOW).partition(" ")
    named = dict(each.split("=", 1) for each in rest.split(", "))
    assert (scheme, named["k"]) == ("vapid", key.public)
    point = unpadded(named["k"])
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    token = jwt.decode(named["t"], ECKey.import_key(public), algorithms=["ES256"])
    assert token.claims["aud"] == "https://push.example"
    assert token.claims["sub"] == CONTACT
    assert timedelta(0) < datetime.fromtimestamp(token.claims["exp"], UTC) - NOW <= timedelta(hours=24)


@pytest.mark.parametrize("content", [None, b"", b"not a key", "other curve"])
def test_a_file_without_such_a_key_is_refused(tmp_path: Path, content: bytes | str | None) -> None:
    """By its name, before anything is sent."""
    file = tmp_path / "key.pem"
    if content == "other curve":
        other = ec.generate_private_key(ec.SECP384R1())
        content = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    if isinstance(content, bytes):
        file.write_bytes(content)
    with pytest.raises(PushKeyUnusable, match=r"key\.pem"):
        PushKey.read(file, CONTACT)
