"""What a promotion changes in production."""

from datetime import timedelta
from pathlib import Path

from domain.ticket import PromotionRequest, Target, TargetType
from domain.versions import Direction
from record.catalogue import CatalogueReader
from record.diff import Comparer
from record.index import Index
from tests.domain.builders import NOW, pending
from tests.record.building import Story, bare, number, opened


def everybody(_ticket: PromotionRequest) -> bool:
    return True


async def test_a_ticket_is_compared_with_the_last_one_deployed_for_its_target(tmp_path: Path) -> None:
    """Neither failed tickets nor other targets count; a deployed ticket is compared with what was there before it."""
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    index = Index(repository, tmp_path / "index.sqlite")
    comparer = Comparer(index, CatalogueReader(repository))

    async def story(each: int, version: str, *actions: str, name: str = "payment-api") -> Story:
        target = Target(type=TargetType.API, name=name, version=version)
        ticket = pending(id=number(each), target=target, at=NOW + timedelta(days=each))
        return await (await Story(repository, ticket).create()).then(*actions)

    deployed = ("approved", "deploying", "deployed")
    first = await story(1, "1.0", *deployed)
    assert comparer.difference(first.ticket, everybody).in_production is None
    second = await story(2, "2.0", *deployed)
    await story(3, "3.0", "approved", "deploying", "failed")
    await story(4, "9.0", *deployed, name="order-api")
    asked = await story(5, "4.0")

    found = comparer.difference(asked.ticket, everybody).in_production
    assert found is not None
    assert (found.ticket_id, found.version, found.deployed_at) == (number(2), "2.0", second.ticket.status.deployed_at)
    before = comparer.difference(second.ticket, everybody).in_production
    assert before is not None
    assert before.version == "1.0"
    short = comparer.comparison(asked.ticket, everybody)
    assert (short.replaces, short.direction, short.others) == ("2.0", Direction.NEWER, ())
    older = await story(6, "1.5")
    (other,) = comparer.comparison(older.ticket, everybody).others
    assert (other.id, other.version, other.direction) == (number(5), "4.0", Direction.NEWER)
    assert comparer.comparison(older.ticket, everybody).direction is Direction.OLDER
    index.close()
    await repository.close()
