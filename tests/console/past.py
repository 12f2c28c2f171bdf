"""A company with a past: a quarter of a year of requests, in the record before the stack first starts."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from domain.ticket import Impact, PromotionRequest, Target, TargetType
from record.files.writing import text_of
from tests.company import found
from tests.domain.builders import details, pending
from tests.record.building import after, git, number, person_commits

FINANCE = "tenants/tenant-finance.yaml"
NAMES = ("payment-api", "invoice-api", "ledger-api", "risk-api")
WEEKS, A_WEEK = 13, 9


def told(now: datetime) -> Iterator[PromotionRequest]:
    """Requests of tenant-finance: most of them deployed, some only after they failed."""
    chance = random.Random(7)  # noqa: S311  no secret, and the same each time
    start = now - timedelta(weeks=WEEKS - 1)
    for index in range(1, WEEKS * A_WEEK):
        at = start + timedelta(seconds=int(index * (now - start).total_seconds() / (WEEKS * A_WEEK)))
        ticket = pending(
            id=number(index, at.year),
            at=at,
            target=Target(type=TargetType.API, name=chance.choice(NAMES), version=f"2.{index}.0"),
            request=details(impact_assessment=chance.choice(list(Impact))),
        )
        for action, hours in _acts(chance):
            at += timedelta(seconds=int(chance.uniform(0.2, 1.8) * hours * 3_600))
            if at < now:
                ticket = after(ticket, action, at=at, **_said(action))
        yield ticket


def _acts(chance: random.Random) -> list[tuple[str, float]]:
    """Actions, and how many hours each comes after the one before, roughly."""
    way = [("approved", chance.choice((1, 4, 4, 20, 60))), ("deploying", 0.02), ("deployed", 0.1)]
    if chance.random() < 0.15:
        way[2:] = [("failed", 0.05), ("retried", 3), ("deploying", 0.01), ("deployed", 0.1)]
    return way


def _said(action: str) -> dict[str, str]:
    by = {} if action in {"approved", "retried"} else {"by": "system"}
    job = {"job_id": "awx-job-1"} if action == "deploying" else {}
    return by | job | ({"error": "It did not start"} if action == "failed" else {})


def prepare(data: Path) -> None:
    """Found the company in the folder in which a stack will start, with its past and a team of five in Finance."""
    data.mkdir(parents=True)
    repository = data / "gitops.git"
    found(repository)
    people = git(repository, "show", f"main:{FINANCE}") + "\n"
    more = "".join(f"    - {{email: member.{each}@cab-i.com, name: Member {each}, role: cpi}}\n" for each in range(3))
    files: dict[str, str | None] = {each.path: text_of(each) for each in told(datetime.now(UTC).replace(microsecond=0))}
    person_commits(repository, files | {FINANCE: people + more})
