"""The webhooks of a tenant over HTTP: what its file names, a try of one, what was not delivered, and once more."""

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import structlog

from tests.api.house import ALICE, CLAIRE, JEAN, NOBODY, PIERRE, VICTOR, Connect, House, opened, problem
from tests.webhooks import LOOPBACK, Receiver, secrets_file

TENANT = "tenants/tenant-finance.yaml"
HOOKS = "/v1/tenants/tenant-finance/webhooks"


@contextmanager
def receiving(house: House, **fields: Any) -> Iterator[Receiver]:
    """A receiver on the house's loop."""
    receiver = Receiver(**fields)
    serving = receiver.open()
    house.run(serving.__aenter__())
    try:
        yield receiver
    finally:
        house.run(serving.__aexit__(None, None, None))


@pytest.fixture(scope="module")
def hooked(connect_temporal: Connect, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house whose worker tells webhooks, on this machine too."""
    folder: Path = tmp_path_factory.mktemp("hooked")
    with opened(connect_temporal, folder, webhook_secrets=secrets_file(folder), webhook_allow=LOOPBACK) as house:
        yield house


def name(house: House, *entries: str) -> list[dict[str, Any]]:
    """Write the entries into the tenant's file; what the API says of them."""
    before = house.text(TENANT).split("\n  webhooks:")[0].rstrip()
    house.commit({TENANT: f"{before}\n  webhooks:{''.join(f'{chr(10)}    - {each}' for each in entries)}\n"})
    answer = house.as_(JEAN).get(HOOKS)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["webhooks"]
    return found


def test_the_tenants_approvers_see_its_webhooks_and_what_is_wrong(hooked: House) -> None:
    """File and line of an entry that can't be used; the others stay."""
    good = "{url: 'https://ci.example/hook', secretName: ci, events: [request-approved]}"
    shown = name(hooked, good, "{url: 'https://user:password@ci.example/', secretName: ci}", "{secretName: ci}")
    assert [{key: each[key] for key in ("url", "secretName", "events")} for each in shown] == [
        {"url": "https://ci.example/hook", "secretName": "ci", "events": ["request-approved"]}
    ]
    faults = hooked.as_(ALICE).get(HOOKS).json()["faults"]
    assert [fault.split(":")[0] for fault in faults] == [f"{TENANT}, line 16", f"{TENANT}, line 17"]


@pytest.mark.parametrize("email", [PIERRE, VICTOR, NOBODY])
@pytest.mark.parametrize("path", ["", "/undelivered", "/{id}/test", "/{id}/redeliver"])
def test_nobody_else_sees_or_calls_them(hooked: House, email: str, path: str) -> None:
    """Neither a requester nor a viewer of the tenant; nobody is told which tenants there are."""
    (shown,) = name(hooked, "{url: 'https://ci.example/hook', secretName: ci}")
    event: dict[str, Any] = {"json": {"ticket": "PR-2026-0001", "number": 1}} if "redeliver" in path else {}
    method = "POST" if "{id}" in path else "GET"
    refused = hooked.as_(email).call(method, f"{HOOKS}{path.format(id=shown['id'])}", **event)
    elsewhere = hooked.as_(email).call(method, f"/v1/tenants/nowhere/webhooks{path.format(id=shown['id'])}", **event)
    assert (refused.status_code, elsewhere.status_code) == (403, 403)
    assert problem(refused)["detail"].replace("tenant-finance", "nowhere") == problem(elsewhere)["detail"]


def test_a_try_arrives_signed_and_tells_what_the_receiver_said(hooked: House) -> None:
    """By an approver of the tenant, or an admin; the message says that it is a test, and the audit trail who tried."""
    with receiving(hooked) as receiver:
        (shown,) = name(hooked, f"{{url: '{receiver.url()}', secretName: ci}}")
        for email in (JEAN, ALICE):
            answer = hooked.as_(email).post(f"{HOOKS}/{shown['id']}/test")
            assert answer.json() == {"delivered": True, "status": 204, "failure": None}
        receiver.status = 500
        with structlog.testing.capture_logs() as lines:
            failed = hooked.as_(CLAIRE).post(f"{HOOKS}/{shown['id']}/test").json()
    (noted,) = [line for line in lines if line.get("action") == "call"]
    assert (noted["by"], noted["tenant"]) == (CLAIRE, "tenant-finance")
    assert noted["detail"] == f"webhook {shown['id']}, a test: The receiver answered 500"
    assert failed == {"delivered": False, "status": 500, "failure": "The receiver answered 500"}
    assert [each["type"] for each in receiver.got] == ["webhook-test"] * 2
    assert len(set(receiver.ids)) == 2


def test_a_try_of_an_address_of_ours_is_refused_in_words(hooked: House) -> None:
    """No connection, and no more of it than the address; nor with a secret that is not there."""
    first, second = name(
        hooked,
        "{url: 'http://169.254.169.254/latest', secretName: ci}",
        "{url: 'https://a.example/', secretName: other}",
    )
    said = [hooked.as_(JEAN).post(f"{HOOKS}/{each['id']}/test").json()["failure"] for each in (first, second)]
    assert said == [
        "169.254.169.254 leads to 169.254.169.254, which webhooks may not call",
        "The settings have no secret tenant-finance/other",
    ]


def test_a_webhook_that_is_not_there_is_not_found(hooked: House) -> None:
    """And an id that can be none is refused."""
    assert hooked.as_(JEAN).post(f"{HOOKS}/{'0' * 12}/test").status_code == 404
    assert hooked.as_(JEAN).post(f"{HOOKS}/nonsense/test").status_code == 422


def test_a_change_is_told_and_one_that_was_refused_can_be_sent_again(hooked: House) -> None:
    """With the id that it had; the list of what was not delivered says why, to the tenant's own alone."""
    with receiving(hooked, status=410) as receiver:
        (shown,) = name(hooked, f"{{url: '{receiver.url()}', secretName: ci, events: [request-created]}}")
        ticket = hooked.as_(PIERRE).create()["metadata"]["id"]
        letters = hooked.run(_letters(hooked))
        assert {key: letters[0][key] for key in ("ticket", "event", "number", "webhook", "why")} == {
            "ticket": ticket,
            "event": "request-created",
            "number": 1,
            "webhook": shown["id"],
            "why": "The receiver answered 410",
        }
        assert hooked.as_(ALICE).get("/v1/tenants/tenant-retail/webhooks/undelivered").json() == []
        (told,) = [
            each for each in hooked.as_(PIERRE).get(f"/{ticket}/announcements").json() if each["channel"] == "webhook"
        ]
        assert (told["refused"], told["reached"]) == (1, 0)
        receiver.status = 204
        again = hooked.as_(JEAN).post(f"{HOOKS}/{shown['id']}/redeliver", json={"ticket": ticket, "number": 1})
        assert again.json()["delivered"], again.text
    assert receiver.ids == [f"{ticket}.1.request-created"]


async def _letters(house: House) -> list[dict[str, Any]]:
    for _ in range(200):
        answer = await asyncio.to_thread(house.as_(JEAN).get, f"{HOOKS}/undelivered")
        if found := answer.json():
            return list(found)
        await asyncio.sleep(0.05)
    raise AssertionError("nothing was given up")


def test_an_event_is_sent_while_a_try_is_under_way(hooked: House) -> None:
    """Nobody is told of an event what became of a test."""
    with receiving(hooked, pause=2.0) as receiver, ThreadPoolExecutor(1) as aside:
        (shown,) = name(hooked, f"{{url: '{receiver.url()}', secretName: ci, events: [request-rejected]}}")
        ticket = hooked.as_(PIERRE).create()["metadata"]["id"]
        trying = aside.submit(hooked.as_(JEAN).post, f"{HOOKS}/{shown['id']}/test")
        while not receiver.asked:
            time.sleep(0.05)
        sent = hooked.as_(JEAN).post(f"{HOOKS}/{shown['id']}/redeliver", json={"ticket": ticket, "number": 1})
        assert (sent.json()["delivered"], trying.result().json()["delivered"]) == (True, True)
    assert [each["type"] for each in receiver.got] == ["webhook-test", "request-created"]


def test_only_the_tenants_own_events_are_sent_again(hooked: House) -> None:
    """Not another tenant's, and none that never was."""
    with receiving(hooked) as receiver:
        (shown,) = name(hooked, f"{{url: '{receiver.url()}', secretName: ci, events: [request-rejected]}}")
        other = hooked.as_("lea.bernard@cab-i.com").create(tenant="tenant-logistics")["metadata"]["id"]
        own = hooked.as_(PIERRE).create()["metadata"]["id"]
        for ticket, number in ((other, 1), (own, 9), ("PR-2026-9999", 1)):
            answer = hooked.as_(JEAN).post(
                f"{HOOKS}/{shown['id']}/redeliver", json={"ticket": ticket, "number": number}
            )
            assert answer.json() == {"delivered": False, "status": None, "failure": "The tenant has no such event"}
    assert receiver.got == []


def test_a_bad_entry_blocks_no_promotion(hooked: House) -> None:
    """A request of the tenant is created, approved and deployed as ever."""
    name(hooked, "{url: 'gopher://ci.example/', secretName: '../../etc/passwd'}", "nonsense")
    hooked.until(hooked.approved_by_jean(), "deployed")
