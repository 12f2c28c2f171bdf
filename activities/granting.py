"""Makes the grant that a launch carries, by what the record has of the attempt."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.deployment import Deployment
from domain.grants import LaunchGrant
from record.index.reader import Index


@dataclass(frozen=True)
class Grants:
    """Signs grants that live for `life`. `seal` gives None where the service signs nothing."""

    index: Index
    seal: Callable[[LaunchGrant], str | None]
    life: timedelta

    async def grant(self, deployment: Deployment, at: datetime) -> str | None:
        """The grant of an attempt that the record was just found to have as approved; raises what reading it raises."""
        ticket = await asyncio.to_thread(self.index.get, deployment.request_id)
        if ticket is None or Deployment.of(ticket) != deployment:
            return None  # it changed meanwhile: the playbook refuses a launch without a grant
        return self.seal(LaunchGrant.of(ticket, deployment, at, self.life))
