"""Looks by itself at an act of the service before the worker signs it: whoever reaches Temporal can ask for any."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.awx import NOT_YET, AwxActivities
from activities.preflight import RecordPreflight
from domain import lifecycle, vouching
from domain.change import Change
from domain.deployment import Deployment, Job, JobLookup, JobResult, Launched, job_number
from domain.errors import FaultyFile, TargetNotOwned, Unvouched
from domain.signing import Claims, JobEvidence, ends_check
from domain.ticket import Action, PromotionRequest
from domain.vouching import Vouched
from record.errors import RecordUnavailable
from record.facts.health import HealthReader
from record.facts.line import UNREADABLE
from record.facts.requesters import decide_by_in, proven, requester_in
from record.signing.proofs import CommitProofs


@dataclass(frozen=True)
class Vouching:
    """Looks at the clock, the record and AWX. `story` is the name of the workflow that promotes a ticket.

    `expiry` is how long a request may wait to be decided on where its submission was not signed to say so.
    """

    proofs: CommitProofs
    record: RecordPreflight
    awx: AwxActivities
    expiry: timedelta
    story: str
    health: HealthReader

    async def vouch(self, change: Change, asked: activity.Info) -> Vouched | None:
        """Vouch for the act; None where the record is not what it was made from, so that it is there, or must wait.

        Raises Unvouched where it can't have happened, and RecordUnavailable or ApplicationError until that can be told.
        """
        if not await asyncio.to_thread(self._goes_on_from_record, change):
            return None
        try:
            return await self._vouch(change, asked)
        except FaultyFile as fault:
            raise RecordUnavailable(str(fault)) from fault
        except TargetNotOwned as foreign:
            raise Unvouched(str(foreign)) from foreign
        except Unvouched:
            if not await asyncio.to_thread(self._goes_on_from_record, change, fetch=True):
                return None
            raise

    def _goes_on_from_record(self, change: Change, *, fetch: bool = False) -> bool:
        """Tells whether the act goes on from what the record proves of its ticket, on the remote where need be."""
        index, ticket_id = self.record.index, change.ticket.id
        index.catch_up(fetch=fetch)
        if not fetch and index.revision(ticket_id) != change.base:
            index.catch_up(fetch=True)
        return index.revision(ticket_id) == change.base

    async def _vouch(self, change: Change, asked: activity.Info) -> Vouched:
        ticket, now = change.ticket, asked.started_time
        before = lifecycle.previous(ticket)
        if before is None or (asked.workflow_id, asked.workflow_type) != (ticket.id, self.story):
            raise Unvouched("The act was not asked for by the request's own promotion")
        if before != await asyncio.to_thread(self.record.index.get, ticket.id):
            raise Unvouched("The act is not made from what the record has")
        vouching.check_time(ticket, now)
        job: JobEvidence | None = None
        match ticket.last.action:
            case Action.DUE:
                vouching.check_due(before, ticket, now)
            case Action.EXPIRED:
                until = decide_by_in(ticket, await asyncio.to_thread(self._signed, ticket), self.expiry)
                vouching.check_expired(before, ticket, until, now)
            case Action.APPROVED:
                vouching.check_by_rule(before, ticket, await asyncio.to_thread(self.record.by_rule, before, now))
            case Action.LAPSED | Action.SUPERSEDED:
                await self._check_objection(before, ticket, now)
            case _ if ends_check(ticket):
                return await self._verified(before, change)
            case _ if ticket.last.job_id is None:
                vouching.check_without_job(before, ticket)
            case _:
                job = await self._job(before, change)
                if ticket.last.action is Action.DEPLOYED:
                    vouching.check_unasked(ticket, await asyncio.to_thread(self.health.asked, ticket.spec.target))
        return Vouched(job=job)

    async def _verified(self, before: PromotionRequest, change: Change) -> Vouched:
        """The worker's word on the target's check, as whoever looked sealed it."""
        finding = await asyncio.to_thread(self.proofs.health, change.finding)
        return Vouched(health=vouching.check_verified(before, change.ticket, finding))

    def _signed(self, ticket: PromotionRequest) -> tuple[Claims, ...]:
        """The claims that the ticket's commits prove. Raises RecordUnavailable."""
        record = self.record
        try:
            record.index.catch_up(fetch=True)
            return proven(record.repository, record.index, record.keys, ticket.id)
        except UNREADABLE as error:
            raise RecordUnavailable(f"The record can't be read: {error}") from error

    async def _check_objection(self, before: PromotionRequest, ticket: PromotionRequest, now: datetime) -> None:
        signed = await asyncio.to_thread(self._signed, ticket)
        said = await self.record.judge(before, requester_in(signed), now, signed)
        allowed = decide_by_in(ticket, signed, self.expiry) - ticket.metadata.created_at
        vouching.check_objection(before, ticket, said, allowed)

    async def _job(self, before: PromotionRequest, change: Change) -> JobEvidence | None:
        """AWX's word, as it was sealed; where no seal holds, AWX is asked."""
        finding = await asyncio.to_thread(self.proofs.found, change.finding)
        if finding is None:
            return await self._asked(before, change.ticket)
        return vouching.check_finding(before, change.ticket, finding)

    async def _asked(self, before: PromotionRequest, ticket: PromotionRequest) -> JobEvidence | None:
        if ticket.last.action is Action.DEPLOYING:
            found = await self.awx.find_job(JobLookup(deployment=Deployment.of(before)))
            seal = found.seal if isinstance(found, Launched) else None
        else:
            result = await self._result(before)
            seal = result.seal
            if seal is None:
                vouching.check_lost(before, ticket, result)
                return None
        finding = await asyncio.to_thread(self.proofs.found, seal)
        if finding is None:
            raise Unvouched("AWX has no such job of the attempt")
        return vouching.check_finding(before, ticket, finding)

    async def _result(self, before: PromotionRequest) -> JobResult:
        started = before.last
        if started.job_id is None:
            raise Unvouched("The act tells of a job that was never launched")
        job = Job(deployment=Deployment.of(before), job=job_number(started.job_id), since=started.at)
        try:
            return await self.awx.read_result(job)
        except ApplicationError as error:
            if error.type == NOT_YET:
                raise Unvouched("AWX says that the job has not ended") from error
            raise
