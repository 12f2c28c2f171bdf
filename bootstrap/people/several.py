"""`prodgate approve` and `reject` of several requests: shown together, asked once, decided by one call."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from bootstrap.people import requests
from bootstrap.people.gate import Exit, Gate, WrongUse
from bootstrap.people.shown import change, console, show_json, show_lines
from clients.prodgate.answers import ComparisonShown, DecidedShown, TicketShown
from clients.prodgate.api import REQUESTS, CallRefused

MOST = 100
"""Requests that the API decides on in one call."""


def decide(gate: Gate, given: Namespace) -> int:
    """Decide on one request; or show several, ask once, and decide on each as it was shown."""
    given.id, *others = ids = list(dict.fromkeys(given.ids))
    if not others:
        return requests.decide(gate, given)
    if len(ids) > MOST:
        raise WrongUse(f"At most {MOST} requests at once")
    if given.verb == "approve" and (given.yes or given.production is not None):
        raise WrongUse("--yes and --production approve one request: for several, what is in production is shown")
    requests.check_asking(given)
    decisions = [{"id": each, "action": given.verb, **requests.said(given)} for each in ids]
    if not given.yes:
        _confirm(gate, given.verb, decisions)
    answer = gate.api.ask("POST", f"{REQUESTS}/decisions", json={"decisions": decisions})
    found = answer.read_all(DecidedShown)
    show_json(answer.body) if given.json else show_lines(map(_told, found), console())
    return Exit.DONE if all(each.ticket for each in found) else Exit.REFUSED


def _confirm(gate: Gate, verb: str, decisions: Sequence[dict[str, Any]]) -> None:
    """Show each and ask; what was shown goes with each decision: its revision, and what an approval replaces."""
    ids = [each["id"] for each in decisions]
    answer = gate.api.ask("GET", f"{REQUESTS}/comparisons", params={"id": ids})
    compared = {each.ticket_id: each for each in answer.read_all(ComparisonShown)}
    coming: dict[str, str] = {}
    for each in decisions:
        read = gate.api.ask("GET", requests.path_of(each["id"]))
        ticket, replaced = read.read(TicketShown), compared.get(each["id"])
        if read.revision:
            each["revision"] = read.revision
        if verb == "approve":
            if replaced is None:
                raise CallRefused(f"The API does not say what {each['id']} replaces: nothing was approved")
            target = f"{ticket.metadata.tenant} {ticket.spec.target.type} {ticket.spec.target.name}"
            each["production"] = coming.get(target, replaced.replaces or "")
            coming[target] = ticket.spec.target.version
        about = f"{ticket.spec.target.name} {change(ticket, replaced)}, impact {ticket.spec.request.impact_assessment}"
        show_lines([f"{ticket.id}  {about}, by {ticket.metadata.created_by}"], console())
    sys.stderr.write(f"{verb.capitalize()} these {len(ids)}? [y/N] ")
    requests.check_yes()


def _told(each: DecidedShown) -> str:
    if each.ticket is None:
        return f"{each.id}: {each.problem.detail if each.problem else 'refused'}"
    follows = "; its commit follows" if each.status == HTTPStatus.ACCEPTED else ""
    return f"{each.id} is {each.ticket.status.state}{follows}"
