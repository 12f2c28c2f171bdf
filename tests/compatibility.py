"""Compares two OpenAPI documents of the API: everything by which the later one breaks a client of the earlier."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
METHODS = ("get", "put", "post", "delete", "patch")


def breaks(before: Json, now: Json) -> list[str]:
    """A sentence for each breaking change. What the earlier document calls deprecated may be gone."""
    return sorted(set(_Comparison(before, now).breaks()))


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                yield path, method, methods[method]


@dataclass
class _Comparison:
    before: Json
    now: Json
    _seen: set[tuple[str, str, bool]] = field(default_factory=set)
    """Pairs of schemas that were compared; they may contain themselves."""

    def breaks(self) -> Iterator[str]:
        for path, method, operation in operations(self.before):
            name = f"{method.upper()} {path}"
            current = self.now["paths"].get(path, {}).get(method)
            if operation.get("deprecated"):
                continue
            if current is None:
                yield f"{name} is gone"
            else:
                yield from self._operation(name, operation, current)

    def _operation(self, name: str, old: Json, new: Json) -> Iterator[str]:
        if old["operationId"] != new["operationId"]:
            yield f"{name} is called {new['operationId']}: a generated client knows it as {old['operationId']}"
        for need in ("x-permission", "security"):
            if old.get(need) != new.get(need):
                yield f"{name} needs {new.get(need)} where it needed {old.get(need)}"
        yield from self._parameters(name, old.get("parameters", []), new.get("parameters", []))
        yield from self._body(name, old.get("requestBody"), new.get("requestBody"))
        for status, answer in old["responses"].items():
            if status not in new["responses"]:
                yield f"{name} no longer answers {status}"
                continue
            for header in sorted(answer.get("headers", {}).keys() - new["responses"][status].get("headers", {}).keys()):
                yield f"{name} {status} comes without {header}"
            for media, said in answer.get("content", {}).items():
                content = new["responses"][status].get("content", {})
                if media not in content:
                    yield f"{name} answers {status} no longer as {media}"
                else:
                    yield from self._schemas(f"{name} {status}", said["schema"], content[media]["schema"], given=False)

    def _parameters(self, name: str, old: list[Json], new: list[Json]) -> Iterator[str]:
        known, found = ({(each["in"], each["name"]): each for each in all_} for all_ in (old, new))
        for key, parameter in known.items():
            gone_soon = parameter.get("deprecated") or parameter["schema"].get("deprecated")
            if key not in found:
                yield from [] if gone_soon else [f"{name} no longer takes {key[1]}"]
                continue
            yield from self._schemas(f"{name} {key[1]}", parameter["schema"], found[key]["schema"], given=True)
        for key, parameter in found.items():
            if parameter.get("required") and not known.get(key, {}).get("required"):
                yield f"{name} needs {key[1]}"

    def _body(self, name: str, old: Json | None, new: Json | None) -> Iterator[str]:
        if new and new.get("required") and not (old and old.get("required")):
            yield f"{name} needs a body"
        if old and not new:
            yield f"{name} no longer takes a body"
        if old and new:
            for media, said in old["content"].items():
                if media in new["content"]:
                    yield from self._schemas(name, said["schema"], new["content"][media]["schema"], given=True)
                else:
                    yield f"{name} no longer takes {media}"

    def _schemas(self, where: str, old: Json, new: Json, *, given: bool) -> Iterator[str]:
        """`given` is what a client sends; everything else is what it is sent."""
        pair = (str(old.get("$ref", id(old))), str(new.get("$ref", id(new))), given)
        if pair in self._seen:
            return
        self._seen.add(pair)
        old, new = _resolved(self.before, old), _resolved(self.now, new)
        known, found = _options(self.before, old), _options(self.now, new)
        lost = known.keys() - found.keys() if given else found.keys() - known.keys()
        if lost and found.keys() | known.keys() != {""}:
            yield f"{where} {'no longer takes' if given else 'may now be'} {', '.join(sorted(lost)) or 'anything'}"
        for kind in sorted(known.keys() & found.keys()):
            yield from self._one(where, known[kind], found[kind], given)

    def _one(self, where: str, old: Json, new: Json, given: bool) -> Iterator[str]:
        yield from _values(where, old, new, given)
        if given:
            yield from _limits(where, old, new)
        if "items" in old and "items" in new:
            yield from self._schemas(f"{where}[]", old["items"], new["items"], given=given)
        yield from self._fields(where, old, new, given)

    def _fields(self, where: str, old: Json, new: Json, given: bool) -> Iterator[str]:
        known, found = old.get("properties", {}), new.get("properties", {})
        for name in sorted(known.keys() - found.keys()):
            if not known[name].get("deprecated"):
                yield f"{where} has no field {name} any more"
        required, needed = set(old.get("required", [])), set(new.get("required", []))
        if given:
            yield from (f"{where} needs the field {name}" for name in sorted(needed - required))
        else:
            missing = sorted((required - needed) & found.keys())
            yield from (f"{where} may come without the field {name}" for name in missing)
        for name in sorted(known.keys() & found.keys()):
            yield from self._schemas(f"{where}.{name}", known[name], found[name], given=given)


def _values(where: str, old: Json, new: Json, given: bool) -> Iterator[str]:
    """Values that are no longer taken; new ones in an answer are announced as such: a client ignores what it can't."""
    if given and "enum" in new:
        lost = set(old.get("enum", ["any value"])) - set(new["enum"])
        yield from (f"{where} no longer takes {value}" for value in sorted(map(str, lost)))
    if old.get("const") != new.get("const"):
        yield f"{where} is {new.get('const')}, not {old.get('const')}"


def _limits(where: str, old: Json, new: Json) -> Iterator[str]:
    for name in ("maxLength", "maxItems", "maximum"):
        if new.get(name, float("inf")) < old.get(name, float("inf")):
            yield f"{where} takes less: {name} {new[name]}"
    for name in ("minLength", "minItems", "minimum"):
        if new.get(name, 0) > old.get(name, 0):
            yield f"{where} asks for more: {name} {new[name]}"
    for name in ("pattern", "format", "exclusiveMinimum", "exclusiveMaximum"):
        if name in new and new[name] != old.get(name):  # whether it takes more or less, nobody can tell
            yield f"{where} has the {name} {new[name]}"
    if "default" in old and new.get("default") != old["default"]:
        yield f"{where} has the default {new.get('default')}, not {old['default']}"


def _resolved(document: Json, schema: Json) -> Json:
    while "$ref" in schema:
        found: Json = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        schema = found
    return schema


def _options(document: Json, schema: Json) -> dict[str, Json]:
    """The schema's alternatives by type; none of them twice, but that texts of several forms are one."""
    parts = schema.get("anyOf") or schema.get("oneOf") or [schema]
    resolved = [_resolved(document, part) for part in parts]
    return {str(each.get("type", "")): each for each in resolved}
