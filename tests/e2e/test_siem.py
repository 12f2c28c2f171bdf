"""A company's SIEM beside an installation of whole processes: what the audit trail says reaches it, whoever dies."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import httpx

from tests.e2e.stack import JEAN, Stack, started, until
from tests.siem import HttpsCollector

ADMIN = "alice.admin@cab-i.com"


@contextmanager
def collecting(folder: Path) -> Iterator[HttpsCollector]:
    """A collector that serves from a thread of its own, as the installation's processes need it all the while."""
    loop, collector = asyncio.new_event_loop(), HttpsCollector(folder)
    opened = collector.open()
    loop.run_until_complete(opened.__aenter__())
    thread = Thread(target=loop.run_forever)
    thread.start()
    try:
        yield collector
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(opened.__aexit__(None, None, None))
        loop.close()


def trail(stack: Stack) -> list[str]:
    """The ids of all entries, newest first, as an admin exports them."""
    url, headers = f"{stack.api}/v1/audit?format=jsonl", {"Authorization": f"Bearer {stack.token(ADMIN)}"}
    answer = httpx.get(url, headers=headers, timeout=60, trust_env=False)
    assert answer.is_success, answer.text
    return [json.loads(line)["id"] for line in answer.text.splitlines()]


def test_each_entry_of_the_trail_reaches_the_siem_though_it_was_away_and_the_worker_was_killed(tmp_path: Path) -> None:
    """It catches up from the place that it kept; a batch may come twice, and none of its entries is missing."""
    with collecting(tmp_path) as siem:
        settings = {"PRODGATE_SIEM_HTTPS_URL": siem.url(), "PRODGATE_SIEM_HTTPS_TOKEN": "t0ken"}
        settings["PRODGATE_SIEM_CA_BUNDLE"] = str(siem.ca_bundle)

        def came() -> set[str]:
            return {event["metadata"]["uid"] for _, text, _ in siem.got for event in json.loads(text)}

        with started(Stack(tmp_path / "data", settings=settings)) as stack:
            stack.approve(stack.ask("1.0.0"))
            until("the first entries at the siem", lambda: bool(siem.got))
            siem.status = 503
            tried = siem.asked
            stack.call(JEAN, "POST", f"/{stack.ask('1.1.0')}/reject", {"reason": "Not before the freeze is over"})
            until("the siem was tried in vain", lambda: siem.asked > tried)
            killed = stack.kill("worker")
            stack.await_restart("worker", killed)
            siem.status = 200
            stack.ask("1.2.0")
            entries = trail(stack)
            until("every entry at the siem", lambda: came() >= set(entries))
            assert len(entries) >= 5, "asked three times, approved, rejected"
