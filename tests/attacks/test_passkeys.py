"""Attacks on passkeys: whoever has the API's key, and reach to Temporal, still decides nothing in anybody's name."""

import asyncio
import json
import uuid
from datetime import timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError

from domain.assertions import Assertion
from domain.decision import Decision, DecisionAction
from domain.passkeys import ANSWER_WITHIN, Passkey
from domain.roles import Person
from domain.ticket import State
from record.audit.verify import verify
from record.signing.authenticators import Site
from record.signing.signatures import signed
from tests.domain.builders import JEAN, NOW
from tests.passkeys import PRESENT, Authenticator, files_of, passkey, service_commits
from tests.record.building import git, person_commits
from tests.rules import rule, two_of_cpi
from tests.signing import KEY
from tests.workflows.stage import UPDATES, Promoted, Stage, refused
from tests.workflows.test_clearance import ALICE

APPROVE = DecisionAction.APPROVE
ASKS = rule("keys", passkey="required")


@pytest.fixture
def device() -> Authenticator:
    return Authenticator()


async def registered(stage: Stage, device: Authenticator, by: Person = JEAN) -> Passkey:
    """The person's passkey, brought by people, where a rule asks for one."""
    made = passkey(by, device, at=await stage.now())
    person_commits(stage.git, {**ASKS, **files_of(made)})
    return made


async def offered(stage: Stage, promoted: Promoted, made: Decision, times: int = 100) -> str:
    """The name of what refuses the decision, signed by the API's key; the ticket's state where nothing does."""
    for _ in range(times):  # as the API does, where the worker has not read yet what was committed a moment ago
        try:
            answer = await promoted.execute_update(UPDATES[made.action], signed(made, KEY), id=str(uuid.uuid4()))
        except WorkflowUpdateFailedError as error:
            found = str(refused(error)[0])
            if found != "RecordBehind":
                return found
            await asyncio.sleep(0.05)
        else:
            return str(answer.state.value)
    return "RecordBehind"


async def asked(stage: Stage, promoted: Promoted, action: DecisionAction = APPROVE) -> Decision:
    """A decision of Jean's as the API makes it before it is confirmed."""
    return (await stage.decision(promoted, action, JEAN)).model_copy(update={"proof": None})


async def knows(stage: Stage, promoted: Promoted, action: DecisionAction = APPROVE) -> None:
    """Wait until the worker knows the rule."""
    for _ in range(100):
        if await offered(stage, promoted, await asked(stage, promoted, action)) == "PasskeyRequired":
            return
        await asyncio.sleep(0.05)
    raise AssertionError("nobody asked for a passkey")


async def test_a_stolen_key_of_the_api_decides_nothing(dev_stage: Stage, device: Authenticator) -> None:
    """What it signs needs Jean's own answer; with that, it is recorded, and proven offline."""
    await registered(dev_stage, device)
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        assert await offered(dev_stage, promoted, await asked(dev_stage, promoted)) == "PasskeyRequired"
        made = device.confirms(await asked(dev_stage, promoted))
        assert await offered(dev_stage, promoted, made) == State.APPROVED
        assert (await promoted.result()).state is State.DEPLOYED
    assert list(verify(dev_stage.git)) == []
    assert "\nPasskey: " in git(dev_stage.git, "log", "--format=%B", "main")


async def test_no_other_answer_will_do(dev_stage: Stage, device: Authenticator) -> None:
    """Another ticket's, words', version's or person's; one without a verified user, of another site, or too old."""
    await registered(dev_stage, device)
    thief = Authenticator()
    person_commits(dev_stage.git, files_of(passkey(ALICE, thief)))
    async with dev_stage.working():
        promoted, other = await dev_stage.submit(), await dev_stage.submit(id="PR-2026-0002", key="2" * 64)
        await knows(dev_stage, promoted)
        made, elsewhere = await asked(dev_stage, promoted), await asked(dev_stage, other)
        late = made.at - ANSWER_WITHIN - timedelta(minutes=6)
        answers = {
            "of another ticket": device.confirms(elsewhere.model_copy(update={"id": made.id})),
            "of another decision": device.confirms(made.model_copy(update={"id": str(uuid.uuid4())})),
            "of other words": device.confirms(made.model_copy(update={"comment": "Not yet"})),
            "of another version": device.confirms(made.model_copy(update={"production": "9.9.9"})),
            "asked too long ago": device.confirms(made, late),
            "of another site": Authenticator(
                Site(rp_id="evil.example", origin=device.site.origin), credential=device.credential, key=device.key
            ).confirms(made),
            "of another page": device.confirms(made, origin="https://evil.example"),
            "inside of another page": device.confirms(made, crossOrigin=True),
            "of nobody verified": Authenticator(flags=PRESENT, credential=device.credential, key=device.key).confirms(
                made
            ),
            "of somebody else": thief.confirms(made),
        }
        for name, answer in answers.items():
            false = made.model_copy(update={"passkey": answer.passkey})
            assert await offered(dev_stage, promoted, false) == "PasskeyInvalid", name
        unknown = made.model_copy(update={"passkey": Authenticator().confirms(made).passkey})
        assert await offered(dev_stage, promoted, unknown, 10) == "RecordBehind"  # nobody knows it, now or later
        assert await offered(dev_stage, promoted, device.confirms(made)) == State.APPROVED
        await other.terminate()
        await promoted.result()
    assert list(verify(dev_stage.git)) == []


async def test_an_answer_counts_once(dev_stage: Stage, device: Authenticator) -> None:
    """Jean takes his vote back; whoever kept the answer votes again with it, in the same round."""
    await registered(dev_stage, device)
    person_commits(dev_stage.git, two_of_cpi())
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        await knows(dev_stage, promoted, DecisionAction.ENDORSE)
        made = device.confirms(await asked(dev_stage, promoted, DecisionAction.ENDORSE))
        assert await offered(dev_stage, promoted, made) == State.PENDING
        await dev_stage.decide(promoted, DecisionAction.UNENDORSE, JEAN)
        again = made.model_copy(update={"at": made.at + timedelta(seconds=1)})  # the very same one changes nothing
        assert await offered(dev_stage, promoted, again) == "StaleDecision"
        await promoted.terminate()
    assert list(verify(dev_stage.git)) == []


async def test_a_withdrawn_passkey_confirms_nothing(dev_stage: Stage, device: Authenticator) -> None:
    """What it confirmed before stands."""
    made = await registered(dev_stage, device)
    async with dev_stage.working():
        promoted, other = await dev_stage.submit(), await dev_stage.submit(id="PR-2026-0002", key="2" * 64)
        await knows(dev_stage, promoted)
        assert await offered(dev_stage, promoted, device.confirms(await asked(dev_stage, promoted))) == State.APPROVED
        await promoted.result()
        person_commits(dev_stage.git, files_of(made.ended_by(JEAN.email, NOW)))
        late = device.confirms(await asked(dev_stage, other))
        assert await offered(dev_stage, other, late, 10) in {"RecordBehind", "PasskeyInvalid"}
        await other.terminate()
    assert list(verify(dev_stage.git)) == []


async def test_a_passkey_of_the_service_confirms_nothing(dev_stage: Stage, device: Authenticator) -> None:
    """Whoever has its key and its way to push writes a file; the audit names it."""
    person_commits(dev_stage.git, ASKS)
    service_commits(dev_stage.git, files_of(passkey(JEAN, device)))
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        await knows(dev_stage, promoted)
        made = device.confirms(await asked(dev_stage, promoted))
        assert await offered(dev_stage, promoted, made, 10) == "RecordBehind"
        await promoted.terminate()
    assert [each.rule for each in verify(dev_stage.git)] == ["passkey-not-proven"]


def test_an_answer_is_one_line() -> None:
    """So that no trailer hides in it."""
    answer = Authenticator().answers(b"c" * 32, NOW)
    assert "\n" not in str(answer)
    assert Assertion.read(str(answer)) == answer


async def test_whoever_holds_the_settings_brings_no_other_address(dev_stage: Stage, device: Authenticator) -> None:
    """The record names where passkeys count: the worker takes no answer of another page, and no passkey of one."""
    await registered(dev_stage, device)
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        names(dev_stage, Site(rp_id="gate.evil.example", origin="https://gate.evil.example"))
        made = await asked(dev_stage, promoted)
        assert await offered(dev_stage, promoted, device.confirms(made)) == "PasskeyInvalid"
        names(dev_stage, device.site)
        made = await asked(dev_stage, promoted)
        assert (
            await offered(dev_stage, promoted, device.confirms(made, origin="https://gate.evil.example"))
            == "PasskeyInvalid"
        )
        for _ in range(100):  # the worker may not have read yet what was committed a moment ago
            made = await asked(dev_stage, promoted)
            if (said := await offered(dev_stage, promoted, device.confirms(made))) != "PasskeyInvalid":
                break
            await asyncio.sleep(0.05)
        assert said == "approved"


def names(stage: Stage, site: Site) -> None:
    """Have the record name the address at which passkeys count."""
    kept = git(stage.git, "show", "main:platform.yaml").partition("\n  passkeys:")[0]
    said = json.dumps({"rpId": site.rp_id, "origins": [site.origin]})
    person_commits(stage.git, {"platform.yaml": f"{kept}\n  passkeys: {said}\n"})
