"""Hands votes over for their givers, ends that, and tells who may vote for whom."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

from limits import RateLimitItemPerMinute
from pydantic import ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from api.auth import SignedIn
from api.counting import Counts
from api.delegation_engine import change_delegation
from api.engine import Engine
from api.errors import KeyReused, NotFound, TooManyRequests
from api.idempotency import key_of
from api.message_signing import MessageSigner
from api.trail import acted
from api.votes import Decider
from domain import delegations, roles
from domain.delegations import (
    FURTHEST,
    LONGEST,
    MOST_OPEN,
    MOST_TENANTS,
    Delegation,
    DelegationAction,
    DelegationChange,
    DelegationClaims,
    DelegationId,
    RecordedDelegation,
)
from domain.errors import DelegateUnfit, DelegationDates, DelegationOver, TooManyDelegations
from domain.roles import Permission, Person, Scope, same_address
from domain.trail import AuditAction
from domain.values import Email, Frozen, Moment, Reason, Tenant
from record.facts.controls import Controls
from record.facts.delegations import DelegationBook
from record.people.directory import Directory, DirectoryReader
from record.trail.writing import Trail

PER_MINUTE = 20
"""Delegations that one person makes or ends in a minute."""

MOST_SHOWN = 200


class DelegationBody(Frozen):
    """A vote to hand over: to whom, until when, and why; from now on where `since` is left out.

    `tenants` are those for whose requests it counts, all of the giver's where they are left out.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"to": "jean.dupont@cab-i.com", "until": "2026-12-05T18:00:00Z", "reason": "On leave until Friday"}
            ]
        }
    )

    to: Email
    until: Moment
    reason: Reason
    since: Moment | None = None
    tenants: Annotated[tuple[Tenant, ...] | None, Field(min_length=1, max_length=MOST_TENANTS)] = None


class DelegationState(StrEnum):
    """The state of a delegation: it begins later, counts now, or has ended."""

    COMING = "coming"
    STANDS = "stands"
    ENDED = "ended"


class ShownDelegation(Frozen):
    """A delegation, as the caller may see it.

    `counts` tells that the giver may approve somewhere now, so that it gives a vote while it stands. `withdrawable`
    tells that the caller may end it.
    """

    id: DelegationId
    giver: Decider
    to: Decider
    since: Moment
    until: Moment
    reason: Reason
    tenants: tuple[Tenant, ...] | None
    state: DelegationState
    counts: bool
    withdrawable: bool
    withdrawn_at: Moment | None
    withdrawn_by: Email | None

    @classmethod
    def of(cls, given: Delegation, caller: Person, directory: Directory, now: datetime) -> Self:
        giver, to = (directory.person(each) for each in (given.giver, given.to))
        holds = giver is not None and bool(_tenants(giver, given, directory))
        ended = DelegationState.ENDED if now >= given.ended else DelegationState.STANDS
        return cls(
            id=given.id,
            giver=Decider(name=giver.name if giver else given.giver, email=given.giver),
            to=Decider(name=to.name if to else given.to, email=given.to),
            since=given.since,
            until=given.until,
            reason=given.reason,
            tenants=given.tenants,
            state=DelegationState.COMING if now < given.since and now < given.ended else ended,
            counts=holds and to is not None,
            withdrawable=now < given.ended and (delegations.is_of(given, caller) or operates(caller)),
            withdrawn_at=given.withdrawn.at if given.withdrawn else None,
            withdrawn_by=given.withdrawn.by if given.withdrawn else None,
        )


def _tenants(giver: Person, given: Delegation, directory: Directory) -> list[str]:
    return [each for each in directory.tenants if given.reaches(each) and roles.holds(giver, Permission.APPROVE, each)]


def operates(person: Person) -> bool:
    """Tells whether the person is an admin of the whole platform."""
    return roles.scope(person, Permission.OPERATE).tenants is None


@dataclass(frozen=True)
class Delegations:
    """Signs what people do with their votes; the engine has it recorded."""

    engine: Engine
    controls: Controls
    directory: DirectoryReader
    signer: MessageSigner
    counts: Counts
    trail: Trail
    now: Callable[[], datetime]

    async def hand_over(self, by: SignedIn, body: DelegationBody, key: str | None) -> ShownDelegation:
        """Have the record take the delegation; the one that was made by the same Idempotency-Key before.

        Raises DelegationDates, NoVoteToGive, DelegateUnfit, TooManyDelegations, KeyReused, DelegationGone,
        TooManyRequests, EngineUnavailable.
        """
        await self._count(by.person)
        now = self.now().replace(microsecond=0)
        known = await run_in_threadpool(self._all)
        identity = key_of(by.person, key)[:32] if key else uuid.uuid4().hex
        made = next((each for each in known if each.id == identity), None)
        if made is None:
            asked = _given(by.person, body, identity, now)
            await run_in_threadpool(self._check, asked, by.person, known, now)
            recorded = await self._record(by, asked, now)
            made = recorded.delegation or asked
            if made == asked:  # another call with this key may have come first, and its act is noted
                self.trail.note(acted(by, AuditAction.DELEGATE, detail=f"{made.id}: {made}"))
        if not _alike(made, by.person, body):
            raise KeyReused
        return ShownDelegation.of(made, by.person, self.directory.current(), now)

    def _check(self, given: Delegation, giver: Person, known: Iterable[Delegation], now: datetime) -> None:
        directory = self.directory.current()
        delegations.check_given(given, giver, directory.person(given.to), directory.tenants)
        mine = (each for each in known if same_address(each.giver) == same_address(given.giver))
        if sum(now < each.ended for each in mine) >= MOST_OPEN:
            raise TooManyDelegations

    async def withdraw(self, by: SignedIn, identity: str) -> ShownDelegation:
        """End the delegation now. Raises NotFound, DelegationOver, TooManyRequests, EngineUnavailable."""
        await self._count(by.person)
        now = self.now().replace(microsecond=0)
        seen = await run_in_threadpool(self._seen, by.person)
        given = next((each for each in seen if each.id == identity), None)
        if given is None:
            raise NotFound("No such delegation")
        if now >= given.ended:
            raise DelegationOver
        ended = given.ended_by(by.person.email, max(now, given.created_at))
        await self._record(by, ended, now)
        self.trail.note(acted(by, AuditAction.UNDELEGATE, detail=f"{ended.id}: {ended}"))
        return ShownDelegation.of(ended, by.person, self.directory.current(), now)

    async def _record(self, by: SignedIn, given: Delegation, now: datetime) -> RecordedDelegation:
        """Have the act committed, signed by whoever it is of."""
        claims = DelegationClaims(
            id=given.id,
            action=DelegationAction.DELEGATED if given.withdrawn is None else DelegationAction.WITHDRAWN,
            content=given.digest,
            email=by.person.email,
            sub=by.person.subject,
            issuer=by.person.issuer,
            tip=self.signer.repository.tip(),
            at=given.withdrawn.at if given.withdrawn else now,
            auth_time=by.at and by.at.replace(microsecond=0),
            acr=by.acr,
        )
        proof = await run_in_threadpool(self.signer.signer.seal, claims)
        change = DelegationChange(delegation=given, name=by.person.name, proof=proof)
        return await change_delegation(self.engine, change)

    def shown(self, caller: Person, *, ended: bool) -> list[ShownDelegation]:
        """The delegations that the caller may see, the newest first: theirs, and to admins of the platform all."""
        now, directory = self.now(), self.directory.current()
        found = [each for each in self._seen(caller) if ended or now < each.ended]
        found.sort(key=lambda each: (each.created_at, each.id), reverse=True)
        return [ShownDelegation.of(each, caller, directory, now) for each in found[:MOST_SHOWN]]

    def _seen(self, caller: Person) -> list[Delegation]:
        return [each for each in self._all() if operates(caller) or delegations.is_of(each, caller)]

    def _all(self) -> list[Delegation]:
        """Every delegation that the record proves, ended ones too."""
        return [each.delegation for each in self.controls.delegations.current().proven]

    def decides_for(self, caller: Person) -> tuple[tuple[Scope, Person], ...]:
        """The people for whom the caller may vote now, each with the tenants in which they may."""
        now, directory, book = self.now(), self.directory.current(), self.controls.delegations.current()
        found: dict[str, tuple[Person, set[str]]] = {}
        mine = DelegationBook(tuple(each for each in book.proven if _may_give(each.delegation, caller, now)))
        for tenant in directory.tenants if mine.proven else ():
            for each in mine.handed(directory, tenant):
                if (giver := delegations.stand_in([each], caller, each.giver.email, now)) is not None:
                    found.setdefault(giver.email, (each.giver, set()))[1].add(tenant)
        return tuple(
            (Scope(tenants=frozenset(tenants), own_tenants=frozenset(), addresses=frozenset()), giver)
            for giver, tenants in found.values()
        )

    async def _count(self, person: Person) -> None:
        limit = RateLimitItemPerMinute(PER_MINUTE)
        if wait := await self.counts.take(limit, "delegation", person.subject or person.email):
            raise TooManyRequests(wait)


def _may_give(given: Delegation, caller: Person, now: datetime) -> bool:
    """Tells whether it stands, and is the caller's: of all that were ever made, few are."""
    return given.stands(now) and same_address(given.to) == same_address(caller.email)


def _given(giver: Person, body: DelegationBody, identity: str, now: datetime) -> Delegation:
    """The delegation that is asked for. Raises DelegationDates, DelegateUnfit."""
    if same_address(body.to) == same_address(giver.email):
        raise DelegateUnfit
    since = now if body.since is None else max(body.since, now)
    if not since < body.until <= since + LONGEST or since > now + FURTHEST:
        raise DelegationDates
    return Delegation(
        id=identity,
        created_at=now,
        giver=giver.email,
        to=body.to,
        since=since,
        until=body.until,
        reason=body.reason,
        tenants=None if body.tenants is None else tuple(sorted(set(body.tenants))),
    )


def _alike(made: Delegation, giver: Person, body: DelegationBody) -> bool:
    """Tells whether that was asked for by the same key before."""
    tenants = None if body.tenants is None else tuple(sorted(set(body.tenants)))
    said = (body.to, body.until, body.reason, tenants, giver.email)
    return said == (made.to, made.until, made.reason, made.tenants, made.giver)
