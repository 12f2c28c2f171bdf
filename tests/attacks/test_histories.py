"""Row 12: Temporal's histories held tickets, addresses and signatures in clear, for whoever reaches Temporal."""

import json
import re
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from temporalio.api.common.v1 import Payload, WorkflowExecution
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryRequest, ListWorkflowExecutionsRequest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from api.decoder import Decoder, EncodedPayloads
from domain.errors import NotAuthorized
from domain.roles import Role
from engine.codec import EncryptingCodec, rotate
from engine.connection import converter
from tests.api.house import ALICE, JEAN, NOBODY, PIERRE, VICTOR, House, opened, problem, refused_fields
from tests.dev_server import dev_server
from tests.domain.builders import FINANCE, person
from workflows.shown import SEARCH_ATTRIBUTES

JUSTIFICATION = "Customers of Lyon wait for their refunds"
COMMENT = "Nobody but the auditors reads this"
SECRETS = (b"@cab-i.com", b"Jean Dupont", JUSTIFICATION.encode(), COMMENT.encode(), b"eyJ")
"""An address, a name, what two people wrote, and how a signature begins: a compact JWS is a JSON object in base64."""
UI = "http://127.0.0.1:8233"
DECODE = "/v1/codec/decode"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An installation with payload keys, whose Temporal server keeps its data in a file."""
    folder = tmp_path_factory.mktemp("encrypted")
    keys = folder / "keys.json"
    rotate(keys, datetime.now(UTC), timedelta())
    server: list[WorkflowEnvironment] = []

    async def connect() -> Client:
        server.append(
            await dev_server(
                data_converter=converter(keys),
                dev_server_database_filename=str(folder / "temporal.db"),
                search_attributes=SEARCH_ATTRIBUTES,
            )
        )
        return server[0].client

    with opened(connect, folder, payload_keys=keys, answer_within=30.0, temporal_ui_url=f"{UI}/") as house:
        yield house
        house.run(server[0].shutdown())


async def histories(client: Client) -> dict[str, bytes]:
    """Every history as the server sends it, by workflow, with what its lists show."""
    found: dict[str, bytes] = {}
    listed = await client.workflow_service.list_workflow_executions(
        ListWorkflowExecutionsRequest(namespace=client.namespace)
    )
    for each in listed.executions:
        one = WorkflowExecution(workflow_id=each.execution.workflow_id)
        asked = GetWorkflowExecutionHistoryRequest(namespace=client.namespace, execution=one)
        history = await client.workflow_service.get_workflow_execution_history(asked)
        found[one.workflow_id] = each.SerializeToString() + history.SerializeToString()
    return found


def promoted(house: House) -> str:
    """A promotion from its request to its deployment, with a refusal on its way; its id."""
    ticket: str = house.as_(PIERRE).create(request={"justification": JUSTIFICATION})["metadata"]["id"]
    assert house.as_(PIERRE).decide("approve", ticket).status_code == 403
    assert house.as_(JEAN).decide("approve", ticket, json={"comment": COMMENT}).status_code == 200
    house.until(ticket, "deployed")
    return ticket


def test_nothing_that_people_wrote_stands_in_temporal(house: House) -> None:
    """Neither in what it answers to whoever reaches it, nor in the file of its database."""
    ticket = promoted(house)
    found = house.run(histories(house.client))
    assert {ticket} < set(found)
    disk = (house.folder / "temporal.db").read_bytes()
    assert ticket.encode() in disk
    for name, text in (found | {"the disk": disk}).items():
        assert not [secret for secret in SECRETS if secret in text], name


def encoded(house: House, value: object = COMMENT) -> dict[str, Any]:
    """A payload as Temporal's UI and command send it."""
    [payload] = house.run(house.client.data_converter.encode([value]))
    return {"payloads": [MessageToDict(payload)]}


def decode(house: House, email: str, body: object) -> Any:
    return house.as_(email).http.post(DECODE, json=body, headers={"Authorization": f"Bearer {house.as_(email).token}"})


def test_a_platform_admin_reads_what_is_encrypted(house: House) -> None:
    """As Temporal's protocol for codec servers has it; what is in clear comes back as it is."""
    answer = decode(house, ALICE, encoded(house))
    assert answer.status_code == 200, answer.text
    clear = Payload(metadata={"encoding": b"json/plain"}, data=json.dumps(COMMENT).encode())
    assert answer.json() == {"payloads": [MessageToDict(clear)]}
    assert decode(house, ALICE, answer.json()).json() == answer.json()


@pytest.mark.parametrize("email", [PIERRE, JEAN, VICTOR, NOBODY])
def test_nobody_else_reads_histories(house: House, email: str) -> None:
    """They hold more than the tickets that these people see."""
    assert problem(decode(house, email, encoded(house)))["status"] == 403
    assert house.http().post(DECODE, json=encoded(house)).status_code == 401


async def test_an_admin_of_one_tenant_operates_nothing() -> None:
    """What Temporal keeps is every tenant's."""
    admin = person("admin@cab-i.com", Role.CPI_ADMIN, FINANCE)
    with pytest.raises(NotAuthorized):
        await Decoder(EncryptingCodec(None)).decode(admin, EncodedPayloads(payloads=()))


def test_what_is_no_payload_of_ours_is_refused(house: House) -> None:
    """A changed one, one of another key, one that is no base64, and no payloads at all."""
    changed, strange = encoded(house), encoded(house)
    changed["payloads"][0]["data"] = b64encode(b"0" * 60).decode()
    strange["payloads"][0]["metadata"]["encryption-key-id"] = b64encode(b"another").decode()
    for body in (changed, strange, {"payloads": [{"data": "A"}]}, {}):
        assert refused_fields(decode(house, ALICE, body)) == ["payloads"]
    for part in ({"data": "%"}, {"metadata": {"encoding": "\u20ac"}}):
        assert decode(house, ALICE, {"payloads": [part]}).status_code == 422
    assert decode(house, ALICE, []).status_code == 422


def test_pages_of_the_temporal_ui_alone_may_ask(house: House) -> None:
    """Its origin, for this address, with a token that it sends itself; no other page, and nothing else."""
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,x-namespace"}
    allowed = house.http().options(DECODE, headers={"Origin": UI, **asks})
    assert (allowed.status_code, allowed.headers["Access-Control-Allow-Origin"]) == (200, UI)
    assert "authorization" in allowed.headers["Access-Control-Allow-Headers"].lower()
    assert "Access-Control-Allow-Credentials" not in allowed.headers
    for path, origin in ((DECODE, "http://evil.example"), ("/v1/requests/prod", UI)):
        refused = house.http().options(path, headers={"Origin": origin, **asks})
        assert "Access-Control-Allow-Origin" not in refused.headers, path


@pytest.mark.parametrize(("email", "code"), [(ALICE, 0), (JEAN, 1)])
def test_temporal_s_own_command_shows_a_history_to_an_admin(house: House, email: str, code: int) -> None:
    """As docs/operations.md says, with the product's token."""
    ticket = promoted(house)
    config, caller = house.client.config()["service_client"].config, house.as_(email)
    command = [str(Path(sys.executable).with_name("temporal")), "workflow", "show", "--workflow-id", ticket]
    command += ["--address", config.target_host, "--codec-endpoint", f"{house.url}/v1/codec"]
    command += ["--codec-auth", f"Bearer {caller.token}", "--output", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == code, done.stderr
    texts = [b64decode(each) for each in re.findall(r'"data": "([^"]+)"', done.stdout)]
    assert any(JUSTIFICATION.encode() in text for text in texts) is (code == 0)
