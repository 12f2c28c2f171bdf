"""A look at the pipeline that somebody shows as their test evidence, before there is a request."""

import hashlib

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.evidence import EvidenceActivities
    from domain.evidence import EvidenceWanted, SealedEvidence
    from workflows import options


def look_of(wanted: EvidenceWanted) -> str:
    """The workflow's id. It looks once at a time for a submission and its pipeline: a key may be sent for two."""
    return f"evidence/{hashlib.sha256(wanted.model_dump_json().encode()).hexdigest()}"


@workflow.defn
class ReadEvidence:
    """Ends with what was seen."""

    @workflow.run
    async def run(self, wanted: EvidenceWanted) -> SealedEvidence:
        """Look."""
        return await workflow.execute_activity_method(
            EvidenceActivities.read_evidence, wanted, **options.peeking(f"reads pipeline {wanted.address.pipeline}")
        )
