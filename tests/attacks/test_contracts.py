"""A comparison of contracts is of the target that was asked for, whoever asks for another one at the same time."""

import asyncio
from datetime import timedelta

from api.engine import Engine
from domain.contract import ContractWanted, SealedContract
from domain.ticket import TargetType
from tests.api.house import House

KEY = "c" * 64
"""One person's Idempotency-Key, sent for two targets to two processes of the API."""
TARGETS = ("payment-api", "invoice-api")


def test_one_key_for_two_targets_takes_no_comparison_from_one_to_the_other(own_house: House) -> None:
    """A request of a breaking API that came while a harmless one was compared went without the impact it has."""
    changes = {}
    for name in TARGETS:
        entry = own_house.text(f"apis/{name}.yaml").rstrip()
        contract = f"{{staging: 'https://{name}.invalid/a', production: 'https://{name}.invalid/b'}}"
        changes[f"apis/{name}.yaml"] = f"{entry}\n  contract: {contract}\n"
    own_house.commit(changes)
    engine = Engine(own_house.client, own_house.settings.task_queue, timedelta(seconds=30))

    async def both() -> list[SealedContract | None]:
        wanted = [ContractWanted(key=KEY, type=TargetType.API, name=name) for name in TARGETS]
        return await asyncio.gather(*map(engine.compare_contract, wanted))

    found = own_house.run(both())
    assert [each and each.difference.name for each in found] == list(TARGETS)
