"""`prodgate login`, `logout`, `whoami`."""

import sys
import webbrowser
from argparse import Namespace

from bootstrap.people.gate import Exit, Gate
from bootstrap.people.sessions import KeptSession
from bootstrap.people.shown import console, show_json, show_lines
from clients.oidc.device import sign_in_by_device
from clients.oidc.loopback import sign_in_by_browser
from clients.oidc.provider import IssuedTokens, SignInFailed, SignInProvider
from clients.prodgate.answers import MeShown, plain

WITHIN = 300.0
"""Seconds in which somebody signs in."""


def login(gate: Gate, given: Namespace) -> int:
    """Sign in, and keep it for the next commands."""
    asked = gate.sign_in_settings()
    if others := gate.file.others(gate.url, asked.issuer, asked.client_id):
        raise SignInFailed(
            f"{gate.url} names your sign-in at {', '.join(others)}: whoever runs it could act as you there. "
            "If both are your company's, sign out there first: prodgate logout --url …"
        )
    _tell(f"Signing in at {asked.issuer} for {gate.url}")
    provider = SignInProvider.discovered(asked.issuer, asked.client_id, asked.scope, gate.http)
    tokens = _tokens(provider, given)
    gate.file.put(gate.url, KeptSession(provider.issuer, provider.client_id, provider.scope, tokens))
    _tell(f"Signed in as {tokens.email}. Next: prodgate list --waiting, or prodgate create --help")
    return Exit.DONE


def _tokens(provider: SignInProvider, given: Namespace) -> IssuedTokens:
    if given.device:
        return sign_in_by_device(provider, lambda address, code: _tell(f"Open {address} and type {code}"))
    more = {"prompt": "login", "max_age": "0"} if given.again else {}
    return sign_in_by_browser(provider, lambda address: _open(address, browser=not given.no_browser), WITHIN, more)


def _open(address: str, *, browser: bool) -> None:
    _tell(f"Open this in a browser of this machine:\n{address}")
    if browser:
        webbrowser.open(address)


def logout(gate: Gate, _given: Namespace) -> int:
    """Forget the sign-in at that API."""
    gate.file.put(gate.url, None)
    _tell("Signed out here. The provider's own session, in the browser, goes on: end it there.")
    return Exit.DONE


def whoami(gate: Gate, given: Namespace) -> int:
    """The caller and their rights, as the API knows them."""
    answer = gate.api.ask("GET", "/v1/me")
    if given.json:
        show_json(answer.body)
        return Exit.DONE
    me = answer.read(MeShown)
    rights = [
        f"  {each.permission}: {'everywhere' if each.everywhere else ', '.join(each.tenants)}" for each in me.rights
    ]
    show_lines(
        [f"{me.name} <{me.email}> at {gate.url}", *(rights or ["  no role yet: ask an admin for one"])], console()
    )
    return Exit.DONE


def _tell(text: str) -> None:
    sys.stderr.write(plain(text) + "\n")
