"""The demo's identity provider: `oidc-provider-mock`, a real OpenID provider that lets anybody in as anybody.

    python -m demo.issuer --port 9400 --keys FILE [--record REPOSITORY --branch main]

It learns three things here: its key stays the same from one start to the next, so that tokens stay good; an ID token
says when its person signed in (`auth_time`); and a page of another origin may ask it, as the console in a browser does.
That leans on the package's insides, so its version is pinned to the digit.
"""

import argparse
import json
import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import flask
import oidc_provider_mock
from authlib.jose import RSAKey
from oidc_provider_mock._app import AuthorizationCodeGrant
from oidc_provider_mock._storage import Storage
from werkzeug.serving import make_server

from demo.files import write_private
from record.directory import DirectoryReader
from record.repository import open_repository

TOKENS_LAST = timedelta(hours=12)


class _People(Storage):  # type: ignore[misc]  # the package ships no types
    """Everybody there is: whoever signs in has the address that they typed, as their subject too."""

    def __init__(self, keys: Path, names: dict[str, str]) -> None:
        super().__init__()
        self.jwk: Any
        if not keys.exists():
            write_private(keys, json.dumps(self.jwk.as_dict(is_private=True)))
        self.jwk = RSAKey.import_key(json.loads(keys.read_text(encoding="utf-8")))
        self._names = names

    def get_user(self, sub: str) -> oidc_provider_mock.User:
        """The person, who signs in at this moment: the provider keeps no sessions."""
        name = self._names.get(sub, sub.partition("@")[0])
        claims = {"email": sub, "email_verified": True, "name": name, "auth_time": int(time.time())}
        return oidc_provider_mock.User(sub=sub, claims=claims)


def provider(keys: Path, names: dict[str, str]) -> flask.Flask:
    """The provider; its sign-in page offers the people of `names`, by address."""
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # on 127.0.0.1 alone
    # A page in a browser has no secret to keep; it proves itself with PKCE (RFC 7636) instead.
    AuthorizationCodeGrant.TOKEN_ENDPOINT_AUTH_METHODS = ["none", "client_secret_basic", "client_secret_post"]
    people = _People(keys, names)
    app: flask.Flask = oidc_provider_mock.app(
        user_claims=[people.get_user(email) for email in names],
        access_token_max_age=TOKENS_LAST,
    )

    @app.before_request
    def know_people() -> None:
        flask.g.oidc_provider_mock_storage = people

    @app.after_request
    def answer_every_origin(response: flask.Response) -> flask.Response:
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    return app


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--keys", type=Path, required=True, help="file of the private key; made where there is none")
    parser.add_argument("--record", type=Path, help="repository whose people the sign-in page offers")
    parser.add_argument("--branch", default="main", help="branch of that repository")
    given = parser.parse_args()
    app = provider(given.keys, _names(given.record, given.branch) if given.record else {})
    make_server("127.0.0.1", given.port, app, threaded=True).serve_forever()


def _names(record: Path, branch: str) -> dict[str, str]:
    known = DirectoryReader(open_repository(str(record), branch, record.parent)).current()
    return {person.email: person.name for person in known.people}


if __name__ == "__main__":
    main()
