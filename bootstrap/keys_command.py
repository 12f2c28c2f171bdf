"""`prodgate keys`: makes, ends and lists the keys of signatures, and makes those that encrypt what Temporal keeps."""

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bootstrap.by_hand import list_keys, retire_keys, revoke_key, rotate_key
from bootstrap.command import add_data, environment, payload_keys, record, refuse, say, signing_key, worker_key
from engine.codec import PayloadKeysUnusable
from engine.codec import rotate as rotate_payload
from record.errors import RecordUnavailable
from record.signing.rotation import KeyBranch, KeyRefused
from record.signing.signatures import KeyClass
from settings import variable


def run(arguments: Sequence[str]) -> int:
    """Run one command; the answer is its exit code."""
    given = parser().parse_args(arguments)
    return int(given.command(given))


def parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    keys = argparse.ArgumentParser(prog="prodgate keys")
    keys.description = (
        "Keys that acts are signed with: public halves in the GitOps repository, private ones with the API (class "
        "people) and with the worker (class service); and those that encrypt what Temporal keeps."
    )
    verbs = keys.add_subparsers(title="commands", metavar="COMMAND", required=True)
    rotate = verbs.add_parser("rotate", help="sign with a new key; the first one is made by this as well")
    _add_rotate(rotate)
    retire = verbs.add_parser("retire", help="end older keys: what comes after proves nothing by them")
    retire.description = "Retire the keys, or all of the class but the newest; what they signed before stays proven."
    retire.add_argument(
        "kids", nargs="*", type=str.strip, metavar="KID", help="the keys; default: all of the class but the newest"
    )
    retire.add_argument("--force", action="store_true", help="the last one of a class, too")
    revoke = verbs.add_parser("revoke", help="say that a key is somebody else's, and what to do next")
    _add_revoke(revoke)
    for verb in (rotate, retire):
        verb.add_argument("--class", dest="key_class", choices=("people", "service"), default="people", help="(people)")
    listing = verbs.add_parser("list", help="show the keys, since when and until when they sign, and for what")
    for verb, command in ((rotate, _rotate), (retire, _retire), (revoke, _revoke), (listing, _list)):
        add_data(verb)
        verb.set_defaults(command=_keys, verb=command)
    _add_payload(verbs.add_parser("payload", help="the keys that encrypt what Temporal keeps"))
    return keys


def _add_rotate(rotate: argparse.ArgumentParser) -> None:
    rotate.description = (
        "Make a key, commit its public half to the GitOps repository, and write the private half to the file of "
        f"{variable('signing_key')} or {variable('worker_key')}. Older keys stay good until `retire` ends them."
    )
    rotate.add_argument(
        "--overlap", type=float, metavar="HOURS", default=24.0, help="when to retire older keys (24); 0 does it at once"
    )


def _add_revoke(revoke: argparse.ArgumentParser) -> None:
    revoke.description = (
        "Revoke a key: from the commit on that says so, or from after an earlier one, it proves nothing."
    )
    revoke.add_argument("kid", type=str.strip, metavar="KID")
    revoke.add_argument("--from", dest="since", metavar="COMMIT", help="the last commit at which it was ours alone")
    revoke.add_argument("--reason", help="one sentence for the commit")


def _add_payload(payload: argparse.ArgumentParser) -> None:
    verbs = payload.add_subparsers(title="commands", metavar="COMMAND", required=True)
    rotate = verbs.add_parser("rotate", help="encrypt with a new key; the first one is made by this as well")
    rotate.description = (
        f"Add a key to the file of {variable('payload_keys')}, which worker and API read again by themselves. Older "
        "keys stay there: they decrypt what waits."
    )
    rotate.add_argument(
        "--after", type=float, metavar="MINUTES", default=10.0, help="when the new key begins, so that all have it (10)"
    )
    add_data(rotate)
    rotate.set_defaults(command=_rotate_payload)


def _keys(given: argparse.Namespace) -> int:
    location, branch, token = record()
    try:
        say(given.verb(given, KeyBranch.at(location or str(given.data / "gitops.git"), branch, token)))
    except (KeyRefused, RecordUnavailable, OSError) as error:
        return refuse(error, 1)
    return 0


def _list(_given: argparse.Namespace, branch: KeyBranch) -> str:
    return list_keys(branch)


def _rotate(given: argparse.Namespace, branch: KeyBranch) -> str:
    key_class = KeyClass(given.key_class)
    setting, default = ("signing_key", signing_key) if key_class is KeyClass.PEOPLE else ("worker_key", worker_key)
    file = Path(environment().get(variable(setting), default(given.data)))
    return rotate_key(branch, file, key_class, datetime.now(UTC), timedelta(hours=given.overlap))


def _retire(given: argparse.Namespace, branch: KeyBranch) -> str:
    return retire_keys(branch, given.kids, KeyClass(given.key_class), datetime.now(UTC), force=given.force)


def _revoke(given: argparse.Namespace, branch: KeyBranch) -> str:
    return revoke_key(branch, given.kid, given.since, given.reason, datetime.now(UTC))


def _rotate_payload(given: argparse.Namespace) -> int:
    file = Path(environment().get(variable("payload_keys"), payload_keys(given.data)))
    try:
        say(rotate_payload(file, datetime.now(UTC), timedelta(minutes=given.after)))
    except (PayloadKeysUnusable, OSError) as error:
        return refuse(error, 1)
    return 0
