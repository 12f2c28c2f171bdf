"""Does what the routes delegate: numbers for submissions, decisions made out, tickets found for who may see them."""

import asyncio
import contextlib
import re
import secrets
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from weakref import WeakValueDictionary

import structlog
from starlette.concurrency import run_in_threadpool

from api import known, permissions
from api.engine import Answer, Engine, EngineUnavailable, NotRunning, NumberTaken
from api.errors import ChangedSince, NotFound, TenantNotNamed
from api.etags import etag, matches
from api.idempotency import key_of, same
from api.lines import standing
from api.models import CallbackOutcome, Checked, CreatePromotionRequest, Decider, DeployedVersion, Line, Permissions
from api.shares import FairShares, Patience
from domain import lifecycle, roles, submissions, targets
from domain.comparison import Comparison
from domain.decision import Decision, DecisionAction, Submission
from domain.delivery import Report
from domain.deployment import AwxReport
from domain.errors import NobodyToApprove, NotAuthorized, RuleViolation
from domain.roles import Permission, Person, Requester, same_address
from domain.targets import TargetFacts
from domain.ticket import PromotionRequest, Target
from domain.values import TICKET_ID, same_name
from record.errors import RecordUnavailable
from record.facts.controls import Controls
from record.facts.line import LineReader
from record.facts.requesters import proven, requester_in
from record.git import outbox
from record.git.repository import Repository
from record.index.diff import Comparer, Difference
from record.index.history import Commit, commits_of
from record.index.reader import Index
from record.people.directory import DirectoryReader
from record.signing.keys import KeyReader
from record.signing.signatures import Signer

log = structlog.get_logger(__name__)

_NUMBERS_TRIED = 1_000
"""Numbers tried for one submission before giving up: other API processes and a lost index may have used many."""


@dataclass(frozen=True)
class DecisionRequest:
    """A caller's wish to decide; `if_match` is the entity tag of what they read, where they insist on it.

    `production` is the version in production that they were shown, empty for none; None for what it is now.
    """

    action: DecisionAction
    comment: str | None = None
    reason: str | None = None
    production: str | None = None
    if_match: str | None = None


@dataclass
class Promotions:
    """One API process's view: the engine decides, the index answers, the directory knows people; the clock is given."""

    engine: Engine
    repository: Repository
    index: Index
    directory: DirectoryReader
    controls: Controls
    keys: KeyReader
    now: Callable[[], datetime]
    expiry: timedelta
    creates: FairShares
    signer: Signer
    most_open: int = submissions.MOST_OPEN
    _handed_out: dict[int, int] = field(default_factory=dict)
    _spare: list[str] = field(default_factory=list)
    """Numbers that were handed out and then not used."""
    _ahead: set[str] = field(default_factory=set)
    """Tickets of which the engine held a later state than the record, when this process last looked."""
    _filing: Counter[str] = field(default_factory=Counter)
    """Creations that are being recorded, by the address of who asks."""
    _under_way: "WeakValueDictionary[str, asyncio.Lock]" = field(default_factory=WeakValueDictionary)
    _patience: Patience = field(default_factory=partial(Patience, EngineUnavailable))

    # -- reading ---------------------------------------------------------------------------------------------------

    async def visible(self, person: Person, ticket_id: str) -> PromotionRequest:
        """The ticket, recorded or held by the engine. Raises NotFound where the person may not see it either."""
        if not re.fullmatch(TICKET_ID, ticket_id):
            raise NotFound
        ticket = await self._newest(ticket_id)
        if ticket is None or not _sees(person, ticket):
            raise NotFound
        return ticket

    async def _newest(self, ticket_id: str) -> PromotionRequest | None:
        """The ticket as recorded, or as the engine holds it where a decision was taken that Git doesn't have yet."""
        recorded = await run_in_threadpool(self.index.get, ticket_id)
        if recorded and ticket_id not in self._ahead:
            return recorded
        held = await self.engine.held(ticket_id)
        if held is None or (recorded and len(recorded.status.history) >= len(held.status.history)):
            self._ahead.discard(ticket_id)
            return recorded
        return held

    async def history(self, person: Person, ticket_id: str) -> tuple[Commit, ...]:
        """The ticket's commits, oldest first. Raises NotFound."""
        ticket = await self.visible(person, ticket_id)
        return await run_in_threadpool(commits_of, self.repository, self.index, ticket)

    async def difference(self, person: Person, ticket_id: str) -> Difference:
        """The ticket against what is in production for its target. Raises NotFound."""
        ticket = await self.visible(person, ticket_id)
        return await run_in_threadpool(self._comparer.difference, ticket, partial(_sees, person))

    def compared(self, person: Person, ids: Iterable[str]) -> list[Comparison]:
        """Each of the recorded tickets that the person may see against production; others are left out."""
        return self._comparer.comparisons(ids, partial(_sees, person))

    @property
    def _comparer(self) -> Comparer:
        return Comparer(self.index, self.controls.catalogue)

    async def line(self, person: Person, ticket_id: str) -> Line:
        """The requests ahead of the ticket in its target's line. Raises NotFound."""
        ticket = await self.visible(person, ticket_id)
        lines = LineReader(self.repository, self.index, self.directory, self.keys, self.controls)
        return await run_in_threadpool(standing, lines, ticket, partial(_sees, person))

    async def announced(self, person: Person, ticket_id: str) -> Report:
        """Reports what was announced of the ticket, and what could not be. Raises NotFound, RecordUnavailable."""
        ticket = await self.visible(person, ticket_id)
        return await run_in_threadpool(outbox.announced, self.repository, ticket.id)

    async def permissions(self, person: Person, ticket_id: str) -> Permissions:
        """The person's rights on the ticket now, and the people who could approve it. Raises NotFound."""
        ticket = await self.visible(person, ticket_id)
        directory = await run_in_threadpool(self.directory.current)
        target = await run_in_threadpool(self.controls.of_ticket, ticket)
        return permissions.permissions(person, ticket, await self.asked_by(ticket), directory, target, self.now())

    async def asked_by(self, ticket: PromotionRequest) -> Requester | None:
        """The requester of the ticket, as they were known then; None where no commit says. Raises RecordUnavailable."""
        keys = self.keys.current()
        return requester_in(await run_in_threadpool(proven, self.repository, self.index, keys, ticket.id))

    async def report(self, ticket_id: str, report: AwxReport) -> CallbackOutcome:
        """Tell the promotion what AWX reported; one that has ended ignores it. Raises NotFound, EngineUnavailable."""
        try:
            await self.engine.report(ticket_id, report)
        except NotRunning:
            if await run_in_threadpool(self.index.get, ticket_id) is None:
                raise NotFound from None
            return CallbackOutcome.IGNORED
        return CallbackOutcome.NOTED

    # -- deciding --------------------------------------------------------------------------------------------------

    async def decide(self, person: Person, ticket_id: str, said: DecisionRequest) -> Answer:
        """Take the person's decision on the ticket as they see it now.

        Raises NotFound, ChangedSince, or the RuleViolation that refuses it.
        """
        ticket = await self.visible(person, ticket_id)
        if said.if_match is not None and not matches(said.if_match, etag(ticket)):
            raise ChangedSince
        target = None
        if said.action in lifecycle.GRANTING:  # others go on where the record is away or faulty
            target = await run_in_threadpool(self.controls.of_ticket, ticket)
        now_there = target.production or "" if target and said.action is DecisionAction.APPROVE else None
        decision = Decision(
            id=str(uuid.uuid4()),
            ticket_id=ticket_id,
            digest=ticket.digest,
            action=said.action,
            person=person,
            at=self.now(),
            comment=said.comment,
            reason=said.reason,
            production=now_there if said.production is None else said.production,
        )
        requester = None
        with contextlib.suppress(RecordUnavailable):  # the promotion knows who asked, and judges by that
            requester = await self.asked_by(ticket)
        await self._judge(decision, ticket, requester, target)
        try:
            answer = await self.engine.decide(self.signer.sign(decision))
        except NotRunning:
            # An ended promotion has a reason to refuse; one that should run and doesn't is for operators.
            lifecycle.check(ticket, decision, self.now(), requester)
            raise
        if not answer.recorded:
            self._ahead.add(ticket_id)
        return answer

    async def _judge(
        self, decision: Decision, ticket: PromotionRequest, requester: Requester | None, target: TargetFacts | None
    ) -> None:
        """Refuse what the record itself refuses: the gate signs nothing that its person has no right to.

        Where the ticket's state refuses too, that is the answer, as it will be the promotion's.
        """
        directory = await run_in_threadpool(self.directory.current)
        refused = directory.refusal(decision.person, decision.action.permission, ticket, requester)
        now = self.now()
        try:
            if refused or (target and targets.objection(target, ticket.metadata.tenant, ticket.spec.target)):
                lifecycle.check(ticket, decision, now, requester, target)
        except RuleViolation as violation:
            refused = violation
        if refused:
            told, _ = permissions.explained(refused, decision.action, ticket, requester, directory, target, now)
            raise told

    # -- creating --------------------------------------------------------------------------------------------------

    async def create(self, person: Person, body: CreatePromotionRequest, idempotency_key: str | None) -> Answer:
        """A new ticket, or the first one's where the person used the key before.

        Raises NotAuthorized, TenantNotNamed, KeyReused, and what `lifecycle.create` raises.
        """
        tenant = self._tenant(person, body)
        if idempotency_key is None:
            return await self._submit(person, tenant, body, key_of(person, secrets.token_hex()))
        key = key_of(person, idempotency_key)
        async with self._patience.turn(self._under_way.setdefault(key, asyncio.Lock())):
            try:
                answer = await self._submit(person, tenant, body, key, claimed=True)
            except RuleViolation:
                first = await self.engine.submitted(key)
                if first is None:
                    raise
                answer = await self._found(first)  # what was taken once is not judged again
        return same(answer, tenant, body)

    def _tenant(self, person: Person, body: CreatePromotionRequest) -> str:
        """The tenant that is meant, where the person may create in it."""
        allowed = known.creates(person, self.directory.current())
        if not allowed and body.tenant is None:
            raise NotAuthorized
        if body.tenant is None and len(allowed) > 1:
            raise TenantNotNamed(allowed)
        tenant = body.tenant or allowed[0]
        if tenant not in allowed:
            raise permissions.not_creating(person, tenant, self.directory.current())
        return tenant

    async def check(self, person: Person, body: CreatePromotionRequest) -> Checked:
        """Checks what a creation would meet, and who could approve it; nothing is kept. Raises as `create` refuses."""
        draft = await self._draft(person, self._tenant(person, body), body, key_of(person, secrets.token_hex()))
        approvers = self._approvers(draft)
        await self._repeated(draft)
        return await run_in_threadpool(self._checked, person, draft, approvers)

    def _checked(self, person: Person, draft: Submission, approvers: tuple[Person, ...]) -> Checked:
        difference = self._comparer.difference(lifecycle.create(draft), partial(_sees, person))
        found = difference.in_production
        return Checked(
            approvers=tuple(map(Decider.of, approvers)),
            production=found and DeployedVersion(version=found.version, ticket=found.ticket_id),
            impact=draft.request.impact_assessment,
            direction=difference.direction,
            others=difference.others,
        )

    async def _draft(self, person: Person, tenant: str, body: CreatePromotionRequest, key: str) -> Submission:
        """The submission, as if no number were taken yet. Raises what refuses what it asks for."""
        at = self.now()
        draft = Submission(
            id=f"PR-{at.year}-0001",
            key=key,
            at=at,
            decide_by=at + self.expiry,
            requester=person,
            owner=self.directory.current().person(person.owner) if person.owner else None,
            tenant=tenant,
            target=body.target,
            request=body.request,
            pre_checks=body.pre_checks,
        )
        facts = await run_in_threadpool(self.controls.of_new, tenant, body.target)
        submissions.check(draft, facts, self.directory.current().rules.moving_versions)
        return submissions.raised(draft, facts)

    async def _repeated(self, draft: Submission) -> Answer | None:
        """The draft's own ticket, where another process recorded it meanwhile; None where there is none.

        Raises what the open requests of the target, or of the person, refuse.
        """
        what, address = draft.target, same_address(draft.requester.email)
        others = await run_in_threadpool(self.index.open_of, what.type, what.name, what.target_environment)
        tenants_own = [other for other in others if other.metadata.tenant == draft.tenant]
        for other in tenants_own:
            same = other.spec.target.version == what.version
            if same and draft.key in await run_in_threadpool(self._keys_of, other):
                return Answer(other, recorded=True)
        open_now = await run_in_threadpool(self.index.open_requests, address)
        submissions.check_open(what, tenants_own, open_now + self._filing[address], self.most_open)
        return None

    def _keys_of(self, ticket: PromotionRequest) -> set[str]:
        """The keys that its signed acts name: a creation's is the submission's."""
        return {each.id for each in proven(self.repository, self.index, self.keys.current(), ticket.id)}

    def _approvers(self, draft: Submission) -> tuple[Person, ...]:
        """The people who could approve it; refuses before a number is spent: no rule depends on the number."""
        found = permissions.approvers(self.directory.current(), lifecycle.create(draft), draft.asked_by)
        if not found:
            raise NobodyToApprove
        return found

    async def _submit(
        self, person: Person, tenant: str, body: CreatePromotionRequest, key: str, *, claimed: bool = False
    ) -> Answer:
        """The draft, with the first number that is nobody's; `claimed` for a key that others may be sending too."""
        draft = await self._draft(person, tenant, body, key)
        self._approvers(draft)
        address = same_address(person.email)
        async with self._patience.turn(self.creates.turn(person.subject or person.email), self._alone(draft.target)):
            if first := await self._repeated(draft):
                return first
            self._filing[address] += 1
            try:
                return await self._numbered(draft, key, claimed=claimed)
            finally:
                self._filing[address] -= 1

    def _alone(self, target: Target) -> asyncio.Lock:
        """One creation of a version at a time: of two at once, the second sees the first."""
        what = f"{target.type} {same_name(target.name)} {target.version}"
        return self._under_way.setdefault(what, asyncio.Lock())

    async def _numbered(self, draft: Submission, key: str, *, claimed: bool) -> Answer:
        """Submit the draft with the first number that is nobody's."""
        year = draft.at.year
        for attempt in range(_NUMBERS_TRIED):
            ours = await self._next_id(year)
            ticket_id = await self.engine.claim(key, attempt, ours) if claimed else ours
            if ticket_id != ours:
                self._spare.append(ours)
            try:
                answer = await self.engine.submit(self.signer.sign(draft.model_copy(update={"id": ticket_id})))
            except NumberTaken:
                continue
            return answer if ticket_id == ours else await self._found(ticket_id)
        raise EngineUnavailable(f"{_NUMBERS_TRIED} numbers of {year} were taken in a row")

    async def _next_id(self, year: int) -> str:
        """One more than any number recorded or handed out here; another process may hold it, then the start refuses."""
        while self._spare:
            if (spare := self._spare.pop()).startswith(f"PR-{year}-"):
                return spare
        recorded = await run_in_threadpool(self.index.last_number, year)
        number = max(recorded, self._handed_out.get(year, 0)) + 1
        self._handed_out[year] = number
        return f"PR-{year}-{number:04}"

    async def _found(self, ticket_id: str) -> Answer:
        """The ticket of a key that was used before."""
        recorded = await run_in_threadpool(self.index.get, ticket_id)
        ticket = recorded or await self.engine.held(ticket_id)
        if ticket is None:
            raise EngineUnavailable(f"{ticket_id} was submitted, but neither recorded nor held")
        return Answer(ticket, recorded=recorded is not None)


def _sees(person: Person, ticket: PromotionRequest) -> bool:
    return roles.refusal(person, Permission.SEE, ticket) is None
