"""Lists, searches, pages and counts of the index."""

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain import roles
from domain.roles import ALL, Permission, Requester
from domain.ticket import Impact, State, Target, TargetType
from record.audit.verify import verify
from record.errors import BadCursor, RecordUnavailable
from record.facts.requesters import proven, requester_in
from record.files.writing import text_of
from record.git.repository import Repository
from record.index.feed import Feed
from record.index.history import commits_of
from record.index.query import Page, Sort, TicketQuery
from record.index.reader import Index
from record.signing.keys import KeyReader
from record.signing.signatures import new_key, sealed
from tests.domain.builders import ADA, JEAN, MINUTE, NOW, PIERRE, RETAIL, details, pending, person
from tests.record.building import NOBODY, Story, bare, git, imported, number, opened, person_commits, publish_key
from tests.signing import claims_for

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
async def repository(tmp_path: Path) -> AsyncIterator[Repository]:
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    yield repository
    await repository.close()


@pytest.fixture
def index(repository: Repository, tmp_path: Path) -> Index:
    return Index(repository, tmp_path / "data" / "index.sqlite")


def ids(page: Page) -> list[str]:
    return [ticket.id for ticket in page.items]


async def make(repository: Repository, count: int, **fields: object) -> list[Story]:
    """Tickets numbered from 1, a minute apart."""
    stories = []
    for each in range(1, count + 1):
        ticket = pending(id=number(each), at=NOW + each * MINUTE, **fields)
        stories.append(await Story(repository, ticket).create())
    return stories


async def test_a_question_inside_a_question_leaves_the_outer_one_s_state(repository: Repository, index: Index) -> None:
    """What is read after the inner one is of the same state as what was read before it."""
    await make(repository, 1)
    with index.still():
        with index.still():
            assert index.get(number(1))
        await Story(repository, pending(id=number(2), at=NOW + 2 * MINUTE)).create()
        assert not index.get(number(2))
    assert index.get(number(2))


async def test_an_empty_record_has_nothing(index: Index) -> None:
    """Reading before the first commit is no error."""
    assert index.get("PR-2026-0001") is None
    assert index.last_number(2026) == 0
    assert index.page(TicketQuery(scope=ALL)) == Page((), 0, None)
    assert index.changes_since(0) == []


async def test_a_write_is_read_at_once(repository: Repository, index: Index) -> None:
    """Each read first catches up with the branch, so that a caller sees what they wrote."""
    story = await Story(repository).create()
    assert index.get(story.ticket.id) == story.ticket
    await story.then("approved")
    assert index.get(story.ticket.id) == story.ticket
    assert index.revision(story.ticket.id) == story.revision
    assert index.last_number(2026) == 1


async def test_filters_combine(repository: Repository, index: Index) -> None:
    """State, tenant, requester, target, dates and words narrow the list together."""
    zoe = person("zoe@cab-i.com", roles.Role.CPI, RETAIL)
    first, second, _ = await make(repository, 3)
    await first.then("approved")
    await second.then("rejected")
    other = pending(
        id=number(4),
        tenant=RETAIL,
        requester=zoe,
        target=Target(type=TargetType.POLICY, name="rate-limit", version="1"),
        request=details(justification="Limiter les appels à l'été prochain"),
        at=NOW + timedelta(days=2),
    )
    await Story(repository, other).create()

    def found(**filters: Any) -> list[str]:
        page = index.page(TicketQuery(scope=ALL, **filters))
        assert page.total == len(page.items)
        return [ticket.id[-1] for ticket in page.items]

    assert found() == ["4", "3", "2", "1"]
    assert found(state=(State.APPROVED, State.REJECTED)) == ["2", "1"]
    assert found(state=(State.PENDING,), tenant=RETAIL) == ["4"]
    assert found(created_by=" ZOE@cab-i.com") == ["4"]
    assert found(target_name="rate-limit", target_type=TargetType.POLICY) == ["4"]
    assert found(target_name="rate-limit", target_type=TargetType.API) == []
    assert found(created_after=NOW + timedelta(days=1)) == ["4"]
    assert found(created_before=NOW + 2 * MINUTE) == ["1"]
    assert found(decider=PIERRE) == ["4"]
    assert found(q="payment-ap") == ["3", "2", "1"]
    assert found(q="ETE limiter") == ["4"]
    assert found(q="PR-2026-0003") == ["3"]
    assert found(q="jean.dupont", state=(State.APPROVED,)) == ["1"]
    assert found(q='"; DROP TABLE* (') == []
    assert found(sort=Sort.RECENT) == ["4", "3", "2", "1"]
    assert found(sort=Sort.ID) == ["1", "2", "3", "4"]


async def test_lists_are_ordered_by_date_and_by_impact(repository: Repository, index: Index, tmp_path: Path) -> None:
    """Whoever decides sees what is due first, or what is gravest; an index that is made anew orders alike."""
    dates = {1: None, 2: 3, 3: 1, 4: None, 5: 2}
    impacts = {1: Impact.LOW, 2: Impact.CRITICAL, 3: Impact.MEDIUM, 4: Impact.CRITICAL, 5: Impact.HIGH}
    for each, day in dates.items():
        date = None if day is None else NOW + timedelta(days=day)
        request = details(scheduled_date=date, impact_assessment=impacts[each])
        await Story(repository, pending(id=number(each), at=NOW + each * MINUTE, request=request)).create()
    anew = Index(repository, tmp_path / "anew.sqlite")
    for read in (index, anew):

        def found(read: Index = read, **query: Any) -> str:
            pages, cursor = "", None
            while True:
                page = read.page(TicketQuery(scope=ALL, limit=2, cursor=cursor, **query))
                pages += "".join(each[-1] for each in ids(page))
                if (cursor := page.next_cursor) is None:
                    return pages

        assert found(sort=Sort.SCHEDULED) == "35214"
        assert found(sort=Sort.DUE) == "14352"
        assert found(sort=Sort.IMPACT) == "24531"
        week: dict[str, Any] = {"scheduled_after": NOW + timedelta(days=1), "scheduled_before": NOW + timedelta(days=3)}
        assert found(sort=Sort.SCHEDULED, **week) == "35"
        assert found(scheduled_after=NOW) == "532"
        assert found(scheduled_before=NOW + timedelta(days=2)) == "3"
    anew.close()


async def test_a_scope_hides_what_the_caller_may_not_see(repository: Repository, index: Index) -> None:
    """A devops sees their own tickets of their tenant, a cpi all of the tenant, an admin all, a stranger none."""
    await make(repository, 2)
    peer = person("paul@cab-i.com", roles.Role.DEVOPS)
    await Story(repository, pending(id=number(3), requester=peer, at=NOW)).create()
    retail = person("rita@cab-i.com", roles.Role.DEVOPS, RETAIL)
    await Story(repository, pending(id=number(4), requester=retail, tenant=RETAIL, at=NOW)).create()

    def seen(who: roles.Person) -> set[str]:
        return set(ids(index.page(TicketQuery(scope=roles.scope(who, Permission.SEE)))))

    assert seen(PIERRE) == {number(1), number(2)}
    assert seen(peer) == {number(3)}
    assert seen(JEAN) == {number(1), number(2), number(3)}
    assert seen(ADA) == {number(each) for each in range(1, 5)}
    assert seen(person("no@cab-i.com", None)) == set()


@pytest.mark.parametrize("sort", list(Sort))
async def test_cursors_stay_right_while_tickets_arrive(repository: Repository, index: Index, sort: Sort) -> None:
    """Paging to the end shows every ticket that was there once, in order, whatever arrives meanwhile."""
    await make(repository, 7)
    seen, cursor = [], None
    for extra in range(20):
        page = index.page(TicketQuery(scope=ALL, sort=sort, limit=2, cursor=cursor))
        seen += ids(page)
        await Story(repository, pending(id=number(100 + extra), at=NOW)).create()
        if (cursor := page.next_cursor) is None:
            break
    there = [each for each in seen if each < number(100)]
    expected = [number(each) for each in range(1, 8)]
    newest_first = sort.startswith("-") and sort is not Sort.IMPACT  # all are of one impact
    assert there == (expected[::-1] if newest_first else expected)
    assert len(seen) == len(set(seen))


async def test_a_cursor_of_another_list_is_refused(repository: Repository, index: Index) -> None:
    """A cursor works for the query and the scope that it was given for, and forgeries for none."""
    await make(repository, 3)
    cursor = index.page(TicketQuery(scope=ALL, limit=1)).next_cursor
    assert cursor is not None
    mine = roles.scope(PIERRE, Permission.SEE)
    for query in (
        TicketQuery(scope=ALL, q="payment", cursor=cursor),
        TicketQuery(scope=mine, cursor=cursor),
        TicketQuery(scope=ALL, sort=Sort.ID, cursor=cursor),
        *(TicketQuery(scope=ALL, cursor=forged) for forged in ("", "x", "é", "W10", "bnVsbA", cursor[:-4], cursor * 2)),
    ):
        with pytest.raises(BadCursor):
            index.page(query)


async def test_stats_count_in_the_zone_asked_for(repository: Repository, index: Index) -> None:
    """'Today' begins at midnight in Paris, 'this week' on Monday."""
    stories = await make(repository, 4)
    await stories[0].then("approved", "deploying", "deployed")
    await stories[1].then("rejected")
    await stories[2].then("approved")
    now = NOW.replace(hour=22)
    assert tuple(vars_of(index.stats(ALL, now, PARIS))) == (1, 2, 1, 1)
    first, _, third, _ = (each.ticket.id for each in stories)
    last = stories[0].ticket.status.deployed_at
    assert last is not None
    asked = TicketQuery(scope=ALL, approved_after=NOW)
    assert sorted(ids(index.page(asked))) == [first, third]
    assert ids(index.page(replace(asked, deployed_after=last))) == [first]
    assert ids(index.page(replace(asked, deployed_after=last + timedelta(seconds=1)))) == []
    assert tuple(vars_of(index.stats(ALL, now.replace(hour=23), PARIS))) == (1, 0, 0, 1)
    assert tuple(vars_of(index.stats(ALL, now + timedelta(days=7), PARIS))) == (1, 0, 0, 0)
    assert (
        tuple(vars_of(index.stats(roles.scope(person("no@cab-i.com", None), Permission.SEE), now, PARIS))) == (0,) * 4
    )


def vars_of(stats: object) -> list[int]:
    return [getattr(stats, name) for name in ("pending", "approved_today", "rejected_today", "deployed_this_week")]


async def test_a_file_that_is_no_ticket_is_reported_and_hides_nothing(repository: Repository, index: Index) -> None:
    """Bad YAML, a false status and a file in the wrong place are faults; healed, they are tickets again."""
    story = await Story(repository).create()
    text = text_of(story.ticket)
    folder = "requests/prod/2026/03"
    person_commits(
        repository.path,
        {
            f"{folder}/PR-2026-0002.yaml": "][",
            f"{folder}/PR-2026-0003.yaml": text,
            f"{folder}/PR-2026-0004.yaml": text.replace("0001", "0004").replace("state: pending", "state: deployed"),
            f"{folder}/PR-2026-0005.yaml": text_of(pending(id=number(5))).replace(
                "  approvedBy: null",
                f"    - {{action: approved, at: '{NOW.isoformat()}', by: system}}\n  approvedBy: null",
            ),
            f"{folder}/notes.md": "not a ticket, and no fault",
        },
    )
    assert ids(index.page(TicketQuery(scope=ALL))) == [number(1)]
    faults = index.faults()
    assert [fault.path[-17:-5] for fault in faults] == [number(2), number(3), number(4), number(5)]
    assert "belongs at" in faults[1].sentence
    assert "history" in faults[2].sentence
    assert index.last_number(2026) == 5
    person_commits(repository.path, {f"{folder}/PR-2026-000{each}.yaml": None for each in (2, 3, 4, 5)})
    assert index.faults() == ()
    person_commits(repository.path, {f"{folder}/PR-2026-0001.yaml": "["})
    assert index.get(number(1)) is None
    person_commits(repository.path, {f"{folder}/PR-2026-0001.yaml": text})
    assert index.get(number(1)) == story.ticket


@pytest.mark.parametrize("damage", [b"", b"not a database at all" * 400, None])
async def test_a_damaged_index_rebuilds_itself(
    repository: Repository, index: Index, tmp_path: Path, damage: bytes | None
) -> None:
    """Whatever the file holds, the next start has every ticket; None stands for an index of another version."""
    await make(repository, 3)
    index.catch_up()
    index.close()
    path = tmp_path / "data" / "index.sqlite"
    if damage is None:
        db = sqlite3.connect(path)
        db.execute("PRAGMA user_version = 0")
        db.close()
    else:
        path.write_bytes(damage)
    again = Index(repository, path)
    assert len(again.page(TicketQuery(scope=ALL)).items) == 3
    again.close()


async def test_changes_are_numbered_and_commits_are_known(repository: Repository, index: Index) -> None:
    """Later events are told in order by number, and a ticket's commits are found without walking the branch."""
    first, second = await make(repository, 2)
    person_commits(repository.path, {"README.md": "hello"})
    await first.then("approved")
    assert index.changes_since(0) == [(1, number(1)), (2, number(2)), (4, number(1))]
    assert index.changes_since(2) == [(4, number(1))]
    assert index.sequence() == 4
    known = commits_of(repository, index, KeyReader(repository), first.ticket)
    walked = git(repository.path, "log", "--reverse", "--format=%H", "main", "--", first.ticket.path)
    assert [each.commit for each in known] == walked.split()
    assert [each.action for each in known] == ["created", "approved"]
    assert second.ticket.id not in known[0].subject


async def test_naming_a_ticket_in_a_message_makes_no_part_of_its_history(repository: Repository, index: Index) -> None:
    """Whoever may commit anything can write trailers, also of the number that comes next."""
    publish_key(repository.path)
    claims = claims_for(pending(at=NOW - MINUTE), requester=Requester(addresses=(JEAN.email,)))
    forged = f"Hello\n\nRequest-Id: {number(1)}\nAction: approved\nSignature: {sealed(claims, new_key())}\n"
    person_commits(repository.path, {"README.md": "hello"}, forged)
    story = await (await Story(repository).create()).then("rejected")
    person_commits(repository.path, {"README.md": "good-bye"}, forged)
    commits = commits_of(repository, index, KeyReader(repository), story.ticket)
    assert [info.action for info in commits] == [
        "created",
        "rejected",
    ]
    assert ids(index.page(TicketQuery(scope=ALL, decider=JEAN))) == [number(1)], "hidden from who may decide on it"
    requester = requester_in(proven(repository, index, KeyReader(repository), number(1)))
    assert requester is not None
    assert requester.addresses == (PIERRE.email,)


@pytest.mark.parametrize(
    "commit",
    [
        b"committer Ren\xe9 <r@\xe9> 1770000000 +0000\ndata 5\nd\xe9j\xe0\nM 100644 inline caf\xe9.yaml\ndata 0\n",
        b"committer R <r@x> 1770000000 +0000\nencoding klingon\ndata 5\nd\xe9j\xe0\n",
        b"committer R <r@x> 999999999999999 +0000\ndata 0\nM 100644 inline requests/prod/2026/03/\xe9.yaml\ndata 0\n",
    ],
    ids=["Latin-1", "an encoding that nobody knows", "a file's name and a time that are none"],
)
async def test_no_commit_makes_the_record_unreadable(repository: Repository, index: Index, commit: bytes) -> None:
    """Whoever may commit anything, by accident or not, takes nothing away from others."""
    story = await Story(repository).create()
    commit = commit.replace(b"\nM ", b"\nfrom refs/heads/main^0\nM ")
    script = b"commit refs/heads/main\n" + commit + (b"" if b"\nfrom" in commit else b"from refs/heads/main^0\n")
    imported(repository.path, script)
    assert index.get(number(1)) == story.ticket
    await story.then("approved")
    assert index.get(number(1)) == story.ticket
    commits = commits_of(repository, index, KeyReader(repository), story.ticket)
    assert [info.action for info in commits] == [
        "created",
        "approved",
    ]
    assert {each.rule for each in verify(repository.path)} <= NOBODY


async def test_a_rewritten_branch_is_read_anew(repository: Repository, index: Index) -> None:
    """Tickets that a forced push took away are gone from lists and from the history too."""
    await make(repository, 2)
    assert index.page(TicketQuery(scope=ALL)).total == 2
    git(repository.path, "update-ref", "refs/heads/main", "main~1")
    person_commits(repository.path, {"README.md": "another history"})
    assert ids(index.page(TicketQuery(scope=ALL))) == [number(1)]
    assert index.changes_since(0) == [(1, number(1))]


async def test_git_that_fails_in_the_midst_has_nothing_rebuilt(
    repository: Repository, index: Index, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The index goes on from what it had: reading everything anew takes minutes."""
    await make(repository, 1)
    index.catch_up()
    await Story(repository, pending(id=number(2), at=NOW + MINUTE)).create()

    def away(feed: Feed, tip: str) -> None:
        raise RecordUnavailable("a folder can't be read")

    with monkeypatch.context() as patched:
        patched.setattr(Feed, "move", away)
        with pytest.raises(RecordUnavailable):
            index.catch_up()
    assert index.get(number(2)) is not None
    assert "rebuilt" not in caplog.text
