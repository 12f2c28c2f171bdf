"""The form of a ticket's file as PyYAML's emitter makes it, which wrote the record first."""

import re
from typing import Any

import yaml

from domain.ticket import PromotionRequest

_PROSE = {"justification", "releaseNotes", "rollbackPlan", "testEvidenceUrl", "version", "comment", "reason", "error"}
_QUOTED = _PROSE | {"digest", "jobId", "deploymentId", "rejectionReason", "scheduledDate", "at", "decideBy"}
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


def written(ticket: PromotionRequest) -> str:
    """The ticket's file."""
    tree = _quote(ticket.model_dump(mode="json"))
    return yaml.dump(tree, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=float("inf"))
