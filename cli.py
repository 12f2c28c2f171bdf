"""The `prodgate` command: an entry point that reads the settings and hands them to what it starts."""

import argparse
import os
import re
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version

from bootstrap.command import SETTINGS, add_data, environment, port, record, refuse
from bootstrap.variables import variable

EPILOG = (
    "New here? `prodgate up` starts everything; then `prodgate login` and `prodgate list --waiting` in another "
    "terminal. `prodgate COMMAND --help` has examples."
)
SHELLS = ("bash", "zsh", "fish")

FOR_PEOPLE = {
    "login": "sign in, for the commands below; logout, whoami go with it",
    "logout": "forget the sign-in",
    "whoami": "say who the API takes you for, and what you may do",
    "list": "list requests: yours, those that wait for you, or all that you see",
    "show": "show a request, and what it changes in production",
    "create": "ask for a promotion from STAGING to PROD",
    "approve": "approve a request, as it was shown",
    "reject": "reject a request",
    "cancel": "withdraw a request",
    "retry": "deploy again after a failure",
    "hold": "keep an approved request from being deployed",
    "release": "let a held request go on",
    "unendorse": "take your vote back, while others are missing",
    "emergency": "launch alone, past votes and freezes, where a rule lets you",
    "ratify": "say that an emergency was right",
    "refute": "say that an emergency was none",
    "debts": "list emergencies that wait for an answer",
    "delegate": "hand your vote to somebody for some days",
    "delegations": "list votes that were handed over",
    "undelegate": "end such a delegation",
    "watch": "follow a request to its end",
}
"""The commands of `bootstrap.people`, which call the API as a person."""

OWN_PARSERS = {
    "up": ("demo.up_command", "run everything on this machine, with stand-ins for the company's systems"),
    "token": ("demo.token_command", "print a bearer token of one of the demo's people, or who they are"),
    "keys": ("bootstrap.keys_command", "keys of signatures, and of what Temporal keeps: make, end, list"),
    "sessions": ("bootstrap.sessions_command", "end sessions: what was signed in is refused from now on"),
    "lint": ("record.audit.lint", "check the files that grant something, before a merge, offline"),
    "rules": ("record.audit.rules_command", "explain the company's rules for a request, try a change of them, offline"),
    "verify": ("record.audit.command", "audit a clone of the GitOps repository, offline"),
    "receipt": ("record.audit.receipt_command", "write one file that proves a promotion without the record, offline"),
    "checkpoints": ("record.audit.proving", "show checkpoints of the record, and prove acts by them"),
    "audit": ("bootstrap.audit_command", "list, export, check and purge the audit trail"),
    "report": ("bootstrap.report_command", "have reports made, list them, fetch their files"),
    "reconcile": ("bootstrap.reconcile", "hold Git, Temporal and AWX against each other; promotions go on from Git"),
    "push": ("bootstrap.push_command", "make the key by which browsers are notified"),
    "documents": ("bootstrap.documents_command", "purge the store of documents, rotate its key"),
    "smoke": ("bootstrap.smoke", "walk a promotion of a marked target through an installation"),
}
"""The modules of commands that read their own arguments, and what each does."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the answer is its exit code: 1 when something stands in the way, 2 when it was asked wrongly."""
    asked, parser = sys.argv[1:] if arguments is None else arguments, _parser(_named)
    asked = [f" {each}" if re.fullmatch("-[A-Za-z0-9_-]{42}", each) else each for each in asked]  # a kid, no option
    if asked and asked[0] in FOR_PEOPLE:
        return int(import_module("bootstrap.people.command").run(asked))
    if asked and asked[0] in OWN_PARSERS:
        return int(import_module(OWN_PARSERS[asked[0]][0]).run(asked[1:]))
    given = parser.parse_args(asked)
    if given.command is None:
        parser.print_help(sys.stderr)
        return 2
    return int(given.command(given))


Adds = Callable[["argparse._SubParsersAction[argparse.ArgumentParser]", str, str], object]


def _named(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, text: str) -> object:
    """Name a command; its own module reads its arguments."""
    return commands.add_parser(name, help=text, add_help=False)


def _whole(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, text: str) -> object:
    """Add a command with its arguments, which loads its module."""
    if name in FOR_PEOPLE:
        own = import_module("bootstrap.people.command").parser(name)
    else:
        own = import_module(OWN_PARSERS[name][0]).parser()
    return commands.add_parser(name, help=text, parents=[own], add_help=False)


def _parser(add: Adds) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="prodgate", description="The approval gate in front of production.", epilog=EPILOG
    )
    parser.add_argument("--version", action="version", version=f"prodgate {version('prodgate')}")
    parser.set_defaults(command=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for name, text in FOR_PEOPLE.items():
        add(commands, name, text)
    _add_api(commands.add_parser("api", help="serve the HTTP API, as the environment's settings say"))
    worker = commands.add_parser("worker", help="run promotions, as the environment's settings say")
    worker.description = f"Run promotions until SIGTERM. {SETTINGS}"
    worker.set_defaults(command=_worker)
    _add_doctor(commands.add_parser("doctor", help="say whether AWX is ready, with the worker's settings"))
    openapi = commands.add_parser("openapi", help="print the OpenAPI document, for making clients")
    openapi.description = "Print the OpenAPI document, for making clients; needs no settings."
    openapi.set_defaults(command=_openapi)
    _add_repair(commands.add_parser("repair", help="put back what a commit changed in the record without proof"))
    for name, (_, text) in OWN_PARSERS.items():
        add(commands, name, text)
    completion = commands.add_parser("completion", help="print what completes these commands in a shell")
    completion.description = "Print a script for a shell: source <(prodgate completion bash)"
    completion.epilog = "zsh: prodgate completion zsh > ~/.zfunc/_prodgate; fish: prodgate completion fish | source"
    completion.add_argument("shell", choices=SHELLS)
    completion.set_defaults(command=_completion)
    return parser


def _add_api(api: argparse.ArgumentParser) -> None:
    api.formatter_class = argparse.ArgumentDefaultsHelpFormatter
    api.description = f"Serve the HTTP API and the console until SIGTERM. {SETTINGS}"
    api.add_argument("--host", default="127.0.0.1", help="address to listen on; 0.0.0.0 in a container")
    api.add_argument("--port", type=port, metavar="N", default=8080, help="port to listen on")
    api.set_defaults(command=_api)


def _add_doctor(doctor: argparse.ArgumentParser) -> None:
    doctor.description = (
        "Look at AWX's job template, changing nothing; exit code 1 where something has to be mended. " + SETTINGS
    )
    doctor.add_argument("--json", action="store_true", help="print one JSON object")
    doctor.set_defaults(command=_doctor)


def _add_repair(repair: argparse.ArgumentParser) -> None:
    repair.description = (
        "Take back what a commit changed in tickets without proof, as /readyz, the console and `prodgate verify` name "
        "it. The API signs it for a platform admin who signed in minutes ago; this commits and pushes it."
    )
    repair.epilog = "PRODGATE_TOKEN is the admin's bearer token; in the demo, `prodgate token EMAIL` prints one."
    repair.add_argument("commit", metavar="COMMIT", help="the commit, by its whole id or its beginning")
    repair.add_argument("--reason", required=True, help="why, in 10 characters or more; stands in the commit's message")
    address = os.environ.get(variable("public_url")) or "http://127.0.0.1:8080"
    repair.add_argument("--api", metavar="URL", default=address, help=f"the API ({address})")
    add_data(repair)
    repair.set_defaults(command=_repair)


def _api(given: argparse.Namespace) -> int:
    import asyncio

    from api.main import run
    from bootstrap.process import CannotServe, configure_logs, give_up, leave
    from engine.codec import PayloadKeysUnusable
    from engine.connection import NoServer
    from record.errors import RecordUnavailable
    from settings import Settings, SettingsError

    try:
        settings = Settings.from_environment(os.environ, "oidc_issuer", "awx_callback_secret", "signing_key")
    except SettingsError as error:
        return refuse(error, 2)
    configure_logs(settings.log_level)
    try:
        asyncio.run(run(settings, given.host, given.port))
        leave(0)
    except (CannotServe, NoServer, PayloadKeysUnusable, RecordUnavailable) as error:
        give_up("prodgate api", error, 1)


def _completion(given: argparse.Namespace) -> int:
    import shtab

    print(shtab.complete(_parser(_whole), given.shell))
    return 0


def _worker(_given: argparse.Namespace) -> int:
    import worker

    worker.main()
    return 0


def _openapi(_given: argparse.Namespace) -> int:
    from api.app import document

    print(document(), end="")
    return 0


def _doctor(given: argparse.Namespace) -> int:
    import asyncio

    from bootstrap.doctor import diagnose
    from settings import Settings, SettingsError

    try:
        settings = Settings.from_environment(os.environ, "awx_url")
    except SettingsError as error:
        return refuse(error, 2)
    said, code = asyncio.run(diagnose(settings, given.json))
    print(said)
    return code


def _repair(given: argparse.Namespace) -> int:
    from bootstrap.repair import RepairCommand, RepairRefused
    from record.errors import RecordUnavailable
    from record.git.checkout import Checkout

    if not (token := environment().get("PRODGATE_TOKEN")):
        return refuse("PRODGATE_TOKEN must be the bearer token of a platform admin", 2)
    location, branch, record_token = record()
    checkout = Checkout(location or str(given.data / "gitops.git"), branch, record_token)
    try:
        print(RepairCommand(given.api, token, given.commit, given.reason).run(checkout))
    except (RepairRefused, RecordUnavailable) as error:
        return refuse(error, 1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
