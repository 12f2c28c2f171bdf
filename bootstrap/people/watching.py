"""`prodgate watch`: follows one request to its end, by the live stream."""

import time
from argparse import Namespace
from urllib.parse import quote

from bootstrap.people.gate import ENDS, Gate, NotYet
from bootstrap.people.shown import console, show_change, show_json, show_lines
from clients.prodgate.answers import TicketShown
from clients.prodgate.api import REQUESTS, Answered, ApiAway

AGAIN_AFTER = 2.0
"""Seconds after which a stream that ended is opened again."""


def watch(gate: Gate, given: Namespace) -> int:
    """Show each change; the exit code is the state that it ends in."""
    end = time.monotonic() + given.timeout if given.timeout else None
    while (state := _state(gate, given)) not in ENDS:
        _listen(gate, given, end)
        if end and time.monotonic() >= end:
            raise NotYet(f"{given.id} is {state} after {given.timeout:g} s")
    return ENDS[state]


def _state(gate: Gate, given: Namespace) -> str:
    """The request's state, as asked anew: a stream may have ended before it said the last."""
    answer: Answered = gate.api.ask("GET", f"{REQUESTS}/{quote(given.id, safe='')}")
    ticket = answer.read(TicketShown)
    if given.json:
        show_json(answer.body)
    else:
        show_lines([f"{ticket.id} is {ticket.status.state}"], console())
    return ticket.status.state


def _listen(gate: Gate, given: Namespace, end: float | None) -> None:
    """Show the request's changes until one ends it, the stream breaks, or the time is over."""
    try:
        for change in gate.api.changes():
            if change and change.id == given.id:
                if not given.json:
                    show_change(change, console())
                if change.state in ENDS:
                    return
            if end and time.monotonic() >= end:
                return
    except ApiAway:
        if end is None or time.monotonic() + AGAIN_AFTER < end:
            time.sleep(AGAIN_AFTER)
        return
    time.sleep(AGAIN_AFTER)
