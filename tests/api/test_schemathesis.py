"""The API called in every way that its document allows, by each role: no 5xx, and no answer that it doesn't name."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from git import Repo
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import document
from domain.roles import Permission
from tests.api.house import ALICE, CLAIRE, JEAN, NOBODY, PIERRE, VICTOR, Connect, House, opened
from tests.examples import examples

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = examples(96)
"""Cases of one operation."""
CALLERS = 2
"""The roles that call one case, in turn: each calls a third of them."""
PATIENCE = 120
"""Seconds for one answer: the library's 10 pass where others take the processors."""

ROBOT = "ci@cab-i.com"
ROLES = {"devops": PIERRE, "cpi": JEAN, "viewer": VICTOR, "cpi_admin": ALICE, "service": ROBOT, "nobody": NOBODY}
STREAM = "/v1/events"
"""Never ends, and has tests of its own."""

OPERATIONS = {
    (method, path): operation
    for path, item in json.loads(document())["paths"].items()
    for method, operation in item.items()
    if path != STREAM
}
FOR_PEOPLE = {str(permission) for permission in Permission}


@pytest.fixture(scope="module")
def connection() -> Iterator[requests.Session]:
    """One for all calls: opening one costs as much as the call."""
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture(scope="module")
def house(connect_temporal: Connect, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The demo's people, and a pipeline that Claire answers for."""
    with opened(connect_temporal, tmp_path_factory.mktemp("house"), answer_within=30.0) as house:
        tenant = Repo(house.git).git.show("main:tenants/tenant-finance.yaml").rstrip()
        member = f"{{email: {ROBOT}, name: Pipeline, role: devops, kind: service, owner: {CLAIRE}}}"
        house.commit({"tenants/tenant-finance.yaml": f"{tenant}\n    - {member}\n"})
        house.as_(ROBOT).create()
        yield house


@pytest.fixture(scope="module")
def schema(house: House) -> Any:
    """The document as the API serves it."""
    return schemathesis.openapi.from_url(f"{house.url}/openapi.json", timeout=PATIENCE)


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=lambda part: part.strip("/").replace("/", "-"))
def test_every_answer_is_one_that_the_document_names(
    house: House, schema: Any, connection: requests.Session, method: str, path: str
) -> None:
    """Ids are often those of real tickets, so that calls reach what lies behind the first check."""
    tickets = [house.as_(PIERRE).create()["metadata"]["id"] for _ in range(3)] if "{id}" in path else []
    operation = OPERATIONS[method, path]
    varied = {"parameters", "requestBody"} & operation.keys()
    turns = itertools.cycle([house.as_(email).token for email in ROLES.values()])
    answers: list[int] = []

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=schema[path][method.upper()].as_strategy(), ticket_id=st.sampled_from([*tickets, None]))
    def call(case: schemathesis.Case[Any], ticket_id: str | None) -> None:
        if ticket_id:
            case.path_parameters["id"] = ticket_id
        for token in itertools.islice(turns, CALLERS if varied else len(ROLES)):
            answer = case.call_and_validate(
                checks=CHECKS, session=connection, headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE
            )
            answers.append(answer.status_code)

    call()
    assert len(answers) >= (CALLERS * EXAMPLES // 2 if varied else len(ROLES))
    assert 401 not in answers or operation["x-permission"] not in FOR_PEOPLE, "not everybody was signed in"
