"""The check of authenticators' answers: user verified, one site, one challenge, one key."""

from datetime import timedelta
from typing import Any

import pytest

from domain.assertions import Assertion
from domain.errors import PasskeyInvalid
from domain.passkeys import Passkey, passkey_challenge, registration_challenge
from record.people.members import Fault
from record.people.passkeys import parse, text_of
from record.signing.authenticators import NewCredential, Site, check_answer, registered
from tests.domain.builders import JEAN, NOW, PIERRE
from tests.passkeys import ATTESTED, PRESENT, VERIFIED, Authenticator, passkey, registration_of

CHALLENGE = b"c" * 32


def refused(device: Authenticator, challenge: bytes = CHALLENGE, **page: Any) -> str:
    """The sentence that refuses the device's answer to the challenge."""
    made = passkey(JEAN, device)
    with pytest.raises(PasskeyInvalid) as why:
        check_answer(made, device.answers(challenge, NOW, **page), CHALLENGE)
    return str(why.value)


def test_an_answer_of_the_passkey_counts() -> None:
    """With any count of uses, none included."""
    for count in (0, 1, 7):
        device = Authenticator(count=count)
        check_answer(passkey(JEAN, device), device.answers(CHALLENGE, NOW), CHALLENGE)


def test_an_answer_to_something_else_proves_nothing() -> None:
    """Another challenge, a page elsewhere or inside of another's, a registration's answer, no verified user."""
    assert "challenge" in refused(Authenticator(), b"d" * 32)
    assert "origin" in refused(Authenticator(), origin="https://gate.cab-i.com.evil.example")
    assert "another site's page" in refused(Authenticator(), crossOrigin=True)
    assert "another site's page" in refused(Authenticator(), topOrigin="https://evil.example")
    assert "type" in refused(Authenticator(), type="webauthn.create")
    assert "verif" in refused(Authenticator(flags=PRESENT))
    assert "present" in refused(Authenticator(flags=VERIFIED))


def test_an_answer_for_another_site_proves_nothing() -> None:
    """The authenticator says for which relying party it signed, whatever the page says."""
    device = Authenticator()
    made = passkey(JEAN, device)
    device.site = Site(rp_id="evil.example", origin="https://gate.cab-i.com")
    with pytest.raises(PasskeyInvalid, match="RP ID"):
        check_answer(made, device.answers(CHALLENGE, NOW), CHALLENGE)


def test_an_answer_of_another_key_proves_nothing() -> None:
    """Nor one of another passkey by name."""
    device, other = Authenticator(), Authenticator()
    answer = other.answers(CHALLENGE, NOW)
    with pytest.raises(PasskeyInvalid, match="Another passkey"):
        check_answer(passkey(JEAN, device), answer, CHALLENGE)
    named = answer.model_copy(update={"passkey": passkey(JEAN, device).id})
    with pytest.raises(PasskeyInvalid, match="signature"):
        check_answer(passkey(JEAN, device), named, CHALLENGE)


@pytest.mark.parametrize("part", ["authenticator_data", "client_data", "signature"])
@pytest.mark.parametrize("bytes_", ["AA", "A", "e30", "bnVsbA", "W10", "eyJ0eXBlIjoxfQ", "_" * 2_000])
def test_bytes_from_anywhere_are_refused(part: str, bytes_: str) -> None:
    """Whatever somebody sends, it is no answer, and no fault of ours."""
    device = Authenticator()
    answer = device.answers(CHALLENGE, NOW).model_copy(update={part: bytes_})
    with pytest.raises(PasskeyInvalid):
        check_answer(passkey(JEAN, device), answer, CHALLENGE)


def test_a_trailer_is_read_back_as_it_was_written() -> None:
    """What is none is refused."""
    answer = Authenticator().answers(CHALLENGE, NOW)
    assert Assertion.read(str(answer)) == answer
    for word in ("", "%", "e30", "A", "bnVsbA", str(answer)[:-5]):
        with pytest.raises(PasskeyInvalid):
            Assertion.read(word)


def made(answer: NewCredential, site: Site | None = None) -> Passkey:
    """The passkey of an answer to Jean's registration."""
    challenge = registration_challenge(JEAN.email, JEAN.subject or "", JEAN.issuer, NOW)
    person = {"person": JEAN.email, "subject": JEAN.subject, "label": "Blue", "created_at": NOW}
    return registered(answer, challenge, site or Authenticator().site, person)


def test_a_registration_makes_a_passkey() -> None:
    """Of whom asked for it, at the console's address; its file is read back as an equal one."""
    device = Authenticator()
    found = made(registration_of(JEAN, device, NOW))
    assert found == passkey(JEAN, device, label="Blue")
    check_answer(found, device.answers(CHALLENGE, NOW), CHALLENGE)
    assert parse(found.path, text_of(found).encode()) == found
    ended = found.ended_by(JEAN.email, NOW)
    assert parse(found.path, text_of(ended).encode()) == ended


def test_a_registration_of_something_else_makes_none() -> None:
    """Somebody else's challenge, another time, another site, no verified user, no attested key."""
    for answer in (
        registration_of(PIERRE, Authenticator(), NOW),
        registration_of(JEAN, Authenticator(), NOW + timedelta(seconds=1)),
        registration_of(JEAN, Authenticator(), NOW, crossOrigin=True),
        registration_of(JEAN, Authenticator(), NOW, origin="https://evil.example"),
        registration_of(JEAN, Authenticator(flags=PRESENT), NOW),
        registration_of(JEAN, Authenticator(), NOW).model_copy(update={"attestation": "AA"}),
        registration_of(JEAN, Authenticator(), NOW).model_copy(update={"client_data": "e30"}),
    ):
        with pytest.raises(PasskeyInvalid):
            made(answer)
    assert ATTESTED


def test_a_file_that_is_none_is_named() -> None:
    """By its place, its form, its credential's id and the site that it names."""
    good = passkey(JEAN, Authenticator())
    text = text_of(good)
    for path, said in (
        ("passkeys/other@cab-i.com/" + good.path.rsplit("/", 1)[1], text),
        (good.path, text.replace("kind: Passkey", "kind: Key")),
        (good.path, text.replace(good.credential, "AAAA")),
        (good.path, text.replace("origin: https://gate", "origin: https://gate.evil.example/gate")),
        (good.path, text.replace("rpId: gate.cab-i.com", "rpId: evil.example")),
        (good.path, text + "more: true\n"),
        (good.path, "- a list\n"),
    ):
        assert isinstance(parse(path, said.encode()), Fault), said


def test_a_confirmation_says_all_of_the_file() -> None:
    """Whatever of it is changed, its challenge is another one."""
    good = passkey(JEAN, Authenticator())
    seen = {passkey_challenge(good, NOW)}
    for field, value in (
        ("label", "Other"),
        ("subject", "x"),
        ("public_key", "AAAA"),
        ("origin", "https://gate.cab-i.com:1"),
    ):
        seen.add(passkey_challenge(good.model_copy(update={field: value}), NOW))
    seen.add(passkey_challenge(good, NOW + timedelta(seconds=1)))
    assert len(seen) == 6
