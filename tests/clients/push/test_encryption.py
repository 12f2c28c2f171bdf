"""What push services carry: nothing that they can read, by the vectors of the specifications."""

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec

from clients.push.encryption import LONGEST, encrypted, public_bytes, sealed, text_of, unpadded
from tests.push import Browser

PLAIN = b"When I grow up, I want to be a watermelon"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
RECEIVER = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
SENDER_PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SENDER = "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3"
    "jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
"""RFC 8291, section 5 and appendix A."""


def test_the_example_of_rfc_8291_byte_for_byte() -> None:
    """Appendix A: the same key, salt and message make the same body."""
    own = ec.derive_private_key(int.from_bytes(unpadded(SENDER_PRIVATE)), ec.SECP256R1())
    assert text_of(public_bytes(own)) == SENDER
    assert text_of(sealed(PLAIN, RECEIVER, AUTH, own, unpadded(SALT))) == BODY


def test_the_browser_of_the_example_reads_it() -> None:
    """The reader that the other tests use is held by the same vector."""
    private = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
    browser = Browser(ec.derive_private_key(int.from_bytes(unpadded(private)), ec.SECP256R1()), unpadded(AUTH))
    assert browser.p256dh == RECEIVER
    assert browser.opened(unpadded(BODY)) == PLAIN


def test_each_message_has_a_key_of_its_own_and_one_reader() -> None:
    """Of the same words, no two bodies are alike; another browser, or another auth secret, opens none."""
    jean, claire = Browser(), Browser()
    bodies = {encrypted(PLAIN, jean.p256dh, jean.auth) for _ in range(3)}
    assert len(bodies) == 3
    for body in bodies:
        assert jean.opened(body) == PLAIN
        assert PLAIN not in body
        for other in (claire, Browser(jean.key, bytes(16))):
            with pytest.raises(InvalidTag):
                other.opened(body)


def test_the_longest_message_fits_into_what_push_services_take() -> None:
    """4,096 bytes (RFC 8030, section 7.2)."""
    jean = Browser()
    assert len(encrypted(b"x" * LONGEST, jean.p256dh, jean.auth)) == 4_096


@pytest.mark.parametrize("key", ["BA" + "A" * 85, "B" * 20, "", "é"])
def test_a_key_that_is_no_point_of_the_curve_is_refused(key: str) -> None:
    """Before anything is computed with it."""
    with pytest.raises(ValueError, match=r"."):
        encrypted(PLAIN, key, AUTH)
