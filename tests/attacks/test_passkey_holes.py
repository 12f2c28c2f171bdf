"""Attacks around passkeys: what was confirmed by nobody deploys nothing, whatever the record was made to say before."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain import lifecycle, passkeys, signing
from domain.change import Change, Proof
from domain.decision import Decision, DecisionAction
from domain.errors import VoteNotHanded
from domain.passkeys import decision_challenge
from domain.rules import Applied
from domain.signing import counts_from
from domain.targets import TargetFacts
from domain.ticket import RequestDetails, State
from record.audit.verify import verify
from record.signing.signatures import sealed
from tests.attacks.test_passkeys import APPROVE, ASKS, asked, knows, offered, registered
from tests.domain.builders import JEAN, decision, details, pending
from tests.passkeys import Authenticator, files_of, passkey
from tests.record.building import after, git, opened, person_commits
from tests.rules import two_of_cpi
from tests.signing import KEY, claims_for
from tests.workflows.stage import Promoted, Stage
from tests.workflows.test_clearance import ALICE
from workflows.promotion import Promotion

ENDORSE, HOLD, RELEASE = DecisionAction.ENDORSE, DecisionAction.HOLD, DecisionAction.RELEASE


@pytest.fixture
def device() -> Authenticator:
    return Authenticator()


async def unconfirmed(stage: Stage, promoted: Promoted, action: DecisionAction) -> str:
    """The answer to Jean's decision, as the API's key signs it without him."""
    return await offered(stage, promoted, await asked(stage, promoted, action))


async def until_lapsed(stage: Stage, times: int = 200) -> None:
    """Return when the approval has lapsed as the record has it; nothing may have been deployed."""
    for _ in range(times):
        actions = stage.actions()
        assert "deploying" not in actions
        if "lapsed" in actions:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(actions)


async def test_nothing_is_let_on_without_a_passkey(dev_stage: Stage, device: Authenticator) -> None:
    """An approval that Jean confirmed, and holds, is released by whoever has the API's key."""
    await registered(dev_stage, device)
    async with dev_stage.working():
        now = await dev_stage.now()
        promoted = await dev_stage.submit(request=scheduled(now + timedelta(hours=1)))
        await knows(dev_stage, promoted)
        await offered(dev_stage, promoted, device.confirms(await asked(dev_stage, promoted)))
        await dev_stage.decide(promoted, HOLD, JEAN)
        assert await unconfirmed(dev_stage, promoted, RELEASE) == "PasskeyRequired"
        released = device.confirms(await asked(dev_stage, promoted, RELEASE))
        assert await offered(dev_stage, promoted, released) == State.APPROVED
        await promoted.terminate()
    assert list(verify(dev_stage.git)) == []


def scheduled(at: Any) -> RequestDetails:
    """What is asked for, not before that time."""
    return details(scheduled_date=at)


def handed(action: DecisionAction) -> Decision:
    """Mallory's decision for Jean, with an answer of a passkey of hers."""
    made = decision(pending(), action, ALICE, on_behalf_of=JEAN.email)
    return Authenticator().confirms(made) if action.is_confirmed else made


@pytest.mark.parametrize("action", [APPROVE, ENDORSE])
def test_a_handed_vote_counts_nowhere_that_asks(action: DecisionAction) -> None:
    """Nobody's passkey confirms that Jean handed his vote over; what grants nothing goes on."""
    asking = TargetFacts(controlled=True, rules=Applied(passkey=True, passkey_of="keys"))
    with pytest.raises(VoteNotHanded):
        passkeys.check_given(asking, handed(action))
    passkeys.check_given(TargetFacts(controlled=True), handed(action))
    passkeys.check_given(asking, handed(DecisionAction.REJECT))


def test_a_handed_vote_launches_nothing_that_asks() -> None:
    """Whoever brought it past the gate, with an answer or without."""
    ticket = after(pending(), "approved", ALICE.email, on_behalf_of=JEAN.email)
    rule_named = passkeys.PasskeyRule(rule="keys")
    assert passkeys.unconfirmed(ticket, rule_named, {1}) == ticket.last
    assert passkeys.unconfirmed(ticket, None, set()) is None


async def test_what_is_pushed_past_the_gate_is_never_launched(dev_stage: Stage, device: Authenticator) -> None:
    """Whoever has the API's key and the service's way to push commits Jean's approval, and its promotion goes on."""
    dev_stage.sign()
    await registered(dev_stage, device)
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        await dev_stage.lose(promoted)
        await pushed(dev_stage, device=None)
        again = await dev_stage.resume("PR-2026-0001")
        await until_lapsed(dev_stage)
        assert (await again.query(Promotion.ticket)).state is State.PENDING
        made = device.confirms(await asked(dev_stage, again))
        assert await offered(dev_stage, again, made) == State.APPROVED
        assert (await again.result()).state is State.DEPLOYED
    assert [each.rule for each in verify(dev_stage.git)] == ["passkey-missing"]


async def test_what_is_pushed_with_an_answer_is_launched(dev_stage: Stage, device: Authenticator) -> None:
    """By whatever way it came: Jean confirmed it."""
    dev_stage.sign()
    await registered(dev_stage, device)
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        await dev_stage.lose(promoted)
        await pushed(dev_stage, device=device)
        again = await dev_stage.resume("PR-2026-0001")
        assert (await again.result()).state is State.DEPLOYED
    assert list(verify(dev_stage.git)) == []


async def pushed(stage: Stage, device: Authenticator | None) -> None:
    """Commit Jean's approval by the service's name, signed with the API's key, with the device's answer if any."""
    ticket, path = stage.resumption("PR-2026-0001"), stage.git
    approved = after(ticket.ticket, "approved", JEAN.email, at=await stage.now())
    attempt, round_ = counts_from(approved)
    said = {"sub": JEAN.subject, "issuer": JEAN.issuer, "attempt": attempt, "round": round_, "production": ""}
    claims = claims_for(approved, **said, tip=git(path, "rev-parse", "main"))
    answer = device.answers(decision_challenge(claims, claims.at), claims.at) if device else None
    proof = Proof(jws=sealed(claims, KEY), message=claims.message, passkey=answer)
    repository = opened(path, path.parent)
    await repository.record(Change(ticket=approved, base=ticket.revision, actor_name="Jean", proof=proof))
    await repository.close()


async def test_votes_from_before_the_rule_launch_nothing(dev_stage: Stage, device: Authenticator) -> None:
    """Whoever has the API's key invents approvals for a date ahead while no rule asks for a passkey; then one does."""
    person_commits(dev_stage.git, files_of(passkey(JEAN, device, at=await dev_stage.now())))
    async with dev_stage.working():
        promoted = await dev_stage.submit(request=scheduled(await dev_stage.now() + timedelta(hours=1)))
        await dev_stage.decide(promoted, APPROVE, JEAN)
        person_commits(dev_stage.git, ASKS)
        await dev_stage.hint(promoted)
        await until_lapsed(dev_stage)
        await promoted.terminate()
    assert list(verify(dev_stage.git)) == []


async def test_an_endorsement_from_before_the_rule_completes_nothing(dev_stage: Stage, device: Authenticator) -> None:
    """The last vote has its passkey, the first one none."""
    person_commits(dev_stage.git, {**two_of_cpi(), **files_of(passkey(JEAN, device, at=await dev_stage.now()))})
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        await dev_stage.decide(promoted, ENDORSE, ALICE)
        person_commits(dev_stage.git, ASKS)
        await knows(dev_stage, promoted)
        made = device.confirms(await asked(dev_stage, promoted))
        assert await offered(dev_stage, promoted, made) == State.APPROVED
        await until_lapsed(dev_stage)
        await promoted.terminate()
    assert list(verify(dev_stage.git)) == []


async def test_one_answer_counts_for_one_act() -> None:
    """Jean takes his confirmed vote back; whoever has the API's key signs another one like it."""
    ticket = after(after(after(pending(), "endorsed"), "unendorsed"), "endorsed")
    first = claims_for(lifecycle.as_of(ticket, 2))
    assert signing.proving(ticket, 2, [first])
    assert not signing.proving(ticket, 4, [first])
