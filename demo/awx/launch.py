"""Judges what a launch may carry: accepted, ignored without an error, or refused (JobLaunchSerializer's rules)."""

import json
from typing import Any

from pydantic import BaseModel

from demo.awx.http import ApiError
from demo.awx.model import Label, Question, Template


class Accepted(BaseModel):
    """The fields that the job is made with, and those that were dropped."""

    extra_vars: dict[str, Any]
    skip_tags: str
    labels: list[int]
    ignored: dict[str, Any]


def accept(template: Template, body: dict[str, Any], known: dict[int, Label]) -> Accepted:
    """Sort a launch's fields. ApiError 400 for what AWX refuses; a field whose prompt is off is ignored silently."""
    sent = _variables(body.get("extra_vars") or {})
    unknown = [number for number in body.get("labels", []) if number not in known]
    if unknown:
        raise ApiError(400, {"labels": [f'Invalid pk "{unknown[0]}" - object does not exist.']})
    asked = {question.variable: question for question in template.survey}
    taken = {key: value for key, value in sent.items() if template.ask_variables_on_launch or key in asked}
    _check_survey(template.survey, taken)
    ignored: dict[str, Any] = {}
    if dropped := {key: value for key, value in sent.items() if key not in taken}:
        ignored["extra_vars"] = dropped
    labels, skip_tags = list(template.labels), template.skip_tags
    if body.get("labels") and not template.ask_labels_on_launch:
        ignored["labels"] = body["labels"]
    else:
        labels += [number for number in body.get("labels", []) if number not in labels]
    if "skip_tags" in body and body["skip_tags"] != template.skip_tags:
        if template.ask_skip_tags_on_launch:
            skip_tags = body["skip_tags"]
        else:
            ignored["skip_tags"] = body["skip_tags"]
    defaults = {question.variable: question.default for question in template.survey if question.default is not None}
    variables = template.extra_vars | defaults | taken
    return Accepted(extra_vars=_masked(variables, asked), skip_tags=skip_tags, labels=labels, ignored=ignored)


def _variables(sent: object) -> dict[str, Any]:
    try:
        variables = json.loads(sent) if isinstance(sent, str) else sent
    except ValueError as error:
        raise ApiError(400, {"extra_vars": [f"Cannot parse as JSON (error: {error}) or YAML (error: -)."]}) from error
    if not isinstance(variables, dict):
        raise ApiError(400, {"extra_vars": ["Value must be an object."]})
    return variables


def _check_survey(survey: list[Question], taken: dict[str, Any]) -> None:
    faults = []
    for question in survey:
        if question.variable not in taken:
            if question.required and question.default is None:
                faults.append(f"'{question.variable}' value missing")
            continue
        value = taken[question.variable]
        if question.type == "integer" and not isinstance(value, int):
            faults.append(f"Value {value!r} for '{question.variable}' expected to be an integer.")
        elif question.type == "multiplechoice" and value not in question.choices:
            faults.append(f"Value {value!r} for '{question.variable}' expected to be one of {question.choices}.")
        elif question.type in ("text", "password") and not isinstance(value, str):
            faults.append(f"Value {value!r} for '{question.variable}' expected to be a string.")
    if faults:
        raise ApiError(400, {"variables_needed_to_start": faults})


def _masked(variables: dict[str, Any], asked: dict[str, Question]) -> dict[str, Any]:
    """Survey passwords are kept encrypted and never shown again."""
    secret = {name for name, question in asked.items() if question.type == "password"}
    return {key: "$encrypted$" if key in secret else value for key, value in variables.items()}
