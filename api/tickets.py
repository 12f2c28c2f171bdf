"""Finds tickets and what belongs to them, for whoever may see them."""

import contextlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from starlette.concurrency import run_in_threadpool

from api.callbacks import CallbackOutcome
from api.engine import Engine
from api.engine_errors import NotRunning
from api.errors import NotFound
from api.lines import ruled, standing
from api.models import Line, RuledRequest
from domain import roles
from domain.comparison import Comparison
from domain.contract import ContractDifference
from domain.delegations import has_voted_for_another, may_stand_in
from domain.delivery import Progress, Report
from domain.deployment import AwxReport
from domain.errors import RuleViolation
from domain.evidence import Evidence
from domain.roles import Permission, Person
from domain.signing import Claims
from domain.ticket import PromotionRequest, State
from domain.values import TICKET_ID
from record.errors import RecordUnavailable
from record.facts.contracts import contract_of
from record.facts.line import LineReader
from record.facts.requesters import proven, requester_in
from record.facts.standard import StandardReader
from record.facts.test_evidence import evidence_of
from record.git import outbox
from record.git.repository import Repository
from record.index.diff import Comparer, Difference
from record.index.history import Commit, commits_of
from record.index.reader import Index
from record.signing.keys import KeyReader


def _utc_now() -> datetime:
    return datetime.now(UTC)


def sees(person: Person, ticket: PromotionRequest) -> bool:
    """Tells whether the person may see the ticket."""
    return roles.refusal(person, Permission.SEE, ticket) is None


@dataclass
class Tickets:
    """Reads tickets by what is recorded, and by the engine where a decision was taken that Git doesn't have yet."""

    engine: Engine
    repository: Repository
    index: Index
    keys: KeyReader
    comparer: Comparer
    lines: LineReader
    now: Callable[[], datetime] = _utc_now
    _ahead: set[str] = field(default_factory=set)
    """Tickets of which the engine held a later state than the record, when this process last looked."""

    @property
    def standard(self) -> StandardReader:
        """Reads what rules that approve by themselves ask for."""
        return StandardReader(self.repository, self.lines.directory, self.index, self.keys)

    async def visible(self, person: Person, ticket_id: str) -> PromotionRequest:
        """The ticket, recorded or held by the engine. Raises NotFound where the person may not see it either."""
        if not re.fullmatch(TICKET_ID, ticket_id):
            raise NotFound
        ticket = await self._newest(ticket_id)
        if ticket is None or not (sees(person, ticket) or await self._votes_on(person, ticket)):
            raise NotFound
        return ticket

    async def _votes_on(self, person: Person, ticket: PromotionRequest) -> bool:
        """Tells whether the person may vote on the ticket for somebody else now, or has."""
        if has_voted_for_another(ticket, person):
            return True
        if ticket.state is not State.PENDING:
            return False
        target = await run_in_threadpool(self.lines.controls.of_ticket, ticket)
        if not any(each.is_to(person) for each in target.handed):
            return False
        requester = requester_in(await self.acts(ticket))
        return bool(may_stand_in(ticket, target.handed, person, requester, self.now()))

    def tenant_of(self, ticket_id: str) -> str | None:
        """The tenant of a recorded ticket; None where there is none by that id."""
        ticket = self.index.get(ticket_id) if re.fullmatch(TICKET_ID, ticket_id) else None
        return ticket.metadata.tenant if ticket else None

    async def _newest(self, ticket_id: str) -> PromotionRequest | None:
        recorded = await run_in_threadpool(self.index.get, ticket_id)
        if recorded and ticket_id not in self._ahead:
            return recorded
        held = await self.engine.held(ticket_id)
        if held is None or (recorded and len(recorded.status.history) >= len(held.status.history)):
            self._ahead.discard(ticket_id)
            return recorded
        return held

    def held_ahead(self, ticket_id: str) -> None:
        """Note that the engine holds a later state of the ticket than the record."""
        self._ahead.add(ticket_id)

    async def history(self, person: Person, ticket_id: str) -> tuple[Commit, ...]:
        """The ticket's commits, oldest first. Raises NotFound."""
        ticket = await self.visible(person, ticket_id)
        return await run_in_threadpool(commits_of, self.repository, self.index, self.keys, ticket)

    async def difference(self, person: Person, ticket_id: str) -> Difference:
        """The ticket against what is in production for its target. Raises NotFound."""
        return await self.against_production(person, await self.visible(person, ticket_id))

    async def against_production(self, person: Person, ticket: PromotionRequest) -> Difference:
        """A ticket, or a draft of one, against what is in production for its target, as far as the person may see."""
        return await run_in_threadpool(self.comparer.difference, ticket, partial(sees, person))

    def compared(self, person: Person, ids: Iterable[str]) -> list[Comparison]:
        """Each of the recorded tickets that the person may see against production; others are left out."""
        return self.comparer.comparisons(ids, partial(sees, person))

    async def line(self, person: Person, ticket_id: str, at: datetime) -> Line:
        """The requests ahead of the ticket in its target's line, and what closes it at the moment. Raises NotFound."""
        ticket = await self.visible(person, ticket_id)
        return await run_in_threadpool(standing, self.lines, ticket, partial(sees, person), at)

    def ruled(self, person: Person, ids: Iterable[str], at: datetime) -> list[RuledRequest]:
        """Those of the recorded tickets that the person may see and of which rules say something at the moment."""
        return list(ruled(self.lines, ids, partial(sees, person), at))

    async def contract(self, ticket: PromotionRequest) -> ContractDifference | None:
        """The ticket's contract beside production's, None where nothing was kept. Raises RecordUnavailable."""
        return await run_in_threadpool(contract_of, self.repository, self.index, self.keys, ticket)

    async def evidence(self, ticket: PromotionRequest) -> Evidence | None:
        """The ticket's test evidence as it was seen, None where nothing was kept. Raises RecordUnavailable."""
        return await run_in_threadpool(evidence_of, self.repository, self.index, self.keys, ticket)

    async def announced(self, person: Person, ticket_id: str) -> Report:
        """Reports what was announced of the ticket, and what could not be. Raises NotFound, RecordUnavailable."""
        ticket = await self.visible(person, ticket_id)
        return await run_in_threadpool(outbox.announced, self.repository, ticket.id)

    async def escalations(self, ticket: PromotionRequest) -> tuple[Progress, ...]:
        """The times that rules asked further people, while nobody decided; none where no journal can be read."""
        if ticket.state is State.PENDING:
            with contextlib.suppress(RecordUnavailable, RuleViolation):
                return await run_in_threadpool(outbox.escalations, self.repository, ticket.id)
        return ()

    async def acts(self, ticket: PromotionRequest) -> tuple[Claims, ...]:
        """The acts that the ticket's commits prove, oldest first. Raises RecordUnavailable."""
        return await run_in_threadpool(proven, self.repository, self.index, self.keys, ticket.id)

    async def unproven(self, ticket: PromotionRequest) -> str | None:
        """The commit that made the ticket's file something else than what is proven, empty for an unknown one."""
        return await run_in_threadpool(self.index.unproven, ticket.path)

    async def report(self, ticket_id: str, report: AwxReport) -> CallbackOutcome:
        """Tell the promotion what AWX reported; one that has ended ignores it. Raises NotFound, EngineUnavailable."""
        try:
            await self.engine.report(ticket_id, report)
        except NotRunning:
            if await run_in_threadpool(self.index.get, ticket_id) is None:
                raise NotFound from None
            return CallbackOutcome.IGNORED
        return CallbackOutcome.NOTED
