"""Answers whether AWX may run a job, from what this process knows of the record: Git is not waited for."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as await_all
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

import structlog
from prometheus_client import Counter
from pydantic import ValidationError

from api.first_jobs import FirstJobs
from domain import awx_policy, clearance, rules, targets
from domain.awx_policy import PolicyJob
from domain.deployment import Deployment
from domain.errors import FaultyFile, RuleViolation
from domain.signing import Claims
from domain.ticket import PromotionRequest
from domain.values import Frozen
from record.errors import RecordError
from record.facts.line import UNREADABLE, LineReader
from record.facts.requesters import opened, proven_acts, requester_in
from record.git.repository import Repository
from record.index.reader import Index
from record.signing.keys import KeyReader

log = structlog.get_logger(__name__)

STALE_AFTER = 10.0
"""Seconds after which what is known of the record is too old to let anything run."""
ANSWERS_WITHIN = 1.2
"""Seconds in which an answer is given: AWX waits for 1.5, and runs nothing then, but can't say why."""
LOOKS_AGAIN_WITHIN = 0.8
"""Seconds that a refusal waits for the remote: the approval may be younger than what is known of the record."""
ANSWERS_NOW = 3.0
"""Seconds since the last fetch after which the remote counts as slow, and is not waited for."""
_MOST = 20
_ANSWERS = Counter("prodgate_awx_policy", "Jobs that AWX asked about before it ran them, by the answer", ["answer"])


class PolicyVerdict(Frozen):
    """The word on a job: AWX runs one that is refused without a violation, so a refusal always has one."""

    allowed: bool
    violations: tuple[str, ...] = ()


class PolicyAnswer(Frozen):
    """The answer as AWX reads it."""

    result: PolicyVerdict


class Unknown(Exception):
    """Nobody can tell now whether the job may run; `str()` says why."""


@dataclass
class LaunchPolicy:
    """Judges jobs by the record. The first job of an attempt that was let run is the only one of it."""

    repository: Repository
    index: Index
    keys: KeyReader
    lines: LineReader
    jobs: FirstJobs
    now: Callable[[], datetime]
    _lock: Lock = field(default_factory=Lock)
    _threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(4, "awx-policy"))
    _fetcher: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "awx-policy-fetch"))
    _fetching: Future[None] | None = None

    async def answer(self, body: object) -> PolicyAnswer:
        """The answer to what AWX sent, in time, whatever it is."""
        judged = asyncio.get_running_loop().run_in_executor(self._threads, self.violations, body)
        try:
            said = await asyncio.wait_for(judged, ANSWERS_WITHIN)
            outcome = "refused" if said else "allowed"
        except TimeoutError:
            said, outcome = ("the record could not be read in time",), "unknown"
        except Unknown as why:
            said, outcome = (str(why),), "unknown"
        _ANSWERS.labels(outcome).inc()
        if said:
            log.warning("an AWX job is refused", violations=said)
        return PolicyAnswer(result=PolicyVerdict(allowed=not said, violations=said))

    def violations(self, body: object) -> tuple[str, ...]:
        """The reasons why the job must not run; none where it may. Blocks. Raises Unknown."""
        try:
            job = PolicyJob.model_validate(body.get("input") if isinstance(body, dict) else None)
        except (ValidationError, RecursionError) as error:
            where = ".".join(map(str, error.errors()[0]["loc"])) if isinstance(error, ValidationError) else ""
            return (f"this is no job as AWX describes one{f': {where[:200]}' if where else ''}",)
        age = time.monotonic() - self.repository.as_of
        if age > STALE_AFTER:
            raise Unknown(f"the record was read last {age:.0f} s ago" if age < 10**6 else "the record was not read yet")
        try:
            if said := self._of_setup(job):
                return said[:_MOST]
            said = self._of_record(job)
            if said and age <= ANSWERS_NOW and self._is_newer():
                said = self._of_record(job)
            return said[:_MOST] or self._used(job)
        except (UnicodeError, OverflowError):  # half a letter, or a number beyond 64 bits: no record has either
            return ("it carries a value that no launch of Prodgate has",)
        except UNREADABLE as error:
            log.warning("a job of AWX can't be judged", error=str(error))
            raise Unknown("the record can't be read") from error

    def _is_newer(self) -> bool:
        """Tell whether the record is as new as this call now: the remote answered in time, where there is one."""
        until = time.monotonic() + LOOKS_AGAIN_WITHIN
        for _ in range(2):  # one fetch may be under way, and not know what was pushed since
            with self._lock:
                under_way = self._fetching if self._fetching and not self._fetching.done() else None
                fetch = self._fetching = under_way or self._fetcher.submit(self.repository.fetch)
            if not await_all([fetch], max(0.0, until - time.monotonic())).done:
                return False
            if under_way is None:
                return not isinstance(fetch.exception(), RecordError)
        return True

    def _of_setup(self, job: PolicyJob) -> tuple[str, ...]:
        """The reasons why it is not the set-up in AWX that deploys."""
        setup = self.lines.directory.current().rules.awx
        if setup is None:
            return ("platform.yaml does not say, at spec.awx, what deploys in AWX",)
        return tuple(awx_policy.set_up_otherwise(job, setup))

    def _of_record(self, job: PolicyJob) -> tuple[str, ...]:
        """The reasons of the record why the job must not run. Raises what reading the record raises."""
        setup = self.lines.directory.current().rules.awx
        with self.index.still():
            ticket = self.index.get(job.request_id)
            if ticket is None or ticket.status.approved_at is None:
                return ("it names no approved request",)
            if self.index.unproven(ticket.path) is not None:
                return (f"the file of {ticket.id} says what is not proven",)
            deployment = Deployment.of(ticket)
            said = list(awx_policy.not_as_approved(job, deployment, setup))
            try:
                said += self._not_now(ticket, deployment, job)
            except RuleViolation as refused:
                said.append(str(refused))
        return tuple(said)

    def _not_now(self, ticket: PromotionRequest, deployment: Deployment, job: PolicyJob) -> tuple[str, ...]:
        """The reasons of the record why the attempt may not run now, as before its launch. Raises RuleViolation."""
        at = self.now()
        acts = tuple(claims for _, claims in proven_acts(opened(self.repository), self.index, self.keys, ticket.id))
        clearance.approval(deployment, awx_policy.before_its_job(ticket, job.id), acts, at)
        signed = tuple(each for each in acts if isinstance(each, Claims))
        grounds = self.lines.grounds_of(ticket, signed)
        if grounds.target.faults:
            raise FaultyFile(targets.told(grounds.target.faults))
        if said := clearance.verdict(ticket, grounds, requester_in(signed), at):
            return (said.reason,)
        closed = None if ticket.emergency is not None else rules.closed(grounds.target.rules, at)
        return (str(closed),) if closed else ()

    def _used(self, job: PolicyJob) -> tuple[str, ...]:
        """The reason why another job of the attempt is too many; the first one is noted."""
        marker = f"{job.request_id}-{job.extra_vars['attempt']}"
        first = self.jobs.first(marker, job.id)
        return () if first == job.id else (f"job {first} was let run for attempt {marker} before",)

    def close(self) -> None:
        """Give the file of jobs back."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._fetcher.shutdown(wait=False, cancel_futures=True)
        self.jobs.close()
