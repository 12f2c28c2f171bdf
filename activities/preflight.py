"""The look before a launch, as an activity: it waits for the turn, finds what was launched, and judges the approval."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from domain import clearance, rules, targets
from domain.clearance import Cleared, Objection, Preflight, Verdict
from domain.coverage import Grounds
from domain.deployment import Deployment, JobLookup, LaunchOutcome, LaunchRefused, NotLaunched
from domain.errors import FaultyFile, RuleViolation, Unproven
from domain.line import Place, ahead_of
from domain.remarks import unlaunched
from domain.roles import Requester
from domain.signing import Claims
from domain.standard import StandardVerdict
from domain.ticket import PromotionRequest
from record.errors import RecordUnavailable
from record.facts.line import UNREADABLE, LineReader
from record.facts.requesters import opened, proven_acts, requester_in
from record.facts.standard import StandardReader
from record.git.repository import Repository
from record.index.reader import Index
from record.signing.keys import KeyReader

Find = Callable[[JobLookup], Awaitable[LaunchOutcome]]
"""Finds the job of an attempt that may have been launched already."""

_SOON = timedelta(minutes=5)
"""The longest between two looks at a request that waits for a known time."""

Abandoned = Callable[[PromotionRequest], Awaitable[bool]]
"""Tells that no promotion and no job of a request is under way, though the record has it in front of its line."""


@dataclass(frozen=True)
class Wait:
    """Says for what a ticket waits, and until when, where that is known."""

    sentence: str
    until: datetime | None = None


@dataclass
class RecordPreflight:
    """Judges one ticket by the branch's tip, as the remote has it."""

    repository: Repository
    index: Index
    keys: KeyReader
    lines: LineReader
    abandoned: Abandoned

    async def objection(self, deployment: Deployment, asked: activity.Info) -> LaunchRefused | NotLaunched | None:
        """Finds why AWX must not be asked, by the record's own word; `asked` is the activity that would ask it.

        Whoever may write to the engine can have a worker's activities done without any promotion, or as one that they
        invented: what nobody approved is not launched by that either.
        """
        try:
            ticket, signed = await asyncio.to_thread(self._proven, deployment, asked)
            at = asked.started_time
            said = await self.before_launch(ticket, requester_in(signed), at, signed)
        except FaultyFile as fault:
            return _unasked(str(fault))
        except RuleViolation as refused:
            activity.logger.error("the launch of %s was refused: %s", deployment.marker, refused)
            return LaunchRefused(reason=str(refused))
        except UNREADABLE as error:
            return _unasked(f"The record can't be read: {error}")
        if said is None or isinstance(said, LaunchRefused):
            return said
        # The promotion looks, and finds the same.
        return _unasked(said.sentence if isinstance(said, Wait) else said.reason)

    def _proven(self, deployment: Deployment, asked: activity.Info) -> tuple[PromotionRequest, tuple[Claims, ...]]:
        """The ticket as recorded, with what its commits prove. Raises whatever speaks against the attempt."""
        self.index.catch_up(fetch=True)
        ticket = self.index.get(deployment.request_id)
        if ticket is None or asked.workflow_id != ticket.id:
            raise Unproven(unlaunched("asked-by-nobody"))
        acts = proven_acts(opened(self.repository), self.index, self.keys, ticket.id)
        signed = tuple(claims for _, claims in acts)
        clearance.approval(deployment, ticket, signed, asked.started_time)
        return ticket, tuple(each for each in signed if isinstance(each, Claims))

    async def judge(
        self,
        ticket: PromotionRequest,
        requester: Requester | None,
        at: datetime,
        signed: tuple[Claims, ...] | None = None,
    ) -> Objection | None:
        """Tell what speaks against the ticket's going on at the moment, None for nothing.

        `signed` is what its commits prove, for whoever has read them. Raises FaultyFile until the files that it rests
        on are mended: what can't be read lets nothing through.
        """
        return clearance.verdict(ticket, await self._grounds(ticket, signed), requester, at)

    async def before_launch(
        self,
        ticket: PromotionRequest,
        requester: Requester | None,
        at: datetime,
        signed: tuple[Claims, ...] | None = None,
    ) -> Objection | Wait | None:
        """Tell the same of a launch, or what it waits for: who is ahead of it, or the end of a freeze.

        One that waits for a freeze keeps its place, so whoever is behind it waits, too; an emergency waits for none.
        """
        grounds = await self._grounds(ticket, signed)
        if said := clearance.verdict(ticket, grounds, requester, at):
            return said
        if ahead := await self._behind(ticket):
            return Wait(ahead)
        if ticket.emergency is not None:
            return None
        closed = await asyncio.to_thread(rules.closed, grounds.target.rules, at)
        return Wait(str(closed), closed.until or at + _SOON) if closed else None

    def by_rule(self, ticket: PromotionRequest, now: datetime) -> StandardVerdict | None:
        """The word on a request that was just created of the rule that says what is standard; None where none does.

        Costs nothing more where no rule says so. Raises FaultyFile, TargetNotOwned, and what reading the record raises.
        """
        lines = self.lines
        ruled = any(rule.standard for rule in lines.controls.rules.current().rules)
        if not ruled or not self.keys.current().signs_service:
            return None
        self.index.catch_up(fetch=True)
        reader = StandardReader(self.repository, lines.directory, self.index, self.keys)
        return reader.judged(ticket, lines.controls.of_ticket(ticket), now)

    async def _grounds(self, ticket: PromotionRequest, signed: tuple[Claims, ...] | None) -> Grounds:
        grounds = await asyncio.to_thread(self.lines.grounds_of, ticket, signed)
        if grounds.target.faults:
            raise FaultyFile(targets.told(grounds.target.faults))
        return grounds

    async def _behind(self, ticket: PromotionRequest) -> str | None:
        """A sentence that tells behind whom the ticket waits; None where it is its turn."""
        line = await asyncio.to_thread(self.lines.line_of, ticket)
        ahead = ahead_of(ticket.id, line)
        if ahead is None:
            return f"{ticket.id} has not entered its target's line as the record has it"
        for index, place in enumerate(ahead):
            if not await self._passed(place):
                return f"waits behind {', '.join(each.ticket_id for each in ahead[index:])}"
        return None

    async def _passed(self, place: Place) -> bool:
        """Tells whether a request ahead is one that nobody goes on with, so that it would block the line for ever."""
        ticket = await asyncio.to_thread(self.index.get, place.ticket_id)
        return ticket is not None and await self.abandoned(ticket)


@dataclass
class PreflightActivities:
    """Judges a ticket again and again until there is an answer; in between it holds no slot and writes no history."""

    record: RecordPreflight
    find: Find
    look_every: timedelta = timedelta(seconds=2)
    look_at_least: timedelta = timedelta(seconds=30)

    @activity.defn
    async def look(self, look: Preflight) -> Verdict:
        """Tell whether the ticket may be launched now, or why not; where it must wait, fail, benign, to be asked again.

        Harmless twice: it only reads, but for jobs that must not run, which stay cancelled (`find_job`). A job that an
        earlier run, or a lost answer, may have left in AWX is looked for first.
        """
        try:
            if (job := await self._found(look)) is not None:
                return job
            ticket = await asyncio.to_thread(self._ticket, look)
            if ticket is None:
                return LaunchRefused(reason=unlaunched("file-changed"))
            at = activity.info().started_time
            judge = self.record.judge if look.deployment is None else self.record.before_launch
            said = await judge(ticket, look.requester, at)
        except FaultyFile as fault:
            raise ApplicationError(str(fault), type="FaultyFile") from fault
        except UNREADABLE as error:
            raise ApplicationError(f"The record can't be read: {error}", type="RecordUnavailable") from error
        if isinstance(said, Wait):
            raise self._later(said, at)
        return said or Cleared()

    async def _found(self, look: Preflight) -> Verdict | None:
        """The attempt's job where there may be one; None where there is certainly none."""
        # Another run of this promotion may have asked AWX up to the moment in which this look was scheduled.
        asked = activity.info()
        asked_at = look.asked_at or (None if look.first_run == asked.workflow_run_id else asked.scheduled_time)
        if look.deployment is None or asked_at is None:
            return None
        await asyncio.to_thread(self._check_recorded, look.deployment)
        found = await self.find(JobLookup(deployment=look.deployment, asked_at=asked_at))
        return None if isinstance(found, NotLaunched) else found

    def _check_recorded(self, deployment: Deployment) -> None:
        """Raise unless the record has the attempt so: a job that differs from what is asked for is cancelled."""
        index = self.record.index
        index.catch_up(fetch=True)
        ticket = index.get(deployment.request_id)
        if ticket is None or Deployment.of(ticket) != deployment:
            raise RecordUnavailable(f"It does not have {deployment.marker} as it is asked for")

    def _ticket(self, look: Preflight) -> PromotionRequest | None:
        """The ticket, where the branch has it as its promotion wrote it."""
        index = self.record.index
        index.catch_up(fetch=True)
        return index.get(look.request_id) if index.revision(look.request_id) == look.revision else None

    def _later(self, wait: Wait, at: datetime) -> ApplicationError:
        delay = min(self.look_every * activity.info().attempt, self.look_at_least)
        if wait.until is not None:  # a hint cuts it short where the rules change
            delay = max(min(wait.until - at, _SOON), timedelta(seconds=1))
        return ApplicationError(
            wait.sentence[:8_000], type="NotYet", next_retry_delay=delay, category=ApplicationErrorCategory.BENIGN
        )


def _unasked(reason: str) -> NotLaunched:
    return NotLaunched(reason=reason[:8_000], asked=False)
