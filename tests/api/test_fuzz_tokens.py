"""Tokens that nobody would write by hand: none of them is an identity, and none makes the API stumble."""

import asyncio
import base64
import hmac
import json
import time
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from api.auth import ALGORITHMS, Identity, TokenVerifier
from api.errors import Unauthenticated
from api.oidc import Provider
from tests.api.house import ALICE, PIERRE
from tests.api.issuer import ISSUER, Issuer
from tests.examples import examples

ISSUING = Issuer()
STRANGER, STRANGE_RSA = ECKey.generate_key("P-256", auto_kid=True), RSAKey.generate_key(2048, auto_kid=True)
VERIFIER = TokenVerifier(Provider(ISSUER, ISSUING.client()), "prodgate")
GOOD = ISSUING.token(PIERRE)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
MANY = settings(max_examples=examples(500), deadline=None)


def identity(token: str) -> Identity | None:
    """The identity in the token, None where it is refused; anything else that is raised fails the test."""
    try:
        return asyncio.run(VERIFIER.identity(token))
    except Unauthenticated:
        return None


def segment(value: object) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def signed_bits(token: str) -> tuple[str, bytes]:
    """The token's words and signature, however the Base64 is padded: the same of both is the same token."""
    head, body, signature = token.split(".")
    return f"{head}.{body}", base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))


def test_the_good_one_is_accepted() -> None:
    """All the others differ from this one."""
    found = identity(GOOD)
    assert found is not None
    assert found.email == PIERRE


@MANY
@given(position=st.integers(0, len(GOOD) - 1), character=st.characters(codec="utf-8"))
def test_one_altered_character_is_one_too_many(position: int, character: str) -> None:
    """In the header, in the claims or in the signature."""
    altered = GOOD[:position] + character + GOOD[position + 1 :]
    assume(altered != GOOD)
    if position == len(GOOD) - 1 and character.isascii() and (character.isalnum() or character in "-_"):
        assume(signed_bits(altered) != signed_bits(GOOD))
    assert identity(altered) is None


@MANY
@given(claims=st.dictionaries(st.sampled_from(["iss", "aud", "sub", "email", "exp", "nbf", "iat"]), JSON, min_size=1))
def test_altered_claims_need_another_signature(claims: dict[str, Any]) -> None:
    """Whatever is put into them."""
    head, _, signature = GOOD.split(".")
    body = segment(ISSUING.claims(PIERRE) | {"email": ALICE} | claims)
    assert identity(f"{head}.{body}.{signature}") is None


@MANY
@given(
    header=st.dictionaries(
        st.sampled_from(["alg", "kid", "typ", "jwk", "jku", "x5u", "x5c", "crit", "b64", "zip", "enc", "cty"]),
        JSON | st.sampled_from([*ALGORITHMS, "none", "None", "HS256", "HS512", "ES256K", "dir", ISSUING.key.kid]),
    ),
    signature=st.binary(max_size=100),
)
@example(header={"alg": "none"}, signature=b"")
@example(header={"alg": "ES256", "kid": ISSUING.key.kid}, signature=bytes(64))
def test_no_header_makes_a_token_good(header: dict[str, Any], signature: bytes) -> None:
    """Neither an algorithm, nor a key, nor an address of keys that the caller chooses."""
    assert identity(f"{segment(header)}.{segment(ISSUING.claims(ALICE))}.{segment(signature)}") is None


@MANY
@given(
    algorithm=st.sampled_from(["HS256", "HS384", "HS512"]),
    form=st.sampled_from(["pem", "der", "jwk", "kid"]),
    kid=st.sampled_from([ISSUING.key.kid, None, "other"]),
)
def test_what_everybody_knows_is_no_secret(algorithm: str, form: str, kid: str | None) -> None:
    """The public key in any of its forms, used as the shared secret of an HMAC."""
    public = json.dumps(ISSUING.key.as_dict(private=False)).encode()
    forms = {"pem": ISSUING.key.as_pem(private=False), "der": ISSUING.key.as_der(private=False), "jwk": public}
    secret = forms.get(form, (ISSUING.key.kid or "").encode())
    said = f"{segment({'alg': algorithm, 'kid': kid})}.{segment(ISSUING.claims(ALICE))}"
    digest = hmac.digest(secret, said.encode(), f"sha{algorithm[2:]}")
    assert identity(f"{said}.{segment(digest)}") is None


@settings(max_examples=examples(200), deadline=None)
@given(
    key=st.sampled_from([(STRANGER, "ES256"), (STRANGE_RSA, "RS256"), (STRANGE_RSA, "PS256")]),
    kid=st.sampled_from([ISSUING.key.kid, STRANGER.kid, "", None]),
    embedded=st.booleans(),
)
def test_another_key_is_nobodys(key: tuple[Any, str], kid: str | None, embedded: bool) -> None:
    """Under its own name, under the issuer's, and brought along in the header."""
    signing, algorithm = key
    header = {"alg": algorithm} | ({"kid": kid} if kid is not None else {})
    header |= {"jwk": signing.as_dict(private=False)} if embedded else {}
    assert identity(jwt.encode(header, ISSUING.claims(ALICE), signing, algorithms=ALGORITHMS)) is None


@settings(max_examples=examples(500), deadline=None)
@given(claim=st.sampled_from(["iss", "aud", "sub", "email", "exp", "nbf", "iat", "auth_time"]), value=JSON)
def test_a_strange_claim_is_refused_or_harmless(claim: str, value: Any) -> None:
    """Signed by the issuer itself: where such a token is accepted, it names whom a good one would."""
    claims = ISSUING.claims(PIERRE) | {claim: value}
    token = jwt.encode({"alg": "ES256", "kid": ISSUING.key.kid}, claims, ISSUING.key)
    found = identity(token)
    if found is None or value is None:
        return
    assert claim not in ("iss", "email") or value in (ISSUER, PIERRE)
    if claim == "aud":
        assert value == "prodgate" or "prodgate" in value
    if claim == "exp":
        assert value > time.time() - 60
    if claim == "sub":
        assert found.token.subject == value


@pytest.mark.parametrize("moment", [10**15, 10**17, -(10**17), 10**19, 2**63, 1e308, -1e308])
def test_a_sign_in_beyond_the_calendar_is_refused(moment: float) -> None:
    """Each overflows somewhere else on its way to a date."""
    claims = ISSUING.claims(PIERRE) | {"auth_time": moment}
    assert identity(jwt.encode({"alg": "ES256", "kid": ISSUING.key.kid}, claims, ISSUING.key)) is None


@pytest.mark.parametrize("token", ["", ".", "..", "...", "a.b", "a.b.c.d.e", "\x00", "é.é.é", GOOD + ".", "." + GOOD])
def test_what_is_no_token_is_refused(token: str) -> None:
    """Whatever its form."""
    assert identity(token) is None
