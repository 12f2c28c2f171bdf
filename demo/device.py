"""The demo's device flow (RFC 8628): a command shows a code, its person types it on a page of the provider.

What it gives is what the provider's own code flow gives: a typed code becomes one of those, which is spent at once.
"""

import base64
import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import flask

from clients.oidc.device import GRANT
from demo.signin import NOWHERE

GOOD_FOR, ASKED_EVERY = 600, 1
"""Seconds that a code is good, and between two questions of whoever waits."""


@dataclass
class _Waiting:
    user_code: str
    client: str
    scope: str
    until: float
    sub: str | None = None


@dataclass
class Devices:
    """The codes that wait to be typed; `keep(code, client, scope, sub, challenge)` keeps one of the code flow."""

    knows: Callable[[str], bool]
    keep: Callable[[str, str, str, str, str], None]
    waiting: dict[str, _Waiting] = field(default_factory=dict)

    def add_to(self, app: flask.Flask) -> None:
        """Serve the flow, and say so in the discovery document."""
        app.add_url_rule("/oauth2/device_authorization", view_func=self._begin, methods=["POST"])
        app.add_url_rule("/device", view_func=self._page, methods=["GET", "POST"])
        app.before_request(self._poll)
        app.after_request(_announced)

    def _begin(self) -> flask.typing.ResponseReturnValue:
        form = flask.request.form
        if not self.knows(form.get("client_id", "")):
            return flask.jsonify(error="invalid_client"), 400
        code, device = secrets.token_hex(4).upper(), secrets.token_urlsafe(32)
        until = time.monotonic() + GOOD_FOR
        self.waiting[device] = _Waiting(code, form["client_id"], form.get("scope", "openid"), until)
        page = flask.request.host_url + "device"
        return flask.jsonify(
            device_code=device, user_code=code, verification_uri=page, expires_in=GOOD_FOR, interval=ASKED_EVERY
        )

    def _page(self) -> flask.typing.ResponseReturnValue:
        form = flask.request.form
        if flask.request.method == "GET":
            return flask.render_template("authorization_form.html", asks_code=True)
        typed = form.get("user_code", "").strip().upper()
        for each in self.waiting.values():
            if each.user_code == typed and each.sub is None and each.until > time.monotonic():
                each.sub = form.get("sub")
                return flask.render_template("signed_in.html")
        return flask.render_template("error.html", name="invalid_code", description="No such code waits."), 400

    def _poll(self) -> flask.typing.ResponseReturnValue | None:
        """Answer whoever waits; every other question goes its way."""
        form = flask.request.form
        if flask.request.path != "/oauth2/token" or form.get("grant_type") != GRANT:
            return None
        device = form.get("device_code", "")
        found = self.waiting.get(device)
        if found is None or found.client != form.get("client_id") or found.until < time.monotonic():
            return flask.jsonify(error="expired_token"), 400
        if found.sub is None:
            return flask.jsonify(error="authorization_pending"), 400
        del self.waiting[device]
        return self._tokens(found, found.sub)

    def _tokens(self, found: _Waiting, sub: str) -> flask.typing.ResponseReturnValue:
        code, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        self.keep(code, found.client, found.scope, sub, challenge)
        asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": NOWHERE}
        asked |= {"client_id": found.client, "code_verifier": verifier}
        with flask.current_app.test_client() as inside:
            answer = inside.post("/oauth2/token", data=asked, base_url=flask.request.host_url)
            return answer.get_json(), answer.status_code


def _announced(response: flask.Response) -> flask.Response:
    if flask.request.path == "/.well-known/openid-configuration":
        found = response.get_json() | {
            "device_authorization_endpoint": flask.request.host_url + "oauth2/device_authorization"
        }
        response.set_data(flask.json.dumps(found))
    return response
