"""Signing in at a provider that is not ours, and what becomes of its keys: found, kept, followed, missed."""

import asyncio
import base64
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from api.auth import Identity, TokenVerifier
from api.errors import Unauthenticated
from api.oidc import ASK_AGAIN_AFTER, FRESH_FOR, Provider, ProviderUnavailable
from demo.signin import NotSignedIn, sign_in
from tests.api.house import PIERRE, Connect, House, opened, problem
from tests.api.issuer import ISSUER, Issuer
from tests.demo.providing import providing


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The issuer URL of the demo's provider, which others wrote, as `prodgate up` runs it."""
    with providing(tmp_path_factory.mktemp("oidc"), "--client", "prodgate", "--client", "other") as url:
        yield url


def said(token: str) -> dict[str, Any]:
    """The claims of a token, unchecked."""
    body = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return claims


async def identity(url: str, token: str, audience: str = "prodgate") -> Identity:
    """The identity of the token's bearer to the API."""
    async with httpx.AsyncClient(trust_env=False) as http:
        return await TokenVerifier(Provider(url, http), audience).identity(token)


class Clock:
    """A clock that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Watched:
    """A verifier of the test's own issuer, on a clock that the test moves."""

    def __init__(self, issuer: Issuer, **given: Any) -> None:
        self.issuer, self.clock = issuer, Clock()
        self.verifier = TokenVerifier(Provider(ISSUER, issuer.client(), self.clock), "prodgate", **given)

    async def accepts(self, token: str) -> bool:
        try:
            await self.verifier.identity(token)
        except Unauthenticated:
            return False
        return True


# -- a provider that others wrote --------------------------------------------------------------------------------------


async def test_a_person_signs_in_with_a_code_and_pkce(provider: str) -> None:
    """The ID token names them, when they signed in, and is good for hours."""
    before = int(time.time())
    token = sign_in(provider, PIERRE, "prodgate")
    found = await identity(provider, token)
    assert (found.email, found.token.subject) == (PIERRE, PIERRE)
    assert found.signed_in_at is not None
    assert before <= found.signed_in_at.timestamp() <= time.time()
    assert said(token)["exp"] - before >= 6 * 3600


async def test_a_token_for_another_audience_is_refused(provider: str) -> None:
    """The same person, signed in for somebody else's application."""
    with pytest.raises(Unauthenticated):
        await identity(provider, sign_in(provider, PIERRE, "other"))


def test_where_no_provider_listens_nobody_signs_in() -> None:
    """In a sentence, not a traceback."""
    with pytest.raises(NotSignedIn, match="gives no token"):
        sign_in("http://127.0.0.1:1", PIERRE, "prodgate")


def test_the_api_knows_people_by_that_provider(provider: str, connect_temporal: Connect, tmp_path: Path) -> None:
    """Over HTTP, from sign-in to an answer."""
    with opened(connect_temporal, tmp_path, oidc_issuer=provider) as house:
        assert house.as_(PIERRE, token=sign_in(provider, PIERRE, "prodgate")).get("/my").status_code == 200
        assert house.as_(PIERRE).get("/my").status_code == 401, "a token of another issuer"


# -- its keys ----------------------------------------------------------------------------------------------------------


async def test_keys_are_fetched_once_and_kept() -> None:
    """Not for every call: discovery, then the keys, then silence."""
    watched = Watched(Issuer())
    for _ in range(20):
        assert await watched.accepts(watched.issuer.token(PIERRE))
    assert len(watched.issuer.asked) == 2


async def test_who_comes_together_first_is_recognised_together() -> None:
    """A page that opens asks several things at once: none of them fails because another fetches the keys already."""
    issuer = Issuer()

    async def slowly(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.01)
        return await issuer.client().get(str(request.url))

    provider = Provider(ISSUER, httpx.AsyncClient(transport=httpx.MockTransport(slowly)))
    verifier, token = TokenVerifier(provider, "prodgate"), issuer.token(PIERRE)
    found = await asyncio.gather(*(verifier.identity(token) for _ in range(8)))
    assert {each.email for each in found} == {PIERRE}
    assert len(issuer.asked) == 2, "discovery and keys, once"


async def test_a_rotated_key_is_found_by_the_first_token_that_names_it() -> None:
    """And the old one is refused from then on, once the provider publishes it no more."""
    watched = Watched(Issuer())
    old = watched.issuer.token(PIERRE)
    assert await watched.accepts(old)
    watched.issuer.key = ECKey.generate_key("P-256", auto_kid=True)
    watched.issuer.keys = [watched.issuer.key]
    watched.clock.now += ASK_AGAIN_AFTER
    assert await watched.accepts(watched.issuer.token(PIERRE))
    assert not await watched.accepts(old)


async def test_unknown_keys_make_nobody_ask_all_the_time() -> None:
    """A flood of tokens with made-up key ids is one fetch every ten seconds."""
    watched = Watched(Issuer())
    stranger = ECKey.generate_key("P-256")
    for number in range(50):
        token = jwt.encode({"alg": "ES256", "kid": f"k{number}"}, watched.issuer.claims(PIERRE), stranger)
        assert not await watched.accepts(token)
    assert len(watched.issuer.asked) == 2
    watched.clock.now += ASK_AGAIN_AFTER
    assert await watched.accepts(watched.issuer.token(PIERRE))


async def test_a_withdrawn_key_is_refused_within_minutes() -> None:
    """Nobody has to show a token of another key first."""
    watched = Watched(Issuer())
    token = watched.issuer.token(PIERRE)
    assert await watched.accepts(token)
    watched.issuer.keys = [ECKey.generate_key("P-256", auto_kid=True)]
    assert await watched.accepts(token)
    watched.clock.now += FRESH_FOR
    assert not await watched.accepts(token)


async def test_while_the_provider_is_down_known_keys_keep_working() -> None:
    """However long that lasts."""
    watched = Watched(Issuer())
    token = watched.issuer.token(PIERRE)
    assert await watched.accepts(token)
    watched.issuer.up = False
    for _ in range(5):
        watched.clock.now += 2 * FRESH_FOR
        assert await watched.accepts(token)


async def test_without_any_key_nobody_is_recognised_until_the_provider_is_back() -> None:
    """And it is asked every ten seconds at most."""
    watched = Watched(Issuer(up=False))
    for _ in range(5):
        with pytest.raises(ProviderUnavailable):
            await watched.accepts(watched.issuer.token(PIERRE))
    assert len(watched.issuer.asked) == 1
    watched.issuer.up = True
    watched.clock.now += ASK_AGAIN_AFTER
    assert await watched.accepts(watched.issuer.token(PIERRE))


def test_without_any_key_calls_answer_503(own_house: House) -> None:
    """In a sentence that names what is missing, without the provider's address."""
    own_house.issuer.up = False
    answer = own_house.as_(PIERRE).get()
    assert answer.status_code == 503
    assert "identity provider" in problem(answer)["detail"]
    assert ISSUER not in answer.text
    assert own_house.http().get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "metadata", [{"issuer": "https://evil.example"}, {"jwks_uri": "http://id.cab-i.example/keys"}, {"jwks_uri": None}]
)
async def test_a_discovery_document_of_somebody_else_is_no_keys(metadata: dict[str, Any]) -> None:
    """The issuer must be the one that was asked, and its keys come by https where it does."""
    watched = Watched(Issuer(metadata=metadata))
    with pytest.raises(ProviderUnavailable):
        await watched.accepts(watched.issuer.token(PIERRE))


async def test_what_is_no_key_is_left_out() -> None:
    """A document that is broken in one place ends nobody's work."""
    watched = Watched(Issuer())
    keys: list[Any] = [None, "key", {"kty": []}, watched.issuer.key.as_dict(private=False)]
    answer = {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys", "keys": keys}
    http = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200, json=answer)))
    verifier = TokenVerifier(Provider(ISSUER, http), "prodgate")
    assert (await verifier.identity(watched.issuer.token(PIERRE))).email == PIERRE


async def test_keys_that_check_no_signature_are_left_out() -> None:
    """A shared secret and a key for encryption stand beside the good one; neither makes a token good."""
    secret = OctKey.generate_key(256, {"kid": "secret"})
    encrypting = RSAKey.generate_key(2048, {"kid": "enc", "use": "enc"})
    watched = Watched(Issuer(keys=[secret, encrypting]))
    claims = watched.issuer.claims(PIERRE)
    assert await watched.accepts(watched.issuer.token(PIERRE))
    assert not await watched.accepts(jwt.encode({"alg": "HS256", "kid": "secret"}, claims, secret))
    signing = RSAKey.import_key(encrypting.as_dict(private=True) | {"use": "sig"})
    assert not await watched.accepts(jwt.encode({"alg": "RS256", "kid": "enc"}, claims, signing))


# -- its claims --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("verified", "accepted"), [(True, True), ("true", True), (None, False), (False, False)])
async def test_an_address_that_is_not_verified_is_nobodys(verified: object, accepted: bool) -> None:
    """Somebody may have typed another's: the provider has to say that nobody did."""
    watched = Watched(Issuer())
    assert await watched.accepts(watched.issuer.token(PIERRE, email_verified=verified)) is accepted


@pytest.mark.parametrize("verified", ["false", 0, "", [], {}, "no"])
async def test_what_is_not_plainly_true_is_not_verified(verified: object) -> None:
    """Fail closed, however the provider spells it."""
    watched = Watched(Issuer())
    assert not await watched.accepts(watched.issuer.token(PIERRE, email_verified=verified))


@pytest.mark.parametrize(("verified", "accepted"), [(True, True), (None, True), (False, False), ("false", False)])
async def test_a_provider_that_never_says_it_can_be_trusted_with_it(verified: object, accepted: bool) -> None:
    """The setting says so; an address that it calls unverified is nobody's even then."""
    watched = Watched(Issuer(), unverified=True)
    assert await watched.accepts(watched.issuer.token(PIERRE, email_verified=verified)) is accepted


async def test_the_address_may_stand_in_another_claim() -> None:
    """Then the usual one is of no interest, and the named one must be there."""
    watched = Watched(Issuer(), email_claim="upn")
    token = watched.issuer.token("ignored@cab-i.com", upn=PIERRE)
    assert (await watched.verifier.identity(token)).email == PIERRE
    assert not await watched.accepts(watched.issuer.token(PIERRE))


@pytest.mark.parametrize("auth_time", [None, True, "now", [], 10**400, -(10**20)])
async def test_a_time_of_sign_in_that_is_none_is_not_believed(auth_time: object) -> None:
    """The token is good or not; nobody is taken for freshly signed in."""
    watched = Watched(Issuer())
    try:
        found = await watched.verifier.identity(watched.issuer.token(PIERRE, auth_time=auth_time))
    except Unauthenticated:
        return
    assert found.signed_in_at is None
