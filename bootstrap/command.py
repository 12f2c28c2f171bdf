"""Gives commands what several of them need: the folder, the record's place, the keys' files, a sentence of refusal."""

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from bootstrap.variables import variable

DATA = variable("data_dir")
SETTINGS = "Settings are environment variables: the README lists them, docs/operations.md says which this needs."


def signing_key(data: Path) -> Path:
    """The private key that a demo in this folder signs with."""
    return data / "signing" / "private.json"


def worker_key(data: Path) -> Path:
    """The private key that a demo's worker signs with."""
    return data / "signing" / "worker.json"


def payload_keys(data: Path) -> Path:
    """The keys with which a demo in this folder encrypts what Temporal keeps, where somebody made them."""
    return data / "payload" / "keys.json"


def add_data(command: argparse.ArgumentParser) -> None:
    """Add the option that names the demo's folder."""
    folder = Path(os.environ.get(DATA) or ".data")
    command.add_argument("--data", type=Path, metavar="DIR", default=folder, help=f"folder of the demo, or {DATA}")


def port(text: str) -> int:
    """A port as an option names it. Raises what argparse reports."""
    number = int(text)
    if not 0 < number < 65536:
        raise argparse.ArgumentTypeError(f"{number} is not a port: choose one from 1 to 65535")
    return number


def environment() -> Mapping[str, str]:
    """The environment; a setting that is empty counts as not set."""
    ours = ("PRODGATE_", "TEMPORAL_")
    return {name: value for name, value in os.environ.items() if value or not name.startswith(ours)}


def record() -> tuple[str | None, str, str | None]:
    """The record's location, where the environment names one, its branch and its token."""
    given = environment()
    return given.get(variable("git_repo")), given.get(variable("git_branch"), "main"), given.get(variable("git_token"))


def refuse(why: object, code: int) -> int:
    """Say why not; the answer is the exit code."""
    sys.stderr.write(f"prodgate: {why}" + "\n")
    return code


def say(text: str) -> None:
    """Print a line for whoever asked."""
    sys.stdout.write(text + "\n")
