"""`prodgate push`: makes the key by which push services know this installation."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from clients.push.key import make
from settings import variable


def run(arguments: Sequence[str]) -> int:
    """Run one command; the answer is its exit code."""
    given = parser().parse_args(arguments)
    if given.file is None:
        sys.stderr.write(f"prodgate: name a FILE, or set {variable('push_key')}\n")
        return 2
    try:
        public = make(given.file)
    except FileExistsError:
        sys.stderr.write(f"prodgate: {given.file} is there already; another key would end everybody's notifications\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"prodgate: {error}\n")
        return 1
    sys.stdout.write(f"{given.file} has the key, for worker and API; browsers are given {public}\n")
    return 0


def parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    made = argparse.ArgumentParser(prog="prodgate push", description="Notifications in browsers.")
    verbs = made.add_subparsers(title="commands", metavar="COMMAND", required=True)
    making = verbs.add_parser("key", help="make the key by which push services know this installation")
    making.description = f"Make a key in FILE, or in the file of {variable('push_key')}, unless one is there."
    file = os.environ.get(variable("push_key"))
    making.add_argument("file", type=Path, nargs="?", metavar="FILE", default=Path(file) if file else None)
    return made
