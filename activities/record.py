"""Commits transitions, and tells Temporal when to try again: Git may be slow, down, or edited by hand."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from prometheus_client import Counter, Histogram
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.clock import engine_clock
from activities.confirming import Confirming
from activities.tracing import link_announcements
from activities.vouching import Vouching
from domain import lifecycle
from domain.change import Change, Recorded, RuleApproval, SetBack
from domain.errors import PasskeyInvalid, PasskeyRequired, RuleViolation, StaleDecision, Unproven, Unvouched
from domain.ticket import SYSTEM, Action, PromotionRequest
from domain.vouching import Vouched
from record.errors import RecordConflict, TicketExists
from record.facts.line import UNREADABLE
from record.facts.used import used_ids
from record.git.repository import Repository
from record.git.writer import Clock, Seal
from record.index.proving import unproven
from record.index.reader import Index
from record.signing.proofs import CommitProofs

_DAYS = (60, 300, 900, 3_600, 14_400, 28_800, 86_400, 259_200, 604_800, 2_592_000)
"""Buckets in seconds, from a minute to a month."""

DECIDED = Histogram(
    "prodgate_decision_seconds", "Time from a request to its approval or rejection", ["impact"], buckets=_DAYS
)
IN_PRODUCTION = Histogram(
    "prodgate_production_seconds", "Time from a request to its deployment", ["impact"], buckets=_DAYS
)
CONFLICTS = Counter("prodgate_record_conflicts", "Attempts to commit that met a file which somebody else had changed")

_OTHERWISE = "The record proves something else of this request than its promotion knows: look again"
_FIRST_LOOK = timedelta(seconds=10)
_LAST_LOOK = timedelta(minutes=5)
"""A conflict waits for a person: look again soon at first, then rarely, but soon enough after a repair."""


@dataclass
class RecordActivities:
    """Writes to the Git record: of people what the API signed, of the service what this worker vouches for."""

    repository: Repository
    index: Index
    proofs: CommitProofs
    vouching: Vouching
    confirming: Confirming

    @activity.defn
    async def record_change(self, change: Change) -> Recorded:
        """Commit one transition of one ticket, and return the file's revision; with a rule's approval of a creation.

        Running it twice is harmless: a change that the record holds already is found there and not written again.
        Fails for good as `TicketExists` when the number is taken; as `KeyEnded`, `StaleDecision` or `Unproven` for what
        a person did, and the API did not sign so, or with a key that ended, or that is recorded already; as
        `PasskeyRequired` or `PasskeyInvalid` where their own passkey does not confirm it; as `Unvouched`
        for what the service did not do; as `StaleDecision` with a `SetBack` where the record proves less, or more, than
        what the change is made from. Fails as `RecordConflict` until a person has put the file back, as `Unproven`
        until they have put back the key of a decision that was taken already, and as `RecordUnavailable` until Git can
        be reached.
        """
        clock = engine_clock(activity.info())
        link_announcements(change.ticket.id, len(change.ticket.status.history))
        try:
            recorded = await self.repository.record(change, await self._seal(change, clock), clock)
        except TicketExists as error:
            raise ApplicationError(str(error), type="TicketExists", non_retryable=True) from error
        except RecordConflict as error:
            CONFLICTS.inc()
            if word := await asyncio.to_thread(self._word_of_record, change.ticket):
                raise ApplicationError(_OTHERWISE, word, type="StaleDecision", non_retryable=True) from error
            said = await asyncio.to_thread(self._conflict, error, change.ticket)
            activity.logger.error("%s", said)
            look_again = _next_look(activity.info().attempt)
            raise ApplicationError(said, type="RecordConflict", next_retry_delay=look_again) from error
        except (Unproven, StaleDecision, Unvouched, PasskeyRequired, PasskeyInvalid) as error:
            raise self._refused(error, change) from error
        except UNREADABLE as error:
            raise ApplicationError(str(error), type="RecordUnavailable") from error
        _measure(change.ticket)
        if change.ticket.last.action is not Action.CREATED:
            return recorded
        approval = await asyncio.to_thread(self._by_rule, change.ticket, clock())
        return recorded.model_copy(update={"approval": approval})

    def _by_rule(self, ticket: PromotionRequest, now: datetime) -> RuleApproval | None:
        """The approval of a request that was just recorded, where a rule of the company gives it.

        What can't be read approves nothing: then people are asked.
        """
        try:
            said = self.vouching.record.by_rule(ticket, now)
        except (RuleViolation, *UNREADABLE) as error:
            activity.logger.warning("no rule was asked to approve %s: %s", ticket.id, error)
            return None
        return RuleApproval(rule=said.rule, facts=said.facts) if said is not None and said.approves else None

    def _word_of_record(self, ticket: PromotionRequest) -> SetBack | None:
        """The ticket as the record proves it, where that is less than the promotion wrote, for a key was revoked back;
        or more than it knows, for its engine was restored from a backup.

        A file that somebody changed without proof is not what the record proves, and waits for a person; so does any
        where the service does not sign.
        """
        self.index.catch_up()
        there, revision = self.index.get(ticket.id), self.index.revision(ticket.id)
        proves = self.proofs.is_needed() and self.index.unproven(ticket.path) is None
        if there is None or revision is None or not proves:
            return None
        goes_on = lifecycle.continues(there, ticket) or _is_ahead(there, ticket)
        return SetBack(ticket=there, revision=revision) if goes_on else None

    def _conflict(self, error: RecordConflict, ticket: PromotionRequest) -> str:
        """The sentence of a conflict; it names the commit to repair where what the file says is not proven."""
        self.index.catch_up()
        commit = self.index.unproven(ticket.path)
        return str(error) if commit is None else f"{ticket.id} waits for a person: {ticket.path}: {unproven(commit)}"

    async def _seal(self, change: Change, clock: Clock) -> Seal:
        """The proof that the commit gets when it is made. Raises Unvouched."""
        last, proofs, info = change.ticket.last, self.proofs, activity.info()
        if last.by != SYSTEM or last.by_person:
            await asyncio.to_thread(proofs.look_for_key, change)
            proven = partial(proofs.by_person, await asyncio.to_thread(self._used, change))
            asked = await asyncio.to_thread(self.confirming.asked, change)
            return lambda sealed, tip: self.confirming.check(proven(sealed, tip), asked, tip, info.scheduled_time)
        needed = await asyncio.to_thread(proofs.is_needed)
        vouched = await self._vouched(change, info) if needed else ""
        return lambda sealed, tip: proofs.by_service(clock(), vouched, sealed, tip)

    async def _vouched(self, change: Change, info: activity.Info) -> Vouched | str:
        """The act as this worker vouches for it, or why nobody does: it has no key, or what the act is made from is
        not what the record proves."""
        if fault := await asyncio.to_thread(self.proofs.fault):
            return fault  # it could seal nothing that AWX says, and would take that for AWX's not knowing the job
        if vouched := await self.vouching.vouch(change, info):
            return vouched
        by = await asyncio.to_thread(self.index.unproven, change.ticket.path)
        return "The record is not yet known as it is now; try again" if by is None else unproven(by)

    def _used(self, change: Change) -> frozenset[str]:
        if change.base is None:
            return frozenset()
        return used_ids(self.repository, self.index, self.proofs.keys, change.ticket)

    def _refused(self, error: RuleViolation, change: Change) -> ApplicationError:
        """A refusal for good; but of a decision whose key is missing, until somebody has put it back."""
        activity.logger.error("%s of %s: %s", change.ticket.last.action, change.ticket.id, error)
        waits = change.base is not None and isinstance(error, Unproven) and self.proofs.lacks_key(change)
        look_again = _next_look(activity.info().attempt) if waits else None
        kind = type(error).__name__
        return ApplicationError(str(error), type=kind, non_retryable=not waits, next_retry_delay=look_again)


def _is_ahead(there: PromotionRequest, ticket: PromotionRequest) -> bool:
    """Tells whether the record went on from what the ticket's last transition was made from."""
    before = lifecycle.previous(ticket)
    return before is not None and before != there and lifecycle.continues(before, there)


def _measure(ticket: PromotionRequest) -> None:
    """Count how long the ticket took; twice where an activity that had committed is run again."""
    took, impact = ticket.last.at - ticket.metadata.created_at, ticket.spec.request.impact_assessment
    if ticket.last.action in {Action.APPROVED, Action.REJECTED}:
        DECIDED.labels(impact).observe(took.total_seconds())
    elif ticket.last.action is Action.DEPLOYED:
        IN_PRODUCTION.labels(impact).observe(took.total_seconds())


def _next_look(attempt: int) -> timedelta:
    """The time to wait after this attempt, counted from 1."""
    return min(_FIRST_LOOK * (1 << min(attempt - 1, 8)), _LAST_LOOK)
