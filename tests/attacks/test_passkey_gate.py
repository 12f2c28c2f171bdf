"""Attacks on the last look before a commit: by the files of another tip, with broken files, with old answers."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from activities.confirming import Confirming
from domain.change import Change, Proof
from domain.decision import Decision, DecisionAction
from domain.errors import PasskeyInvalid, PasskeyRequired
from domain.passkeys import decision_challenge
from domain.ticket import State
from record.audit.verify import verify
from record.errors import RecordUnavailable
from record.facts.controls import Controls
from record.git.repository import Repository
from record.index.reader import Index
from record.people.directory import DirectoryReader
from record.signing.keys import KeyReader
from record.signing.signatures import sealed
from tests.attacks.test_passkeys import asked, knows, offered, registered
from tests.domain.builders import JEAN, NOW, pending
from tests.passkeys import Authenticator, files_of, passkey
from tests.record.audit.test_verify import TENANT
from tests.record.audit.test_verify_passkeys import BLUE, PEOPLE
from tests.record.building import after, bare, git, opened, person_commits
from tests.record.facts.test_line import PLATFORM
from tests.rules import rule
from tests.signing import KEY, claims_for, key_file
from tests.workflows.paths import URGENT
from tests.workflows.stage import Promoted, Stage
from tests.workflows.test_clearance import ALICE
from tests.workflows.test_emergencies import becomes_debt

HOUR = timedelta(hours=1)
ASKS = rule("keys", passkey="required")


@dataclass
class Gate:
    """The worker's part that looks, and the record that it looks at."""

    repository: Repository
    confirming: Confirming

    def tip(self) -> str:
        return git(self.repository.path, "rev-parse", "main")


@pytest.fixture
async def gate(tmp_path: Path) -> AsyncIterator[Gate]:
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    files = {**key_file(), TENANT: PEOPLE, "platform.yaml": PLATFORM, **files_of(passkey(JEAN, BLUE, at=NOW - HOUR))}
    person_commits(repository.path, files)
    index = Index(repository, tmp_path / "index.db")
    controls = Controls.of(repository, DirectoryReader(repository), index)
    yield Gate(repository, Confirming(KeyReader(repository), controls))
    index.close()
    await repository.close()


def approval(by: Authenticator | None) -> Change:
    """Jean's approval as the API's key signs it, with the answer of that authenticator."""
    ticket = after(pending(), "approved", JEAN.email, at=NOW)
    claims = claims_for(ticket, sub=JEAN.subject, issuer=JEAN.issuer)
    answer = by.answers(decision_challenge(claims, NOW), NOW) if by else None
    proof = Proof(jws=sealed(claims, KEY), message=claims.message, passkey=answer)
    return Change(ticket=ticket, base="0" * 40, actor_name="Jean", proof=proof)


async def test_an_old_answer_is_none_whatever_its_date(gate: Gate) -> None:
    """Whoever has the API's key and a stale answer dates the decision to when it was given."""
    person_commits(gate.repository.path, ASKS)
    change = approval(BLUE)
    asked = gate.confirming.asked(change)
    assert gate.confirming.check(change, asked, gate.tip(), NOW) == change
    for at in (NOW + HOUR, NOW - HOUR):
        with pytest.raises(PasskeyInvalid):
            gate.confirming.check(change, asked, gate.tip(), at)


async def test_nothing_is_committed_on_other_rules_than_were_read(gate: Gate) -> None:
    """A rule comes while the commit is on its way; what changes no rule is nothing to wait for."""
    change = approval(None)
    asked = gate.confirming.asked(change)
    person_commits(gate.repository.path, {"README.md": "No rule"})
    assert gate.confirming.check(change, asked, gate.tip(), NOW) == change
    person_commits(gate.repository.path, ASKS)
    with pytest.raises(RecordUnavailable):
        gate.confirming.check(change, asked, gate.tip(), NOW)
    with pytest.raises(PasskeyRequired):
        gate.confirming.check(change, gate.confirming.asked(change), gate.tip(), NOW)


@pytest.mark.parametrize("counting", [True, False])
async def test_a_broken_rule_lets_nobody_on(gate: Gate, counting: bool) -> None:
    """Nor where somebody ended every passkey besides."""
    person_commits(gate.repository.path, {"rules/keys.yaml": "kind: Rules"})
    if not counting:
        person_commits(gate.repository.path, {passkey(JEAN, BLUE).path: None})
    with pytest.raises(RecordUnavailable):
        gate.confirming.asked(approval(None))


async def test_a_handed_vote_is_not_committed(gate: Gate) -> None:
    """With an answer or without."""
    person_commits(gate.repository.path, ASKS)
    change = approval(BLUE)
    entry = change.ticket.last.model_copy(update={"on_behalf_of": "paul@cab-i.com"})
    status = change.ticket.status.model_copy(update={"history": (*change.ticket.status.history[:-1], entry)})
    handed = change.model_copy(update={"ticket": change.ticket.model_copy(update={"status": status})})
    with pytest.raises(PasskeyInvalid, match="handed over"):
        gate.confirming.check(handed, gate.confirming.asked(handed), gate.tip(), NOW)


async def unsaid(stage: Stage, promoted: Promoted, made: Decision) -> None:
    """Expect that nobody takes the decision as the API's key signs it, without its person."""
    before = stage.actions()
    assert await offered(stage, promoted, made.model_copy(update={"proof": None})) == "PasskeyRequired"
    assert stage.actions() == before


async def declared(stage: Stage, promoted: Promoted) -> Decision:
    """Jean's emergency, not confirmed yet."""
    at = (await stage.now()).replace(microsecond=0)
    said = {"at": at, "comment": "Payments are down since nine", "answer_by": at + timedelta(days=3)}
    made = await stage.decision(promoted, DecisionAction.EMERGENCY, JEAN, **said)
    return made.model_copy(update={"proof": None})


async def test_nothing_is_retried_without_a_passkey(dev_stage: Stage) -> None:
    """What Jean confirmed failed; whoever has the API's key has it tried again."""
    dev_stage.awx.faults(life=["failed"])
    await registered(dev_stage, BLUE)
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        await knows(dev_stage, promoted)
        await offered(dev_stage, promoted, BLUE.confirms(await asked(dev_stage, promoted)))
        await dev_stage.until(promoted, State.FAILED)
        again = await asked(dev_stage, promoted, DecisionAction.RETRY)
        await unsaid(dev_stage, promoted, again)
        assert await offered(dev_stage, promoted, BLUE.confirms(again)) == State.DEPLOYING
        assert (await promoted.result()).state is State.DEPLOYED
    assert list(verify(dev_stage.git)) == []


async def test_no_emergency_is_declared_or_answered_for_without_a_passkey(dev_stage: Stage) -> None:
    """Nor is it said that it was none."""
    await registered(dev_stage, BLUE)
    red = Authenticator()
    made = passkey(ALICE, red, at=await dev_stage.now())
    person_commits(dev_stage.git, {**rule("urgent", emergency=URGENT), **files_of(made)})
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        await knows(dev_stage, promoted)
        await unsaid(dev_stage, promoted, await declared(dev_stage, promoted))
        await offered(dev_stage, promoted, BLUE.confirms(await declared(dev_stage, promoted)))
        owing = await becomes_debt(dev_stage, promoted)
        for action in (DecisionAction.RATIFY, DecisionAction.REFUTE):
            await unsaid(dev_stage, owing, await dev_stage.decision(owing, action, ALICE))
        refuted = await dev_stage.decision(owing, DecisionAction.REFUTE, ALICE)
        await offered(dev_stage, owing, red.confirms(refuted.model_copy(update={"proof": None})))
        assert (await owing.result()).last.action == "refuted"
    assert list(verify(dev_stage.git)) == []
