"""The demo's identity provider does what the console and a real provider's users rely on."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.company import found
from tests.demo.providing import providing

ORIGIN = "http://127.0.0.1:8080"
JEAN = "jean.dupont@cab-i.com"
VERIFIER = "v" * 43


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("issuer")
    found(folder / "gitops.git")
    with providing(folder, "--record", str(folder / "gitops.git"), "--client", "console", "--origin", ORIGIN) as url:
        yield url


@pytest.fixture
def http(issuer: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=issuer, trust_env=False, timeout=20) as http:
        yield http


def asked(**changes: str) -> dict[str, str]:
    """The query that a page sends its person to the provider with; an empty value leaves one out."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
    question = {"response_type": "code", "client_id": "console", "redirect_uri": f"{ORIGIN}/signed-in", "state": "s"}
    question |= {"scope": "openid email profile", "code_challenge": challenge, "code_challenge_method": "S256"}
    return {name: value for name, value in (question | changes).items() if value}


def code(http: httpx.Client, **changes: str) -> str:
    back = http.post("/oauth2/authorize", params=asked(**changes), data={"sub": JEAN})
    assert back.status_code == 302, back.text
    return str(httpx.URL(back.headers["Location"]).params["code"])


def exchanged(http: httpx.Client, given: str, **changes: str) -> httpx.Response:
    exchange = {"grant_type": "authorization_code", "code": given, "redirect_uri": f"{ORIGIN}/signed-in"}
    exchange |= {"client_id": "console", "code_verifier": VERIFIER}
    return http.post("/oauth2/token", data={name: value for name, value in (exchange | changes).items() if value})


def test_a_page_of_another_origin_can_sign_in(http: httpx.Client) -> None:
    """A console in a browser does this: no secret, discovery and the token endpoint across origins."""
    metadata = http.get("/.well-known/openid-configuration")
    answer = exchanged(http, code(http))
    for each in (metadata, answer):
        assert each.headers["Access-Control-Allow-Origin"] == "*"
    body = answer.json()["id_token"].split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    assert claims["aud"] in ("console", ["console"])
    assert (claims["email"], claims["name"]) == (JEAN, "Jean Dupont")
    assert "refresh_token" not in answer.json(), "it would renew no ID token"


def test_a_page_may_ask_who_signed_in(http: httpx.Client) -> None:
    """With a header that browsers ask about first."""
    before = http.options("/userinfo", headers={"Origin": ORIGIN, "Access-Control-Request-Method": "GET"})
    assert before.is_success
    assert "authorization" in before.headers["Access-Control-Allow-Headers"].lower()
    token = exchanged(http, code(http)).json()["access_token"]
    assert http.get("/userinfo", headers={"Authorization": f"Bearer {token}"}).json()["email"] == JEAN


@pytest.mark.parametrize("verifier", ["", "w" * 43, VERIFIER + "v"])
def test_a_stolen_code_is_worth_nothing(http: httpx.Client, verifier: str) -> None:
    """Whoever has not the verifier gets no token (RFC 7636, section 4.6), and nobody gets one with that code after."""
    stolen = code(http)
    refused = exchanged(http, stolen, code_verifier=verifier)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert exchanged(http, stolen).status_code == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": "", "code_challenge_method": ""},
        {"code_challenge": VERIFIER, "code_challenge_method": "plain"},
        {"code_challenge": VERIFIER, "code_challenge_method": ""},
    ],
)
def test_a_code_without_a_hashed_challenge_is_nobodys(http: httpx.Client, changes: dict[str, str]) -> None:
    """A downgrade is no way around it."""
    assert exchanged(http, code(http, **changes)).status_code == 400
    assert exchanged(http, code(http, **changes), code_verifier="").status_code == 400


def test_a_code_is_good_once(http: httpx.Client) -> None:
    """With everything right."""
    given = code(http)
    assert exchanged(http, given).status_code == 200
    assert exchanged(http, given).status_code == 400


@pytest.mark.parametrize(
    "changes", [{"client_id": "somebody-else"}, {"redirect_uri": "https://evil.example/signed-in"}]
)
def test_a_stranger_gets_nobody_signed_in(http: httpx.Client, changes: dict[str, str]) -> None:
    """Neither an unknown client nor a known one's code to another address."""
    refused = http.post("/oauth2/authorize", params=asked(**changes), data={"sub": JEAN})
    assert refused.status_code == 400
    assert "Location" not in refused.headers


def test_people_are_offered_by_name(http: httpx.Client) -> None:
    """With what they may do, on a page that asks no other site."""
    page = http.get("/oauth2/authorize", params=asked()).text
    assert re.search(rf'value="{JEAN}"><strong>Jean Dupont</strong><small>cpi of tenant-finance</small>', page)
    assert "://" not in page


def test_signing_out_leads_back(http: httpx.Client) -> None:
    """To pages that it knows, and nowhere else."""
    back = http.get("/oauth2/end_session", params={"post_logout_redirect_uri": f"{ORIGIN}/", "id_token_hint": "x"})
    assert (back.status_code, back.headers["Location"]) == (302, f"{ORIGIN}/")
    for elsewhere in ("https://evil.example/", ""):
        refused = http.get("/oauth2/end_session", params={"post_logout_redirect_uri": elsewhere})
        assert (refused.status_code, "Location" in refused.headers) == (400, False)
