"""Callers are known: only a token that the issuer signed for us, now, with every claim, is an identity."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey

from tests.api.house import PIERRE, REQUESTS, House, problem
from tests.api.issuer import ISSUER

PROTECTED = [
    ("GET", ""),
    ("GET", "/comparisons"),
    ("GET", "/ruled"),
    ("GET", "/pending"),
    ("GET", "/my"),
    ("GET", "/stats"),
    ("GET", "/PR-2026-0001"),
    ("GET", "/PR-2026-0001/history"),
    ("GET", "/PR-2026-0001/permissions"),
    ("GET", "/PR-2026-0001/checks"),
    ("GET", "/PR-2026-0001/diff"),
    ("GET", "/PR-2026-0001/announcements"),
    ("GET", "/PR-2026-0001/line"),
    ("POST", ""),
    ("POST", "/check"),
    ("POST", "/decisions"),
    *(
        ("POST", f"/PR-2026-0001/{action}")
        for action in (
            "approve",
            "reject",
            "cancel",
            "retry",
            "hold",
            "release",
            "unendorse",
            "emergency",
            "ratify",
            "refute",
            "challenge",
        )
    ),
]


BESIDE = [
    ("GET", "/v1/me"),
    ("GET", "/v1/me/preferences"),
    ("PUT", "/v1/me/preferences"),
    ("GET", "/v1/me/browsers"),
    ("POST", "/v1/me/browsers"),
    ("DELETE", "/v1/me/browsers/{browser}"),
    ("GET", "/v1/debts"),
    ("GET", "/v1/delegations"),
    ("POST", "/v1/delegations"),
    ("POST", "/v1/delegations/{id}/withdraw"),
    ("GET", "/v1/passkeys"),
    ("POST", "/v1/passkeys"),
    ("POST", "/v1/passkeys/options"),
    ("POST", "/v1/passkeys/{id}/withdraw"),
    ("GET", "/v1/targets"),
    ("GET", "/v1/calendar/freezes"),
    *((method, "/v1/me/calendar") for method in ("GET", "POST", "DELETE")),
    ("GET", "/v1/targets/{tenant}/{type}/{name}"),
    ("GET", "/v1/targets/{tenant}/{type}/{name}/versions"),
    ("GET", "/v1/tenants/{tenant}"),
    ("GET", "/v1/queue"),
    ("GET", "/v1/people"),
    ("GET", "/v1/audit"),
    ("GET", "/v1/events"),
    ("POST", "/v1/codec/decode"),
    ("POST", "/v1/repairs"),
    ("POST", "/v1/rules/try"),
    ("GET", "/v1/insights"),
    ("GET", "/v1/insights/{picture}"),
    ("GET", "/v1/requests/prod/{id}/evidence"),
    ("GET", "/v1/requests/prod/{id}/receipt"),
    ("GET", "/v1/requests/prod/{id}/contract"),
    ("GET", "/v1/templates"),
    ("GET", "/v1/templates/{name}"),
    ("PUT", "/v1/templates/{name}"),
    ("POST", "/v1/templates/{name}/preview"),
    ("POST", "/v1/templates/{name}/restore"),
    ("GET", "/v1/reports"),
    ("POST", "/v1/reports"),
    ("GET", "/v1/reports/{id}"),
    ("POST", "/v1/reports/{id}/cancel"),
    ("POST", "/v1/reports/{id}/parts/{tenant}/retry"),
    ("POST", "/v1/links"),
    ("GET", "/v1/links/{token}"),
    ("GET", "/v1/tenants/{tenant}/webhooks"),
    ("GET", "/v1/tenants/{tenant}/webhooks/undelivered"),
    ("POST", "/v1/tenants/{tenant}/webhooks/{id}/test"),
    ("POST", "/v1/tenants/{tenant}/webhooks/{id}/redeliver"),
]
"""The addresses that people call beside requests."""


def own_key(house: House) -> ECKey:
    return house.issuer.key


def claims(**changes: Any) -> dict[str, Any]:
    """Pierre's good claims, changed; None leaves one out."""
    now = int(time.time())
    good = {"iss": ISSUER, "aud": "prodgate", "sub": f"demo|{PIERRE}", "email": PIERRE, "iat": now, "exp": now + 600}
    good["email_verified"] = True
    return {name: value for name, value in (good | changes).items() if value is not None}


def signed(house: House, header: dict[str, Any] | None = None, **changes: Any) -> str:
    """A token that the issuer's own key signs."""
    key = own_key(house)
    return jwt.encode({"alg": "ES256", "kid": key.kid, **(header or {})}, claims(**changes), key)


def _segment(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def without_signature(house: House) -> str:
    return f"{_segment({'alg': 'none', 'kid': own_key(house).kid})}.{_segment(claims())}."


def signed_with_the_public_key(house: House) -> str:
    """The classic confusion: HS256, with what everybody knows as the shared secret."""
    signed_part = f"{_segment({'alg': 'HS256', 'kid': own_key(house).kid})}.{_segment(claims())}"
    signature = hmac.digest(own_key(house).as_pem(private=False), signed_part.encode(), "sha256")
    return f"{signed_part}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def signed_by_somebody_else(house: House) -> str:
    stranger = ECKey.generate_key("P-256")
    return jwt.encode({"alg": "ES256", "kid": own_key(house).kid}, claims(), stranger)


def with_its_own_key_in_the_header(house: House) -> str:
    stranger = ECKey.generate_key("P-256")
    header = {"alg": "ES256", "jwk": stranger.as_dict(private=False)}
    return jwt.encode(header, claims(), stranger)


def with_claims_changed(house: House) -> str:
    head, _, signature = signed(house).split(".")
    return f"{head}.{_segment(claims(email='alice.admin@cab-i.com'))}.{signature}"


def with_a_body_that_is_no_object(house: House) -> str:
    key = own_key(house)
    return jws.serialize_compact({"alg": "ES256", "kid": key.kid}, b'["PR-2026-0001"]', key)


def with_a_body_that_is_no_json(house: House) -> str:
    key = own_key(house)
    return jws.serialize_compact({"alg": "ES256", "kid": key.kid}, b"\xff\xfe", key)


MADE: list[Callable[[House], str]] = [
    without_signature,
    signed_with_the_public_key,
    signed_by_somebody_else,
    with_its_own_key_in_the_header,
    with_claims_changed,
    with_a_body_that_is_no_object,
    with_a_body_that_is_no_json,
]

AN_HOUR = 3600
CLAIMS: dict[str, dict[str, Any]] = {
    "expired": {"exp": int(time.time()) - AN_HOUR},
    "no expiry": {"exp": None},
    "an expiry that is no time": {"exp": "tomorrow"},
    "an expiry that is beyond all numbers": {"exp": float("inf")},
    "an expiry that is no number": {"exp": float("nan")},
    "not yet valid": {"nbf": int(time.time()) + AN_HOUR},
    "issued in the future": {"iat": int(time.time()) + AN_HOUR},
    "another audience": {"aud": "other"},
    "no audience": {"aud": None},
    "an empty audience": {"aud": []},
    "another issuer": {"iss": "https://evil.example"},
    "no issuer": {"iss": None},
    "an issuer in a list": {"iss": [ISSUER]},
    "no subject": {"sub": None},
    "an empty subject": {"sub": ""},
    "a subject that is no text": {"sub": {"a": 1}},
    "a subject of 300 characters": {"sub": "s" * 300},
    "no e-mail address": {"email": None},
    "an empty e-mail address": {"email": ""},
    "an e-mail address in a list": {"email": [PIERRE]},
    "two e-mail addresses": {"email": f"{PIERRE}, alice.admin@cab-i.com"},
    "an e-mail address with a line break": {"email": f"{PIERRE}\nBcc: alice.admin@cab-i.com"},
    "an e-mail address that only looks like another": {"email": "pierre.durand@cab-i.com".replace("a", "а")},  # noqa: RUF001
}

HEADERS: dict[str, bytes | None] = {
    "none": None,
    "empty": b"",
    "only a scheme": b"Bearer",
    "no algorithm": b"Bearer e30.e30.AAAA",
    "garbage": b"Bearer garbage",
    "dots": b"Bearer ..",
    "five parts": b"Bearer a.b.c.d.e",
    "not Base64": b"Bearer !!!.???.***",
    "not ASCII": "Bearer é.ü.ß".encode("latin-1"),
    "nulls in Base64": b"Bearer " + base64.urlsafe_b64encode(bytes(64)) + b".e30.AAAA",
    "a header that is no object": b"Bearer W10.e30.AAAA",
    "a nested header": b"Bearer " + base64.urlsafe_b64encode(b'{"a":' * 1500) + b".e30.AAAA",
    "Basic": b"Basic cGllcnJlOnNlY3JldA==",
    "10 KB": b"Bearer " + b"a" * 10_240,
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS.keys())
def test_whoever_proves_nothing_is_asked_for_a_token(house: House, header: bytes | None) -> None:
    """Whatever stands in the header, the answer is 401 with the challenge, never 500."""
    answer = house.http().get(REQUESTS, headers={} if header is None else {b"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    problem(answer)


@pytest.mark.parametrize("changes", CLAIMS.values(), ids=CLAIMS.keys())
def test_a_token_with_a_wrong_claim_is_no_identity(house: House, changes: dict[str, Any]) -> None:
    """The signature is good; what it signs is not meant for us, or not now, or names nobody."""
    answer = house.as_(PIERRE, token=signed(house, **changes)).get()
    assert answer.status_code == 401, answer.text
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert PIERRE not in problem(answer)["detail"]


@pytest.mark.parametrize("made", MADE, ids=lambda made: made.__name__.replace("_", " "))
def test_a_token_that_the_issuer_did_not_sign_is_no_identity(house: House, made: Callable[[House], str]) -> None:
    """No algorithm, key or header that the caller chooses makes a token good."""
    answer = house.as_(PIERRE, token=made(house)).get()
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    problem(answer)


def test_a_token_of_an_unknown_key_is_no_identity(house: House) -> None:
    """A key id that the issuer never published is nobody's."""
    assert house.as_(PIERRE, token=signed(house, {"kid": "unknown"})).get().status_code == 401


@pytest.mark.parametrize("changes", [{}, {"aud": ["other", "prodgate"]}, {"nbf": int(time.time()) - 5}])
def test_a_good_token_is_accepted(house: House, changes: dict[str, Any]) -> None:
    """The refused tokens differ from these; the scheme's case does not matter."""
    assert house.as_(PIERRE, token=signed(house, **changes)).get().status_code == 200
    answer = house.http().get(REQUESTS, headers={"Authorization": f"bearer  {signed(house)}"})
    assert answer.status_code == 200


def test_a_clock_that_is_seconds_off_does_not_lock_people_out(house: House) -> None:
    """Half a minute is allowed for, two minutes are not."""
    now = int(time.time())
    assert house.as_(PIERRE, token=signed(house, exp=now - 10)).get().status_code == 200
    assert house.as_(PIERRE, token=signed(house, exp=now - 120)).get().status_code == 401


def test_somebody_whom_nobody_knows_sees_nothing_and_may_nothing(house: House) -> None:
    """A good token of a stranger, with the longest address there is, finds empty lists and is refused a creation."""
    house.as_(PIERRE).create()
    for email in ("passer.by@example.com", "a" * 64 + "@" + "b" * 170 + ".example"):
        stranger = house.as_(PIERRE, token=signed(house, email=email, sub=f"demo|{email[:20]}"))
        for path in ("", "/pending", "/my"):
            answer = stranger.get(path)
            assert (answer.status_code, answer.json(), answer.headers["X-Total-Count"]) == (200, [], "0")
        assert set(stranger.get("/stats").json().values()) == {0}


@pytest.mark.parametrize(("method", "path"), [*((method, REQUESTS + path) for method, path in PROTECTED), *BESIDE])
def test_no_call_works_without_a_token(house: House, method: str, path: str) -> None:
    """Not one route of people forgets to ask who is calling."""
    answer = house.http().request(method, path, json={} if method == "POST" else None)
    assert answer.status_code == 401
    assert problem(answer)["detail"] == "Send a bearer token: Authorization: Bearer …"


def test_every_route_there_is_stands_in_this_list(house: House) -> None:
    """A route that somebody adds must be added to the routes whose protection is tested."""
    paths = house.http().get("/openapi.json").json()["paths"]
    # All but the first have their own tests of forged callers.
    elsewhere = {"public", "callback-secret", "policy-token", "grant", "slack-signature", "logout-token", "link"}
    protected = [
        (method.upper(), path)
        for path, methods in paths.items()
        for method, operation in methods.items()
        if operation["x-permission"] not in elsewhere
    ]
    listed = [(method, (REQUESTS + path).replace("PR-2026-0001", "{id}")) for method, path in PROTECTED] + BESIDE
    assert sorted(protected) == sorted(listed)
