"""Lists, searches, statistics, rebuild and start of the index, measured."""

import asyncio
import itertools
import resource
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bench.cost import cpu_taken
from bench.record_data import PEOPLE, TARGETS, TENANTS, WORDS, copied, ticket
from domain.change import Change
from domain.roles import ALL, Scope
from domain.ticket import State, TargetType
from record.git.repository import open_repository
from record.index.query import Sort, TicketQuery
from record.index.reader import Index

A_PERSON = Scope(tenants=frozenset(TENANTS[:2]), own_tenants=frozenset(TENANTS[2:4]), addresses=frozenset(PEOPLE[:1]))
NOW = datetime(2026, 12, 28, 15, tzinfo=UTC)


def queries() -> list[dict[str, Any]]:
    """Lists and searches such as people ask for, each different from the last."""
    found: list[dict[str, Any]] = [{"sort": sort} for sort in Sort]
    found += [{"state": (state,)} for state in State] + [{"tenant": tenant} for tenant in TENANTS]
    found += [{"created_by": person, "state": (State.DEPLOYED,)} for person in PEOPLE]
    found += [{"target_name": name, "target_type": TargetType.API, "limit": 200} for name in TARGETS]
    found += [{"created_after": NOW.replace(month=month), "sort": Sort.OLDEST} for month in range(1, 12)]
    found += [{"state": (state,), "sort": sort} for state in State for sort in (Sort.SCHEDULED, Sort.DUE, Sort.IMPACT)]
    weeks = ((NOW - timedelta(days=7 * week), NOW - timedelta(days=7 * week - 7)) for week in range(40))
    found += [{"scheduled_after": first, "scheduled_before": last, "sort": Sort.SCHEDULED} for first, last in weeks]
    found += [{"q": word} for word in WORDS] + [{"q": word[:2]} for word in WORDS]
    found += [{"q": f"{first} {second[:4]}"} for first, second in itertools.pairwise(WORDS)]
    found += [{"q": person, "tenant": tenant} for person, tenant in zip(PEOPLE, itertools.cycle(TENANTS), strict=False)]
    return found + [{"q": f"PR-2026-{number:04}"} for number in range(1, 100_000, 9_973)]


def percentiles(taken: list[float]) -> str:
    taken.sort()
    return f"p50 {1e3 * taken[len(taken) // 2]:6.2f} ms   p95 {1e3 * taken[int(len(taken) * 0.95)]:6.2f} ms"


def once_each(ask: Iterable[Callable[[], object]]) -> list[float]:
    taken = []
    for each in ask:
        started = time.perf_counter()
        each()
        taken.append(time.perf_counter() - started)
    return taken


def measure_reading(source: Path, folder: Path, size: int) -> None:
    """Print what the index costs over that many tickets; every query is asked once, so none is cached."""
    for file in folder.glob("index.sqlite*"):
        file.unlink()
    record = open_repository(str(source), "main", folder)
    print(f"\nReading, {size:,} tickets")
    index = Index(record, folder / "index.sqlite")
    begun = time.perf_counter()
    used = cpu_taken(index.catch_up)
    print(f"  rebuild from nothing               {time.perf_counter() - begun:8.1f} s   (bar at 100,000: 45 s)")
    print(f"  the same, CPU                      {used:8.1f} s")
    print(f"  the index's file                   {(folder / 'index.sqlite').stat().st_size / 1e6:8.0f} MB")
    print(f"  memory of the process after that   {_peak():8.0f} MB")
    index.close()
    index = Index(record, folder / "index.sqlite")
    begun = time.perf_counter()
    used = cpu_taken(index.catch_up)
    print(f"  start with an up-to-date index     {time.perf_counter() - begun:8.2f} s   (bar: 1 s), CPU {used:.2f} s")
    print(f"  catching up with nothing           {1e6 * min(once_each([index.catch_up] * 1_000)):8.1f} µs")
    for name, scope in (("everything", ALL), ("what a person sees", A_PERSON)):
        pages = [TicketQuery(scope=scope, **query) for query in queries()]
        asked = [partial(index.page, query) for query in pages]
        print(f"  {len(pages)} pages over {name:18} {percentiles(once_each(asked))}   (bar: p95 5 ms)")
        counted = [partial(index.stats, scope, NOW, ZoneInfo("Europe/Paris"))] * 100
        print(f"  statistics over {name:22} {percentiles(once_each(counted))}   (bar: p95 5 ms)")
    index.close()
    taken = asyncio.run(follow(copied(source, folder / "copy.git"), folder, size))
    print(f"  catching up with one new ticket    {percentiles(taken)}   CPU alone")
    print(f"  memory of the process              {_peak():8.0f} MB")


def _peak() -> float:
    """The most that this process held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024


async def follow(path: Path, folder: Path, size: int) -> list[float]:
    """CPU seconds that an index takes for each of a hundred commits that make a ticket."""
    record, taken = open_repository(str(path), "main", folder), list[float]()
    index = Index(record, folder / "index.sqlite")
    index.catch_up()
    for number in range(size + 1, size + 101):
        await record.record(Change(ticket=ticket(number, size + 100, final=False), base=None, actor_name="Bench"))
        begun = time.thread_time()
        index.catch_up()
        taken.append(time.thread_time() - begun)
    index.close()
    await record.close()
    return taken
