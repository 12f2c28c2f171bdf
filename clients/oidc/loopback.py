"""Signs a person in by their browser, which comes back to a port of this machine (RFC 8252, 7.3; PKCE, RFC 7636)."""

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from clients.oidc.provider import IssuedTokens, SignInFailed, SignInProvider

PATH = "/signed-in"
"""The path of the address to come back to; its port is whichever is free."""

NO_MORE: Mapping[str, str] = {}

DONE = b"<!doctype html><meta charset=utf-8><title>Prodgate</title><p>Signed in. You can close this page."
NOT_OURS = b"<!doctype html><meta charset=utf-8><title>Prodgate</title><p>This is not the sign-in that was asked for."


class _Listener(HTTPServer):
    """Waits for one answer that carries the state which was sent; what else comes is refused, and waited on."""

    def __init__(self, state: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.state = state
        self.answer: dict[str, str] | None = None


class _Handler(BaseHTTPRequestHandler):
    server: _Listener
    timeout = 10.0

    def do_GET(self) -> None:
        """Take the answer, where it is to our question."""
        asked = urlsplit(self.path)
        given = {name: values[0] for name, values in parse_qs(asked.query).items()}
        ours = asked.path == PATH and hmac.compare_digest(given.get("state", "").encode(), self.server.state.encode())
        if ours and self.server.answer is None:
            self.server.answer = given
        self.send_response(200 if ours else 400)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(DONE if ours else NOT_OURS)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the library's name
        """Log nothing: the address holds the code."""


def sign_in_by_browser(
    provider: SignInProvider, show: Callable[[str], None], within: float, more: Mapping[str, str] = NO_MORE
) -> IssuedTokens:
    """Show the address to sign in at, wait for the browser's return; `more` goes with the question.

    Raises SignInFailed, ProviderAway.
    """
    verifier, state, nonce = (secrets.token_urlsafe(32) for _ in range(3))
    with _Listener(state) as listener:
        back = f"http://127.0.0.1:{listener.server_port}{PATH}"
        asked = {"redirect_uri": back, "state": state, "nonce": nonce, **more}
        show(_question(provider, asked, verifier))
        given = _awaited(listener, time.monotonic() + within)
    if given.get("iss", provider.issuer) != provider.issuer:  # RFC 9207
        raise SignInFailed(f"The answer is of another provider: {given['iss']!r}")
    if "code" not in given:
        raise SignInFailed(f"The provider signs nobody in: {given.get('error', 'it sent no code')}")
    answer = provider.ask(
        "token_endpoint",
        grant_type="authorization_code",
        code=given["code"],
        redirect_uri=back,
        code_verifier=verifier,
    )
    return provider.tokens(answer, nonce)


def _question(provider: SignInProvider, given: Mapping[str, str], verifier: str) -> str:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "scope": provider.scope,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        **given,
    }
    address = provider.endpoint("authorization_endpoint")
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(asked)}"


def _awaited(listener: _Listener, end: float) -> dict[str, str]:
    while listener.answer is None:
        left = end - time.monotonic()
        if left <= 0:
            raise SignInFailed("Nobody came back from the sign-in in time; try again, or with --device")
        listener.timeout = left
        listener.handle_request()
    return listener.answer
