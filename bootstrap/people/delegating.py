"""`prodgate delegate`, `delegations` and `undelegate`."""

import uuid
from argparse import Namespace

from bootstrap.people.gate import Exit, Gate
from bootstrap.people.shown import console, show_json, show_lines
from clients.prodgate.answers import DelegationShown

PATH = "/v1/delegations"


def delegate(gate: Gate, given: Namespace) -> int:
    """Hand the caller's vote to somebody for some days."""
    asked = {"to": given.to, "until": given.until, "since": given.since, "reason": given.reason}
    body = {name: value for name, value in asked.items() if value} | ({"tenants": given.tenant} if given.tenant else {})
    answer = gate.api.ask("POST", PATH, headers={"Idempotency-Key": str(uuid.uuid4())}, json=body)
    made = answer.read(DelegationShown)
    if given.json:
        show_json(answer.body)
    else:
        show_lines([f"{_line(made)}. To end it: prodgate undelegate {made.id}"], console())
    return Exit.DONE


def list_delegations(gate: Gate, given: Namespace) -> int:
    """The votes that the caller handed over, and those that were handed to them."""
    answer = gate.api.ask("GET", PATH, params={"ended": "true"} if given.ended else {})
    if given.json:
        show_json(answer.body)
    else:
        found = answer.read_all(DelegationShown)
        show_lines([f"{each.id}  {_line(each)}" for each in found] or ["No vote is handed over"], console())
    return Exit.DONE


def undelegate(gate: Gate, given: Namespace) -> int:
    """End a delegation now."""
    answer = gate.api.ask("POST", f"{PATH}/{given.id}/withdraw")
    show_json(answer.body) if given.json else show_lines([_line(answer.read(DelegationShown))], console())
    return Exit.DONE


def _line(shown: DelegationShown) -> str:
    end = f"withdrawn by {shown.withdrawn_by}" if shown.withdrawn_by else f"until {shown.until}"
    where = f", for {', '.join(shown.tenants)}" if shown.tenants else ""
    void = "" if shown.counts else ", and gives no vote: its giver has none now"
    state = {"coming": "will be", "stands": "is", "ended": "was"}.get(shown.state, "is")
    return f"The vote of {shown.giver.name} {state} {shown.to.name}'s from {shown.since}, {end}{where}{void}"
