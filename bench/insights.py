"""Figures about promotions, measured over 100,000 tickets of one year.

    python -m bench.insights [--folder DIR] [--size 100000]

`cold` is the first question of a process, which reads the spans from the index's file. Times are the processor's: what
a question takes on a machine that does nothing else.
"""

import argparse
import itertools
import resource
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

from bench.record_data import PEOPLE, TARGETS, TENANTS, repository
from bench.record_read import A_PERSON, NOW, percentiles
from domain import insights
from domain.insights import By
from domain.roles import ALL, Grant, Permission, Person, Role, Scope, scope
from domain.ticket import Impact
from record.git.repository import open_repository
from record.index.insights import MOST_WEEKS, InsightQuery, Team
from record.index.query import TicketQuery
from record.index.reader import Index
from settings import Settings

ZONE = Settings.model_fields["time_zone"].default
ADMIN = Person(email=PEOPLE[0], name="Admin", grants=(Grant(role=Role.CPI_ADMIN),))
TEAMS = tuple(Team(tenant, 6, frozenset(PEOPLE[number : number + 6])) for number, tenant in enumerate(TENANTS))
ROUNDS = 40


def asked(seen: Scope, weeks: int, by: By) -> Iterator[InsightQuery]:
    """The questions that people ask over that many weeks: everything, a tenant, an impact, a target."""
    last = insights.week_of(int((NOW + timedelta(days=2)).timestamp()), ZONE)
    filters = itertools.cycle([{}, {"impact": Impact.MEDIUM}, {"tenant": TENANTS[1]}, {"target_name": TARGETS[2]}])
    for each in itertools.islice(filters, ROUNDS):
        tickets = TicketQuery(scope=seen, **each)  # type: ignore[arg-type]
        yield InsightQuery(
            tickets=tickets, first=last - weeks + 1, last=last, by=by, zone=ZONE, now=NOW, person=ADMIN,
            approves=scope(ADMIN, Permission.APPROVE), teams=TEAMS,
        )  # fmt: skip


def processor(question: Callable[[], object]) -> float:
    """The processor's seconds for one question."""
    before = time.thread_time()
    question()
    return time.thread_time() - before


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.insights", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("data/bench"))
    parser.add_argument("--size", type=int, default=100_000)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    source = repository(given.folder, given.size)
    index = Index(open_repository(str(source), "main", given.folder), given.folder / "insights.sqlite")
    index.catch_up()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    cold = processor(partial(index.insights, next(asked(ALL, 13, By.WEEK))))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"Figures, {given.size:,} tickets\n  cold {cold:17.2f} s   {grown:.0f} MB more")
    for (name, seen), weeks, by in itertools.product(
        (("everything", ALL), ("a person's part", A_PERSON)), (13, MOST_WEEKS), By
    ):
        taken = [processor(partial(index.insights, query)) for query in asked(seen, weeks, by)]
        print(f"  {name:15} {weeks} weeks by {by:7} {percentiles(taken)}   (bar: p95 50 ms)")
    index.close()


if __name__ == "__main__":
    main()
