"""Tries changes of the company's rules over every past request, each in a process of its own, one at a time."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from threading import Lock

from pydantic import TypeAdapter
from starlette.concurrency import run_in_threadpool

from api.errors import TooManyRequests
from api.trial_process import AWAY
from documents.apart import FAULT, PREFIX, Ended, TimeIsUp, run_apart
from domain import roles
from domain.errors import NotAuthorized
from domain.roles import Permission, Person
from domain.trials import RuleFault, RulesFaulty, TrialTooLarge
from record.audit.trial_report import TrialReport
from record.errors import RecordUnavailable
from record.git.repository import Repository

_BUSY = 10
"""Seconds after which whoever found a trial under way may ask again."""

_FAULTS = TypeAdapter(tuple[RuleFault, ...])


@dataclass(frozen=True)
class RulesTrial:
    """Replays a change, read only, for whoever runs the platform: it tells of all tenants.

    The limits hold for one trial: seconds, fewer than a proxy waits, bytes of memory, bytes of the report.
    """

    repository: Repository
    seconds: int = 45
    memory: int = 2 << 30
    size: int = 1 << 20
    _turn: Lock = field(default_factory=Lock)

    async def report(self, person: Person, files: Mapping[str, str | None], since: date | None) -> TrialReport:
        """The effect of these files on requests from a day on, in UTC.

        Raises NotAuthorized, RulesFaulty, TrialTooLarge, TooManyRequests while another is tried, RecordUnavailable.
        """
        if roles.scope(person, Permission.OPERATE).tenants is not None:
            raise NotAuthorized("Not authorized: trying rules takes the role cpi_admin for the whole platform")
        return await run_in_threadpool(self._tried, files, since)

    def _tried(self, files: Mapping[str, str | None], since: date | None) -> TrialReport:
        # In the thread, which ends what it began also where nobody waits for it any more.
        if not self._turn.acquire(blocking=False):
            raise TooManyRequests(_BUSY)
        try:
            ended = run_apart("api.trial_process", self._asked(files, since), self.seconds)
        except TimeIsUp as error:
            raise self._too_large() from error
        finally:
            self._turn.release()
        return self._read(ended)

    def _asked(self, files: Mapping[str, str | None], since: date | None) -> bytes:
        if (tip := self.repository.tip()) is None:
            raise RecordUnavailable("the record's branch has no commit")
        given = {
            "record": str(self.repository.path.absolute()),
            "commit": tip,
            "files": dict(files),
            "since": datetime.combine(since, time(), UTC).isoformat() if since else None,
            "limits": {"seconds": self.seconds, "memory": self.memory, "size": self.size},
        }
        return json.dumps(given).encode()

    def _read(self, ended: Ended) -> TrialReport:
        kind, content = ended.written[: len(PREFIX)], ended.written[len(PREFIX) :]
        if ended.code == 0 and kind == PREFIX:
            return TrialReport.model_validate_json(content)
        if ended.code == 0 and kind == FAULT:
            raise RulesFaulty(faults=_FAULTS.validate_json(content))
        if ended.code == 0 and kind == AWAY:
            raise RecordUnavailable(content.decode(errors="replace"))
        if ended.code > 0:  # ours to mend: whatever a file says ends in one of the other ways
            raise RuntimeError(f"The process that tries rules failed: {ended.complaint}")
        raise self._too_large()

    def _too_large(self) -> TrialTooLarge:
        return TrialTooLarge(seconds=str(self.seconds))
