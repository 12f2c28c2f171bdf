"""A target's line and the grounds of its approvals, as the branch alone gives them: whoever reads it, whenever."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pygit2
import pytest

from domain import coverage, lifecycle
from domain.line import ahead_of
from domain.ticket import PromotionRequest, Target, TargetType
from record.facts.line import LineReader
from record.files.writing import text_of
from record.git.plumbing import line
from record.git.repository import Repository
from record.git.trees import TreeComparer
from record.index import entries
from record.index.reader import Index
from record.people.directory import DirectoryReader
from tests.domain.builders import MINUTE, NOW, details, pending
from tests.record.audit.test_verify import PEOPLE, TENANT
from tests.record.building import Story, bare, git, number, opened, person_commits
from tests.signing import key_file

PLATFORM = """apiVersion: apim.cab-i.com/v1
kind: Platform
spec:
  controls: 2
  catalogue: open
"""


@pytest.fixture
async def repository(tmp_path: Path) -> AsyncIterator[Repository]:
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    person_commits(repository.path, {**key_file(), TENANT: PEOPLE, "platform.yaml": PLATFORM})
    yield repository
    await repository.close()


@pytest.fixture
def reader(repository: Repository, tmp_path: Path) -> Iterator[Callable[[str], LineReader]]:
    """Readers with indexes of their own; one of a name that is new reads the branch from its beginning."""
    indexes: dict[str, Index] = {}

    def read(name: str) -> LineReader:
        index = indexes.setdefault(name, Index(repository, tmp_path / f"{name}.sqlite"))
        return LineReader.of(repository, DirectoryReader(repository), index)

    yield read
    for index in indexes.values():
        index.close()


def asked(ordinal: int, version: str = "2.1.0", **fields: object) -> PromotionRequest:
    target = Target(type=TargetType.API, name="payment-api", version=version)
    return pending(id=number(ordinal), at=NOW + ordinal * MINUTE, target=target, request=details(**fields))


def standing(reader: LineReader, story: Story) -> list[str]:
    return [place.ticket_id[-1] for place in reader.line_of(story.ticket)]


async def test_requests_stand_in_the_order_in_which_the_branch_has_their_approvals(
    repository: Repository, reader: Callable[[str], LineReader]
) -> None:
    """Whatever their times say; another target's and another environment's stand elsewhere."""
    first, second = [await Story(repository, asked(each)).create() for each in (1, 2)]
    await second.then("approved")
    await first.then("approved")
    other = Target(type=TargetType.API, name="refund-api", version="1.0.0")
    await (await Story(repository, pending(id=number(3), at=NOW, target=other)).create()).then("approved")
    lines = reader("one")
    assert standing(lines, first) == ["2", "1"]
    assert ahead_of(first.ticket.id, lines.line_of(first.ticket)) == lines.line_of(first.ticket)[:1]
    await second.then("deploying", "deployed")
    assert standing(lines, first) == ["1"]


async def test_a_place_that_was_left_is_given_at_the_end_again(
    repository: Repository, reader: Callable[[str], LineReader]
) -> None:
    """Held and released, failed and retried, dated and due."""
    dated = await (await Story(repository, asked(1, scheduled_date=NOW + timedelta(days=2))).create()).then("approved")
    held, failed = [await (await Story(repository, asked(each)).create()).then("approved") for each in (2, 3)]
    lines = reader("one")
    assert standing(lines, dated) == ["2", "3"]
    await held.then("held")
    assert standing(lines, dated) == ["3"]
    await dated.then("due")
    await held.then("released")
    await failed.then("deploying", "failed")
    await failed.then("retried")
    assert standing(lines, dated) == standing(reader("fresh"), dated) == ["1", "2", "3"]


async def test_every_index_gives_the_same_places(repository: Repository, reader: Callable[[str], LineReader]) -> None:
    """Edited by hand and put back, named by a commit that changes nothing, brought by merges of either way around."""
    first, _ = [await (await Story(repository, asked(each)).create()).then("approved") for each in (1, 2)]
    lines = reader("one")

    def alike() -> list[str]:
        """The line by the index that followed; one that begins anew says the same."""
        fresh = reader(git(repository.path, "rev-parse", "main"))
        assert lines.line_of(first.ticket) == fresh.line_of(first.ticket)
        assert [lines.index.commits(number(each)) for each in (1, 2)] == [
            fresh.index.commits(number(each)) for each in (1, 2)
        ]
        return standing(lines, first)

    assert alike() == ["1", "2"]
    path = first.ticket.path
    person_commits(repository.path, {path: "broken"})
    assert alike() == ["2"]
    person_commits(repository.path, {path: text_of(first.ticket)}, f"Put back\n\nRequest-Id: {first.ticket.id}")
    assert alike() == ["1", "2"], "put back, it has the place that it had"
    before = git(repository.path, "rev-parse", "main")
    third = await (await Story(repository, asked(3)).create()).then("approved")
    after = git(repository.path, "rev-parse", "main")
    lines.line_of(first.ticket)
    aside = moved(repository.path, before, before)
    moved(repository.path, after, after, aside)
    assert alike() == ["1", "2", "3"]
    moved(repository.path, after, aside, after)
    assert alike() == ["1", "2", "3"], "a merge the other way around is another line, which everybody reads anew"
    place = lines.place_of(third.ticket)
    assert place is not None
    assert place.position == lines.index.position(third.ticket, 0), "one merge brought both entries"


async def test_git_itself_tells_the_same_changes(repository: Repository) -> None:
    """Many commits are not compared one by one: made, changed and removed, by one commit and by merges."""
    first = await (await Story(repository, asked(1)).create()).then("approved")
    before = git(repository.path, "rev-parse", "main")
    await Story(repository, asked(2)).create()
    person_commits(repository.path, {first.ticket.path: None, "requests/prod/2026/03/é\t.yaml": "x", "README.md": "x"})
    after = git(repository.path, "rev-parse", "main")
    aside = moved(repository.path, before, before)
    moved(repository.path, after, aside, after)
    person_commits(repository.path, {first.ticket.path: text_of(first.ticket)})
    tip = git(repository.path, "rev-parse", "main")
    objects = pygit2.Repository(str(repository.path))
    numbered = {commit.id: number for number, commit in enumerate(line(objects, None, tip), 1)}
    trees = TreeComparer(objects)
    compared = [
        change for oid, place in numbered.items() for change in entries.changes_of(trees, _commit(objects, oid), place)
    ]
    told = entries.all_changes(objects.path, {str(oid): place for oid, place in numbered.items()}, None, tip)
    assert set(compared) == set(told)


def _commit(objects: pygit2.Repository, oid: pygit2.Oid) -> pygit2.Commit:
    return objects[oid].peel(pygit2.Commit)


def moved(repository: Path, tree: str, *parents: str) -> str:
    """Move the branch to a commit by hand with that one's files and these parents."""
    flags = [flag for parent in parents for flag in ("-p", parent)]
    person = ["-c", "user.name=Mona", "-c", "user.email=mona@cab-i.com"]
    made = git(repository, *person, "commit-tree", f"{tree}^{{tree}}", *flags, "-m", "By hand")
    git(repository, "update-ref", "refs/heads/main", made)
    return made


async def test_an_approval_knows_what_was_deployed_after_it(
    repository: Repository, reader: Callable[[str], LineReader]
) -> None:
    """With the place of that one's own approval: what was approved before was seen coming."""
    seen = await (await Story(repository, asked(1, "2.0.0")).create()).then("approved")
    mine = await (await Story(repository, asked(2)).create()).then("approved")
    unseen = await (await Story(repository, asked(3, "2.2.0")).create()).then("approved")
    lines = reader("one")
    await seen.then("deploying", "deployed")
    grounds = lines.grounds_of(mine.ticket)
    assert [each.ticket_id for each in grounds.since] == [seen.ticket.id]
    assert grounds.approver is not None
    assert grounds.tenant_exists
    assert coverage.lapse(mine.ticket, grounds, None, NOW) is None
    await unseen.then("deploying", "deployed")
    found = coverage.lapse(mine.ticket, lines.grounds_of(mine.ticket), None, NOW)
    assert found is not None
    assert found.startswith(f"Production was changed by {unseen.ticket.id} to 2.2.0 after the approval")
    assert lines.grounds_of(mine.ticket) == reader("fresh").grounds_of(mine.ticket)


async def test_production_is_what_the_branch_had_deployed_last(
    repository: Repository, reader: Callable[[str], LineReader]
) -> None:
    """Though a worker whose clock is behind wrote an earlier time."""
    late, early = asked(2, "2.2.0"), asked(1, "2.0.0")
    for ticket in (late, early):
        await (await Story(repository, ticket).create()).then("approved", "deploying", "deployed")
    for name in ("one", "fresh"):
        index = reader(name).index
        assert index.state_of("tenant-finance", "api", "Payment-API", "prod").production == "2.0.0"
        before = index.in_production(index.get(early.id) or early)
        assert before is not None
        assert before.id == late.id


async def test_the_platform_says_how_long_approvals_hold_and_whether_newer_ones_close_older_ones(
    repository: Repository, reader: Callable[[str], LineReader]
) -> None:
    """Newer ones that were approved after a request was made; none where the platform does not say so."""
    older, newer = [
        await Story(repository, asked(each, version)).create() for each, version in ((1, "2.0"), (2, "2.1"))
    ]
    await newer.then("approved")
    back = await Story(repository, asked(3, "2.0.1")).create()
    lines = reader("one")
    assert lines.grounds_of(older.ticket).newer is None
    person_commits(repository.path, {"platform.yaml": f"{PLATFORM}  supersede: true\n  approvalValidFor: 36h\n"})
    grounds = lines.grounds_of(older.ticket)
    assert (grounds.newer, grounds.approved, grounds.approver) == (newer.ticket.id, None, None)
    assert grounds.valid_for == timedelta(hours=36)
    assert lines.grounds_of(back.ticket).newer is None, "who asks for an older version then means it"
    await newer.then("cancelled")
    assert lines.grounds_of(older.ticket).newer is None


async def test_who_had_a_target_approved_first_owns_it_though_that_approval_lapsed(
    repository: Repository, reader: Callable[[str], LineReader]
) -> None:
    """In an open catalogue: what was somebody's is not anybody's again."""
    story = await (await Story(repository, asked(1)).create()).then("approved")
    lapsed = lifecycle.lapse(story.ticket, "Production was changed", NOW + timedelta(days=1), NOW)
    person_commits(repository.path, {lapsed.path: text_of(lapsed)})
    index = reader("one").index
    assert index.get(lapsed.id) == lapsed
    assert index.first_approved("api", "payment-api") == lapsed.metadata.tenant
