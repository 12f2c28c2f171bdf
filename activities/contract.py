"""Compares an API's contract in staging and in production for a submission, and seals what was found."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from temporalio import activity

from clients.contract.differ import Differ
from clients.contract.reader import ContractReader, ContractUnavailable
from domain.contract import ContractDifference, ContractRule, ContractState, ContractWanted, SealedContract
from record.people.catalogue import CatalogueReader
from record.signing.proofs import CommitProofs


@dataclass
class ContractActivities:
    """Reads the documents that the record names for a target, and seals with the worker's key: whoever starts a
    workflow has no say in which documents are read.
    """

    reader: ContractReader
    differ: Differ
    catalogue: CatalogueReader
    proofs: CommitProofs
    now: Callable[[], datetime]

    @activity.defn
    async def compare_contract(self, wanted: ContractWanted) -> SealedContract | None:
        """Compare, or say why nobody could; None where the record names no documents.

        Harmless twice: it reads, and what is not used is thrown away.
        """
        catalogue = await asyncio.to_thread(self.catalogue.current)
        entry = catalogue.entry(wanted.type, wanted.name)
        if entry is None or entry.contract is None:
            return None
        difference = await self._compared(wanted, entry.contract)
        return SealedContract(difference=difference, seal=await asyncio.to_thread(self.proofs.seal, difference))

    async def _compared(self, wanted: ContractWanted, rule: ContractRule) -> ContractDifference:
        about = {**wanted.model_dump(by_alias=False), "at": self.now(), "impact": rule.impact}
        try:
            (production, old), (staging, new) = await asyncio.gather(
                self.reader.read(rule.production), self.reader.read(rule.staging)
            )
            found = await self.differ.changes(old, new)
        except ContractUnavailable as error:
            activity.logger.warning("contracts are not compared: %s", error)
            said = {"state": ContractState.NOT_COMPARED, "reason": error.reason, "why": str(error)[:500]}
            return ContractDifference.model_validate(about | said)
        told = {"state": ContractState.COMPARED, "production": production, "staging": staging, "found": found}
        return ContractDifference.model_validate(about | told)
