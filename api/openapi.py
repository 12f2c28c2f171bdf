"""The OpenAPI document: what the framework finds out by itself, and what it has to be told."""

import re
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from api.errors import KINDS, MEDIA_TYPE
from api.models import CREATION_EXAMPLE, Problem
from api.refused_fields import FIELD_KINDS

Responses = dict[int | str, dict[str, Any]]


def operation_id(route: APIRoute) -> str:
    """The name of an operation, which generated clients call it by: the route's function's, a verb and a noun."""
    return route.name


def problems(**texts: str) -> Responses:
    """Error answers of a route: `problems(_404="No such request")`."""
    return {int(status.lstrip("_")): {"model": Problem, "description": text} for status, text in texts.items()}


def headers(**texts: str) -> dict[str, Any]:
    """Headers of an answer: `headers(ETag="…")`; an underscore stands for a minus."""
    return {name.replace("_", "-"): {"schema": {"type": "string"}, "description": text} for name, text in texts.items()}


_ENTRY = {"action": "created", "at": "2026-03-02T09:30:00Z", "by": "pierre.durand@cab-i.com"}
_TICKET: dict[str, Any] = {
    "apiVersion": "apim.cab-i.com/v1",
    "kind": "PromotionRequest",
    "metadata": {
        "id": "PR-2026-0001",
        "createdAt": "2026-03-02T09:30:00Z",
        "createdBy": "pierre.durand@cab-i.com",
        "tenant": CREATION_EXAMPLE["tenant"],
    },
    "spec": {name: CREATION_EXAMPLE[name] for name in ("target", "request", "preChecks")},
    "status": {
        "state": "approved",
        "history": [
            _ENTRY,
            {
                "action": "approved",
                "at": "2026-03-02T14:15:00Z",
                "by": "jean.dupont@cab-i.com",
                "comment": "Approved after review",
            },
        ],
        "approvedBy": "jean.dupont@cab-i.com",
        "approvedAt": "2026-03-02T14:15:00Z",
        "deployedAt": None,
        "rejectedBy": None,
        "rejectedAt": None,
        "rejectionReason": None,
    },
}


class DocumentedApi(FastAPI):
    """The framework, with a document that says what calls do, tells the media type of errors and shows a ticket."""

    def openapi(self) -> dict[str, Any]:
        """The document; made once."""
        if self.openapi_schema is None:
            made = super().openapi()
            made["components"]["schemas"]["PromotionRequest"]["examples"] = [_TICKET]
            _list_kinds(made["components"]["schemas"])
            for methods in made["paths"].values():
                for operation in methods.values():
                    operation["summary"] = re.split(r"[.:;](?:\s|$)", operation["description"], maxsplit=1)[0]
                    _correct_content(operation["responses"])
        return super().openapi()


def _list_kinds(schemas: dict[str, Any]) -> None:
    """The vocabulary of refusals, so that a client knows all that it may have to say."""
    schemas["FieldProblem"]["properties"]["kind"]["enum"] = [*KINDS, *FIELD_KINDS]
    schemas["Allowed"]["properties"]["kind"]["anyOf"][0]["enum"] = KINDS


def _correct_content(responses: dict[str, Any]) -> None:
    """Give errors their media type; the framework gives them the route's."""
    for status, response in responses.items():
        content = response.get("content", {})
        if status >= "400" and content:
            (schema,) = content.values()
            response["content"] = {MEDIA_TYPE: schema}
        elif stream := content.get("text/event-stream"):
            _describe_events(stream)


def _describe_events(stream: dict[str, Any]) -> None:
    """Make the model that stands for the whole stream each event's own; it stands in an event's data, as JSON."""
    model, stream["schema"] = stream["schema"], {"type": "string"}
    data = {"type": "string", "contentMediaType": "application/json", "contentSchema": model}
    stream["itemSchema"]["properties"]["data"] = data
