"""The demo's receiver of webhooks, its GitLab and an API's contract: they work at the first start, with nothing set."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiohttp import ClientSession

from demo.layout import Demo, Ports
from demo.receiver import WebhookReceiver
from demo.welcome import COMPARED, NOT_COMPARED, welcome
from tests.e2e.stack import PIERRE, Stack, started, submission, until
from tests.webhooks import SECRET


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with started(Stack(tmp_path_factory.mktemp("demo") / "data")) as running:
        yield running


def page(stack: Stack, path: str = "/") -> httpx.Response:
    return httpx.get(f"http://127.0.0.1:{stack.ports['webhooks-port']}{path}", trust_env=False)


def test_a_request_whose_pipeline_succeeded_is_told_to_the_tenant_s_webhook(stack: Stack) -> None:
    """GitLab was asked by the token that the first start made; the event is on the receiver's page, signed."""
    pipeline = f"https://localhost:{stack.ports['gitlab-port']}/finance/payment-api/-/pipelines/4711"
    assert pipeline in stack.said
    body = submission("2.1.0")
    body["preChecks"]["testEvidenceUrl"] = pipeline
    made = stack.call(PIERRE, "POST", "", body)
    assert made.status_code == 201, made.text
    ticket = made.json()["metadata"]["id"]
    checks = stack.call(PIERRE, "GET", f"/{ticket}/checks").json()
    assert (checks["state"], checks["pipeline"]["status"]) == ("checked", "success"), checks
    until("the webhook", lambda: ticket in page(stack).text)
    found: list[dict[str, Any]] = page(stack, "/received.json").json()
    assert [(each["to"], each["event"]["subject"]) for each in found] == [("tenant-finance", ticket)]


def test_the_start_names_the_receiver_s_page(stack: Stack) -> None:
    """With the port that was chosen."""
    assert f"http://127.0.0.1:{stack.ports['webhooks-port']} lists what the tenants' webhooks are told" in stack.said


def test_what_breaks_in_an_api_s_contract_is_found(stack: Stack) -> None:
    """The catalogue names two documents that the GitLab has; the start says that contracts are compared."""
    assert COMPARED in stack.said
    made = stack.call(PIERRE, "POST", "", submission("1.5.0", name="invoice-api"))
    assert made.status_code == 201, made.text
    found = stack.call(PIERRE, "GET", f"/{made.json()['metadata']['id']}/contract").json()
    assert (found["state"], found["found"] and found["found"]["breaking"]) == ("compared", 2), found


def test_a_demo_that_compares_no_contracts_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And how it would."""
    monkeypatch.setattr("demo.layout.OASDIFF", tmp_path / "none")
    plain = Demo(tmp_path, Ports(), 3.0, {})
    assert NOT_COMPARED in welcome(plain)
    assert "PRODGATE_OASDIFF" not in plain.environment()


async def test_what_is_not_signed_by_the_address_s_secret_is_refused(tmp_path: Path) -> None:
    """Nor is it listed, and neither is what is sent to an address that has no secret."""
    async with WebhookReceiver({"tenant-finance": SECRET}).open() as receiver, ClientSession() as http:
        heads = {"webhook-id": "a", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"}
        for path, given in (("tenant-finance", heads), ("tenant-finance", {}), ("tenant-retail", heads)):
            url = f"http://127.0.0.1:{receiver.port}/{path}"
            assert (await http.post(url, json={}, headers=given)).status == 401
        assert not receiver.received
