"""Takes new requests: checked by the record, given a number, signed, and started once for each Idempotency-Key."""

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from weakref import WeakValueDictionary

from starlette.concurrency import run_in_threadpool

from api import known, permissions
from api.auth import SignedIn
from api.contracts import ContractPreview
from api.engine import Answer, Engine
from api.engine_errors import EngineUnavailable, NumberTaken
from api.errors import TenantNotNamed
from api.idempotency import key_of, same
from api.kept import ContractShown
from api.message_signing import MessageSigner
from api.models import Checked, CreatePromotionRequest, DeployedVersion
from api.numbers import Numbers
from api.shares import FairShares, Patience
from api.standard import foreseen
from api.tickets import Tickets
from api.trail import acted
from api.votes import Voter, votes_of
from domain import delegations, lifecycle, rules, submissions, votes
from domain.contract import ContractWanted
from domain.decision import Submission
from domain.errors import NobodyToApprove, NotAuthorized, RuleViolation
from domain.evidence import EvidenceRule, EvidenceWanted, PipelineAddress, Tokens, contradiction
from domain.roles import Permission, Person, same_address
from domain.targets import TargetFacts
from domain.ticket import Target
from domain.trail import AuditAction
from domain.values import same_name
from record.facts.controls import Controls, Requested
from record.index.reader import Index
from record.people.directory import DirectoryReader
from record.trail.writing import Trail

_NUMBERS_TRIED = 1_000
"""Numbers tried for one submission before giving up: other API processes and a lost index may have used many."""


@dataclass(frozen=True)
class Limits:
    """The time that a request may wait for its decision, and how many of one person's may be open at once."""

    expiry: timedelta
    most_open: int = submissions.MOST_OPEN


@dataclass
class Submissions:
    """Takes submissions of one API process. `creates` shares what is recorded at once fairly between people."""

    tickets: Tickets
    engine: Engine
    index: Index
    directory: DirectoryReader
    controls: Controls
    signer: MessageSigner
    creates: FairShares
    limits: Limits
    now: Callable[[], datetime]
    numbers: Numbers
    trail: Trail
    contracts: ContractPreview
    _filing: Counter[str] = field(default_factory=Counter)
    """Creations that are being recorded, by the address of who asks."""
    _under_way: "WeakValueDictionary[str, asyncio.Lock]" = field(default_factory=WeakValueDictionary)
    _patience: Patience = field(default_factory=partial(Patience, EngineUnavailable))

    async def create(self, by: SignedIn, body: CreatePromotionRequest, idempotency_key: str | None) -> Answer:
        """A new ticket, or the first one's where the person used the key before.

        Raises NotAuthorized, TenantNotNamed, KeyReused, and what `lifecycle.create` raises.
        """
        person = by.person
        tenant = self._tenant(person, body)
        if idempotency_key is None:
            return await self._submit(by, tenant, body, key_of(person, secrets.token_hex()))
        key = key_of(person, idempotency_key)
        async with self._patience.turn(self._under_way.setdefault(key, asyncio.Lock())):
            try:
                answer = await self._submit(by, tenant, body, key, claimed=True)
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
        approvers = await self._approvers(draft)
        await self._repeated(draft)
        named = await self._has_contract(draft)
        contract = await self.contracts.of(draft.target) if named else None
        compared = contract.difference if contract else None
        draft = submissions.compared(draft, contract)
        ticket, facts = lifecycle.create(draft), await run_in_threadpool(self._facts, draft)
        approvers += delegations.standing_for(ticket, facts.handed, draft.asked_by, draft.at)
        difference = await self.tickets.against_production(person, ticket)
        found = difference.in_production
        return Checked(
            approvers=tuple(map(Voter.of, approvers)),
            production=found and DeployedVersion(version=found.version, ticket=found.ticket_id),
            impact=draft.request.impact_assessment,
            direction=difference.direction,
            others=difference.others,
            contract=ContractShown.before(contract, named=named),
            closed=rules.closed(facts.rules, draft.request.scheduled_date or draft.at),
            votes=votes_of(ticket, facts, approvers),
            standard=await run_in_threadpool(foreseen, self.tickets.standard, ticket, facts, compared, draft.at),
        )

    async def _draft(self, person: Person, tenant: str, body: CreatePromotionRequest, key: str) -> Submission:
        """The submission, as if no number were taken yet. Raises what refuses what it asks for."""
        at = self.now()
        draft = Submission(
            id=f"PR-{at.year}-0001",
            key=key,
            at=at,
            decide_by=at + self.limits.expiry,
            requester=person,
            owner=self.directory.current().person(person.owner) if person.owner else None,
            tenant=tenant,
            target=body.target,
            request=body.request,
            pre_checks=body.pre_checks,
        )
        facts = await run_in_threadpool(self._facts, draft)
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
            alike = other.spec.target.version == what.version
            # The id of a creation's act is its submission's key.
            if alike and draft.key in {act.id for act in await self.tickets.acts(other)}:
                return Answer(other, recorded=True)
        open_now = await run_in_threadpool(self.index.open_requests, address)
        submissions.check_open(what, tenants_own, open_now + self._filing[address], self.limits.most_open)
        return None

    async def _approvers(self, draft: Submission) -> tuple[Person, ...]:
        """The people who could approve it; refuses before a number is spent: no rule depends on the number."""
        ticket, directory = lifecycle.create(draft), self.directory.current()
        found = permissions.holders(Permission.APPROVE, ticket, draft.asked_by, directory)
        facts = await run_in_threadpool(self._facts, draft)
        lacking = facts.poll.missing(*found) if facts.controlled else ()
        if lacking or not found:
            missing = votes.told(lacking)
            sentence = f"Too few people could approve this: missing are {missing}" if found else None
            raise NobodyToApprove(sentence, missing=missing) if missing else NobodyToApprove(sentence)
        return found

    async def _submit(
        self, by: SignedIn, tenant: str, body: CreatePromotionRequest, key: str, *, claimed: bool = False
    ) -> Answer:
        """The draft, with the first number that is nobody's; `claimed` for a key that others may be sending too."""
        person = by.person
        draft = await self._draft(person, tenant, body, key)
        await self._approvers(draft)
        address = same_address(person.email)
        async with self._patience.turn(self.creates.turn(person.subject or person.email), self._alone(draft.target)):
            if first := await self._repeated(draft):
                return first
            self._filing[address] += 1
            try:
                return await self._numbered(await self._compared(await self._evidenced(draft)), by, claimed=claimed)
            finally:
                self._filing[address] -= 1

    async def _evidenced(self, draft: Submission) -> Submission:
        """The draft with what a worker saw of its test evidence, where that is a pipeline of a GitLab that we ask.

        Raises EvidenceContradicts.
        """
        url, hosts = draft.pre_checks.test_evidence_url, {each.host: each for each in self._gitlab()}
        address = PipelineAddress.of(url, hosts)
        if address is None:
            return draft
        facts = await run_in_threadpool(self._facts, draft)
        rule = facts.entry.evidence if facts.entry else EvidenceRule()
        token = hosts[address.host].token_name
        wanted = EvidenceWanted(key=draft.key, url=url, address=address, token_name=token, jobs=rule.jobs)
        found = await self.engine.read_evidence(wanted)
        if found is None:
            return draft
        if refused := contradiction(found.evidence, rule, draft.target):
            raise refused
        return draft.model_copy(update={"evidence": found.seal})

    async def _compared(self, draft: Submission) -> Submission:
        """The draft with how its contract differs from production's, where the catalogue names its documents."""
        if not await self._has_contract(draft):
            return draft
        wanted = ContractWanted(key=draft.key, type=draft.target.type, name=draft.target.name)
        return submissions.compared(draft, await self.engine.compare_contract(wanted))

    async def _has_contract(self, draft: Submission) -> bool:
        facts = await run_in_threadpool(self._facts, draft)
        return facts.entry is not None and facts.entry.contract is not None

    def _facts(self, draft: Submission) -> TargetFacts:
        return self.controls.of_new(Requested(draft.tenant, draft.target, draft.request.impact_assessment))

    def _gitlab(self) -> tuple[Tokens, ...]:
        return self.directory.current().rules.gitlab

    def _alone(self, target: Target) -> asyncio.Lock:
        """One creation of a version at a time: of two at once, the second sees the first."""
        what = f"{target.type} {same_name(target.name)} {target.version}"
        return self._under_way.setdefault(what, asyncio.Lock())

    async def _numbered(self, draft: Submission, by: SignedIn, *, claimed: bool) -> Answer:
        """Submit the draft with the first number that is nobody's."""
        key, year = draft.key, draft.at.year
        for attempt in range(_NUMBERS_TRIED):
            ours = await self.numbers.next_id(year)
            ticket_id = await self.engine.claim(key, attempt, ours) if claimed else ours
            if ticket_id != ours:
                self.numbers.give_back(ours)
            try:
                answer = await self.engine.submit(await run_in_threadpool(self._signed, draft, ticket_id, by))
            except NumberTaken:
                continue
            if ticket_id != ours:
                return await self._found(ticket_id)
            what = f"{draft.target.type} {draft.target.name} {draft.target.version}"
            self.trail.note(acted(by, AuditAction.CREATE, ticket=ours, tenant=draft.tenant, detail=what))
            return answer
        raise EngineUnavailable(f"{_NUMBERS_TRIED} numbers of {year} were taken in a row")

    def _signed(self, draft: Submission, ticket_id: str, by: SignedIn) -> Submission:
        numbered = draft.model_copy(update={"id": ticket_id})
        return self.signer.sign(numbered, lifecycle.create(numbered), by)

    async def _found(self, ticket_id: str) -> Answer:
        """The ticket of a key that was used before."""
        recorded = await run_in_threadpool(self.index.get, ticket_id)
        ticket = recorded or await self.engine.held(ticket_id)
        if ticket is None:
            raise EngineUnavailable(f"{ticket_id} was submitted, but neither recorded nor held")
        return Answer(ticket, recorded=recorded is not None)
