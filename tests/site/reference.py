"""Reference pages, written from the code that they describe each time the site is built."""

import argparse
import inspect
import json
import os
import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from unittest import mock

import yaml

import cli
import domain
from api import errors, refused_fields
from api.app import document
from settings import variables
from tests.events import EVENTS
from tests.readme import default

WIDTH = "100"
"""Columns in which commands explain themselves."""
METHODS = ("get", "post", "put", "patch", "delete")
Json = dict[str, Any]


def settings() -> str:
    """Every variable, its default and what it is."""
    entries = (
        f"`{name}` {{: #{name.lower()} }}\n:   {description}{_default(default(name))}"
        for name, description in variables().items()
    )
    lead = (
        "Every setting is an environment variable. A process that misses one, or can't read one, ends with exit code 2 "
        "and a line for each fault. [Operations](../operations.md#settings-per-process) says which process needs "
        "which.\n\nTemporal's own (`TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, `TEMPORAL_TLS`, `TEMPORAL_API_KEY`) are "
        "read as Temporal's SDK documents them."
    )
    return "\n\n".join(["# Settings", lead, *entries, ""])


def _default(value: str) -> str:
    if value == "must be set":
        return " *Must be set.*"
    return f" *Default:* {value}" if value else ""


def commands() -> str:
    """The text that each command prints for `--help`."""
    with mock.patch.dict(os.environ, {"COLUMNS": WIDTH}):
        parts = [f"## {parser.prog}\n\n```text\n{parser.format_help()}```" for parser in parsers()]
    lead = "What each command prints for `--help`. `prodgate completion` makes a shell complete all of them."
    return "\n\n".join(["# Commands", lead, *parts, ""])


def parsers() -> Iterator[argparse.ArgumentParser]:
    """The command itself, and each of its commands with those below it."""
    whole = cli._parser(cli._whole)
    yield whole
    for name, parser in _below(whole):
        parser.prog = f"prodgate {name}"
        yield parser


def _below(parser: argparse.ArgumentParser, before: str = "") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                yield f"{before}{name}", below
                yield from _below(below, f"{before}{name} ")


def refusals() -> str:
    """Every kind of refusal, by what a client has to do about it: its HTTP status."""
    by_status: dict[int, dict[str, str]] = {}
    for error, status in errors.STATUS.items():
        by_status.setdefault(status, {}).setdefault(errors._code(error), _sentence(error))
    for number, kind in errors._KIND_OF.items():
        by_status.setdefault(number, {}).setdefault(kind, errors._FRAMEWORK.get(number) or HTTPStatus(number).phrase)
    by_status[422]["invalid"] = "A field is refused; `errors` names each, with a kind of its own (below)"
    parts = [_kinds(status, kinds) for status, kinds in sorted(by_status.items())]
    fields = ", ".join(f"`{kind}`" for kind in refused_fields.FIELD_KINDS)
    lead = (
        f"An error is a problem of RFC 9457. Its `type` is `{errors._FAMILY}` and a kind, which stays the same between "
        "releases; `detail` is a sentence for people, `params` are the values in it, `errors` names the fields that "
        "are wrong, `traceId` finds it in the logs. The sentences below are those of the service; some name more, "
        "such as who may instead."
    )
    return "\n\n".join(["# Refusals", lead, *parts, f"## Kinds of fields\n\n{fields}", ""])


def _kinds(status: int, kinds: dict[str, str]) -> str:
    rows = "\n".join(f"| `{kind}` | {sentence} |" for kind, sentence in sorted(kinds.items()))
    return f"## {status} {HTTPStatus(status).phrase}\n\n| kind | says |\n|---|---|\n{rows}"


def _sentence(error: type[Exception]) -> str:
    """The sentence that a person reads, or where it depends on the case, what the error is."""
    said = errors._SENTENCES.get(error) or error.__dict__.get("sentence")
    return said or (inspect.getdoc(error) or "").partition("\n")[0].partition(";")[0].rstrip(".")


def events() -> str:
    """Each event with what it says."""
    asked = yaml.safe_load((EVENTS / "promotion-requests.asyncapi.yaml").read_text(encoding="utf-8"))
    messages = asked["components"]["messages"].items()
    rows = "\n".join(f"| `{name}` | {message['summary']} |" for name, message in messages)
    lead = (
        f"{asked['info']['description']}\nFor programs: [AsyncAPI](../events/promotion-requests.asyncapi.yaml), the "
        "schemas of [an event](../events/event.schema.json) and of "
        "[a request](../events/promotion-request.schema.json)."
    )
    return f"# Events\n\n{lead}\n\n| type | says |\n|---|---|\n{rows}\n"


def glossary() -> str:
    """The words of `domain/__init__.py`, each with one meaning across the project."""
    words = re.findall(r"^(\S.*?) {2,}(\S.*)$", (domain.__doc__ or "").partition("Glossary")[2], re.MULTILINE)
    entries = (f"{word}\n:   {meaning[0].upper()}{meaning[1:]}" for word, meaning in sorted(words, key=_folded))
    return "\n\n".join(["# Glossary", "One meaning each, in code, pages and messages.", *entries, ""])


def _folded(entry: tuple[str, str]) -> str:
    return entry[0].lower()


def api() -> str:
    """Every call of the OpenAPI document, by its tag."""
    asked = json.loads(document())
    calls: dict[str, list[str]] = {}
    for path, methods in asked["paths"].items():
        for method in METHODS:
            if method in methods:
                calls.setdefault(methods[method]["tags"][0], []).append(_call(method, path, methods[method]))
    parts = [f"## {tag.capitalize()}\n\n" + "\n\n".join(these) for tag, these in calls.items()]
    lead = (
        "A running API describes itself at `/docs`, where each call can be tried, and at `/openapi.json`, of which "
        "clients are made. [Where a token comes from](../operations.md#identity). Errors are "
        "[problems](refusals.md)."
    )
    return "\n\n".join(["# HTTP API", lead, *parts, ""])


def _call(method: str, path: str, call: Json) -> str:
    shown = [f"### {method.upper()} {path}", str(call.get("description", call["summary"]))]
    if parameters := [_parameter(each) for each in call.get("parameters", [])]:
        shown.append("| parameter | in | |\n|---|---|---|\n" + "\n".join(parameters))
    if content := call.get("requestBody", {}).get("content", {}):
        shown.append("*Body:* " + ", ".join(f"`{_name(media['schema']) or kind}`" for kind, media in content.items()))
    answers = (f"{status} {answer['description']}" for status, answer in sorted(call["responses"].items()))
    shown.append("*Answers:* " + "; ".join(each.replace("; ", ", ") for each in answers) + ".")
    return "\n\n".join(shown)


def _parameter(parameter: Json) -> str:
    needed = "required. " if parameter.get("required") and parameter["in"] != "path" else ""
    return f"| `{parameter['name']}` | {parameter['in']} | {needed}{parameter.get('description', '')} |"


def _name(schema: Json) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]
