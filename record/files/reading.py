"""Reads a ticket's file strictly, whoever wrote it: the service, a hand, or somebody who means harm."""

from collections.abc import Iterator
from typing import Any

import yaml
from pydantic import ValidationError

from domain import lifecycle
from domain.errors import MalformedTicket, RuleViolation
from domain.formats import newer_file
from domain.ticket import PromotionRequest
from record.files.own import read_own

MAX_BYTES = 2_000_000
"""A file larger than any ticket within its fields' limits (131,072 characters may need 4 bytes or an escape each)."""

_NULLS = {"", "~", "null", "Null", "NULL"}
_VALUES = (yaml.ScalarEvent, yaml.CollectionStartEvent)
_MAX_DEPTH = 5
"""The ticket, its status, the history, an entry; and one to spare, so that the model names what is out of place."""


def read_ticket(path: str, data: bytes) -> PromotionRequest:
    """The ticket that the file at the path holds. Raises RuleViolation when there is none, or a false one."""
    try:
        ticket = load(data)
    except MalformedTicket as error:
        raise newer_file(error.__cause__) or error from error.__cause__
    if ticket.path != path:
        raise RuleViolation(f"the file says that it belongs at {ticket.path}")
    try:
        lifecycle.check_status(ticket)
    except ValidationError as error:  # such as an approval by nobody
        raise RuleViolation(describe(error)) from error
    return ticket


def load(data: bytes) -> PromotionRequest:
    """The ticket that a file's content is. Raises MalformedTicket, which names the field or the line that is wrong."""
    if len(data) > MAX_BYTES:
        raise MalformedTicket(f"the file is larger than {MAX_BYTES} bytes")
    return read_own(data) or read_strictly(data)


def read_strictly(data: bytes) -> PromotionRequest:
    """The same of a file in any of YAML's forms; slower, and what `record.files.own` is held against."""
    try:
        return PromotionRequest.model_validate(_document(iter(yaml.CSafeLoader(data).get_event, None)))
    except (yaml.YAMLError, UnicodeError) as error:
        raise MalformedTicket(" ".join(str(error).split())) from error
    except ValidationError as error:
        raise MalformedTicket(describe(error)) from error


def _document(events: Iterator[yaml.Event]) -> Any:
    """The one document of a stream; None for an empty stream.

    The tree is built here, from the parser's events: PyYAML's own composer recurses in C without a limit, so that
    brackets alone can end the process, and its constructors run whatever type a tag names.
    """
    next(events)  # the stream's start
    if isinstance(next(events), yaml.StreamEndEvent):
        return None
    document = _value(next(events), events, _MAX_DEPTH)
    next(events)  # the document's end
    if not isinstance(following := next(events), yaml.StreamEndEvent):
        raise _fault("a file holds one ticket", following)
    return document


def _value(event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Any:
    """Nulls are nulls, every other scalar is the text that stands there; the model knows which type it wants."""
    if not isinstance(event, _VALUES) or event.anchor or event.tag:
        raise _fault("tags, anchors and aliases have no place in a ticket", event)
    if isinstance(event, yaml.ScalarEvent):
        return None if event.value in _NULLS and event.implicit[0] else event.value
    if depth == 0:
        raise _fault("nested too deeply", event)
    return (_mapping if isinstance(event, yaml.MappingStartEvent) else _sequence)(events, depth - 1)


def _sequence(events: Iterator[yaml.Event], depth: int) -> list[Any]:
    found = []
    while not isinstance(event := next(events), yaml.SequenceEndEvent):
        found.append(_value(event, events, depth))
    return found


def _mapping(events: Iterator[yaml.Event], depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        key = _value(event, events, 0)
        if not isinstance(key, str) or key in found:
            raise _fault("a key is null or stands twice", event)
        found[key] = _value(next(events), events, depth)
    return found


def _fault(sentence: str, event: yaml.Event) -> MalformedTicket:
    return MalformedTicket(f"{sentence}, line {event.start_mark.line + 1 if event.start_mark else 1}")


def describe(error: ValidationError) -> str:
    """Every fault of a refused value in one line: `status.state: Input should be …; …`."""
    faults = error.errors(include_input=False, include_url=False)
    return "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'ticket'}: {fault['msg']}" for fault in faults)
