"""Whoever uses what will go is told in each answer, and in the document."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Query, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field

from api.dependencies import PUBLIC
from api.deprecation import FIELD, Deprecation, DeprecationHeaders
from tests.api.house import JEAN, House

ROUTE = Deprecation(since=date(2027, 3, 1), sunset=date(2027, 12, 1), instead="/v1/new")
PARAMETER = Deprecation(since=date(2027, 1, 1), sunset=date(2027, 6, 1), instead="/v1/new?tenant=")
SOONER = {"Deprecation": "@1798761600", "Sunset": "Tue, 01 Jun 2027 00:00:00 GMT"}


class Filtering(BaseModel):
    team: Annotated[str | None, Field(**PARAMETER.field)] = None
    tenant: str | None = None


def made() -> FastAPI:
    """An application with routes and parameters that will go, below a router as ours are."""
    router = APIRouter(prefix="/v1")

    @router.get("/old/{number}", **ROUTE.route)
    def old(number: int) -> Response:
        if number == 0:
            raise HTTPException(404)
        return Response("as ever", headers={"Link": '</next>; rel="next"'})

    @router.get("/new")
    def new(filters: Annotated[Filtering, Query()]) -> str | None:
        return filters.tenant or filters.team

    @router.get("/sorted")
    def by(
        order: Annotated[str | None, Query(alias="sortBy", **PARAMETER.parameter)] = None,
        x_team: Annotated[str | None, Header(**PARAMETER.parameter)] = None,
    ) -> str | None:
        return order or x_team

    def nested(page: Annotated[str | None, Query(**PARAMETER.parameter)] = None) -> str | None:
        return page

    def asked(page: Annotated[str | None, Depends(nested)]) -> str | None:
        return page

    @router.get("/paged")
    def paged(page: Annotated[str | None, Depends(asked)]) -> str | None:
        return page

    app = FastAPI()
    app.include_router(router)
    routes = [route for route in router.routes if isinstance(route, APIRoute)]
    app.add_middleware(DeprecationHeaders, routes=routes)
    return app


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(made()), base_url="http://gate") as client:
        yield client


def told(answer: httpx.Response) -> dict[str, str]:
    return {name: answer.headers[name] for name in ("Deprecation", "Sunset") if name in answer.headers}


@pytest.mark.parametrize(("path", "status"), [("1", 200), ("0", 404), ("one", 422)])
async def test_each_answer_of_a_route_that_will_go_says_so(http: httpx.AsyncClient, path: str, status: int) -> None:
    """A structured Date (RFC 9745) and an HTTP date (RFC 8594), beside the links that it has; errors say it too."""
    answer = await http.get(f"/v1/old/{path}")
    assert answer.status_code == status
    assert datetime.fromtimestamp(int(answer.headers["Deprecation"].removeprefix("@")), UTC).date() == ROUTE.since
    assert parsedate_to_datetime(answer.headers["Sunset"]).date() == ROUTE.sunset
    links = answer.headers.get_list("Link")
    assert '</v1/new>; rel="successor-version"' in links
    assert ('</next>; rel="next"' in links) is (status == 200)


@pytest.mark.parametrize(
    ("path", "headers", "expected"),
    [
        ("/v1/new?team=finance", {}, SOONER),
        ("/v1/new?team=", {}, SOONER),
        ("/v1/new?tenant=finance", {}, {}),
        ("/v1/sorted?sortBy=name", {}, SOONER),
        ("/v1/sorted?order=name", {}, {}),
        ("/v1/sorted", {"X-Team": "finance"}, SOONER),
        ("/v1/sorted", {}, {}),
        ("/v1/paged?page=2", {}, SOONER),
        ("/v1/paged", {}, {}),
        ("/nowhere?team=finance", {}, {}),
    ],
)
async def test_a_parameter_that_will_go_is_told_of_to_whom_uses_it(
    http: httpx.AsyncClient, path: str, headers: dict[str, str], expected: dict[str, str]
) -> None:
    """In a query's own model, alone, under its alias, a header, or what a dependency asks for; others hear nothing."""
    assert told(await http.get(path, headers=headers)) == expected


def test_the_document_shows_it() -> None:
    """`deprecated`, and the days."""
    paths: dict[str, Any] = made().openapi()["paths"]
    operation = paths["/v1/old/{number}"]["get"]
    assert operation["deprecated"] is True
    assert operation[FIELD] == {"since": "2027-03-01", "sunset": "2027-12-01", "instead": "/v1/new"}
    marked = {each["name"]: each for path in ("new", "sorted") for each in paths[f"/v1/{path}"]["get"]["parameters"]}
    gone = {name for name, each in marked.items() if each.get("deprecated") or each["schema"].get("deprecated")}
    assert gone == {"team", "sortBy", "x-team"}
    assert marked["team"]["schema"][FIELD]["sunset"] == "2027-06-01"


def test_a_promise_ends_after_it_was_made() -> None:
    """Nobody is told of what is gone already."""
    with pytest.raises(ValueError, match="after"):
        Deprecation(since=date(2027, 3, 1), sunset=date(2027, 3, 1), instead="/v1/new")


def test_the_promise_goes_with_what_else_a_route_declares() -> None:
    """Such as what it needs of its caller."""
    assert {**PUBLIC, **ROUTE.route["openapi_extra"]}.keys() == {FIELD, *PUBLIC}


def test_nothing_of_todays_api_says_so_that_is_not_marked(house: House) -> None:
    """The house itself is served through this, and answers as ever."""
    document = house.http().get("/openapi.json").json()
    marked = [
        (path, method) for path, methods in document["paths"].items() for method in methods if FIELD in methods[method]
    ]
    assert marked == []
    assert told(house.as_(JEAN).get("/stats")) == {}
