"""A look at test evidence is of the pipeline that was shown, whoever shows another one at the same time."""

import asyncio
from datetime import timedelta

from api.engine import Engine
from domain.evidence import EvidenceWanted, PipelineAddress, SealedEvidence
from tests.api.house import House

KEY = "e" * 64
"""One person's Idempotency-Key, sent for two requests to two processes of the API."""


def wanted(pipeline: int) -> EvidenceWanted:
    host, project = "gitlab.cab-i.example", "finance/payment-api"
    address = PipelineAddress(host=host, project=project, pipeline=pipeline)
    url = f"https://{host}/{project}/-/pipelines/{pipeline}"
    return EvidenceWanted(key=KEY, url=url, address=address, token_name="company")


def test_one_key_for_two_pipelines_takes_no_look_from_one_to_the_other(own_house: House) -> None:
    """A request could show a failed pipeline, and be recorded with what a worker saw of a good one."""
    engine = Engine(own_house.client, own_house.settings.task_queue, timedelta(seconds=30))

    async def both() -> list[SealedEvidence | None]:
        return await asyncio.gather(*(engine.read_evidence(wanted(each)) for each in (1, 2)))

    found = own_house.run(both())
    assert [each and each.evidence.url for each in found] == [wanted(1).url, wanted(2).url]
