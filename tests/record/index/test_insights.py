"""Figures of an index against a model that reads every ticket, and an index that followed against one made anew."""

import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bench.record_data import PEOPLE, TARGETS, TENANTS, ticket
from bench.record_data import repository as generated
from bench.record_read import A_PERSON
from domain import roles
from domain.insights import By, Figures
from domain.roles import ALL, Permission, Scope
from domain.ticket import Action, Impact, PromotionRequest, State
from record.index.insights import Insight, InsightQuery, Team
from record.index.query import TicketQuery
from record.index.reader import Index
from tests.domain.builders import ADA, MINUTE, NOW, details, pending
from tests.record.building import Story, bare, git, number, opened, person_commits

PARIS = ZoneInfo("Europe/Paris")
YEAR_END = datetime(2026, 12, 31, 12, tzinfo=UTC)
SIZE = 1_000
"""A year of tickets, some of every week."""
OWN = Scope(tenants=frozenset(), own_tenants=None, addresses=frozenset(PEOPLE[:1]))


def asked(
    index: Index, by: By = By.WEEK, first: int = 0, weeks: int = 53, teams: tuple[Team, ...] = (), **tickets: object
) -> Insight:
    """The answer to the administrator's question."""
    last = (YEAR_END.date().toordinal() - 1) // 7 if not first else first + weeks - 1
    query = TicketQuery(**{"scope": ALL, **tickets})  # type: ignore[arg-type]
    return index.insights(
        InsightQuery(
            tickets=query,
            first=last - weeks + 1,
            last=last,
            by=by,
            zone=PARIS,
            now=YEAR_END,
            person=ADA,
            approves=roles.scope(ADA, Permission.APPROVE),
            teams=teams,
        )
    )


def rank(values: Iterable[float], percent: int) -> int | None:
    """The nearest rank, of values that are sorted for it."""
    ordered = sorted(values)
    return int(ordered[-(-len(ordered) * percent // 100) - 1]) if ordered else None


def naive(tickets: list[PromotionRequest], of: str) -> tuple[object, ...]:
    """Counts and percentiles, from the moments of tickets that the generator makes: one attempt each, no holds.

    None of those with a date says that it came (`due`), so they stood in no queue.
    """
    waits, queues, jobs, well, badly = [], [], [], 0, 0
    for each in tickets:
        at = {entry.action: entry.at for entry in each.status.history}
        if Action.APPROVED in at and week(at[Action.APPROVED], of):
            waits.append((at[Action.APPROVED] - at[Action.CREATED]).total_seconds())
        dated = each.spec.request.scheduled_date is not None
        if Action.DEPLOYING in at and not dated and week(at[Action.DEPLOYING], of):
            queues.append((at[Action.DEPLOYING] - at[Action.APPROVED]).total_seconds())
        for end in {Action.DEPLOYED, Action.FAILED} & at.keys():
            if week(at[end], of):
                jobs.append((at[end] - at[Action.DEPLOYING]).total_seconds())
                well, badly = well + (end is Action.DEPLOYED), badly + (end is Action.FAILED)
    durations = [(len(each), rank(each, 50), rank(each, 90)) for each in (waits, queues, jobs)]
    return *durations, well, badly


def week(moment: datetime, of: str) -> bool:
    """Tells whether the moment is in the week of that name, or in any where none is named."""
    year, number, _ = moment.astimezone(PARIS).isocalendar()
    return not of or of == f"{year}-W{number:02}"


def naive_outages(tickets: list[PromotionRequest]) -> list[float]:
    """The seconds from a failure to the next deployment of the target, found by looking back."""
    ends = sorted(
        (each.last.at, each.state is State.DEPLOYED, (each.metadata.tenant, each.spec.target.name))
        for each in tickets
        if each.state in {State.DEPLOYED, State.FAILED}
    )
    found = []
    for index, (at, well, target) in enumerate(ends):
        if well:
            failed = []
            for before, deployed, other in reversed(ends[:index]):
                if other == target:
                    if deployed:
                        break
                    failed.append(before)
            found += [(at - failed[-1]).total_seconds()] if failed else []
    return found


def plain(figures: Figures | None) -> tuple[object, ...]:
    """Figures as the model tells them."""
    if figures is None:
        return *[(0, None, None)] * 3, 0, 0
    each = figures.approval_wait, figures.queue, figures.deployment
    return *((one.count, one.p50, one.p90) for one in each), figures.deployed, figures.failed


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """An index of a year of tickets."""
    folder = tmp_path_factory.mktemp("insights")
    repository = opened(shutil.copytree(generated(folder, SIZE), folder / "record.git"), folder)
    index = Index(repository, folder / "index.sqlite")
    index.catch_up()
    return index


@cache
def every() -> list[PromotionRequest]:
    """The tickets of that index."""
    return [ticket(each, SIZE) for each in range(1, SIZE + 1)]


def visible(scope: Scope) -> list[PromotionRequest]:
    """The tickets of a scope, by its words."""

    def seen(each: PromotionRequest) -> bool:
        tenant, mine = each.metadata.tenant, each.metadata.created_by in scope.addresses
        return scope.tenants is None or tenant in scope.tenants or (mine and tenant in (scope.own_tenants or {tenant}))

    return [each for each in every() if seen(each)]


@pytest.mark.parametrize("scope", [ALL, A_PERSON, OWN], ids=["everything", "some tenants", "own requests"])
def test_figures_are_those_of_a_model_that_reads_every_ticket(index: Index, scope: Scope) -> None:
    """Over all and by week, tenant, target and impact, of what the scope sees and nothing else."""
    tickets = visible(scope)
    told = asked(index, scope=scope)
    assert plain(told.overall) == naive(tickets, "")
    for name in ("2026-W01", "2026-W13", "2026-W26", "2026-W53"):
        assert plain(told.parts.get(name)) == naive(tickets, name), name
    for by, name_of in (
        (By.TENANT, lambda each: each.metadata.tenant),
        (By.TARGET, lambda each: f"{each.metadata.tenant}\napi\n{each.spec.target.name}\nprod"),
        (By.IMPACT, lambda each: each.spec.request.impact_assessment.value),
    ):
        parts = asked(index, by, scope=scope).parts
        for name in {name_of(each) for each in tickets}:
            assert plain(parts.pop(name, None)) == naive([each for each in tickets if name_of(each) == name], "")
        assert parts == {}


def test_filters_are_those_of_the_model(index: Index) -> None:
    """Tenant, target and impact, alone and together."""
    for given in (
        {"impact": Impact.HIGH},
        {"tenant": TENANTS[2]},
        {"target_name": TARGETS[3]},
        {"tenant": TENANTS[2], "impact": Impact.LOW},
    ):
        tickets = [
            each
            for each in every()
            if given.get("impact") in (None, each.spec.request.impact_assessment)
            and given.get("tenant") in (None, each.metadata.tenant)
            and given.get("target_name") in (None, each.spec.target.name)
        ]
        assert plain(asked(index, **given).overall) == naive(tickets, "")


def test_outages_are_those_of_the_model(index: Index) -> None:
    """Of all targets together."""
    expected, told = naive_outages(every()), asked(index).overall.time_to_restore
    assert len(expected) > 10
    assert (told.count, told.p50, told.p90) == (len(expected), rank(expected, 50), rank(expected, 90))


def test_who_decided_is_counted_for_them_and_for_their_team(index: Index) -> None:
    """A team's decisions are those of its people in its tenant."""
    team = Team(TENANTS[0], 6, frozenset(PEOPLE[:6]))
    acts = [(each.metadata.tenant, entry.by) for each in every() for entry in each.status.history[1:2]]
    told = asked(index, teams=(team,))
    assert told.teams[0].decided == sum(tenant == TENANTS[0] and by in team.addresses for tenant, by in acts)
    waiting = [each for each in every() if each.state is State.PENDING]
    assert told.teams[0].waiting == sum(each.metadata.tenant == TENANTS[0] for each in waiting)
    assert told.mine.waiting == len(waiting) == sum(group.count for group in told.waiting)


async def test_an_index_that_followed_tells_the_same_as_one_made_anew(tmp_path: Path) -> None:
    """After each act: also where an approval lapsed, which takes figures back."""
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    following = Index(repository, tmp_path / "following.sqlite")
    first = (NOW.date().toordinal() - 1) // 7
    assert asked(following, first=first, weeks=8).overall.deployed == 0
    stories = [
        await Story(repository, pending(id=number(each), at=NOW + each * MINUTE, request=request)).create()
        for each, request in ((1, details()), (2, details(impact_assessment=Impact.HIGH)), (3, details()))
    ]
    for turn, (story, action) in enumerate(
        [(stories[0], each) for each in ("approved", "deploying", "failed", "retried", "deploying", "failed")]
        + [(stories[1], each) for each in ("approved", "lapsed", "approved", "deploying", "deployed")]
        + [(stories[2], each) for each in ("approved", "held", "released", "deploying", "deployed")]
    ):
        await story.then(action)
        fresh = Index(repository, tmp_path / f"fresh-{turn}.sqlite")
        for by in By:
            assert asked(following, by, first=first, weeks=8) == asked(fresh, by, first=first, weeks=8), action
        fresh.close()
    overall = asked(following, first=first, weeks=8).overall
    assert (overall.deployed, overall.failed, overall.time_to_restore.count) == (2, 2, 1)
    following.close()
    await repository.close()


async def test_a_request_that_is_repaired_counts_under_the_names_it_has_now(tmp_path: Path) -> None:
    """As in an index made anew: its times are the same, and its impact is another."""
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    following = Index(repository, tmp_path / "following.sqlite")
    first = (NOW.date().toordinal() - 1) // 7
    story = await Story(repository).create()
    await story.then("approved", "deploying", "deployed")
    assert list(asked(following, By.IMPACT, first=first, weeks=8).parts) == ["low"]
    (file,) = [
        each
        for each in git(tmp_path / "record.git", "ls-tree", "-r", "--name-only", "main").split()
        if number(1) in each
    ]
    text = git(tmp_path / "record.git", "show", f"main:{file}")
    person_commits(
        tmp_path / "record.git", {file: text.replace("impactAssessment: low", "impactAssessment: high") + "\n"}
    )
    repository.fetch()
    fresh = Index(repository, tmp_path / "fresh.sqlite")
    for by in By:
        assert asked(following, by, first=first, weeks=8) == asked(fresh, by, first=first, weeks=8)
    assert list(asked(following, By.IMPACT, first=first, weeks=8).parts) == ["high"]
    following.close()
    fresh.close()
    await repository.close()


def test_only_the_weeks_asked_for_count(index: Index) -> None:
    """One week is a part of the year, and what it tells is that week's part."""
    year = asked(index)
    only = asked(index, first=(datetime(2026, 6, 1, tzinfo=UTC).toordinal() - 1) // 7, weeks=1)
    assert list(only.parts) == ["2026-W23"]
    assert only.overall == only.parts["2026-W23"] == year.parts["2026-W23"]
    assert only.overall.deployed < year.overall.deployed


def test_more_than_a_year_is_no_question(index: Index) -> None:
    """A question's cost is bounded by what a year holds."""
    with pytest.raises(ValueError, match="53 weeks"):
        asked(index, first=100_000, weeks=54)
