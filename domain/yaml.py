"""A ticket as YAML: what we write is one exact form; what we read may have been written by hand."""

import re
from collections.abc import Iterator
from typing import Any

import yaml
from pydantic import ValidationError

from domain.errors import MalformedTicket
from domain.ticket import PromotionRequest

MAX_BYTES = 2_000_000
"""A file larger than any ticket within its fields' limits (131,072 characters may need 4 bytes or an escape each)."""

_PROSE = {"justification", "releaseNotes", "rollbackPlan", "testEvidenceUrl", "version", "comment", "reason", "error"}
_QUOTED = _PROSE | {"digest", "jobId", "deploymentId", "rejectionReason", "scheduledDate", "at", "decideBy"}
_QUOTED |= {f"{event}At" for event in ("created", "approved", "deployed", "rejected")}
"""Keys whose values are always quoted; the others hold identifiers and are plain where YAML 1.1 and 1.2 agree on it."""

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.@+/-]*")
_NOT_PLAIN = re.compile(r"y|n|yes|no|on|off|true|false|null", re.IGNORECASE)
_LITERAL = re.compile(r"[^\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]*")

_NULLS = {"", "~", "null", "Null", "NULL"}
_MAX_DEPTH = 5
"""The ticket, its status, the history, an entry; and one to spare, so that the model names what is out of place."""


class _Quoted(str):
    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """Lists are indented under their key, text of several lines is a literal block, prose is in double quotes."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        del indentless
        super().increase_indent(flow, indentless=False)

    def analyze_scalar(self, scalar: str) -> Any:
        analysis = super().analyze_scalar(scalar)
        analysis.allow_block = True  # represent_text has already decided what can be a block
        return analysis

    def determine_block_hints(self, text: str) -> str:
        """Say the indentation before a leading tab too: libyaml takes the tab for a part of it otherwise."""
        hints = super().determine_block_hints(text)
        return f"{self.best_indent}{hints}" if text.startswith("\t") else hints

    def represent_text(self, text: str) -> yaml.ScalarNode:
        if "\n" in text and _LITERAL.fullmatch(text):
            style = "|"
        elif not isinstance(text, _Quoted) and _PLAIN.fullmatch(text) and not _NOT_PLAIN.fullmatch(text):
            style = ""
        else:
            style = '"'
        return self.represent_scalar("tag:yaml.org,2002:str", str(text), style=style)


_Dumper.add_representer(str, _Dumper.represent_text)
_Dumper.add_representer(_Quoted, _Dumper.represent_text)


def _quote(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _quote(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_quote(item) for item in value]
    return _Quoted(value) if isinstance(value, str) and key in _QUOTED else value


def dump(ticket: PromotionRequest) -> str:
    """The ticket's file, to the byte: `load(dump(ticket)) == ticket`."""
    tree = _quote(ticket.model_dump(mode="json"))
    return yaml.dump(tree, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=float("inf"))


def load(text: str | bytes) -> PromotionRequest:
    """The ticket that a file holds, whoever wrote it; MalformedTicket names the field or the line that is wrong."""
    if len(text) > MAX_BYTES:
        raise MalformedTicket(f"the file is larger than {MAX_BYTES} bytes")
    try:
        return PromotionRequest.model_validate(_document(yaml.parse(text, Loader=yaml.CSafeLoader)))
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
    if not isinstance(event, yaml.CollectionStartEvent | yaml.ScalarEvent) or event.anchor or event.tag:
        raise _fault("tags, anchors and aliases have no place in a ticket", event)
    if isinstance(event, yaml.ScalarEvent):
        return None if event.implicit[0] and event.value in _NULLS else event.value
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
