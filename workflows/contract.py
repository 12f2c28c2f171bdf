"""A comparison of an API's contract in staging and in production, before there is a request."""

import hashlib

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.contract import ContractActivities
    from domain.contract import ContractWanted, SealedContract
    from workflows import options


def comparison_of(wanted: ContractWanted) -> str:
    """The workflow's id. It compares once at a time for a submission and its target: a key may be sent for two."""
    target = f"{wanted.key}\n{wanted.type}\n{wanted.name}"
    return f"contract/{hashlib.sha256(target.encode()).hexdigest()}"


@workflow.defn
class CompareContract:
    """Ends with what was found; None where the record names no documents."""

    @workflow.run
    async def run(self, wanted: ContractWanted) -> SealedContract | None:
        """Compare."""
        return await workflow.execute_activity_method(
            ContractActivities.compare_contract, wanted, **options.comparing(f"compares the contract of {wanted.name}")
        )
