"""The `prodgate` command: an entry point that reads the settings and hands them to what it starts."""

import argparse
import asyncio
import os
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from settings import Mode, Settings, SettingsError, variable

if TYPE_CHECKING:
    from record.signing.rotation import KeyBranch

DATA = variable("data_dir")
SETTINGS = "Settings are environment variables: the README lists them, docs/operations.md says which this needs."
EPILOG = "New here? `prodgate up` starts everything; the README walks on from there."

OWN_PARSERS = {
    "lint": ("record.audit.lint", "check the files that grant something, before a merge, offline"),
    "verify": ("record.audit.command", "audit a clone of the GitOps repository, offline"),
    "checkpoints": ("record.audit.proving", "show checkpoints of the record, and prove acts by them"),
    "audit": ("bootstrap.audit_command", "list, export, check and purge the audit trail"),
    "report": ("bootstrap.report_command", "have reports made, list them, fetch their files"),
    "documents": ("bootstrap.documents_command", "purge the store of documents, rotate its key"),
}
"""The modules of commands that read their own arguments, and what each does."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the answer is its exit code: 1 when something stands in the way, 2 when it was asked wrongly."""
    asked, parser = sys.argv[1:] if arguments is None else arguments, _parser()
    asked = [f" {each}" if re.fullmatch("-[A-Za-z0-9_-]{42}", each) else each for each in asked]  # a kid, no option
    if asked and asked[0] in OWN_PARSERS:
        return int(import_module(OWN_PARSERS[asked[0]][0]).run(asked[1:]))
    given = parser.parse_args(asked)
    if given.command is None:
        parser.print_help(sys.stderr)
        return 2
    try:
        return int(given.command(given))
    except SettingsError as error:
        return _refuse(error, 2)


def _refuse(why: object, code: int) -> int:
    print(f"prodgate: {why}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="prodgate", description="The approval gate in front of production.", epilog=EPILOG
    )
    parser.add_argument("--version", action="version", version=f"prodgate {version('prodgate')}")
    parser.set_defaults(command=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_up(commands.add_parser("up", help="run everything on this machine, with stand-ins for the company's systems"))
    _add_token(commands.add_parser("token", help="print a bearer token of one of the demo's people, or who they are"))
    _add_api(commands.add_parser("api", help="serve the HTTP API, as the environment's settings say"))
    worker = commands.add_parser("worker", help="run promotions, as the environment's settings say")
    worker.description = f"Run promotions until SIGTERM. {SETTINGS}"
    worker.set_defaults(command=_worker)
    _add_doctor(commands.add_parser("doctor", help="say whether AWX is ready, with the worker's settings"))
    _add_keys(commands.add_parser("keys", help="keys of signatures, and of what Temporal keeps: make, end, list"))
    _add_sessions(commands.add_parser("sessions", help="end sessions: what was signed in is refused from now on"))
    openapi = commands.add_parser("openapi", help="print the OpenAPI document, for making clients")
    openapi.description = "Print the OpenAPI document, for making clients; needs no settings."
    openapi.set_defaults(command=_openapi)
    _add_repair(commands.add_parser("repair", help="put back what a commit changed in the record without proof"))
    for name, (_, text) in OWN_PARSERS.items():
        commands.add_parser(name, help=text, add_help=False)
    return parser


def _add_up(up: argparse.ArgumentParser) -> None:
    up.formatter_class = argparse.ArgumentDefaultsHelpFormatter
    up.description = "Run Temporal, worker, API and stand-ins for a company's systems until Ctrl-C."
    up.epilog = "Settings that name a system, as PRODGATE_AWX_URL does, replace its stand-in; the README has all."
    _add_data(up)
    up.add_argument("--port", type=_port, metavar="N", default=8080, help="of the API")
    up.add_argument("--temporal-port", type=_port, metavar="N", default=7233, help="of the Temporal server")
    up.add_argument("--temporal-ui-port", type=_port, metavar="N", default=8233, help="of the Temporal UI")
    up.add_argument("--awx-port", type=_port, metavar="N", default=8052, help="of the stand-in for AWX")
    up.add_argument("--worker-port", type=_port, metavar="N", default=8081, help="of the worker's /healthz")
    up.add_argument("--oidc-port", type=_port, metavar="N", default=9400, help="of the identity provider")
    up.add_argument("--mailbox-port", type=_port, metavar="N", default=8025, help="of the mailbox's page")
    up.add_argument("--smtp-port", type=_port, metavar="N", default=1025, help="of the mailbox's mail server")
    up.add_argument("--webhooks-port", type=_port, metavar="N", default=8026, help="of the receiver of webhooks")
    up.add_argument("--gitlab-port", type=_port, metavar="N", default=8929, help="of the stand-in for GitLab")
    up.add_argument("--job-seconds", type=float, metavar="S", default=3.0, help="how long a job of that AWX takes")
    up.set_defaults(command=_up)


def _add_token(token: argparse.ArgumentParser) -> None:
    token.description = "Sign a demo person in and print their bearer token, good for 12 hours; or list the people."
    token.add_argument("email", nargs="?", help="whose token, such as pierre.durand@cab-i.com")
    _add_data(token)
    token.set_defaults(command=_token)


def _add_api(api: argparse.ArgumentParser) -> None:
    api.formatter_class = argparse.ArgumentDefaultsHelpFormatter
    api.description = f"Serve the HTTP API and the console until SIGTERM. {SETTINGS}"
    api.add_argument("--host", default="127.0.0.1", help="address to listen on; 0.0.0.0 in a container")
    api.add_argument("--port", type=_port, metavar="N", default=8080, help="port to listen on")
    api.set_defaults(command=_api)


def _add_doctor(doctor: argparse.ArgumentParser) -> None:
    doctor.description = (
        "Look at AWX's job template, changing nothing; exit code 1 where something has to be mended. " + SETTINGS
    )
    doctor.add_argument("--json", action="store_true", help="print one JSON object")
    doctor.set_defaults(command=_doctor)


def _add_keys(keys: argparse.ArgumentParser) -> None:
    keys.description = (
        "Keys that acts are signed with: public halves in the GitOps repository, private ones with the API (class "
        "people) and with the worker (class service); and those that encrypt what Temporal keeps."
    )
    verbs = keys.add_subparsers(title="commands", metavar="COMMAND", required=True)
    rotate = verbs.add_parser("rotate", help="sign with a new key; the first one is made by this as well")
    rotate.description = (
        "Make a key, commit its public half to the GitOps repository, and write the private half to the file of "
        f"{variable('signing_key')} or {variable('worker_key')}. Older keys stay good until `retire` ends them."
    )
    rotate.add_argument(
        "--overlap", type=float, metavar="HOURS", default=24.0, help="when to retire older keys (24); 0 does it at once"
    )
    retire = verbs.add_parser("retire", help="end older keys: what comes after proves nothing by them")
    retire.description = "Retire the keys, or all of the class but the newest; what they signed before stays proven."
    retire.add_argument(
        "kids", nargs="*", type=str.strip, metavar="KID", help="the keys; default: all of the class but the newest"
    )
    retire.add_argument("--force", action="store_true", help="the last one of a class, too")
    revoke = verbs.add_parser("revoke", help="say that a key is somebody else's, and what to do next")
    revoke.description = (
        "Revoke a key: from the commit on that says so, or from after an earlier one, it proves nothing."
    )
    revoke.add_argument("kid", type=str.strip, metavar="KID")
    revoke.add_argument("--from", dest="since", metavar="COMMIT", help="the last commit at which it was ours alone")
    revoke.add_argument("--reason", help="one sentence for the commit")
    for verb in (rotate, retire):
        verb.add_argument("--class", dest="key_class", choices=("people", "service"), default="people", help="(people)")
    listing = verbs.add_parser("list", help="show the keys, since when and until when they sign, and for what")
    for verb, command in ((rotate, _rotate), (retire, _retire), (revoke, _revoke), (listing, None)):
        _add_data(verb)
        verb.set_defaults(command=_keys, verb=command)
    _add_payload(verbs.add_parser("payload", help="the keys that encrypt what Temporal keeps"))


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
    _add_data(rotate)
    rotate.set_defaults(command=_rotate_payload)


def _add_sessions(sessions: argparse.ArgumentParser) -> None:
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
    whose.add_argument("--person", metavar="EMAIL", help="every token of theirs so far; they may sign in after 30 s")
    revoke.add_argument("--reason", default="", help="kept with the entry, for people")
    _add_data(revoke)
    revoke.set_defaults(command=_revoke_session)


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
    _add_data(repair)
    repair.set_defaults(command=_repair)


def _add_data(command: argparse.ArgumentParser) -> None:
    folder = Path(os.environ.get(DATA) or ".data")
    command.add_argument("--data", type=Path, metavar="DIR", default=folder, help=f"folder of the demo, or {DATA}")


def _port(text: str) -> int:
    port = int(text)
    if not 0 < port < 65536:
        raise argparse.ArgumentTypeError(f"{port} is not a port: choose one from 1 to 65535")
    return port


def _environment() -> Mapping[str, str]:
    """The environment; a setting that is empty counts as not set."""
    ours = ("PRODGATE_", "TEMPORAL_")
    return {name: value for name, value in os.environ.items() if value or not name.startswith(ours)}


def _up(given: argparse.Namespace) -> int:
    from bootstrap.process import give_up, leave
    from demo.layout import CannotStart, Demo, Ports
    from demo.processes import NotReady
    from demo.up import run

    ports = Ports(
        given.port,
        *(given.temporal_port, given.temporal_ui_port, given.awx_port, given.worker_port, given.oidc_port),
        *(given.mailbox_port, given.smtp_port, given.webhooks_port, given.gitlab_port),
    )
    try:
        asyncio.run(run(Demo(given.data.resolve(), ports, given.job_seconds, _environment())))
    except (CannotStart, NotReady) as error:
        give_up("prodgate", error, 1)
    leave(0)


def _api(given: argparse.Namespace) -> int:
    from api.main import run
    from bootstrap.process import CannotServe, configure_logs, give_up, leave
    from engine.codec import PayloadKeysUnusable
    from engine.connection import NoServer
    from record.errors import RecordUnavailable

    settings = Settings.from_environment(os.environ, "oidc_issuer", "awx_callback_secret", "signing_key")
    configure_logs(settings.log_level)
    try:
        asyncio.run(run(settings, given.host, given.port))
    except (CannotServe, NoServer, PayloadKeysUnusable, RecordUnavailable) as error:
        give_up("prodgate api", error, 1)
    leave(0)


def _worker(_given: argparse.Namespace) -> int:
    import worker

    worker.main()
    return 0


def _openapi(_given: argparse.Namespace) -> int:
    from api.app import document

    print(document(), end="")
    return 0


def _doctor(given: argparse.Namespace) -> int:
    from bootstrap.doctor import diagnose

    settings = Settings.from_environment(os.environ, "awx_url")
    said, code = asyncio.run(diagnose(settings, given.json))
    print(said)
    return code


def _keys(given: argparse.Namespace) -> int:
    from bootstrap.by_hand import list_keys
    from record.errors import RecordUnavailable
    from record.signing.rotation import KeyBranch, KeyRefused

    location, branch, token = _record()
    try:
        keys = KeyBranch.at(location or str(given.data / "gitops.git"), branch, token)
        print(given.verb(given, keys, datetime.now(UTC)) if given.verb else list_keys(keys))
    except (KeyRefused, RecordUnavailable, OSError) as error:
        return _refuse(error, 1)
    return 0


def _rotate_payload(given: argparse.Namespace) -> int:
    from demo.layout import payload_keys
    from engine.codec import PayloadKeysUnusable, rotate

    file = Path(_environment().get(variable("payload_keys"), payload_keys(given.data)))
    try:
        print(rotate(file, datetime.now(UTC), timedelta(minutes=given.after)))
    except (PayloadKeysUnusable, OSError) as error:
        return _refuse(error, 1)
    return 0


def _record() -> tuple[str | None, str, str | None]:
    """The record's location, where the environment names one, its branch and its token."""
    given = _environment()
    return given.get(variable("git_repo")), given.get(variable("git_branch"), "main"), given.get(variable("git_token"))


def _revoke_session(given: argparse.Namespace) -> int:
    from pydantic import ValidationError

    from bootstrap.by_hand import revoke_session
    from record.errors import RecordUnavailable

    location, branch, token = _record()
    where = (location or str(given.data / "gitops.git"), branch, given.data, token)
    named = {kind: value for kind in ("jti", "sid", "person") if (value := getattr(given, kind)) is not None}
    try:
        said, doubt = revoke_session(where, named, given.reason, datetime.now(UTC))
    except ValidationError as error:
        return _refuse("; ".join(f"{each['loc'][-1]}: {each['msg']}" for each in error.errors()), 2)
    except RecordUnavailable as error:
        return _refuse(error, 1)
    print(said)
    if doubt:
        print(doubt, file=sys.stderr)
    return 0


def _rotate(given: argparse.Namespace, branch: "KeyBranch", now: datetime) -> str:
    from bootstrap.by_hand import rotate_key
    from demo.layout import signing_key, worker_key
    from record.signing.signatures import KeyClass

    key_class = KeyClass(given.key_class)
    setting, default = ("signing_key", signing_key) if key_class is KeyClass.PEOPLE else ("worker_key", worker_key)
    file = Path(_environment().get(variable(setting), default(given.data)))
    return rotate_key(branch, file, key_class, now, timedelta(hours=given.overlap))


def _retire(given: argparse.Namespace, branch: "KeyBranch", now: datetime) -> str:
    from bootstrap.by_hand import retire_keys
    from record.signing.signatures import KeyClass

    return retire_keys(branch, given.kids, KeyClass(given.key_class), now, force=given.force)


def _revoke(given: argparse.Namespace, branch: "KeyBranch", now: datetime) -> str:
    from bootstrap.by_hand import revoke_key

    return revoke_key(branch, given.kid, given.since, given.reason, now)


def _repair(given: argparse.Namespace) -> int:
    from bootstrap.repair import RepairCommand, RepairRefused
    from record.errors import RecordUnavailable
    from record.git.checkout import Checkout

    if not (token := _environment().get("PRODGATE_TOKEN")):
        return _refuse("PRODGATE_TOKEN must be the bearer token of a platform admin", 2)
    location, branch, record_token = _record()
    checkout = Checkout(location or str(given.data / "gitops.git"), branch, record_token)
    try:
        print(RepairCommand(given.api, token, given.commit, given.reason).run(checkout))
    except (RepairRefused, RecordUnavailable) as error:
        return _refuse(error, 1)
    return 0


def _token(given: argparse.Namespace) -> int:
    from demo.company import NobodyByThatName, people, person
    from demo.layout import issuer_file
    from demo.signin import NotSignedIn, sign_in
    from record.errors import RecordUnavailable
    from record.git.repository import open_repository

    environment, issuer = _environment(), issuer_file(given.data)
    if environment.get(variable("mode")) == Mode.PRODUCTION:
        return _refuse("the demo's people have no tokens in production mode", 2)
    if not issuer.exists():
        return _refuse(f"there is no demo in {given.data} yet; `prodgate up` makes one (--data DIR for another)", 1)
    location = environment.get(variable("git_repo"), str(given.data / "gitops.git"))
    branch = environment.get(variable("git_branch"), "main")
    try:
        repository = open_repository(location, branch, given.data / "api", token=environment.get(variable("git_token")))
        if given.email is None:
            print(people(repository))
            return 0
        audience = environment.get(variable("oidc_audience"), "prodgate")
        print(sign_in(issuer.read_text(encoding="utf-8"), person(repository, given.email).email, audience))
    except (NobodyByThatName, NotSignedIn, RecordUnavailable) as error:
        return _refuse(error, 1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
