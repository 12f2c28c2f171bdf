"""Attacks on the files of passkeys: laundered by a merge, put beside one that counts, with keys that prove nothing."""

from datetime import datetime, timedelta
from pathlib import Path

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import ValidationError

from domain.assertions import LONGEST_WORD, Assertion, to_base64url
from domain.errors import PasskeyInvalid
from domain.passkeys import Passkey, PasskeyAction, PasskeyClaims, check_fresh, id_of
from record.facts.passkeys import PasskeyBook, PasskeyReader
from record.people.members import Fault
from record.people.passkeys import LARGEST, parse, text_of
from record.signing.authenticators import NewCredential, registered
from tests.domain.builders import JEAN, NOW, PIERRE
from tests.passkeys import SITE, Authenticator, confirmed, files_of, passkey, service_commits
from tests.record.building import bare, git, opened, person_commits

PRIME = 2**255 - 19
DAY = timedelta(days=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = bare(tmp_path / "record.git")
    person_commits(path, {"README.md": "A record"})
    return path


def book(path: Path) -> PasskeyBook:
    return PasskeyReader(opened(path, path.parent)).current()


def merged(path: Path, ours: str, theirs: str) -> None:
    """Put a person's merge of two commits on the branch, with what the second one has."""
    tree = git(path, "rev-parse", f"{theirs}^{{tree}}")
    person = ["-c", "user.name=Mona", "-c", "user.email=mona@cab-i.com"]
    made = git(path, *person, "commit-tree", tree, "-p", ours, "-p", theirs, "-m", "Merge")
    git(path, "update-ref", "refs/heads/main", made)


@pytest.mark.parametrize("touched", [False, True])
def test_no_merge_makes_the_services_file_peoples(path: Path, touched: bool) -> None:
    """Somebody pulls what the service pushed onto work of their own, and pushes that; they may change it on the way."""
    forged, before = passkey(JEAN, Authenticator()), git(path, "rev-parse", "main")
    served = service_commits(path, files_of(forged))
    if touched:
        served = person_commits(path, files_of(forged.model_copy(update={"label": "Mine"})))
    git(path, "update-ref", "refs/heads/main", before)
    own = person_commits(path, {"README.md": "Work of their own"})
    merged(path, own, served)
    assert book(path).counting == {}


def test_a_merge_of_what_people_committed_brings_it(path: Path) -> None:
    """Though the service committed something else beside it."""
    first, before = passkey(JEAN, Authenticator()), git(path, "rev-parse", "main")
    person_commits(path, files_of(first))
    side = service_commits(path, {"README.md": "The service was here"})
    git(path, "update-ref", "refs/heads/main", before)
    own = person_commits(path, {"OTHER.md": "Work of their own"})
    merged(path, own, side)
    assert book(path).counting == {first.id: first}


def test_nobody_puts_a_second_one_beside_jeans(path: Path) -> None:
    """Though no commit of it is the service's, whatever sign-in it names; a lost one is ended first."""
    first = passkey(JEAN, Authenticator())
    person_commits(path, files_of(first))
    false = passkey(JEAN, Authenticator()), passkey(JEAN, Authenticator(), subject="another")
    for each in false:
        person_commits(path, files_of(each))
        assert book(path).counting == {first.id: first}
    person_commits(path, {**files_of(first.ended_by(JEAN.email, NOW)), false[0].path: None})
    person_commits(path, files_of(false[0]))
    assert book(path).counting == {false[0].id: false[0]}


def test_two_first_ones_of_one_commit_are_one(path: Path) -> None:
    """Nobody knows which of them is Jean's."""
    person_commits(path, files_of(passkey(JEAN, Authenticator()), passkey(JEAN, Authenticator())))
    assert len(book(path).counting) == 1


def test_the_keys_change_is_no_way_around(path: Path) -> None:
    """Another key in the file of the one that counts."""
    blue = Authenticator()
    person_commits(path, files_of(passkey(JEAN, blue)))
    swapped = passkey(JEAN, Authenticator(credential=blue.credential))
    person_commits(path, files_of(swapped))
    assert book(path).counting == {}


def ed25519(point: int, **more: int) -> bytes:
    return cbor2.dumps({1: 1, 3: -8, -1: 6, -2: point.to_bytes(32, "little")} | more)


def rsa_key(bits: int, algorithm: int = -257, exponent: int = 65_537) -> bytes:
    number = rsa.generate_private_key(exponent, bits).public_key().public_numbers().n
    return cbor2.dumps({1: 3, 3: algorithm, -1: number.to_bytes(bits // 8, "big"), -2: exponent.to_bytes(3, "big")})


OWN = Authenticator().public_key
FALSE = {
    "a byte": b"\0",
    "nothing": b"",
    "the neutral point": ed25519(1),
    "a point of order two": ed25519(PRIME - 1),
    "a point of order four": ed25519(0),
    "a point of order eight": ed25519(
        int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")
    ),
    "the neutral point with a sign": ed25519(1 + 2**255),
    "a point that is written otherwise": ed25519(PRIME + 1),
    "SHA-1": rsa_key(2_048, -65_535),
    "a short RSA key": rsa_key(1_024),
    "a point beside the curve": OWN[:-1] + bytes([OWN[-1] ^ 1]),
    "another order": cbor2.dumps(dict(reversed(cbor2.loads(OWN).items()))),
    "more than a key": OWN + b"\0",
    "one number more": cbor2.dumps(cbor2.loads(OWN) | {4: 1}),
}


@pytest.mark.parametrize("key", FALSE.values(), ids=FALSE)
def test_a_key_that_proves_nothing_is_none(key: bytes) -> None:
    """By which anything verifies, or that somebody can compute, or that is written in two ways."""
    made = passkey(JEAN, Authenticator())
    text = text_of(made).replace(made.public_key, to_base64url(key) or '""')
    assert isinstance(parse(made.path, text.encode()), Fault)


@pytest.mark.parametrize("key", [OWN, ed25519(9), rsa_key(2_048), rsa_key(4_096)], ids=len)
def test_the_three_kinds_of_keys_are_taken(key: bytes) -> None:
    """As authenticators write them."""
    made = passkey(JEAN, Authenticator(), public_key=to_base64url(key))
    assert parse(made.path, text_of(made).encode()) == made


def test_one_key_is_not_two_by_another_spelling(path: Path) -> None:
    """Base64url has bits that mean nothing."""
    blue = Authenticator()
    person_commits(path, files_of(passkey(JEAN, blue)))
    made = passkey(PIERRE, Authenticator(key=blue.key))
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".index(made.public_key[-1])
    again = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[last ^ 1]
    text = text_of(made).replace(made.public_key, made.public_key[:-1] + again)
    assert isinstance(parse(made.path, text.encode()), Fault)


def test_what_is_no_base64url_is_malformed() -> None:
    """No refusal of rights: whoever sends it made a mistake."""
    with pytest.raises(ValueError, match="base64url"):
        id_of("A")
    with pytest.raises(ValidationError):
        Passkey.model_validate(passkey(JEAN, Authenticator()).model_dump() | {"credential": "A"})


def test_what_is_too_long_is_not_read(path: Path) -> None:
    """A trailer, a file, an attestation."""
    with pytest.raises(PasskeyInvalid, match="longer"):
        Assertion.read("A" * (LONGEST_WORD + 1))
    made = passkey(JEAN, Authenticator())
    person_commits(path, {made.path: text_of(made) + "#" * LARGEST})
    assert [fault.sentence for fault in book(path).faults] == [f"is larger than {LARGEST} bytes"]
    long = NewCredential(credential="AAAA", client_data="AAAA", attestation="A" * 70_000)
    with pytest.raises(PasskeyInvalid, match="longer"):
        registered(long, b"c" * 32, SITE, {})


@pytest.mark.parametrize(
    ("signed", "answered", "committed"),
    [(NOW, NOW, NOW + DAY), (NOW + DAY, NOW, NOW + DAY), (NOW, NOW + DAY, NOW), (NOW, NOW - DAY, NOW)],
)
def test_no_confirmation_is_kept_for_later(signed: datetime, answered: datetime, committed: datetime) -> None:
    """Jean thought better of it, or his answer was stolen; the end of a passkey is never too late."""
    made = passkey(JEAN, Authenticator(), at=answered)
    kept = confirmed(made, Authenticator())
    claims = claims_of(kept, signed)
    with pytest.raises(PasskeyInvalid, match="too long ago"):
        check_fresh(kept, claims, committed)
    check_fresh(kept, claims_of(kept, answered), answered)
    check_fresh(kept.ended_by(JEAN.email, NOW), claims, committed)


def claims_of(made: Passkey, at: datetime) -> PasskeyClaims:
    """The facts that the API's key signs of the passkey."""
    return PasskeyClaims(
        id=made.id, action=PasskeyAction.REGISTERED, content=made.digest, email=JEAN.email, sub=None, tip=None, at=at
    )


def test_a_confirmed_one_may_still_be_beside_it(path: Path) -> None:
    """Whoever commits it."""
    blue = Authenticator()
    first, second = passkey(JEAN, blue), confirmed(passkey(JEAN, Authenticator()), blue)
    person_commits(path, files_of(first))
    person_commits(path, files_of(second))
    assert set(book(path).counting) == {first.id, second.id}
