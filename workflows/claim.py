"""Claims a ticket number for a submission's key: the first claim holds for every API process.

Two processes that get one Idempotency-Key at the same moment each pick a number. The engine starts one workflow of an
id and refuses the second: whoever comes second reads there which number the first one picked, and submits that.

Links to documents are used up in the same way: whoever starts the claim of a link's id has used it.
"""

from temporalio import workflow

MEMO = "ticket"
"""The memo in which the number stands from the first moment, readable without any worker."""


def claim_of(key: str, attempt: int) -> str:
    """The claim's workflow id. There is another attempt where the number turned out to be somebody else's."""
    return f"claims/{key}/{attempt}"


@workflow.defn
class Claim:
    """Ends at once; what counts is that it was started once."""

    @workflow.run
    async def run(self, ticket_id: str) -> str:
        """The number."""
        return ticket_id
