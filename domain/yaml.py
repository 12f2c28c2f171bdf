"""A ticket as YAML: what we write is one exact form; what we read may have been written by hand."""

import re
from collections import Counter
from collections.abc import Hashable
from typing import Any

import yaml
from pydantic import ValidationError
from yaml.constructor import ConstructorError

from domain.errors import MalformedTicket
from domain.ticket import PromotionRequest

MAX_BYTES = 2_000_000
"""A file larger than any ticket within its fields' limits (131,072 characters may need 4 bytes or an escape each)."""

_PROSE = {"justification", "releaseNotes", "rollbackPlan", "testEvidenceUrl", "version", "comment", "reason", "error"}
_QUOTED = _PROSE | {"jobId", "deploymentId", "rejectionReason", "scheduledDate", "at"}
_QUOTED |= {f"{event}At" for event in ("created", "approved", "deployed", "rejected")}
"""Keys whose values are always quoted; the others hold identifiers and are plain where YAML 1.1 and 1.2 agree on it."""

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.@+/-]*")
_NOT_PLAIN = re.compile(r"y|n|yes|no|on|off|true|false|null", re.IGNORECASE)
_LITERAL = re.compile(r"[^\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]*")


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


class _Loader(yaml.CSafeLoader):
    """Nulls are nulls, every other scalar is the text that stands there; the model knows which type it wants."""

    yaml_implicit_resolvers = {  # noqa: RUF012  PyYAML's own name and form for this table
        first: [("tag:yaml.org,2002:null", re.compile(r"(~|null|Null|NULL|)$"))] for first in ("~", "n", "N", "")
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = Counter(key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
        if twice := [key for key, times in keys.items() if times > 1]:
            raise ConstructorError(None, None, f"a key stands twice: {twice}", node.start_mark)
        return super().construct_mapping(node, deep=deep)


def load(text: str | bytes) -> PromotionRequest:
    """The ticket that a file holds, whoever wrote it; MalformedTicket names the field or the line that is wrong."""
    if len(text) > MAX_BYTES:
        raise MalformedTicket(f"the file is larger than {MAX_BYTES} bytes")
    try:
        return PromotionRequest.model_validate(yaml.load(text, Loader=_Loader))  # noqa: S506  a safe loader
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedTicket(" ".join(str(error).split())) from error
    except ValidationError as error:
        raise MalformedTicket(describe(error)) from error


def describe(error: ValidationError) -> str:
    """Every fault of a refused value in one line: `status.state: Input should be …; …`."""
    faults = error.errors(include_input=False, include_url=False)
    return "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'ticket'}: {fault['msg']}" for fault in faults)
