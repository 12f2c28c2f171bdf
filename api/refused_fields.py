"""Says what is wrong with a field that is refused for what it looks like."""

from typing import Any

from api.models import FieldProblem

_BODY_FAULTS: dict[str, str] = {
    "json_invalid": "is not valid JSON",
    "model_attributes_type": "must be a JSON object, sent with Content-Type: application/json",
    "model_type": "must be a JSON object, sent with Content-Type: application/json",
}
"""Faults of a body as a whole, by pydantic's type of them."""

_FAULTS: dict[str, str] = {
    "missing": "must be given",
    "extra_forbidden": "is not known here; check its spelling",
    "string_unicode": "must be text without half surrogate pairs",
}
_FIELD_KINDS: dict[str, tuple[str, str]] = {
    "missing": ("missing", ""),
    "blank": ("missing", ""),
    "extra_forbidden": ("not-known", ""),
    "string_too_short": ("too-short", "min_length"),
    "string_too_long": ("too-long", "max_length"),
    "too_long": ("too-many", "max_length"),
    "greater_than_equal": ("too-small", "ge"),
    "less_than_equal": ("too-large", "le"),
    "enum": ("not-one-of", "expected"),
    "literal_error": ("not-one-of", "expected"),
}
"""A refused field's word, and which of pydantic's values it needs; whatever else is wrong is its form."""

_LABEL = (
    "must be lower case letters, digits and '-', beginning and ending with a letter or digit, at most 63 characters"
)
_NAME = "must be letters, digits, '-', '_' and '.', beginning and ending with a letter or digit, at most 128 characters"
_FORMS: dict[str, str] = {
    "tenant": _LABEL,
    "sourceEnvironment": _LABEL,
    "targetEnvironment": _LABEL,
    "name": _NAME,
    "target": _NAME,
    "version": "must be letters, digits, '.', '-', '+' and '_', 1 to 64 characters",
    "testEvidenceUrl": "must be an address that begins with http:// or https://, without spaces",
    "createdBy": "must be an e-mail address",
}
"""The forms that values must have, where pydantic would show a regular expression."""

FIELD_KINDS = sorted({kind for kind, _ in _FIELD_KINDS.values()} | {"form", "unreadable"})
"""The words of fields that are refused for what they look like."""


def refused_field(fault: dict[str, Any]) -> FieldProblem:
    """The field by its path below the body, query or headers, and what is wrong with it."""
    source, *path = fault["loc"]
    if source == "body" and fault["type"] in _BODY_FAULTS and (not path or fault["type"] == "json_invalid"):
        return FieldProblem(field="body", detail=_BODY_FAULTS[fault["type"]], kind="unreadable")
    name = next((part for part in reversed(path) if isinstance(part, str)), "")
    told = str(fault["msg"]).removeprefix("Value error, ").replace("Input should", "must", 1)
    said = _FAULTS.get(fault["type"]) or told
    detail = _FORMS.get(name, said) if fault["type"] == "string_pattern_mismatch" else said
    if source == "query":
        path = [part for part in path if isinstance(part, str)]  # of a filter given twice, both are one field
    kind, limit = _FIELD_KINDS.get(fault["type"], ("form", ""))
    params = {"limit": str(fault["ctx"][limit])} if limit else {}
    return FieldProblem(field=".".join(map(str, path))[:200] or "body", detail=detail[:500], kind=kind, params=params)
