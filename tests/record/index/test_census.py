"""The census of an index against a count of every ticket, while the record grows and after a new start."""

from collections import Counter
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest

from domain.roles import ALL
from domain.ticket import Impact, State
from record.index.census import KEPT, Standing
from record.index.query import TicketQuery
from record.index.reader import Index
from record.metrics import PromotionCollector
from tests.domain.builders import MINUTE, NOW, details, pending
from tests.record.building import Story, bare, number, opened


def counted(index: Index) -> Standing:
    """The numbers by reading each ticket."""
    every = index.page(TicketQuery(scope=ALL, limit=100)).items
    kinds = Counter(
        (each.state.value, each.metadata.tenant, each.spec.request.impact_assessment.value) for each in every
    )
    waiting = [int(each.metadata.created_at.timestamp()) for each in every if each.state is State.PENDING]
    voted = Counter(len(each.votes) for each in every if each.state is State.PENDING)
    return Standing(dict(kinds), min(waiting, default=None), dict(voted))


async def test_an_index_counts_its_tickets_as_they_change(tmp_path: Path) -> None:
    """One that followed, and one made anew, say what reading every ticket says; a lapsed approval waits again."""
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    following = Index(repository, tmp_path / "following.sqlite")
    following.catch_up()
    impacts = (Impact.LOW, Impact.HIGH, Impact.LOW)
    stories = [
        await Story(
            repository, pending(id=number(each), at=NOW + each * MINUTE, request=details(impact_assessment=to))
        ).create()
        for each, to in enumerate(impacts, 1)
    ]
    acts = [
        (0, "approved"),
        (0, "deploying"),
        (1, "approved"),
        (2, "endorsed"),
        (1, "lapsed"),
        (2, "unendorsed"),
        (1, "endorsed"),
        (2, "rejected"),
        (0, "deployed"),
        (1, "approved"),
    ]
    for turn, (story, action) in enumerate(acts):
        await stories[story].then(action)
        following.catch_up()
        fresh = Index(repository, tmp_path / f"fresh-{turn}.sqlite")
        fresh.catch_up()
        assert following.standing == fresh.standing == counted(following), action
        fresh.close()
    following.close()
    await repository.close()


async def test_tenants_beyond_the_first_are_one_series(tmp_path: Path) -> None:
    """A scrape asks no file, and says nothing of a record that was not read yet."""
    index = Index(opened(bare(tmp_path / "record.git"), tmp_path), tmp_path / "index.sqlite")
    registry = CollectorRegistry()
    registry.register(PromotionCollector(index, now=lambda: 1_060.0))
    assert generate_latest(registry) == b""
    tickets = {("pending", f"tenant-{each:03}", "low"): 2 for each in range(203)}
    index.standing = Standing(tickets, oldest_pending=1_000, voted={0: 400, 1: 6}, owed=(1_000, 9_000))
    said = generate_latest(registry).decode()
    assert 'prodgate_promotions{impact="low",state="pending",tenant="others"} 6.0' in said
    assert said.count("prodgate_promotions{") == 201
    assert 'prodgate_pending_by_votes{votes="1"} 6.0' in said
    assert 'prodgate_debts{state="open"} 1.0' in said
    assert 'prodgate_debts{state="overdue"} 1.0' in said
    assert "prodgate_oldest_pending_seconds 60.0" in said


async def test_those_that_were_decided_are_forgotten_while_an_older_one_waits(tmp_path: Path) -> None:
    """A request that nobody decides on for long keeps nothing of those that came after it."""
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    index = Index(repository, tmp_path / "index.sqlite")
    await Story(repository, pending(id=number(1), at=NOW)).create()
    index.catch_up()
    census = index._finder.census
    for each in range(2, 2 + 3 * KEPT):
        story = await Story(repository, pending(id=number(each), at=NOW + each * MINUTE)).create()
        index.catch_up()
        await story.then("rejected")
        index.catch_up()
        assert len(census._by_age) <= 2 * 2 + KEPT
    assert census.standing().oldest_pending == int(NOW.timestamp())
    index.close()
    await repository.close()
