"""An index of many tickets, filled from nothing by several processes."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.record_data import repository as generated
from bench.record_data import ticket
from domain.change import Change, Proof
from domain.roles import ALL, Person, Requester, Role
from domain.ticket import State
from record.files.writing import text_of
from record.git.repository import Repository
from record.index.query import Sort, TicketQuery
from record.index.reader import Index
from record.signing.signatures import sealed
from tests.domain.builders import PIERRE, pending, person
from tests.record.building import Story, number, opened, person_commits
from tests.record.index.test_insights import asked, naive, plain
from tests.signing import KEY, claims_for

TICKETS = 4_200
"""More than one chunk, so that several processes read."""
FORMERLY = "formerly@cab-i.com"


async def signed_before(repository: Repository) -> str:
    """One more ticket, by somebody who then had another address as well: its id."""
    story = Story(repository, pending(id=number(9000), at=datetime(2026, 12, 31, 23, 59, tzinfo=UTC)))
    claims = claims_for(story.ticket, requester=Requester(addresses=(PIERRE.email, FORMERLY)))
    proof = Proof(jws=sealed(claims, KEY), message=claims.message)
    await repository.record(Change(ticket=story.ticket, base=None, actor_name=PIERRE.name, proof=proof))
    return story.ticket.id


async def test_an_index_filled_by_several_processes_is_like_any_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Everything is found, in every order; faults and numbers given twice are told; later changes are followed."""
    path = shutil.copytree(generated(tmp_path, TICKETS), tmp_path / "record.git")
    again = text_of(ticket(5, TICKETS)).replace("2026-01", "2026-05")
    person_commits(
        path, {"requests/prod/2026/05/PR-2026-0005.yaml": again, "requests/prod/2026/05/PR-2026-9999.yaml": "]["}
    )
    repository, told = opened(path, tmp_path), list[tuple[int, int]]()
    signed = await signed_before(repository)
    index = Index(repository, tmp_path / "index.sqlite", lambda done, total: told.append((done, total)))
    for sort in Sort:
        page = index.page(TicketQuery(scope=ALL, sort=sort, limit=200))
        assert page.total == TICKETS + 1
        shown = [each.metadata.created_at for each in page.items]
        if sort in (Sort.NEWEST, Sort.OLDEST, Sort.ID, Sort.LAST_ID):
            assert shown == sorted(shown, reverse=sort.startswith("-"))
    taken, unreadable = index.faults()
    assert taken.sentence.startswith("its number is taken by requests/prod/2026/01/")
    assert unreadable.path.endswith("PR-2026-9999.yaml")
    errors = [log.message.split()[0] for log in caplog.records if log.levelname == "ERROR"]
    assert sorted(errors) == [taken.path, unreadable.path], "nobody finds these in a list"
    assert told[-1] == (TICKETS + 2, TICKETS + 2)
    assert index.get(number(77)) == ticket(77, TICKETS)
    assert plain(asked(index).overall) == naive([ticket(each, TICKETS) for each in range(1, TICKETS + 1)], "")
    assert [index.position(ticket(each, TICKETS), 0) for each in (1, TICKETS)] == [1, 12], "a commit a month"

    def missing(decider: Person) -> set[str]:
        newest = [index.page(TicketQuery(scope=ALL, decider=each)) for each in (None, decider)]
        everybody, others = ({each.id for each in page.items} for page in newest)
        return everybody - others

    assert missing(person(FORMERLY, Role.CPI)) == {signed}, "who asked is known as they were then"
    person_commits(path, {f"requests/prod/2026/12/{signed}.yaml": None})
    assert missing(person(FORMERLY, Role.CPI)) == set()

    waiting = index.page(TicketQuery(scope=ALL, state=(State.PENDING,), sort=Sort.OLDEST, limit=1))
    revision = index.revision(waiting.items[0].id)
    await Story(repository, waiting.items[0], revision).then("approved")
    after = index.page(TicketQuery(scope=ALL, state=(State.PENDING,)))
    assert after.total == waiting.total - 1
    assert index.page(TicketQuery(scope=ALL, q=f"{number(77)}")).items == (ticket(77, TICKETS),)
    index.close()
    await repository.close()
