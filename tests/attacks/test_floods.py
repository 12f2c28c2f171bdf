"""One person's flood holds nobody else up."""

import time
from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.api.house import LEA, PIERRE, Caller, House, asked, unique_name
from tests.awx_fixtures import eventually

IN_FLIGHT, FLOOD, MOST_AHEAD = 64, 200, 8


def test_nobody_waits_behind_one_persons_flood_of_creations(own_house: House) -> None:
    """Of 200 creations, 64 at once, at most 8 are served between another tenant's request and its answer."""
    other, served = own_house.as_(LEA), list[float]()
    other.create(tenant="tenant-logistics", target={"name": unique_name()})
    limits = httpx.Limits(max_connections=IN_FLIGHT)
    with (
        httpx.Client(base_url=own_house.url, timeout=60, limits=limits) as http,
        ThreadPoolExecutor(IN_FLIGHT) as senders,
    ):
        flooding = Caller(http, own_house.as_(PIERRE).token)

        def send(name: str) -> None:
            if flooding.post(json=asked(target={"name": name})).status_code in (201, 202):
                served.append(time.monotonic())

        flood = [senders.submit(send, unique_name()) for _ in range(FLOOD)]
        eventually(lambda: len(served) >= 10, within=90)
        sent = time.monotonic()
        taken = other.post(json=asked(tenant="tenant-logistics", target={"name": unique_name()}))
        answered = time.monotonic()
        assert not all(each.done() for each in flood), "the flood was over before"
        for each in flood:
            each.cancel()
    for each in flood:
        assert each.cancelled() or each.result() is None
    assert taken.status_code in (201, 202), taken.text
    assert sum(sent < at < answered for at in served) <= MOST_AHEAD
