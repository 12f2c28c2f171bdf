"""A look at the pipeline that somebody shows as their test evidence, before there is a request."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.evidence import EvidenceActivities
    from domain.evidence import EvidenceWanted, SealedEvidence
    from workflows import options


def look_of(key: str) -> str:
    """The workflow's id. It looks once at a time for a submission."""
    return f"evidence/{key}"


@workflow.defn
class ReadEvidence:
    """Ends with what was seen."""

    @workflow.run
    async def run(self, wanted: EvidenceWanted) -> SealedEvidence:
        """Look."""
        return await workflow.execute_activity_method(
            EvidenceActivities.read_evidence, wanted, **options.peeking(f"reads pipeline {wanted.address.pipeline}")
        )
