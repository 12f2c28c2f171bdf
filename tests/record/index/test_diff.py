"""The change that a promotion makes in production."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from domain.ticket import PromotionRequest, Target, TargetType
from domain.versions import Direction
from record.git.repository import Repository
from record.index.diff import Comparer
from record.index.reader import Index
from record.people.catalogue import CatalogueReader
from tests.domain.builders import ADA, NOW, RETAIL, pending
from tests.record.building import Story, bare, number, opened, person_commits

CONTROLLED = """\
apiVersion: apim.cab-i.com/v1
kind: Platform
metadata: {name: platform}
spec: {controls: 2, members: []}
"""
DEPLOYED = ("approved", "deploying", "deployed")


def everybody(_ticket: PromotionRequest) -> bool:
    return True


@pytest.fixture
async def repository(tmp_path: Path) -> AsyncIterator[Repository]:
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    yield repository
    await repository.close()


@pytest.fixture
def comparer(repository: Repository, tmp_path: Path) -> Comparer:
    return Comparer(Index(repository, tmp_path / "index.sqlite"), CatalogueReader(repository))


async def story(
    repository: Repository, each: int, version: str, *actions: str, name: str = "payment-api", **fields: object
) -> Story:
    """A ticket of its own day, taken through the actions."""
    target = Target(type=TargetType.API, name=name, version=version)
    ticket = pending(id=number(each), target=target, at=NOW + timedelta(days=each), **fields)
    return await (await Story(repository, ticket).create()).then(*actions)


def described(version: str, environment: str = "prod") -> str:
    """The catalogue's file of payment-api."""
    head = "apiVersion: apim.cab-i.com/v1\nkind: Api\nmetadata: {name: payment-api, tenant: tenant-finance}\n"
    return f"{head}spec: {{version: '{version}', promotion: {{from: staging, to: {environment}}}}}\n"


async def test_a_ticket_is_compared_with_the_last_one_deployed_for_its_target(
    repository: Repository, comparer: Comparer
) -> None:
    """Neither failed tickets nor other targets count; a deployed ticket is compared with what was there before it."""
    first = await story(repository, 1, "1.0", *DEPLOYED)
    assert comparer.difference(first.ticket, everybody).in_production is None
    second = await story(repository, 2, "2.0", *DEPLOYED)
    await story(repository, 3, "3.0", "approved", "deploying", "failed")
    await story(repository, 4, "9.0", *DEPLOYED, name="order-api")
    await story(repository, 5, "8.0", *DEPLOYED, tenant=RETAIL, requester=ADA)
    asked = await story(repository, 6, "1.5")

    difference = comparer.difference(asked.ticket, everybody)
    found = difference.in_production
    assert found is not None
    assert (found.ticket_id, found.version, found.deployed_at) == (number(2), "2.0", second.ticket.status.deployed_at)
    assert difference.direction is Direction.OLDER
    before = comparer.difference(second.ticket, everybody)
    assert before.in_production is not None
    assert (before.in_production.version, before.direction) == ("1.0", Direction.NEWER)


async def test_since_targets_have_owners_a_name_is_one_target(repository: Repository, comparer: Comparer) -> None:
    """Whoever deployed it before, and however it is spelled; until then each tenant had its own."""
    theirs = await story(repository, 1, "8.0", *DEPLOYED, tenant=RETAIL, requester=ADA)
    other = await story(repository, 2, "8.1", tenant=RETAIL, requester=ADA)
    asked = await story(repository, 3, "1.5", name="Payment-API")
    before = comparer.comparison(asked.ticket, everybody)
    assert (before.replaces, before.others) == (None, ())
    person_commits(repository.path, {"platform.yaml": CONTROLLED})
    found = comparer.comparison(asked.ticket, everybody)
    assert (found.replaces, found.direction) == (theirs.ticket.spec.target.version, Direction.OLDER)
    assert [each.id for each in found.others] == [other.ticket.id]


async def test_before_the_first_deployment_the_catalogue_says_what_is_in_production(
    repository: Repository, comparer: Comparer
) -> None:
    """For its own tenant and environment; no request brought it there, at no known time."""
    asked = await story(repository, 1, "1.5")
    theirs = pending(tenant=RETAIL, requester=ADA)
    assert comparer.comparison(asked.ticket, everybody).direction is Direction.FIRST
    person_commits(repository.path, {"apis/payment-api.yaml": described("2.0.0")})
    difference = comparer.difference(asked.ticket, everybody)
    assert difference.in_production is not None
    assert difference.in_production.model_dump() == {
        "ticketId": None,
        "version": "2.0.0",
        "releaseNotes": None,
        "deployedAt": None,
    }
    assert difference.direction is Direction.OLDER
    assert comparer.comparison(theirs, everybody).replaces is None
    person_commits(repository.path, {"apis/payment-api.yaml": described("2.0.0", environment="prod2")})
    assert comparer.comparison(asked.ticket, everybody).replaces is None


async def test_several_are_compared_in_the_order_given_where_they_are_there_and_seen(
    repository: Repository, comparer: Comparer
) -> None:
    """Each once, of one state of the branch."""
    first, second = await story(repository, 1, "1.0"), await story(repository, 2, "2.0", "approved")
    asked = [number(2), number(9), number(1), number(2)]
    found = comparer.comparisons(asked, everybody)
    assert [(each.ticket_id, [other.id for other in each.others]) for each in found] == [
        (number(2), [number(1)]),
        (number(1), [number(2)]),
    ]
    seen = comparer.comparisons(asked, lambda ticket: ticket != first.ticket)
    assert [(each.ticket_id, each.others) for each in seen] == [(second.ticket.id, ())]


async def test_requests_that_are_over_are_beside_no_other(repository: Repository, comparer: Comparer) -> None:
    """They change production no more, until somebody retries them."""
    mine = await story(repository, 1, "1.0")
    for each, actions in enumerate([("rejected",), ("cancelled",), ("approved", "deploying", "failed"), DEPLOYED], 2):
        await story(repository, each, f"{each}.0", *actions)
    await story(repository, 6, "6.0", "approved", "deploying")
    assert [other.id for other in comparer.comparison(mine.ticket, everybody).others] == [number(6)]
