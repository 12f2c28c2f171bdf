"""Opens the API for a command, and turns what went wrong into a sentence and an exit code."""

import contextlib
import os
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum

import httpx

from bootstrap.people.sessions import FileNotPrivate, SessionFile, TokenSource, config_folder
from bootstrap.variables import variable
from clients.oidc.provider import ProviderAway, SignInFailed, checked_address
from clients.prodgate.answers import SignInShown, plain
from clients.prodgate.api import ApiAway, CallerRefused, CallerUnknown, CallMalformed, CallRefused, ProdgateApi

DEMO = "http://127.0.0.1:8080"


class Exit(IntEnum):
    """The exit codes that scripts may rely on; `ENDS` are those of `watch`."""

    DONE = 0
    REFUSED = 1
    WRONG_USE = 2
    NOT_ALLOWED = 3
    AWAY = 4
    NOT_YET = 5


ENDS = {"deployed": 0, "failed": 10, "rejected": 11, "cancelled": 12, "expired": 13, "superseded": 14}
"""The states in which a request ends by itself, and the exit code of each."""


class WrongUse(Exception):
    """The command was asked wrongly; `str()` says how to ask."""


class NotYet(Exception):
    """The time that was given is over, and the request has not ended."""


@dataclass(frozen=True)
class Gate:
    """The API that a command speaks to, and who is signed in there."""

    url: str
    http: httpx.Client
    file: SessionFile

    @property
    def api(self) -> ProdgateApi:
        """The API, shown the person's token."""
        return ProdgateApi(self.url, self.http, TokenSource(self.url, self.file, self.http))

    def sign_in_settings(self) -> SignInShown:
        """The way people sign in there; the API is asked without a token."""
        return ProdgateApi(self.url, self.http).ask("GET", "/v1/console").read(SignInShown)


def api_address(given: str | None) -> str:
    """The API's address: the option, PRODGATE_URL, or the demo's."""
    url = given or os.environ.get(variable("url")) or DEMO
    return checked_address(url).rstrip("/")


@contextlib.contextmanager
def gate(given: Namespace) -> Iterator[Gate]:
    """The API that the arguments name, for one command."""
    with httpx.Client(follow_redirects=False) as http:
        yield Gate(api_address(given.url), http, SessionFile(config_folder() / "sessions.json"))


def run_safely(command: Callable[[], int]) -> int:
    """Run a command; what went wrong is said on stderr."""
    try:
        return command()
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever reads has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.DONE
    except NotYet as error:
        return _told(error, Exit.NOT_YET)
    except (WrongUse, CallMalformed) as error:
        return _told(error, Exit.WRONG_USE)
    except CallerUnknown as error:
        return _told(f"{error}\nSign in first: prodgate login", Exit.NOT_ALLOWED)
    except (CallerRefused, FileNotPrivate) as error:
        return _told(error, Exit.NOT_ALLOWED)
    except (ApiAway, ProviderAway) as error:
        return _told(error, Exit.AWAY)
    except SignInFailed as error:
        return _told(error, Exit.NOT_ALLOWED)
    except (CallRefused, OSError) as error:
        return _told(error, Exit.REFUSED)


def _told(why: object, code: Exit) -> int:
    sys.stderr.write(f"prodgate: {plain(str(why))}" + "\n")
    return code
