"""What a promotion changes in production."""

from datetime import timedelta
from pathlib import Path

from domain.ticket import PromotionRequest, Target, TargetType
from record.diff import difference
from record.index import Index
from tests.domain.builders import NOW, pending
from tests.record.building import Story, bare, number, opened


def everybody(_ticket: PromotionRequest) -> bool:
    return True


async def test_a_ticket_is_compared_with_the_last_one_deployed_for_its_target(tmp_path: Path) -> None:
    """Neither failed tickets nor other targets count; a deployed ticket is compared with what was there before it."""
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    index = Index(repository, tmp_path / "index.sqlite")

    async def story(each: int, version: str, *actions: str, name: str = "payment-api") -> Story:
        target = Target(type=TargetType.API, name=name, version=version)
        ticket = pending(id=number(each), target=target, at=NOW + timedelta(days=each))
        return await (await Story(repository, ticket).create()).then(*actions)

    deployed = ("approved", "deploying", "deployed")
    first = await story(1, "1.0", *deployed)
    assert difference(index, first.ticket, everybody).in_production is None
    second = await story(2, "2.0", *deployed)
    await story(3, "3.0", "approved", "deploying", "failed")
    await story(4, "9.0", *deployed, name="order-api")
    asked = await story(5, "4.0")

    found = difference(index, asked.ticket, everybody).in_production
    assert found is not None
    assert (found.ticket_id, found.version, found.deployed_at) == (number(2), "2.0", second.ticket.status.deployed_at)
    before = difference(index, second.ticket, everybody).in_production
    assert before is not None
    assert before.version == "1.0"
    index.close()
    await repository.close()
