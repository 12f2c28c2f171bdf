"""The audit trail with a million entries, measured: `python -m bench.trail`. What was made once is used again."""

import argparse
import itertools
import logging
import random
import resource
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from bench.record_read import once_each, percentiles
from domain.trail import AuditAction, AuditEntry, Outcome, id_at
from record.trail.entries import new_entry
from record.trail.export import ExportFormat, exported
from record.trail.index import TrailIndex
from record.trail.query import TrailQuery
from record.trail.repository import open_trail
from record.trail.segments import dumped, month_of, path_of
from record.trail.writing import Trail

END = datetime(2026, 11, 28, 18, tzinfo=UTC)
PEOPLE = [f"person.{number:04}@cab-i.com" for number in range(2_000)]
TENANTS = [f"tenant-{number:02}" for number in range(50)]
SENTENCES = [
    "Cannot approve your own request; Jean Dupont and 3 more may",
    "No such request",
    "Not authorized: approving for tenant-07 takes the role cpi there or cpi_admin",
    "Looks good, tests of the last night are green",
    "Not before the freeze has ended on Monday morning",
    "api payment-api 2.14.3",
]
IN_A_SEGMENT = 10


def entries(count: int, chance: random.Random) -> Iterator[AuditEntry]:
    """Entries of a year, in time's order: a few people do much, and most of it is done."""
    step = timedelta(days=365) / count
    for number in range(count):
        at = END - (count - number) * step
        decided = chance.random() < 0.6
        yield AuditEntry(
            id=id_at(at, chance.randbytes(10).hex()),
            at=at,
            action=chance.choice(tuple(AuditAction)),
            outcome=chance.choices(tuple(Outcome), (80, 19, 1))[0],
            by=PEOPLE[int(chance.paretovariate(0.6)) % len(PEOPLE)],
            tenant=chance.choice(TENANTS) if decided else None,
            ticket=f"PR-2026-{chance.randrange(1, 100_000):04}" if decided else None,
            detail=f"{chance.choice(SENTENCES)} {chance.randrange(10_000)}",
            address=f"10.{chance.randrange(4)}.{chance.randrange(250)}.{chance.randrange(250)}",
            call="POST /v1/requests/prod/PR-2026-0001/approve" if decided else "GET /v1/requests/prod",
        )


def made(path: Path, count: int) -> Path:
    """A repository with so many entries, a commit for 500 segments."""
    if path.exists():
        return path
    subprocess.run(["git", "init", "--quiet", "--bare", str(path)], check=True)
    importing = subprocess.Popen(["git", "-C", str(path), "fast-import", "--quiet"], stdin=subprocess.PIPE)
    assert importing.stdin
    for piece in _script(entries(count, random.Random(7))):
        importing.stdin.write(piece)
    importing.stdin.close()
    if importing.wait():
        raise SystemExit("Git did not take the entries")
    return path


def _script(every: Iterator[AuditEntry]) -> Iterator[bytes]:
    """The input of `git fast-import`: the segments of a month, one commit after the other."""
    for month, noted in itertools.groupby(every, lambda entry: month_of(entry.at)):
        numbers = itertools.count()
        while segments := list(itertools.islice(_segments(noted, numbers), 500)):
            yield f"commit refs/audit/{month}\ncommitter Prodgate <prodgate@localhost> 0 +0000\ndata 4\nNote\n".encode()
            for path, data in segments:
                yield f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n"


def _segments(noted: Iterator[AuditEntry], numbers: "itertools.count[int]") -> Iterator[tuple[str, bytes]]:
    while together := list(itertools.islice(noted, IN_A_SEGMENT)):
        yield path_of(together[-1].at, f"bench-{next(numbers)}"), dumped(together)


def queries(chance: random.Random) -> Iterator[dict[str, Any]]:
    """The questions that people ask, each another."""
    yield {}
    yield from ({"person": PEOPLE[number]} for number in (*range(10), *range(100, 2_000, 100)))
    yield from ({"action": (action,), "outcome": (Outcome.REFUSED,)} for action in AuditAction)
    yield from ({"tenant": tenant} for tenant in TENANTS)
    yield from ({"tenants": frozenset(chance.sample(TENANTS, 5)), "q": word} for word in ("jean", "freeze", "night"))
    yield from ({"ticket": f"PR-2026-{number:04}"} for number in range(1, 100_000, 5_000))
    for days in (1, 7, 30, 90, 365):
        since = END - timedelta(days=days, seconds=chance.randrange(80_000))
        yield {"since": since}
        yield {"since": since, "outcome": (Outcome.REFUSED, Outcome.FAILED)}
        yield {"until": since, "tenant": TENANTS[days % 50], "limit": 200}
    yield from (
        {"q": word} for word in ("dupont", "approve your own", "person.0007", "10.2.17", "payment-api 2.14", "42")
    )
    yield from ({"q": str(number)} for number in range(1_000, 9_999, 900))


def measure(path: Path, folder: Path) -> None:
    """Print what the index of this repository costs."""
    for file in folder.glob("audit.db*"):
        file.unlink()
    index = TrailIndex(open_trail(str(path), folder), folder / "audit.db")
    used = time.process_time()
    print(f"  rebuild from nothing             {once_each([index.catch_up])[0]:8.1f} s, ", end="")
    print(f"{time.process_time() - used:.0f} s of it on a processor")
    sizes = sum(file.stat().st_size for file in folder.glob("audit.db*"))
    kept = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    total = index.page(TrailQuery()).total
    print(f"  {total:,} entries: the index has {sizes / 1e6:.0f} MB, the repository {kept / 1e6:.0f} MB")
    asked = [partial(index.page, TrailQuery(**query)) for query in queries(random.Random(3))]
    print(f"  {len(asked)} pages, each for the first time   {percentiles(once_each(asked))}   (bar: p95 20 ms)")
    print(f"  the same once more               {percentiles(once_each(asked))}")
    followed = [partial(_noted, path, folder, index, number) for number in range(20)]
    print(f"  catching up with one new entry   {percentiles(once_each(followed))}   (the append besides)")
    print(f"  the pages after that             {percentiles(once_each(asked))}")
    started = time.perf_counter()
    size = sum(map(len, exported(index.documents(TrailQuery())[1], ExportFormat.CSV)))
    print(f"  export of all as CSV             {time.perf_counter() - started:8.1f} s, {size / 1e6:.0f} MB")
    print(f"  memory of the process            {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:8.0f} MB")
    index.close()


def _noted(path: Path, folder: Path, index: TrailIndex, number: int) -> None:
    trail = Trail(open_trail(str(path), folder))
    trail.note(new_entry(AuditAction.READ, PEOPLE[number], detail=f"new {number}"))
    trail.close()
    index.catch_up()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.trail", description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, default=Path("build/bench-trail"))
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    given.folder.mkdir(parents=True, exist_ok=True)
    print(f"The audit trail, {given.entries:,} entries of a year")
    measure(made(given.folder / f"audit-{given.entries}.git", given.entries), given.folder)


if __name__ == "__main__":
    main()
