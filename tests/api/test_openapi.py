"""The OpenAPI document: valid, complete in its errors, with examples, and usable on /docs."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from tests.api.house import PIERRE, House, asked

PROBLEM = "application/problem+json"
PERSON = "HTTPBearer"


@pytest.fixture(scope="module")
def document(house: House) -> dict[str, Any]:
    found: dict[str, Any] = house.http().get("/openapi.json").json()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every operation with a name to show."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def references(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for inner in part.values():
            yield from references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from references(inner)


def resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """A schema that stands alone: its references lead into the document."""
    return {**schema, "components": document["components"]}


def test_the_document_holds_together(document: dict[str, Any]) -> None:
    """OpenAPI 3.1, every reference leads somewhere, every operation has a name, a summary and a sentence."""
    assert document["openapi"].startswith("3.1")
    for reference in references(document):
        found: Any = document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
    for name, operation in operations(document):
        assert operation["summary"], name
        assert operation["description"], name


READS = "check|compare|get|list|preview|stream"
ACTS = (
    "add|approve|cancel|change|create|decide|declare|decode|hold|ratify|receive|refute|reject|release|remove|restore|"
    "retry|send|sign|try|use|withdraw"
)


def test_operations_are_named_for_whoever_generates_a_client(document: dict[str, Any]) -> None:
    """`approve_request(id)`: a verb and a noun, each name once, and nothing of the address or the method in it."""
    names = {operation["operationId"]: name for name, operation in operations(document)}
    assert len(names) == len(list(operations(document)))
    for name, operation in names.items():
        assert re.fullmatch(rf"({READS}|{ACTS})(_[a-z]+)+", name), operation
        assert not {"prod", "id", "webhooks"} & set(name.split("_")), operation


def test_every_schema_is_a_json_schema(document: dict[str, Any]) -> None:
    """OpenAPI 3.1 asks this of them."""
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_parameter_of_a_path_is_described(document: dict[str, Any]) -> None:
    """A client can be generated: what stands in braces is a parameter."""
    for path, methods in document["paths"].items():
        for operation in methods.values():
            named = {each["name"] for each in operation.get("parameters", []) if each["in"] == "path"}
            assert named == {part[1:-1] for part in path.split("/") if part.startswith("{")}


def test_examples_are_what_the_schema_allows(house: House, document: dict[str, Any]) -> None:
    """And the one for a creation creates."""
    schemas = document["components"]["schemas"]
    with_examples = {name: schema for name, schema in schemas.items() if "examples" in schema}
    assert {"CreatePromotionRequest", "ApprovalBody", "ReasonBody", "PromotionRequest", "Problem"} <= set(with_examples)
    for schema in with_examples.values():
        for example in schema["examples"]:
            jsonschema.validate(example, resolved(document, schema), jsonschema.Draft202012Validator)
    body = schemas["CreatePromotionRequest"]["examples"][0]
    assert house.as_(PIERRE).post(json=body).status_code == 201


ERRORS = {
    "GET /v1/requests/prod": {"401", "422", "503"},
    "POST /v1/requests/prod": {"401", "403", "413", "422", "503"},
    "GET /v1/requests/prod/pending": {"401", "422", "503"},
    "GET /v1/requests/prod/my": {"401", "422", "503"},
    "GET /v1/requests/prod/stats": {"401", "503"},
    "GET /v1/requests/prod/{id}": {"401", "404", "503"},
    "GET /v1/requests/prod/{id}/history": {"401", "404", "503"},
    **{
        f"POST /v1/requests/prod/{{id}}/{action}": {"400", "401", "403", "404", "409", "412", "413", "422", "503"}
        for action in ("approve", "reject", "cancel", "retry", "hold", "release")
    },
    "GET /v1/requests/prod/{id}/line": {"401", "404", "503"},
    "POST /v1/webhooks/awx/job-complete": {"401", "404", "413", "422", "503"},
}


def test_every_route_says_which_errors_it_answers(document: dict[str, Any]) -> None:
    """As problem details, with a sentence of what each means there."""
    for name, operation in operations(document):
        if name in ERRORS:
            errors = {status: said for status, said in operation["responses"].items() if status >= "400"}
            assert ERRORS[name] <= set(errors), name
            for said in errors.values():
                assert said["content"][PROBLEM]["schema"] == {"$ref": "#/components/schemas/Problem"}, name
                assert list(said["content"]) == [PROBLEM]
                assert said["description"]
    assert ERRORS.keys() <= {name for name, _ in operations(document)}


def test_the_page_can_authorize(house: House, document: dict[str, Any]) -> None:
    """Each call of a person takes the bearer token, the callback its secret; /docs is served and shows the button."""
    schemes = document["components"]["securitySchemes"]
    assert (schemes[PERSON]["type"], schemes[PERSON]["scheme"]) == ("http", "bearer")
    for name, operation in operations(document):
        required = {scheme for each in operation.get("security", []) for scheme in each}
        if "/requests/" in name or "/tenants/" in name:
            assert required == {PERSON}, name
        elif name.endswith("/slack"):
            assert required == {"SlackSignature"}
        elif "/v1/webhooks/" in name:
            assert {schemes[scheme]["type"] for scheme in required} == {"apiKey", "http"}, name
            assert all(len(each) == 1 for each in operation["security"]), "one of them suffices"
    page = house.http().get("/docs")
    assert page.status_code == 200
    assert "/openapi.json" in page.text
    assert house.http().get("/").headers["Location"] == "/docs"


def test_answers_are_what_the_document_says(house: House, document: dict[str, Any]) -> None:
    """A ticket, a list, the counts, the commits and a refusal, held against their schemas."""
    pierre = house.as_(PIERRE)
    ticket_id = pierre.create()["metadata"]["id"]
    for path, template in (
        ("", ""),
        ("/pending", "/pending"),
        ("/my", "/my"),
        ("/stats", "/stats"),
        (f"/{ticket_id}", "/{id}"),
        (f"/{ticket_id}/history", "/{id}/history"),
    ):
        said = document["paths"][f"/v1/requests/prod{template}"]["get"]["responses"]["200"]
        schema = resolved(document, said["content"]["application/json"]["schema"])
        jsonschema.validate(pierre.get(path).json(), schema, jsonschema.Draft202012Validator)
    refusal = pierre.post(json=asked(target={"name": "-"})).json()
    problem = resolved(document, document["components"]["schemas"]["Problem"])
    jsonschema.validate(refusal, problem, jsonschema.Draft202012Validator)


def test_headers_that_answers_carry_are_described(document: dict[str, Any]) -> None:
    """Whoever writes a client learns of pages, tags and addresses here."""
    paths = document["paths"]
    listed = paths["/v1/requests/prod"]["get"]["responses"]["200"]["headers"]
    assert {"X-Total-Count", "X-Next-Cursor", "Link"} <= set(listed)
    assert {"Location", "ETag"} <= set(paths["/v1/requests/prod"]["post"]["responses"]["201"]["headers"])
    assert "ETag" in paths["/v1/requests/prod/{id}"]["get"]["responses"]["200"]["headers"]


def test_the_stream_is_described_by_its_events(document: dict[str, Any]) -> None:
    """Text as a whole; the data of each event is one change, in JSON."""
    stream = document["paths"]["/v1/events"]["get"]["responses"]["200"]["content"]["text/event-stream"]
    assert stream["schema"] == {"type": "string"}
    data = stream["itemSchema"]["properties"]["data"]
    assert data["contentSchema"] == {"$ref": "#/components/schemas/TicketEvent"}
    assert data["contentMediaType"] == "application/json"
