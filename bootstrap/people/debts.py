"""`prodgate debts`."""

from argparse import Namespace

from bootstrap.people.gate import Exit, Gate
from bootstrap.people.shown import console, show_json, show_lines
from clients.prodgate.answers import DebtShown

MOST = 200
"""As many as one page of the API has."""


def list_debts(gate: Gate, given: Namespace) -> int:
    """Emergencies that wait for an answer, the longest known first."""
    query = {"limit": str(MOST)} | ({"tenant": given.tenant} if given.tenant else {})
    answer = gate.api.ask("GET", "/v1/debts", params=query)
    found = [each for each in answer.read_all(DebtShown) if each.may_answer or not given.mine]
    if given.json:
        wanted = {each.ticket_id for each in found}
        rows = answer.body if isinstance(answer.body, list) else []
        show_json([each for each in rows if each.get("ticketId") in wanted])
    else:
        show_lines([*map(_line, found)] or ["No emergency waits for an answer"], console())
    return Exit.DONE


def _line(debt: DebtShown) -> str:
    late = ", OVERDUE" if debt.overdue else ""
    mine = "; you may: prodgate ratify or refute" if debt.may_answer else ""
    who = f"declared by {debt.declared_by}, answer before {debt.answer_by}{late}"
    return f"{debt.ticket_id}  {debt.target} for {debt.tenant}, {debt.state}: {who}{mine}"
