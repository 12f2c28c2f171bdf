"""The API called in every way that its document allows, by each role: no 5xx, and no answer that it doesn't name."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.house import ALICE, JEAN, NOBODY, PIERRE, VICTOR, House

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 30
"""Calls of one route by one role: with 16 routes and 5 roles, 2,400."""

ROLES = {"devops": PIERRE, "cpi": JEAN, "viewer": VICTOR, "cpi_admin": ALICE, "nobody": NOBODY}
STREAM = "/v1/events"
"""Never ends, and has tests of its own."""


@pytest.mark.parametrize("role", ROLES)
def test_every_answer_is_one_that_the_document_names(house: House, role: str) -> None:
    """Ids are often those of real tickets, so that calls reach what lies behind the first check."""
    caller = house.as_(ROLES[role])
    tickets = [house.as_(PIERRE).create()["metadata"]["id"] for _ in range(3)]
    schema = schemathesis.openapi.from_url(f"{house.url}/openapi.json").exclude(path=STREAM)
    called = 0
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(), ticket_id=st.sampled_from([*tickets, None]))
        def call(case: schemathesis.Case[Any], ticket_id: str | None) -> None:
            nonlocal called
            if ticket_id and "id" in (case.path_parameters or {}):
                case.path_parameters["id"] = ticket_id
            case.call_and_validate(checks=CHECKS, headers={"Authorization": f"Bearer {caller.token}"})
            called += 1

        call()
    assert called >= 16 * EXAMPLES / 2
