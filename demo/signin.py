"""Signs a person in at the demo's provider as a browser would: authorization code with PKCE (RFC 6749, RFC 7636)."""

import base64
import hashlib
import secrets

import httpx

NOWHERE = "http://127.0.0.1/signed-in"
"""The address that the provider sends the code to; it is read from the redirection, and nothing listens there."""


class NotSignedIn(Exception):
    """The provider gave no token; `str()` says why."""


def sign_in(issuer: str, email: str, client_id: str) -> str:
    """The person's ID token, for the audience `client_id`. Raises NotSignedIn."""
    try:
        with httpx.Client(timeout=10, trust_env=False) as http:
            return _token(http, issuer, email, client_id)
    except (httpx.HTTPError, KeyError, ValueError) as error:
        why = f"the identity provider at {issuer} gives no token; does `prodgate up` run? ({error!r})"
        raise NotSignedIn(why) from error


def _token(http: httpx.Client, issuer: str, email: str, client_id: str) -> str:
    metadata = http.get(f"{issuer}/.well-known/openid-configuration").raise_for_status().json()
    verifier, state = secrets.token_urlsafe(32), secrets.token_urlsafe(16)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    asked = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": NOWHERE,
        "scope": "openid email profile",
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    # What pressing the person's button on the sign-in page sends.
    pressed = http.post(metadata["authorization_endpoint"], params=asked, data={"sub": email})
    back = httpx.URL(pressed.headers["Location"]).params
    if back.get("state") != state:
        raise ValueError("the answer is to another question")
    exchange = {"grant_type": "authorization_code", "code": back["code"], "redirect_uri": NOWHERE}
    exchange |= {"client_id": client_id, "code_verifier": verifier}
    answer = http.post(metadata["token_endpoint"], data=exchange).raise_for_status()
    return str(answer.json()["id_token"])
