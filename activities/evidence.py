"""Reads the pipeline that a submission shows as its test evidence, and seals what was seen."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from temporalio import activity

from clients.gitlab.client import GitLabReader, GitLabUnavailable
from domain.evidence import Evidence, EvidenceState, EvidenceWanted, NotChecked, PipelineAddress, SealedEvidence
from record.people.directory import DirectoryReader
from record.signing.proofs import CommitProofs


@dataclass
class EvidenceActivities:
    """Asks the GitLab that the record names for an address, with the token that it names, and seals with the worker's
    key: whoever starts a workflow has no say in where a token goes.
    """

    gitlab: GitLabReader
    directory: DirectoryReader
    proofs: CommitProofs
    now: Callable[[], datetime]

    @activity.defn
    async def read_evidence(self, wanted: EvidenceWanted) -> SealedEvidence:
        """Read the pipeline, or say why nobody could. Harmless twice: it reads, and what is not used is thrown away."""
        evidence = await self._seen(wanted)
        return SealedEvidence(evidence=evidence, seal=await asyncio.to_thread(self.proofs.seal, evidence))

    async def _seen(self, wanted: EvidenceWanted) -> Evidence:
        about = {"key": wanted.key, "url": wanted.url, "at": self.now()}
        try:
            await asyncio.to_thread(self._check_named, wanted)
            pipeline = await self.gitlab.pipeline(wanted)
        except GitLabUnavailable as error:
            activity.logger.warning("test evidence is not checked: %s", error)
            said = {"state": EvidenceState.NOT_CHECKED, "reason": error.reason, "why": str(error)[:500]}
            return Evidence.model_validate(about | said)
        return Evidence.model_validate({**about, "state": EvidenceState.CHECKED, "pipeline": pipeline})

    def _check_named(self, wanted: EvidenceWanted) -> None:
        """Raise GitLabUnavailable unless the record names that very host, with that token, for the address."""
        hosts = {each.host: each for each in self.directory.current().rules.gitlab}
        named = PipelineAddress.of(wanted.url, hosts)
        if named is None or named != wanted.address or hosts[named.host].token_name != wanted.token_name:
            raise GitLabUnavailable(NotChecked.NO_TOKEN, "the record names no such GitLab for this address")
