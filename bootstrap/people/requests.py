"""`prodgate list`, `show`, `create`, and the decisions."""

import contextlib
import sys
import time
import uuid
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from bootstrap.people.gate import Exit, Gate, NotYet, WrongUse
from bootstrap.people.shown import RequestPage, change, console, show_json, show_lines, show_list, show_ticket
from clients.prodgate.answers import (
    CheckedShown,
    ComparisonShown,
    LineShown,
    RightsShown,
    RuledShown,
    TicketShown,
    plain,
)
from clients.prodgate.api import REQUESTS, Answered, ApiAway, CallRefused

LOOK_EVERY, FOLLOWED_FOR = 1.0, 600.0
"""Seconds between two looks for a commit that follows, and how long it is looked for."""

SHOWING = ("approve", "emergency")
"""The decisions of somebody who was shown what is in production."""

LARGEST_FILE = 262_144


def list_requests(gate: Gate, given: Namespace) -> int:
    """Requests that the caller may see, their own, or those that wait for their decision."""
    path = REQUESTS + ("/pending" if given.waiting else "/my" if given.mine else "")
    if given.waiting and given.state:
        raise WrongUse("--waiting shows pending ones; leave --state out")
    asked = {"state": given.state, "tenant": given.tenant, "target": given.target, "q": given.words}
    query = {name: value for name, value in asked.items() if value} | {"limit": given.limit}
    answer = gate.api.ask("GET", path, params=query)
    if given.json:
        show_json(answer.body)
    else:
        tickets = answer.read_all(TicketShown)
        show_list(tickets, answer.total, _ruled(gate, tickets), console())
    return Exit.DONE


def _ruled(gate: Gate, tickets: Sequence[TicketShown]) -> dict[str, RuledShown]:
    """The votes that are missing and the times that are closed, by request; nothing from an API that knows no rules."""
    ids = [each.id for each in tickets if each.status.state in ("pending", "approved")]
    if not ids:
        return {}
    with contextlib.suppress(CallRefused):
        found = gate.api.ask("GET", f"{REQUESTS}/ruled", params={"id": ids}).read_all(RuledShown)
        return {each.ticket_id: each for each in found}
    return {}


def show(gate: Gate, given: Namespace) -> int:
    """One request, with what it changes in production."""
    _show(gate, given.id, as_json=given.json)
    return Exit.DONE


def _show(
    gate: Gate, ticket_id: str, *, as_json: bool = False
) -> tuple[TicketShown, ComparisonShown | None, str | None]:
    path = path_of(ticket_id)
    answer = gate.api.ask("GET", path)
    compared = gate.api.ask("GET", f"{REQUESTS}/comparisons", params={"id": ticket_id})
    rights, line = gate.api.ask("GET", f"{path}/permissions"), gate.api.ask("GET", f"{path}/line")
    ticket, found = answer.read(TicketShown), next(iter(compared.read_all(ComparisonShown)), None)
    if as_json:
        bodies = {"request": answer, "comparisons": compared, "permissions": rights, "line": line}
        show_json({name: each.body for name, each in bodies.items()})
    else:
        show_ticket(RequestPage(ticket, found, rights.read(RightsShown), line.read(LineShown)), console())
    return ticket, found, answer.revision


def create(gate: Gate, given: Namespace) -> int:
    """Ask for a promotion; with --check, only try it."""
    body = _body(given)
    if given.check:
        answer = gate.api.ask("POST", f"{REQUESTS}/check", json=body)
        checked = answer.read(CheckedShown)
        who = ", ".join(map(str, checked.approvers))
        lines = [f"It could be sent. Impact {checked.impact}; who may approve: {who}"]
    else:
        answer = gate.api.ask("POST", REQUESTS, headers={"Idempotency-Key": str(uuid.uuid4())}, json=body)
        ticket = answer.read(TicketShown)
        _follow(gate, answer, ticket, wait=not given.no_wait)
        lines = [f"{ticket.id} waits for approval. Next: prodgate watch {ticket.id}"]
    show_json(answer.body) if given.json else show_lines(lines, console())
    return Exit.DONE


def _body(given: Namespace) -> Any:
    if given.file is not None:
        return _from_file(given.file)
    needed = ("name", "version", "justification", "release_notes", "rollback", "evidence")
    if missing := [f"--{each.replace('_', '-')}" for each in needed if not getattr(given, each)]:
        raise WrongUse(f"Give {', '.join(missing)}, or the whole request as a file: --file request.yaml")
    passed = {f"{each}Passed": each in given.passed for each in ("stagingTests", "securityScan", "performanceTests")}
    request = {
        "justification": given.justification,
        "releaseNotes": given.release_notes,
        "impactAssessment": given.impact,
        "rollbackPlan": given.rollback,
        "scheduledDate": given.scheduled,
    }
    target = {"type": given.type, "name": given.name, "version": given.version}
    checks = {**passed, "testEvidenceUrl": given.evidence}
    return {"tenant": given.tenant, "target": target, "request": request, "preChecks": checks}


def _from_file(file: str) -> Any:
    """A request as YAML or JSON, `-` for stdin."""
    try:
        text = sys.stdin.read(LARGEST_FILE) if file == "-" else Path(file).read_text(encoding="utf-8")[:LARGEST_FILE]
        found = yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise WrongUse(f"{file} is neither YAML nor JSON: {error}") from error
    if not isinstance(found, dict):
        raise WrongUse(f"{file} holds no request: tenant, target, request, preChecks")
    return {key: value for key, value in found.items() if key in ("tenant", "target", "request", "preChecks")}


def decide(gate: Gate, given: Namespace) -> int:
    """Show the request, ask, and decide on the revision that was shown."""
    verb, body = given.verb, said(given)
    if verb in SHOWING and given.yes and given.production is None:
        raise WrongUse("--yes approves unseen: name what is in production with --production VERSION, '' for nothing")
    check_asking(given)
    headers = {} if given.yes else _confirmed(gate, given, body)
    answer = gate.api.ask("POST", f"{path_of(given.id)}/{verb}", headers=headers, json=body)
    ticket = answer.read(TicketShown)
    _follow(gate, answer, ticket, wait=not given.no_wait)
    if given.json:
        show_json(answer.body)
    else:
        show_lines([f"{ticket.id} is {ticket.status.state}. Next: prodgate watch {ticket.id}"], console())
    return Exit.DONE


def check_asking(given: Namespace) -> None:
    """Raise WrongUse where somebody is to be asked whom nobody can ask."""
    if given.json and not given.yes:
        raise WrongUse("--json asks nothing: add --yes")
    if not given.yes and not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise WrongUse(f"Nobody can be asked here: prodgate {given.verb} … --yes")


def said(given: Namespace) -> dict[str, str]:
    """The reason, comment, version and giver that were given, as a body's fields."""
    found = {name: getattr(given, name, None) for name in ("reason", "comment", "production")}
    found["onBehalfOf"] = getattr(given, "on_behalf_of", None)
    return {name: value for name, value in found.items() if value is not None}


def _confirmed(gate: Gate, given: Namespace, body: dict[str, str]) -> dict[str, str]:
    """Show the request and ask; an approval names what was shown to be in production, and all name the revision."""
    ticket, compared, revision = _show(gate, given.id)
    if given.verb in SHOWING:
        if compared is None:
            raise CallRefused("The API does not say what is in production: nothing was approved")
        body.setdefault("production", compared.replaces or "")
    sys.stderr.write(plain(f"{given.verb.capitalize()} {ticket.id} ({change(ticket, compared)})? [y/N] "))
    check_yes()
    return {"If-Match": revision} if revision else {}


def check_yes() -> None:
    """Raise CallRefused unless the answer that is typed is a yes."""
    sys.stderr.flush()
    if sys.stdin.readline().strip().casefold() not in ("y", "yes"):
        raise CallRefused("Nothing was done")


def _follow(gate: Gate, answer: Answered, taken: TicketShown, *, wait: bool) -> None:
    """Wait for the commit that follows a 202. Raises NotYet where it does not come, CallRefused where it never will."""
    if not answer.follows:
        return
    sys.stderr.write(f"{taken.id} is taken; its commit follows once Git can be reached again …\n")
    end = time.monotonic() + FOLLOWED_FOR
    while wait and not _recorded(gate, taken):
        if time.monotonic() > end:
            raise NotYet(f"{taken.id} is taken and not recorded yet: prodgate show {taken.id}")
        time.sleep(LOOK_EVERY)


def _recorded(gate: Gate, taken: TicketShown) -> bool:
    """Tell whether the record has as many commits of the request as its history has entries.

    Raises CallRefused where the request went another way: somebody else's act is recorded in this one's place.
    """
    try:
        commits = gate.api.ask("GET", f"{path_of(taken.id)}/history").body
        now = gate.api.ask("GET", path_of(taken.id)).read(TicketShown).status.history
    except (ApiAway, CallRefused):  # a request whose first commit is missing is not found yet
        return False
    if any(there != here for there, here in zip(now, taken.status.history, strict=False)):
        raise CallRefused(f"{taken.id} was changed before this could be recorded: prodgate show {taken.id}")
    return isinstance(commits, list) and len(commits) >= len(taken.status.history)


def path_of(ticket_id: str) -> str:
    """The address of a request."""
    return f"{REQUESTS}/{quote(ticket_id, safe='')}"
