"""The arguments of the commands for people, and what each teaches."""

import argparse
import textwrap
from collections.abc import Callable, Sequence

from bootstrap.people import debts, delegating, login, requests, several, watching
from bootstrap.people.gate import Gate, gate, run_safely
from domain.ticket import Impact, State, TargetType

CODES = (
    "exit codes: 0 done; 1 refused by a rule; 2 asked wrongly; 3 not signed in or not allowed; 4 API or provider can't "
    "be reached; 5 not yet. The API is --url, else PRODGATE_URL, else the demo's; PRODGATE_TOKEN is a token for "
    "pipelines."
)
ENDED = "watch ends with the state: 0 deployed, 10 failed, 11 rejected, 12 cancelled, 13 expired, 14 superseded. "
Act = Callable[[Gate, argparse.Namespace], int]


def run(arguments: Sequence[str]) -> int:
    """Run one command, its name first; the answer is its exit code."""
    given = parser(arguments[0]).parse_args(arguments[1:])

    def act() -> int:
        with gate(given) as opened:
            return int(given.act(opened, given))

    return run_safely(act)


def parser(name: str) -> argparse.ArgumentParser:
    """The arguments of the command of that name."""
    made = argparse.ArgumentParser(prog=f"prodgate {name}", formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--url", help="address of the API (PRODGATE_URL)")
    _PARSERS[name](made)
    return made


def _ends(command: argparse.ArgumentParser, act: Act, description: str, *examples: str, json: bool = True) -> None:
    """A command of people: its act, its text, its examples."""
    command.description = description
    shown = "\n".join(f"  prodgate {each}" for each in examples)
    codes = "\n".join(_wrapped((ENDED if act is watching.watch else "") + CODES))
    command.epilog = f"examples:\n{shown}\n\n{codes}"
    command.set_defaults(act=act)
    if json:
        command.add_argument("--json", action="store_true", help="print JSON, as the API answers")


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, 78)


def _login(command: argparse.ArgumentParser) -> None:
    text = "Sign in at the provider that the API names, and stay signed in; in the demo, press anybody's button."
    _ends(command, login.login, text, "login", "login --device", "login --url https://prodgate.example", json=False)
    command.add_argument("--device", action="store_true", help="type a code on another device, as over SSH")
    command.add_argument("--again", action="store_true", help="prove it anew, as decisions on critical impact ask for")
    command.add_argument("--no-browser", action="store_true", help="only print the address to open")


def _logout(command: argparse.ArgumentParser) -> None:
    _ends(command, login.logout, "Forget the sign-in at that API.", "logout", json=False)


def _whoami(command: argparse.ArgumentParser) -> None:
    _ends(command, login.whoami, "Say who the API takes you for, and what you may do.", "whoami")


def _list(command: argparse.ArgumentParser) -> None:
    text = "List requests, newest first: those you may see, your own, or those that wait for your decision."
    _ends(command, requests.list_requests, text, "list --waiting", "list --mine --state failed", "list payment --json")
    whose = command.add_mutually_exclusive_group()
    whose.add_argument("--waiting", action="store_true", help="those that you could approve now")
    whose.add_argument("--mine", action="store_true", help="your own")
    command.add_argument("words", nargs="?", help="words of names, justification, people")
    command.add_argument(
        "--state", action="append", choices=[each.value for each in State], metavar="STATE", help="may be repeated"
    )
    command.add_argument("--tenant", help="of one tenant")
    command.add_argument("--target", help="of one API, application or policy, by its name")
    command.add_argument("--limit", type=int, default=30, metavar="N", help="how many, at most 200 (30)")


def _show(command: argparse.ArgumentParser) -> None:
    text = "Show a request: what changes in production, why, its history, and what you may do with it."
    _ends(command, requests.show, text, "show PR-2026-0001")
    _add_id(command)


def _create(command: argparse.ArgumentParser) -> None:
    text = "Ask for a promotion from STAGING to PROD, by options or by a file."
    example = "create --name payment-api --version 2.1.0 --justification '…' --release-notes '…' \\\n    --rollback '…'"
    example += " --evidence https://gitlab.example/pipeline/1 --passed stagingTests --passed securityScan"
    _ends(command, requests.create, text, example, "create --file request.yaml --check", "create --file request.yaml")
    command.add_argument("--file", help="the request as YAML or JSON, - for stdin; then no other option counts")
    command.add_argument("--tenant", help="whose it is; may be left out by who can ask in one tenant only")
    command.add_argument("--type", choices=[each.value for each in TargetType], default="api", help="(api)")
    command.add_argument("--name", help="of the API, application or policy")
    command.add_argument("--version", help="which version goes to PROD")
    command.add_argument("--justification", help="why, for who decides")
    command.add_argument("--release-notes", help="what is new, in Markdown")
    command.add_argument("--impact", choices=[each.value for each in Impact], default="low", help="(low)")
    command.add_argument("--rollback", help="the way back")
    command.add_argument("--scheduled", metavar="TIME", help="not before, such as 2026-12-01T20:00:00Z")
    command.add_argument("--evidence", metavar="URL", help="of the tests' pipeline")
    checks = ("stagingTests", "securityScan", "performanceTests")
    command.add_argument("--passed", action="append", choices=checks, default=[], help="a check that passed; repeat it")
    command.add_argument("--check", action="store_true", help="try it and keep nothing")
    _add_wait(command)


_DECISIONS = {
    "approve": "Approve: show the request, ask, and approve exactly what was shown.",
    "reject": "Reject, with a reason that the requester reads.",
    "cancel": "Withdraw a request, until its launch is asked for.",
    "retry": "Deploy again after a failure; what was approved stays approved.",
    "hold": "Keep an approved request from being deployed until it is released.",
    "release": "Let a held request go on.",
    "unendorse": "Take your vote back, while others are missing.",
    "emergency": "Launch alone, past votes and freezes, where a rule lets you; somebody else has to answer for it.",
    "ratify": "Say of an emergency of somebody else that it was right.",
    "refute": "Say of an emergency of somebody else that it was none; nothing is undone.",
}


def _decision(verb: str) -> Callable[[argparse.ArgumentParser], None]:
    def add(command: argparse.ArgumentParser) -> None:
        reasoned = verb in ("reject", "hold", "release", "emergency", "ratify", "refute")
        shows = verb in ("approve", "emergency")
        many = verb in ("approve", "reject")
        more = " --reason 'The way back lacks the database'" if reasoned else ""
        shown = " --production 2.0.0" if shows else ""
        examples = [f"{verb} PR-2026-0001{more}", f"{verb} PR-2026-0001{more} --yes{shown}"]
        examples += [f"{verb} PR-2026-0001 PR-2026-0002{more}"] if many else []
        _ends(command, several.decide if many else requests.decide, _DECISIONS[verb], *examples)
        command.set_defaults(verb=verb)
        if many:
            command.add_argument("ids", nargs="+", metavar="ID", help="such as PR-2026-0001; may be several")
        else:
            _add_id(command)
        if reasoned:
            command.add_argument("--reason", required=True, help="10 characters or more")
        else:
            command.add_argument("--comment", help="kept with the decision")
        if shows:
            text = (
                "the version in production that you were shown, '' for none; if it is another by now, you are refused"
            )
            command.add_argument("--production", metavar="VERSION", help=text)
        if verb in ("approve", "reject", "unendorse"):
            text = "whose vote it is, where they handed it to you"
            command.add_argument("--for", dest="on_behalf_of", metavar="EMAIL", help=text)
        command.add_argument("--yes", action="store_true", help="ask nothing, for scripts")
        _add_wait(command)

    return add


def _debts(command: argparse.ArgumentParser) -> None:
    text = "List emergencies for which somebody still has to answer, of tenants that you see."
    _ends(command, debts.list_debts, text, "debts", "debts --mine", "debts --tenant tenant-finance --json")
    command.add_argument("--tenant", help="of one tenant")
    command.add_argument("--mine", action="store_true", help="those for which you may answer")


def _delegate(command: argparse.ArgumentParser) -> None:
    text = "Hand your vote to somebody for some days: they approve and reject in your name, what you may."
    example = "delegate jean.dupont@cab-i.com --until 2026-12-05T18:00:00Z --reason 'On leave until Friday'"
    _ends(command, delegating.delegate, text, example)
    command.add_argument("to", metavar="EMAIL", help="who votes for you")
    command.add_argument("--until", required=True, metavar="TIME", help="such as 2026-12-05T18:00:00Z; 30 days at most")
    command.add_argument("--since", metavar="TIME", help="not before (now)")
    command.add_argument("--reason", required=True, help="10 characters or more")
    command.add_argument("--tenant", action="append", metavar="TENANT", help="for its requests alone; repeat it (all)")


def _delegations(command: argparse.ArgumentParser) -> None:
    text = "List the votes that you handed over, and those that were handed to you."
    _ends(command, delegating.list_delegations, text, "delegations", "delegations --ended --json")
    command.add_argument("--ended", action="store_true", help="those that have ended, too")


def _undelegate(command: argparse.ArgumentParser) -> None:
    text = "End a delegation now: one that you gave, or have; admins of the platform end any."
    _ends(command, delegating.undelegate, text, "undelegate 0f3a9c2e5b7d4e1f8a6c3b2d1e0f9a8b")
    command.add_argument("id", metavar="ID", help="as prodgate delegations prints it")


def _watch(command: argparse.ArgumentParser) -> None:
    text = "Follow a request to its end; the exit code is the state it ends in."
    _ends(command, watching.watch, text, "watch PR-2026-0001", "watch PR-2026-0001 --timeout 600 && ./after-deploy")
    _add_id(command)
    command.add_argument("--timeout", type=float, metavar="SECONDS", help="give up then, with 5 (never)")


def _add_id(command: argparse.ArgumentParser) -> None:
    command.add_argument("id", metavar="ID", help="such as PR-2026-0001")


def _add_wait(command: argparse.ArgumentParser) -> None:
    command.add_argument("--no-wait", action="store_true", help="do not wait for a commit that follows (202)")


_PARSERS: dict[str, Callable[[argparse.ArgumentParser], None]] = {
    "login": _login,
    "logout": _logout,
    "whoami": _whoami,
    "list": _list,
    "show": _show,
    "create": _create,
    **{verb: _decision(verb) for verb in _DECISIONS},
    "debts": _debts,
    "delegate": _delegate,
    "delegations": _delegations,
    "undelegate": _undelegate,
    "watch": _watch,
}
