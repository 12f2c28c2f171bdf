"""Takes what people decide on tickets: judged by the record first, signed, handed to the promotion."""

import contextlib
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from starlette.concurrency import run_in_threadpool

from api.auth import SignedIn
from api.confirming import DecisionChallenge, PasskeyAnswer, PasskeyAsked, PasskeyChoice
from api.engine import Answer, Engine
from api.engine_errors import NotRunning
from api.errors import ChangedSince
from api.escalation import escalation_of
from api.etags import etag, matches
from api.message_signing import MessageSigner
from api.models import Permissions, UnprovenState
from api.permissions import Case, shown
from api.standard import said_of
from api.tickets import Tickets
from api.trail import acted
from domain import lifecycle, passkeys, targets
from domain.assertions import to_base64url
from domain.decision import Decision, DecisionAction
from domain.errors import PasskeyRequired, RuleViolation, StaleDecision, VotesMissing
from domain.passkeys import Passkey
from domain.roles import Person
from domain.signing import Claims, claims_of
from domain.targets import TargetFacts
from domain.ticket import PromotionRequest, digest_of
from domain.trail import AuditAction
from record.errors import RecordUnavailable
from record.facts.controls import Controls
from record.facts.requesters import declared_as, requester_in
from record.people.directory import DirectoryReader
from record.trail.writing import Trail


@dataclass(frozen=True)
class DecisionRequest:
    """A caller's wish to decide; `if_match` is the entity tag of what they read, where they insist on it.

    `production` is the version in production that they were shown, empty for none; None for what it is now.
    `on_behalf_of` is who handed them the vote that they give, `passkey` the answer of their authenticator to all of it.
    """

    action: DecisionAction
    comment: str | None = None
    reason: str | None = None
    production: str | None = None
    if_match: str | None = None
    on_behalf_of: str | None = None
    passkey: PasskeyAnswer | None = None


@dataclass(frozen=True)
class Decisions:
    """Judges decisions as the promotions will, and has the engine take those that the record does not refuse."""

    tickets: Tickets
    engine: Engine
    directory: DirectoryReader
    controls: Controls
    signer: MessageSigner
    trail: Trail
    now: Callable[[], datetime]

    async def permissions(self, person: Person, ticket_id: str) -> Permissions:
        """The person's rights on the ticket now, and the people who could approve it. Raises NotFound."""
        ticket = await self.tickets.visible(person, ticket_id)
        case, commit = await self._case(ticket), await self.tickets.unproven(ticket)
        not_proven = None if commit is None else UnprovenState(commit=commit or None)
        standard = await run_in_threadpool(said_of, self.tickets.standard, ticket, case.target, case.now)
        told = await self.tickets.escalations(ticket)
        own = await run_in_threadpool(self._passkeys, person)
        asked = PasskeyAsked.of(passkeys.asked_by(case.target), own)
        said = {"not_proven": not_proven, "standard": standard, "passkey": asked}
        return case.permissions(person).model_copy(
            update=said | {"escalation": escalation_of(ticket, case.target, told)}
        )

    def _passkeys(self, person: Person) -> tuple[Passkey, ...]:
        """The passkeys that the person may answer by. Raises RecordUnavailable."""
        return self.controls.passkeys.current().of(person.email, person.subject, person.issuer)

    async def challenge(self, by: SignedIn, ticket_id: str, asked: DecisionRequest) -> DecisionChallenge:
        """The challenge by which the person's passkey confirms the decision, as they are about to send it.

        Raises NotFound, PasskeyRequired where they have no passkey, or the RuleViolation that refuses the decision.
        """
        ticket = await self.tickets.visible(by.person, ticket_id)
        nonce, case = str(uuid.uuid4()), await self._judged_by(ticket, asked)
        draft = self._draft(ticket, case, by, asked, _confirmed_id(by.person, nonce))
        self._judge(draft, case)
        own = await run_in_threadpool(self._passkeys, by.person)
        if not own:
            raise PasskeyRequired("You have no passkey that counts: make one in your preferences, in the console")
        counted = await run_in_threadpool(self.signer.counted, draft, ticket, by)
        return DecisionChallenge(
            challenge=to_base64url(passkeys.decision_challenge(claims_of(counted), counted.at)),
            asked=counted.at,
            rp_id=own[0].rp_id,
            passkeys=tuple(PasskeyChoice(id=each.id, label=each.label, credential=each.credential) for each in own),
            decision=nonce,
        )

    async def refusal(self, person: Person, action: DecisionAction, ticket: PromotionRequest) -> RuleViolation | None:
        """The reason why the person may not decide this on the ticket now, or None; for nobody else either."""
        case = await self._case(ticket)
        refused = case.refusal(person, action)
        others = case.givers(person) if refused and action.is_a_vote else ()
        return None if any(case.refusal(person, action, each.email) is None for each in others) else refused

    async def may_answer(self, person: Person, ticket: PromotionRequest) -> bool:
        """Tells whether the person may answer for the ticket's emergency now; what can't be read lets nobody."""
        try:
            return await self.refusal(person, DecisionAction.RATIFY, ticket) is None
        except RecordUnavailable:
            return False

    async def _case(self, ticket: PromotionRequest) -> Case:
        directory = await run_in_threadpool(self.directory.current)
        target = await run_in_threadpool(self.controls.of_ticket, ticket)
        acts = await self.tickets.acts(ticket)
        return Case(ticket, requester_in(acts), directory, _with_declarer(ticket, target, acts), self.now())

    async def decide(self, by: SignedIn, ticket_id: str, asked: DecisionRequest) -> Answer:
        """Take the person's decision on the ticket as they see it now.

        A vote is called anew where another one came first: what the person wants is the same. Raises NotFound,
        ChangedSince, or the RuleViolation that refuses it.
        """
        ticket = await self.tickets.visible(by.person, ticket_id)
        while True:
            try:
                return await self._decide(by, ticket, asked)
            except (StaleDecision, VotesMissing):
                self.tickets.held_ahead(ticket_id)  # another process may have recorded the vote
                now = await self.tickets.visible(by.person, ticket_id)
                others_voted = now.round == ticket.round and now.votes != ticket.votes
                if asked.action is not DecisionAction.APPROVE or not others_voted:
                    raise
                ticket = now

    async def _decide(self, by: SignedIn, ticket: PromotionRequest, asked: DecisionRequest) -> Answer:
        if asked.if_match is not None and not matches(asked.if_match, etag(ticket)):
            raise ChangedSince
        case, answer = await self._judged_by(ticket, asked), asked.passkey
        decision_id = str(uuid.uuid4()) if answer is None else _confirmed_id(by.person, answer.decision)
        decision = self._draft(ticket, case, by, asked, decision_id)
        self._judge(decision, case)
        if answer is None:
            passkeys.check_given(case.target, decision)
        return await self._taken(decision, case, by)

    def _draft(
        self, ticket: PromotionRequest, case: Case, by: SignedIn, asked: DecisionRequest, decision_id: str
    ) -> Decision:
        """The decision as the person asks for it now, not signed yet."""
        unvotes = asked.action is DecisionAction.UNENDORSE
        person = lifecycle.voted_as(ticket, by.person) if unvotes else by.person
        approves, acting = asked.action is DecisionAction.APPROVE, case.acting(person, asked.on_behalf_of)
        action = lifecycle.vote(case.target, acting) if approves else asked.action
        return Decision(
            id=decision_id,
            ticket_id=ticket.id,
            digest=ticket.digest,
            action=action,
            person=person,
            at=case.now,
            comment=asked.comment,
            reason=asked.reason,
            production=asked.production if asked.production is not None else shown(action, case.target),
            answer_by=case.answer_by if action is DecisionAction.EMERGENCY else None,
            on_behalf_of=asked.on_behalf_of,
            passkey=asked.passkey.assertion if asked.passkey and action.is_confirmed else None,
        )

    async def _judged_by(self, ticket: PromotionRequest, wish: DecisionRequest) -> Case:
        """Everything that judges the decision; one that grants nothing goes on where the record is away or faulty."""
        asked = wish.action in lifecycle.GRANTING or wish.action.answers or wish.on_behalf_of is not None
        target = await run_in_threadpool(self.controls.of_ticket, ticket) if asked else None
        acts: tuple[Claims, ...] = ()
        with contextlib.suppress(RecordUnavailable):  # the promotion knows who asked, and judges by that
            acts = await self.tickets.acts(ticket)
        directory = await run_in_threadpool(self.directory.current)
        return Case(ticket, requester_in(acts), directory, target and _with_declarer(ticket, target, acts), self.now())

    def _judge(self, decision: Decision, case: Case) -> None:
        """Refuse what the record itself refuses: the gate signs nothing that its person has no right to.

        Where the ticket's state refuses too, that is the answer, as it will be the promotion's.
        """
        ticket, target = case.ticket, case.target
        person, behalf = (
            case.acting(decision.person, decision.on_behalf_of, decision.action),
            decision.on_behalf_of is not None,
        )
        refused = case.directory.refusal(person, decision.action.permission, ticket, case.requester)
        try:
            asks = decision.action.is_confirmed and passkeys.asked_by(target) is not None
            ruled = decision.action is DecisionAction.EMERGENCY or decision.action.answers or behalf or asks
            if refused or ruled or (target and targets.objection(target, ticket.metadata.tenant, ticket.spec.target)):
                lifecycle.check(ticket, decision, case.now, case.requester, target)
            passkeys.check_not_handed(target, decision)
        except RuleViolation as violation:
            refused = violation
        if refused:
            raise case.explained(refused, decision.action)[0]

    async def _taken(self, decision: Decision, case: Case, by: SignedIn) -> Answer:
        signed = await run_in_threadpool(self._signed, decision, case.ticket, by)
        try:
            answer = await self.engine.decide(signed)
        except NotRunning:
            # An ended promotion has a reason to refuse; one that should run and doesn't is for operators. The engine is
            # asked how it ended: this process may have read the ticket before that.
            self.tickets.held_ahead(decision.ticket_id)
            ticket = await self.tickets.visible(by.person, decision.ticket_id)
            lifecycle.check(ticket, decision, self.now(), case.requester)
            raise
        if not answer.recorded:
            self.tickets.held_ahead(decision.ticket_id)
        about = {"ticket": decision.ticket_id, "tenant": case.ticket.metadata.tenant}
        said = decision.reason or decision.comment
        self.trail.note(acted(by, AuditAction(decision.action.value), detail=said, **about))
        return answer

    def _signed(self, decision: Decision, ticket: PromotionRequest, by: SignedIn) -> Decision:
        """The decision with its proof. Raises PasskeyInvalid where an answer does not prove it."""
        counted = self.signer.counted(decision, ticket, by)
        if counted.passkey is not None:
            self.controls.passkeys.current().check(claims_of(counted), counted.passkey)
        return self.signer.signer.sign(counted)


def _confirmed_id(person: Person, nonce: str) -> str:
    """The id of a decision that a passkey confirms: the person's own, whatever they send."""
    return digest_of([person.email, person.subject, person.issuer, nonce])[:32]


def _with_declarer(ticket: PromotionRequest, target: TargetFacts, acts: Iterable[Claims]) -> TargetFacts:
    """The facts with the sign-in that declared an emergency: a new address makes nobody else of its declarer."""
    declarer, declared = target.declarer, ticket.emergency
    subject = declared_as(acts, declared.by) if declared else None
    if declarer is None or subject is None:
        return target
    return target.model_copy(update={"declarer": declarer.model_copy(update={"subject": subject})})
