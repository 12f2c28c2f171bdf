"""A whole installation that is traced: what a person asked for is followed to its end, and not quoted."""

import json
import time
from pathlib import Path

import httpx
from temporalio.client import Client, WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from bootstrap.command import payload_keys
from demo.processes import KILLED
from engine.connection import converter
from tests.e2e.stack import JEAN, PIERRE, Stack, prodgate, started, submission, until
from tests.tracing import TraceCollector, collecting, said
from workflows.promotion import Promotion

TEXTS = {
    "justification": "canary: why the old flow is refused",
    "releaseNotes": "- canary of the notes for Camille",
    "rollbackPlan": "canary_rollback",
}
COMMENT, EVIDENCE = "canary_comment", "https://gitlab.cab-i.com/pipeline/4711?canary"
UNTOLD = (b"canary", b"Camille", b"refused", b"jean.dupont", b"pierre.durand", b"cab-i.com", b"Bearer", b"4711")
"""Whatever people or their programs wrote, and who they are."""

OF_THE_CREATION = {
    "POST /v1/requests/prod",
    "StartUpdateWithStartWorkflow:Promotion",
    "RunWorkflow:Promotion",
    *("RunActivity:record_change", "record change", "git commit"),
    *("RunActivity:launch_job", "AWX POST job_templates/{id}/launch/", "RunActivity:read_result"),
}
OF_THE_APPROVAL = {
    "POST /v1/requests/prod/{id}/approve",
    "StartWorkflowUpdate:approve",
    *("ValidateUpdate:approve", "HandleUpdate:approve", "RunActivity:record_change", "git commit"),
}


def deployed(stack: Stack) -> str:
    """A ticket whose every free text is a canary, deployed."""
    body = submission("1.0.0")
    body["request"] |= TEXTS
    body["preChecks"]["testEvidenceUrl"] = EVIDENCE
    answer = stack.call(PIERRE, "POST", "", body)
    assert answer.status_code == 201, answer.text
    ticket = str(answer.json()["metadata"]["id"])
    assert stack.call(JEAN, "POST", f"/{ticket}/approve", {"comment": COMMENT}).is_success
    stack.await_state([ticket], "deployed")
    return ticket


def refused(stack: Stack, ticket: str) -> httpx.Response:
    """An approval that comes too late, by a caller who says that it is a part of a trace of theirs."""
    headers = {
        "Authorization": f"Bearer {stack.token(JEAN)}",
        "traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01",
        "tracestate": "vendor=canary",
        "baggage": "word=canary",
    }
    url = f"{stack.api}/v1/requests/prod/{ticket}/approve?q=canary"
    return httpx.post(url, json={"comment": COMMENT}, headers=headers, timeout=60, trust_env=False)


def logged(stack: Stack, trace: str) -> bool:
    lines = (stack.data / "logs" / "api.log").read_text().splitlines()
    return any(json.loads(line).get("trace_id") == trace for line in lines if line.startswith("{"))


def check_whole(collector: TraceCollector, ticket: str) -> None:
    """Two requests, each with all that came of it, and announcements that the commits' spans link to."""
    (creation,), (approval, *_) = (collector.named(name) for name in ("RunWorkflow:Promotion", "HandleUpdate:approve"))
    assert collector.trace(creation.trace_id) >= OF_THE_CREATION
    assert collector.trace(approval.trace_id) >= OF_THE_APPROVAL
    assert said(creation)["temporalWorkflowID"] == ticket
    linked = {link.trace_id for span in collector.named("RunActivity:record_change") for link in span.links}
    told = collector.named("announce")
    assert {said(each)["prodgate.channel"] for each in told} >= {"mail", "webhook"}
    assert {each.trace_id for each in told} <= linked
    assert {said(each)["temporalWorkflowID"] for each in told} == {ticket}


async def check_replays(stack: Stack, ticket: str) -> None:
    """What ran traced goes on untraced: nothing but the headers tells the histories apart."""
    shown = stack.history(ticket)
    assert "_tracer-data" in shown
    codec = converter(payload_keys(stack.data))
    replayer = Replayer(workflows=[Promotion], data_converter=codec, workflow_runner=UnsandboxedWorkflowRunner())
    await replayer.replay_workflow(WorkflowHistory.from_json(ticket, shown))


async def check_found_from_its_page(stack: Stack, ticket: str, creation: str) -> None:
    """The details that the Temporal UI shows of a promotion name the trace of its creation."""
    address = f"127.0.0.1:{stack.ports['temporal-port']}"
    client = await Client.connect(address, data_converter=converter(payload_keys(stack.data)))
    description = await client.get_workflow_handle(ticket).describe()
    assert await description.static_details() == f"Created in trace `{creation}`"


async def test_a_promotion_is_followed_from_its_request_to_awx_and_the_people_it_is_told(tmp_path: Path) -> None:
    """Payloads are encrypted, headers are not; nobody's words or address, and no token, is in what is exported."""
    data = tmp_path / "data"
    assert prodgate("keys", "payload", "rotate", "--data", data).returncode == 0
    with collecting() as collector:
        settings = {"PRODGATE_OTLP_URL": collector.url, "PRODGATE_OTLP_TOKEN": "canary"}
        with started(Stack(data, settings=settings)) as stack:
            ticket = deployed(stack)
            trace = refused(stack, ticket).json()["traceId"]
            until("the request in the log", lambda: logged(stack, trace))
            until(
                "who was told",
                lambda: any("succeeded" in said(each)["prodgate.event"] for each in collector.named("announce")),
            )
            await check_replays(stack, ticket)
            until("the end of the promotion", lambda: bool(collector.named("RunWorkflow:Promotion")))
            (creation,) = collector.named("RunWorkflow:Promotion")
            await check_found_from_its_page(stack, ticket, creation.trace_id.hex())
        check_whole(collector, ticket)
    assert trace != "ab" * 16
    assert "POST /v1/requests/prod/{id}/approve" in collector.trace(bytes.fromhex(trace))
    assert collector.authorizations == {"Bearer canary"}
    found = [word for word in UNTOLD if any(word in body for body in collector.raw)]
    assert not found


def test_a_collector_that_hangs_or_refuses_holds_up_nobody(tmp_path: Path) -> None:
    """Spans are lost and counted; people are answered, and processes end, as if nothing were traced."""
    with collecting() as collector:
        collector.status, collector.slow = 503, 300.0
        with started(Stack(tmp_path / "data", settings={"PRODGATE_OTLP_URL": collector.url})) as stack:
            began = time.monotonic()
            stack.await_state([deployed(stack)], "deployed")
            until("a batch was offered", lambda: collector.asked > 0)
            lost = "prodgate_spans_lost_total"
            until("lost spans counted", lambda: f"{lost} 0.0" not in stack.metrics("api"))
            assert time.monotonic() - began < 200
            stack.interrupt()
            logs = {
                log.name: log.read_text(encoding="utf-8", errors="replace") for log in stack.data.glob("logs/*.log")
            }
            assert logs
            assert not [name for name, text in logs.items() if KILLED in text]
