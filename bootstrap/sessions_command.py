"""`prodgate sessions`: ends sessions before their tokens expire."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import ValidationError

from bootstrap.by_hand import revoke_session
from bootstrap.command import add_data, record, refuse, say
from record.errors import RecordUnavailable


def run(arguments: Sequence[str]) -> int:
    """Run one command; the answer is its exit code."""
    return _revoke(parser().parse_args(arguments))


def parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    sessions = argparse.ArgumentParser(prog="prodgate sessions")
    sessions.description = "Sessions that are over before their tokens expire: the list is in the GitOps repository."
    verbs = sessions.add_subparsers(title="commands", metavar="COMMAND", required=True)
    revoke = verbs.add_parser("revoke", help="refuse a token, a session, or all that somebody has signed in so far")
    revoke.description = (
        "Put an entry on the revocation list, which every API knows within seconds. Decisions taken before stay valid. "
        "End the session at the identity provider, too: it may give new tokens."
    )
    whose = revoke.add_mutually_exclusive_group(required=True)
    whose.add_argument("--jti", help="the one token with this jti")
    whose.add_argument("--sid", help="every token of the provider's session with this sid")
    whose.add_argument(
        "--person",
        metavar="EMAIL",
        help="every token of theirs so far, and their browsers' notifications; they may sign in after 30 s",
    )
    revoke.add_argument("--reason", default="", help="kept with the entry, for people")
    add_data(revoke)
    return sessions


def _revoke(given: argparse.Namespace) -> int:
    location, branch, token = record()
    where = (location or str(given.data / "gitops.git"), branch, given.data, token)
    named = {kind: value for kind in ("jti", "sid", "person") if (value := getattr(given, kind)) is not None}
    try:
        said, doubt = revoke_session(where, named, given.reason, datetime.now(UTC))
    except ValidationError as error:
        return refuse("; ".join(f"{each['loc'][-1]}: {each['msg']}" for each in error.errors()), 2)
    except RecordUnavailable as error:
        return refuse(error, 1)
    say(said)
    if doubt:
        sys.stderr.write(doubt + "\n")
    return 0
