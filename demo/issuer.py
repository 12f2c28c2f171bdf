"""The demo's identity provider: `oidc-provider-mock`, a real OpenID provider that lets anybody in as anybody.

    python -m demo.issuer --port 9400 --keys FILE [--record REPOSITORY --branch main] [--client ID] [--origin ORIGIN]

It learns here what real providers do: its key stays the same from one start to the next, so that tokens stay good; an
ID token says when its person signed in (`auth_time`); a code is good for whoever has the verifier of its challenge (RFC
7636) and for nobody else; it answers known clients of known origins, whose pages may ask it, and commands on this
machine, by a port of theirs or by another device (`demo.device`); and its own pages offer people by name, without a
style sheet from another site. That leans on the package's insides, so its version is pinned to the digit.
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import flask
import jinja2
import oidc_provider_mock
from authlib.jose import RSAKey
from oidc_provider_mock import _app
from oidc_provider_mock._storage import AuthorizationCode, Client, ClientAllowAny, Storage
from werkzeug.serving import make_server

from demo.company import spoken
from demo.device import Devices
from demo.files import write_private
from demo.signin import NOWHERE
from record.git.repository import open_repository
from record.people.directory import DirectoryReader

TOKENS_LAST = timedelta(hours=12)


PAGES = Path(__file__).with_name("pages")


@dataclass(frozen=True)
class Offered:
    """Somebody whom the sign-in page offers: their name, and what they may do where."""

    name: str
    roles: str


@dataclass(frozen=True)
class Clients:
    """The clients that may have people signed in: their ids, and the origins that their pages have."""

    ids: tuple[str, ...] = ("prodgate",)
    origins: tuple[str, ...] = ()

    @property
    def returns(self) -> tuple[str, ...]:
        """The addresses that a code may be sent to."""
        return (NOWHERE, *(f"{origin}/signed-in" for origin in self.origins))


LOOPBACK = re.compile(r"http://127\.0\.0\.1:\d{1,5}/signed-in")
"""The address to which commands have a code sent: a port of this machine, whichever is free (RFC 8252, 7.3)."""


class _PublicClient(Client):  # type: ignore[misc]  # the package ships no types
    """A client whose people come back to its pages, or to a command on this machine."""

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return bool(LOOPBACK.fullmatch(redirect_uri)) or super().check_redirect_uri(redirect_uri)


class _People(Storage):  # type: ignore[misc]  # the package ships no types
    """Everybody there is: whoever signs in has the address that they typed, as their subject too."""

    def __init__(self, keys: Path, offered: Mapping[str, Offered], clients: Clients) -> None:
        super().__init__()
        self._clients = clients
        self._challenges: dict[str, str] = {}
        self.jwk: Any
        if not keys.exists():
            write_private(keys, json.dumps(self.jwk.as_dict(is_private=True)))
        self.jwk = RSAKey.import_key(json.loads(keys.read_text(encoding="utf-8")))
        self._offered = offered

    def get_client(self, client_id: str) -> Client | None:
        """A client that is known here; pages have no secret, and prove themselves by PKCE."""
        if client_id not in self._clients.ids:
            return None
        return _PublicClient(
            id=client_id,
            secret=ClientAllowAny(),
            redirect_uris=self._clients.returns,
            allowed_scopes=Client.SCOPES_SUPPORTED,
            token_endpoint_auth_method=ClientAllowAny(),
        )

    def keep_code(self, code: str, client_id: str, scope: str, sub: str, challenge: str) -> None:
        """Keep a code of somebody who signed in on another device, for who has the verifier of the challenge."""
        self._challenges[code] = challenge
        asked = {"code": code, "client_id": client_id, "redirect_uri": NOWHERE, "scope": scope, "user_id": sub}
        super().store_authorization_code(AuthorizationCode(**asked, nonce=None))

    def store_authorization_code(self, code: AuthorizationCode) -> None:
        """Keep the code with the challenge that it was asked for with."""
        asked = flask.request.args
        if asked.get("code_challenge_method") == "S256":
            self._challenges[code.code] = asked.get("code_challenge", "")
        super().store_authorization_code(code)

    def get_authorization_code(self, code: str) -> AuthorizationCode | None:
        """The code, for who has the verifier of its challenge; once, and for nobody where there was no challenge."""
        challenge = self._challenges.pop(code, "")
        verifier = hashlib.sha256(flask.request.form.get("code_verifier", "").encode()).digest()
        given = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
        if not hmac.compare_digest(given.encode(), challenge.encode()):
            return None
        return super().get_authorization_code(code)

    def get_user(self, sub: str) -> oidc_provider_mock.User:
        """The person, who signs in at this moment: the provider keeps no sessions."""
        name = self._offered[sub].name if sub in self._offered else sub.partition("@")[0]
        claims = {"email": sub, "email_verified": True, "name": name, "auth_time": int(time.time())}
        return oidc_provider_mock.User(sub=sub, claims=claims)


def provider(keys: Path, offered: Mapping[str, Offered], clients: Clients) -> flask.Flask:
    """The provider; its sign-in page offers people by name, `offered` by address."""
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # on 127.0.0.1 alone
    # A page in a browser has no secret to keep; it proves itself with PKCE (RFC 7636) instead.
    _app.AuthorizationCodeGrant.TOKEN_ENDPOINT_AUTH_METHODS = ["none", "client_secret_basic", "client_secret_post"]
    people = _People(keys, offered, clients)
    _app.Storage = lambda: people  # it makes its own, and asks nobody which
    app: flask.Flask = oidc_provider_mock.app(
        require_client_registration=True,
        issue_refresh_token=False,  # it would renew no ID token, and that is what a page needs
        access_token_max_age=TOKENS_LAST,
    )
    app.jinja_loader = jinja2.FileSystemLoader(PAGES)
    app.context_processor(lambda: {"offered": offered})
    Devices(lambda client: client in clients.ids, people.keep_code).add_to(app)

    @app.before_request
    def end_session() -> flask.typing.ResponseReturnValue | None:
        """There are no sessions to end: the page gets its person back at once, where it is known."""
        if flask.request.path != "/oauth2/end_session":
            return None
        back = flask.request.values.get("post_logout_redirect_uri", "")
        if back.rstrip("/") not in clients.origins:
            return flask.render_template("error.html", name="invalid_request", description="Nowhere to go back to"), 400
        return flask.redirect(back)

    @app.after_request
    def answer_every_origin(response: flask.Response) -> flask.Response:
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
        return response

    return app


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--keys", type=Path, required=True, help="file of the private key; made where there is none")
    parser.add_argument("--record", type=Path, help="repository whose people the sign-in page offers")
    parser.add_argument("--branch", default="main", help="branch of that repository")
    parser.add_argument("--client", action="append", help="id of a client that may sign people in (prodgate)")
    parser.add_argument("--origin", action="append", help="origin of such a client's pages")
    given = parser.parse_args()
    clients = Clients(tuple(given.client or ["prodgate"]), tuple(given.origin or []))
    app = provider(given.keys, _offered(given.record, given.branch) if given.record else {}, clients)
    make_server("127.0.0.1", given.port, app, threaded=True).serve_forever()


def _offered(record: Path, branch: str) -> dict[str, Offered]:
    known = DirectoryReader(open_repository(str(record), branch, record.parent)).current()
    return {person.email: Offered(person.name, ", ".join(map(spoken, person.grants))) for person in known.people}


if __name__ == "__main__":
    main()
