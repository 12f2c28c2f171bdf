"""Shows requests in a terminal. Texts come as rich's `Text`, never as its markup, and hold nothing a terminal obeys."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from clients.prodgate.answers import (
    ChangeShown,
    ClosedShown,
    ComparisonShown,
    DeclaredShown,
    EntryShown,
    LineShown,
    RightsShown,
    RuledShown,
    TicketShown,
    VotesShown,
)

COLOURS = {
    "pending": "yellow",
    "approved": "cyan",
    "deploying": "cyan",
    "deployed": "green",
    "failed": "red",
    "rejected": "red",
}
WIDE, NARROW = 160, 76
"""Columns of what is no terminal, and those below which a list shows less."""

VERBS = ("approve", "unendorse", "emergency", "reject", "hold", "release", "retry", "cancel", "ratify", "refute")


def console() -> Console:
    """The terminal, or the file or pipe in its place; NO_COLOR and the width of the window are heeded."""
    return Console(
        width=None if sys.stdout.isatty() else WIDE, highlight=False, markup=False, emoji=False, soft_wrap=False
    )


def show_json(value: Any) -> None:
    """Print JSON; whatever is not ASCII is escaped, and so nothing of it reaches the terminal."""
    sys.stdout.write(json.dumps(value, indent=2) + "\n")


def show_list(tickets: Sequence[TicketShown], total: str | None, ruled: Mapping[str, RuledShown], out: Console) -> None:
    """A row for each request; `ruled` has what rules say of some, by id."""
    wide = out.width >= NARROW
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("ID", "STATE", "WHAT", *(("TENANT", "IMPACT", "BY", "CREATED (UTC)") if wide else ())):
        table.add_column(column, no_wrap=column in ("ID", "STATE"), overflow="fold")
    for each in tickets:
        about = (each.metadata.tenant, each.spec.request.impact_assessment, each.metadata.created_by)
        more = (*about, each.metadata.created_at[:16].replace("T", " ")) if wide else ()
        cells = (each.id, _standing(each, ruled.get(each.id)), str(each.spec.target), *more)
        table.add_row(*(cell if isinstance(cell, Text) else Text(cell) for cell in cells))
    out.print(table)
    if total and total.isdigit() and int(total) > len(tickets):
        out.print(Text(f"{len(tickets)} of {total}; --limit N shows more, --state and --tenant fewer"))


def _standing(ticket: TicketShown, ruled: RuledShown | None) -> Text:
    """The state, with the votes that are missing and whether nothing is launched now."""
    said = _state(ticket.status.state)
    if is_held(ticket):
        said.append(", held")
    if ruled and ruled.votes and ruled.votes.missing:
        said.append(f", {ruled.votes.missing} of {ruled.votes.needed} votes missing")
    if ruled and ruled.closed:
        said.append(", closed")
    return said


def is_held(ticket: TicketShown) -> bool:
    """Tells whether somebody keeps it from being launched; every act after a hold ends it."""
    return ticket.status.history[-1].action == "held"


@dataclass(frozen=True)
class RequestPage:
    """A request with all that says where it stands."""

    ticket: TicketShown
    compared: ComparisonShown | None
    rights: RightsShown
    line: LineShown


def show_ticket(shown: RequestPage, out: Console) -> None:
    """The whole request, what changes in production first, and what the reader may do with it."""
    ticket = shown.ticket
    out.print(Text.assemble((ticket.id, "bold"), "  ", _state(ticket.status.state)))
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    for name, value in (_stands(shown) | _asks(ticket)).items():
        if value:
            table.add_row(name, Text(value))
    out.print(table)
    out.print(Text("History", style="bold"))
    for entry in ticket.status.history:
        out.print(Text(f"  {_told(entry)}"))
    for line in _next(ticket.id, shown.rights):
        out.print(Text(line))


def _stands(shown: RequestPage) -> dict[str, str]:
    """The change in production, and everything that it waits for."""
    ticket, compared, rights = shown.ticket, shown.compared, shown.rights
    others = compared.others if compared else ()
    return {
        "What": str(ticket.spec.target),
        "In production": change(ticket, compared),
        "Others open": ", ".join(f"{each.id} {each.version} ({each.state})" for each in others),
        "Votes": _votes(rights.votes) if rights.votes and ticket.status.state == "pending" else "",
        "Escalation": "; ".join(map(str, rights.escalation)),
        "Held": f"by {ticket.status.history[-1].by}: {ticket.status.history[-1].reason}" if is_held(ticket) else "",
        "Not launched": _closed(shown.line.closed) if shown.line.closed else "",
        "Emergency": _emergency(rights.declared) if rights.declared else "",
    }


def _votes(votes: VotesShown) -> str:
    """The votes that it takes, who gave theirs, what is missing and what nobody is left to give."""
    parts = {
        "takes ": votes.needs,
        "given by ": [each.by for each in votes.given],
        "missing: ": votes.missing,
        "NOBODY IS LEFT TO GIVE ": votes.unfillable,
    }
    return "; ".join(f"{name}{', '.join(map(str, these))}" for name, these in parts.items() if these)


def _closed(closed: ClosedShown) -> str:
    until = f"until {closed.until}" if closed.until else "for as long as can be seen"
    return f"{until}, by the rule {closed.rule}{f': {closed.reason}' if closed.reason else ''}"


def _emergency(declared: DeclaredShown) -> str:
    if declared.answer:
        return f"declared by {declared.by}, {declared.answer} by {declared.answered_by}"
    owed = f", somebody else has to answer before {declared.answer_by}" if declared.owed else ""
    return f"declared by {declared.by}{owed}{', OVERDUE' if declared.overdue else ''}"


def _asks(ticket: TicketShown) -> dict[str, str]:
    """The request as its requester wrote it."""
    details, checks, meta = ticket.spec.request, ticket.spec.pre_checks, ticket.metadata
    return {
        "Tenant": meta.tenant,
        "Asked by": f"{meta.created_by}, {meta.created_at}",
        "Impact": details.impact_assessment,
        "Scheduled": details.scheduled_date or "",
        "Why": details.justification,
        "Release notes": details.release_notes.strip(),
        "Way back": details.rollback_plan,
        "Checks": ", ".join(_checks(checks.model_dump())),
        "Evidence": checks.test_evidence_url,
    }


def change(ticket: TicketShown, compared: ComparisonShown | None) -> str:
    """The change that the request makes in production, in a line."""
    version = ticket.spec.target.version
    if compared is None:
        return f"{version}; what is there is not known"
    if compared.replaces is None:
        return f"nothing -> {version}, the first one"
    warning = {"older": "  OLDER THAN WHAT IS THERE", "same": "  the same version", "unknown": "  order unknown"}
    return f"{compared.replaces} -> {version}{warning.get(compared.direction, '')}"


def show_change(change: ChangeShown, out: Console) -> None:
    """One event of the stream."""
    out.print(Text.assemble(f"{change.at}  {change.id}  ", _state(change.state), f"  {change.action} by {change.by}"))


def show_lines(lines: Iterable[str], out: Console) -> None:
    for line in lines:
        out.print(Text(line))


def _state(state: str) -> Text:
    return Text(state, style=COLOURS.get(state, ""))


def _checks(passed: dict[str, Any]) -> Iterator[str]:
    for name in ("staging_tests", "security_scan", "performance_tests"):
        yield f"{name.replace('_', ' ')} {'passed' if passed[name + '_passed'] else 'NOT PASSED'}"


def _told(entry: EntryShown) -> str:
    why = next((text for text in (entry.reason, entry.comment, entry.error) if text), "")
    behalf = f" for {entry.on_behalf_of}" if entry.on_behalf_of else ""
    return f"{entry.at}  {entry.action} by {entry.by}{behalf}{f': {why}' if why else ''}"


def _next(ticket_id: str, rights: RightsShown) -> Iterator[str]:
    may = [verb for verb in VERBS if getattr(rights, verb).allowed]
    if may:
        yield f"You may: {', '.join(f'prodgate {verb} {ticket_id}' for verb in may)}"
    elif rights.approve.why:
        yield f"You can't approve it: {rights.approve.why}"
