"""Every route the API has, for every role, on one's own ticket and on others', in one's own tenant and elsewhere.

The walk starts from the routes themselves: one that is added must be given its row here, and one that declares nothing
is not served at all.
"""

from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from api import app as api_app
from api import (
    audit,
    awx_policy,
    browsers,
    bulk,
    calendar,
    codec,
    console,
    delegations,
    emergencies,
    events,
    grants,
    health,
    insights,
    passkeys,
    places,
    preferences,
    record,
    reports,
    requests,
    rules,
    sessions,
    slack,
    templates,
    tenants,
    webhooks,
)
from api.dependencies import declared
from tests.api.house import (
    ALICE,
    CLAIRE,
    HUGO,
    JEAN,
    KARIM,
    LEA,
    NOBODY,
    PIERRE,
    REQUESTS,
    SOPHIE,
    VICTOR,
    House,
    asked,
)

ROUTERS = (
    audit.router,
    awx_policy.router,
    browsers.router,
    bulk.router,
    calendar.router,
    delegations.router,
    passkeys.router,
    emergencies.router,
    requests.router,
    insights.router,
    console.router,
    places.router,
    preferences.router,
    codec.router,
    record.router,
    rules.router,
    reports.router,
    templates.router,
    events.router,
    grants.router,
    webhooks.router,
    sessions.router,
    slack.router,
    tenants.router,
    health.router,
)

DECLARED = {
    "GET /v1/requests/prod": "see",
    "POST /v1/requests/prod": "create",
    "GET /v1/requests/prod/pending": "approve",
    "GET /v1/requests/prod/my": "see",
    "GET /v1/requests/prod/stats": "see",
    "GET /v1/requests/prod/comparisons": "see",
    "GET /v1/requests/prod/ruled": "see",
    "GET /v1/requests/prod/{id}": "see",
    "GET /v1/requests/prod/{id}/history": "see",
    "GET /v1/requests/prod/{id}/diff": "see",
    "GET /v1/requests/prod/{id}/announcements": "see",
    "GET /v1/requests/prod/{id}/line": "see",
    "GET /v1/requests/prod/{id}/permissions": "see",
    "GET /v1/requests/prod/{id}/checks": "see",
    "GET /v1/requests/prod/{id}/evidence": "see",
    "GET /v1/requests/prod/{id}/receipt": "audit",
    "POST /v1/requests/prod/{id}/approve": "approve",
    "POST /v1/requests/prod/{id}/reject": "reject",
    "POST /v1/requests/prod/{id}/cancel": "cancel",
    "POST /v1/requests/prod/{id}/retry": "retry",
    "POST /v1/requests/prod/{id}/hold": "approve",
    "POST /v1/requests/prod/{id}/release": "approve",
    "POST /v1/requests/prod/{id}/unendorse": "approve",
    "POST /v1/requests/prod/{id}/emergency": "approve",
    "POST /v1/requests/prod/{id}/ratify": "approve",
    "POST /v1/requests/prod/{id}/refute": "approve",
    "GET /v1/debts": "see",
    "GET /v1/delegations": "see",
    "GET /v1/passkeys": "see",
    "POST /v1/passkeys": "see",
    "POST /v1/passkeys/options": "see",
    "POST /v1/passkeys/{id}/withdraw": "see",
    "POST /v1/requests/prod/{id}/challenge": "see",
    "POST /v1/delegations": "approve",
    "POST /v1/delegations/{id}/withdraw": "see",
    "POST /v1/requests/prod/check": "create",
    "POST /v1/requests/prod/decisions": "see",
    "GET /v1/templates": "templates",
    "GET /v1/templates/frame": "public",
    "GET /v1/templates/{name}": "templates",
    "PUT /v1/templates/{name}": "templates",
    "POST /v1/templates/{name}/preview": "templates",
    "POST /v1/templates/{name}/restore": "templates",
    "GET /v1/requests/prod/{id}/contract": "see",
    "GET /v1/insights": "see",
    "GET /v1/insights/{picture}": "see",
    "GET /v1/me": "see",
    "GET /v1/me/preferences": "see",
    "PUT /v1/me/preferences": "see",
    "GET /v1/me/browsers": "see",
    "POST /v1/me/browsers": "see",
    "DELETE /v1/me/browsers/{browser}": "see",
    "GET /v1/targets": "see",
    "GET /v1/targets/{tenant}/{type}/{name}": "see",
    "GET /v1/targets/{tenant}/{type}/{name}/versions": "see",
    "GET /v1/tenants/{tenant}": "see",
    "GET /v1/queue": "see",
    "GET /v1/people": "see",
    "GET /v1/console": "public",
    "POST /v1/codec/decode": "operate",
    "POST /v1/repairs": "operate",
    "POST /v1/rules/try": "operate",
    "GET /v1/tenants/{tenant}/webhooks": "webhooks",
    "GET /v1/tenants/{tenant}/webhooks/undelivered": "webhooks",
    "POST /v1/tenants/{tenant}/webhooks/{id}/test": "webhooks",
    "POST /v1/tenants/{tenant}/webhooks/{id}/redeliver": "webhooks",
    "GET /v1/audit": "audit",
    "POST /v1/reports": "report",
    "GET /v1/reports": "report",
    "GET /v1/reports/{id}": "report",
    "POST /v1/reports/{id}/cancel": "report",
    "POST /v1/reports/{id}/parts/{tenant}/retry": "report",
    "POST /v1/links": "report",
    "GET /v1/links/{token}": "report",
    "GET /v1/shared/{token}": "link",
    "GET /v1/calendar.ics": "link",
    "GET /v1/calendar/freezes": "see",
    "GET /v1/me/calendar": "see",
    "POST /v1/me/calendar": "see",
    "DELETE /v1/me/calendar": "see",
    "GET /v1/events": "see",
    "GET /v1/keys": "public",
    "POST /v1/grants": "grant",
    "POST /v1/webhooks/awx/job-complete": "callback-secret",
    "POST /v1/data/prodgate/launch": "policy-token",
    "POST /v1/webhooks/slack": "slack-signature",
    "POST /v1/sessions/logout": "logout-token",
    "GET /healthz": "public",
    "GET /readyz": "public",
    "GET /metrics": "public",
}

CASES = ("own", "same tenant", "other tenant")
SEES = {
    # role: status on their own ticket, on another's of their tenant, on one of another tenant
    "devops": (200, 404, 404),
    "cpi": (200, 200, 404),
    "viewer": (None, 200, 404),
    "cpi_admin": (200, 200, 200),
    "nobody": (None, 404, 404),
}
NOT_YET = {
    "devops": (400, 404, 404),
    "cpi": (400, 400, 404),
    "viewer": (None, 400, 404),
    "cpi_admin": (400, 400, 400),
    "nobody": (None, 404, 404),
}
CONTRACT: dict[str, dict[str, tuple[int | None, int, int]]] = {
    **dict.fromkeys(("GET /{id}", "GET /{id}/history", "GET /{id}/diff", "GET /{id}/permissions"), SEES),
    **dict.fromkeys(("GET /{id}/announcements", "GET /{id}/line", "GET /{id}/checks", "GET /{id}/evidence"), SEES),
    "GET /{id}/contract": SEES,
    # For the whole platform's people alone, and these are pending.
    "GET /{id}/receipt": {
        "devops": (403, 404, 404),
        "cpi": (403, 403, 404),
        "viewer": (None, 403, 404),
        "cpi_admin": (409, 409, 409),
        "nobody": (None, 404, 404),
    },
    "POST /{id}/approve": {
        "devops": (403, 404, 404),
        "cpi": (403, 200, 404),
        "viewer": (None, 403, 404),
        "cpi_admin": (403, 200, 200),
        "nobody": (None, 404, 404),
    },
    "POST /{id}/reject": {
        "devops": (403, 404, 404),
        "cpi": (200, 200, 404),
        "viewer": (None, 403, 404),
        "cpi_admin": (200, 200, 200),
        "nobody": (None, 404, 404),
    },
    "POST /{id}/cancel": {
        "devops": (200, 404, 404),
        "cpi": (200, 403, 404),
        "viewer": (None, 403, 404),
        "cpi_admin": (200, 200, 200),
        "nobody": (None, 404, 404),
    },
    # The state is judged before the right, of whoever may see it: these are pending.
    **dict.fromkeys(
        ("POST /{id}/retry", "POST /{id}/hold", "POST /{id}/release", "POST /{id}/ratify", "POST /{id}/refute"), NOT_YET
    ),
    # No rule has an emergency of these.
    "POST /{id}/emergency": {
        "devops": (403, 404, 404),
        "cpi": (403, 403, 404),
        "viewer": (None, 403, 404),
        "cpi_admin": (403, 403, 403),
        "nobody": (None, 404, 404),
    },
    # Nobody has voted: who may not is told that first.
    "POST /{id}/unendorse": {
        "devops": (403, 404, 404),
        "cpi": (403, 400, 404),
        "viewer": (None, 403, 404),
        "cpi_admin": (403, 400, 400),
        "nobody": (None, 404, 404),
    },
    "POST ": {
        "devops": (None, 201, 403),
        "cpi": (None, 201, 403),
        "viewer": (None, 403, 403),
        "cpi_admin": (None, 201, 201),
        "nobody": (None, 403, 403),
    },
}
"""The product's table, written out. None: nobody of that role can have a ticket of their own."""

LISTS = {"GET ", "GET /pending", "GET /my", "GET /stats", "GET /comparisons", "GET /ruled"}
"""Answer everybody with what they may see, as `test_permissions`, `test_comparisons` and `test_freezes` hold it."""

CHECK = "POST /check"
"""Refused as creating is, to the byte: `test_console.py` holds that."""

BULK = "POST /decisions"
"""Answers everybody with one result a request, each as by a call of its own: `test_bulk.py` holds that."""

CHALLENGE = "POST /{id}/challenge"
"""Refused as the decision is that it confirms: `test_passkeys.py` holds that."""

PEOPLE = {"devops": PIERRE, "cpi": JEAN, "viewer": VICTOR, "cpi_admin": ALICE, "nobody": NOBODY}
OTHERS = {PIERRE: SOPHIE, JEAN: PIERRE, VICTOR: PIERRE, ALICE: PIERRE, NOBODY: PIERRE}
"""The people who ask for 'another's ticket of the same tenant'; Léa of tenant-logistics asks for those of another."""


EMERGENCY = ("emergency", "ratify", "refute")

REASONED = ("reject", "hold", "release", "emergency", "ratify", "refute")
"""The decisions that take a reason."""


def routes() -> dict[str, APIRoute]:
    """Every route, by method and path."""
    found = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    return {f"{method} {route.path}": route for route in found for method in route.methods or ()}


def test_every_route_declares_what_it_needs(house: House) -> None:
    """As written out here, and as the document tells it."""
    assert {name: declared(route) for name, route in routes().items()} == DECLARED
    for path, methods in house.http().get("/openapi.json").json()["paths"].items():
        for method, operation in methods.items():
            assert operation["x-permission"] == DECLARED[f"{method.upper()} {path}"]


def test_a_route_that_declares_nothing_is_not_served() -> None:
    """Whoever adds one learns of it before anybody can call it."""
    forgetful, served = APIRouter(), FastAPI(docs_url=None, redoc_url=None)

    @forgetful.post("/v1/requests/prod/{id}/promote")
    def promote() -> None: ...

    served.include_router(forgetful)
    with pytest.raises(api_app.Undeclared, match="promote declares no permission"):
        api_app.declare(served)


def test_every_route_of_people_stands_in_the_contract() -> None:
    """The table leaves none out."""
    of_people = {name.replace(REQUESTS, "") for name in DECLARED if REQUESTS in name}
    assert of_people == set(CONTRACT) | LISTS | {CHECK, BULK, CHALLENGE}


@pytest.mark.parametrize("role", PEOPLE)
@pytest.mark.parametrize("name", CONTRACT)
def test_each_role_may_do_what_the_contract_says(house: House, name: str, role: str) -> None:
    """A new ticket for each call."""
    email = PEOPLE[role]
    askers = (email, OTHERS[email], LEA)
    for case, asker, expected in zip(CASES, askers, CONTRACT[name][role], strict=True):
        if expected is not None:
            answer = _call(house, name, email, asker)
            assert answer.status_code == expected, (case, answer.text)


def _call(house: House, name: str, email: str, asker: str) -> Any:
    method, path = name.split(" ")
    tenant = "tenant-logistics" if asker == LEA else "tenant-finance"
    if not path:
        return house.as_(email).post(json=asked(tenant=tenant))
    ticket_id = house.as_(asker).create(tenant=tenant)["metadata"]["id"]
    body = {"reason": "long enough to be one"} if path.endswith(REASONED) else {}
    return house.as_(email).call(method, path.replace("{id}", ticket_id), json=None if method == "GET" else body)


@pytest.mark.parametrize("email", [PIERRE, JEAN, CLAIRE, VICTOR, ALICE])
def test_what_is_told_beforehand_is_what_happens(house: House, email: str) -> None:
    """Buttons and doors ask one function: allowed is 200, and a refusal has the sentence that was told."""
    for action in ("approve", "reject", "cancel", "retry", "hold", "release", "unendorse", *EMERGENCY):
        ticket_id = house.as_(PIERRE).create()["metadata"]["id"]
        told = house.as_(email).get(f"/{ticket_id}/permissions").json()[action]
        answer = house.as_(email).decide(action, ticket_id)
        assert told["allowed"] is (answer.status_code == 200), action
        assert told["why"] == (None if told["allowed"] else answer.json()["detail"])
        kind = None if told["allowed"] else answer.json()["type"].removeprefix("urn:prodgate:problem:")
        assert told["kind"] == kind
        if not told["allowed"]:
            assert answer.json().get("params", {}) == told["params"]  # by the engine's refusal too


def test_it_tells_who_could_decide(house: House) -> None:
    """By name, the tenant's own first, the requester left out; nobody once decided; nothing to who may not see it."""
    ticket_id = house.as_(JEAN).create()["metadata"]["id"]
    told = house.as_(JEAN).get(f"/{ticket_id}/permissions").json()
    assert told["deciders"][0] == {"name": "Claire Moreau", "email": CLAIRE, "onBehalfOf": None}
    assert {each["email"] for each in told["deciders"]} == {CLAIRE, ALICE, "nicolas.garnier@cab-i.com"}
    others = "Claire Moreau, Alice Admin and Nicolas Garnier"
    assert told["approve"]["why"] == f"Cannot approve your own request; {others} may"
    assert told["approve"]["kind"] == "self-approval"
    assert house.as_(CLAIRE).decide("reject", ticket_id).status_code == 200
    assert house.as_(JEAN).get(f"/{ticket_id}/permissions").json()["deciders"] == []
    for stranger in (KARIM, HUGO, NOBODY):
        assert house.as_(stranger).get(f"/{ticket_id}/permissions").status_code == 404


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("action", ["approve", "reject", "cancel", "retry", "hold", "release", "unendorse", *EMERGENCY])
def test_nothing_is_decided_but_by_post(house: House, method: str, action: str) -> None:
    """A mail scanner that follows links, or a page that is fetched beforehand, decides nothing."""
    ticket_id = house.as_(PIERRE).create()["metadata"]["id"]
    answer = house.as_(JEAN).call(method, f"/{ticket_id}/{action}", params={"comment": "yes"})
    assert answer.status_code == 405
    assert house.as_(JEAN).get(f"/{ticket_id}").json()["status"]["state"] == "pending"


@pytest.mark.parametrize(
    "spelling", ["..%2f..%2f", "%2e%2e/", "./", "/", "PR-2026-0001%2f", "pr-2026-0001", "\uff30\uff32-2026-0001"]
)
def test_a_name_spelled_otherwise_reaches_no_other_rule(house: House, spelling: str) -> None:
    """Case, Unicode forms, dots and slashes in an id are no ticket, and lead nowhere else."""
    house.as_(PIERRE).create()
    for email in (PIERRE, NOBODY):
        assert house.as_(email).get(f"/{spelling}/permissions").status_code == 404
    answer = house.as_(NOBODY).post(json=asked(tenant="Tenant-Finance"))
    assert answer.status_code == 422
