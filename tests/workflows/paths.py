"""Every path a promotion can take, each as a scene on the dev server; their histories are replayed.

A scene answers with its promotion as soon as nothing more is done to it; `come_to_rest` waits for what follows.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from domain.decision import DecisionAction
from domain.lifecycle import CLOSED
from domain.roles import Role
from domain.ticket import State, Target, TargetType
from tests.domain.builders import ADA, JEAN, PIERRE, details, person
from tests.record.building import person_commits
from tests.rules import freeze, rule
from tests.signing import key_file
from tests.workflows.applications import QUICK, Application, name_check, serving
from tests.workflows.handing import handed, votes
from tests.workflows.stage import Promoted, Stage
from workflows.promotion import Promotion

HISTORIES = Path(__file__).parent / "histories"
"""One file a path, `<name>.json`, in the form that `temporal workflow show --output json` has too."""

APPROVE, REJECT, CANCEL, RETRY, HOLD, RELEASE, *_ = DecisionAction

ALICE = person("alice.admin@cab-i.com", Role.CPI_ADMIN, tenant=None)
"""Of the demo's company, as the others are."""

SOON = timedelta(seconds=3)

Scene = Callable[[Stage], Awaitable[Promoted]]


async def _approved(stage: Stage) -> Promoted:
    """One that Jean approved."""
    promoted = await stage.submit()
    await stage.decide(promoted, APPROVE, JEAN)
    return promoted


async def deployed(stage: Stage) -> Promoted:
    """Approved, launched, deployed."""
    return await _approved(stage)


async def approved_by_signal(stage: Stage) -> Promoted:
    """The approver does not wait for the verdict, and says it twice."""
    promoted = await stage.submit()
    made = await stage.decision(promoted, APPROVE, JEAN)
    await promoted.signal("approve", made)
    await promoted.signal("approve", made)
    return promoted


async def refused_signal(stage: Stage) -> Promoted:
    """The requester approves by signal and is refused; an administrator rejects by signal."""
    promoted = await stage.submit()
    await promoted.signal("approve", await stage.decision(promoted, APPROVE, PIERRE))
    await promoted.signal("reject", await stage.decision(promoted, REJECT, JEAN))
    return promoted


async def asked_by_a_service_account(stage: Stage) -> Promoted:
    """Its owner of then approves by signal, and so does the account itself; both are refused, and another rejects."""
    owner = JEAN.model_copy(update={"aliases": ("jd@cab-i.com", "ci@cab-i.com")})
    robot = person("ci@cab-i.com", Role.DEVOPS, owner="jd@cab-i.com")
    promoted = await stage.submit(requester=robot, owner=owner)
    mighty = robot.model_copy(update={"grants": ADA.grants})
    for by in (JEAN, mighty):
        await promoted.signal("approve", await stage.decision(promoted, APPROVE, by))
    await promoted.signal("reject", await stage.decision(promoted, REJECT, ADA))
    return promoted


async def rejected(stage: Stage) -> Promoted:
    """Rejected with a reason."""
    promoted = await stage.submit()
    await stage.decide(promoted, REJECT, JEAN)
    return promoted


async def cancelled(stage: Stage) -> Promoted:
    """Withdrawn while pending."""
    promoted = await stage.submit()
    await stage.decide(promoted, CANCEL, PIERRE)
    return promoted


async def expired(stage: Stage) -> Promoted:
    """Decided by nobody."""
    return await stage.submit(decide_by=await stage.now() + SOON)


async def scheduled(stage: Stage) -> Promoted:
    """Deployed at its date."""
    promoted = await stage.submit(request=details(scheduled_date=await stage.now() + SOON))
    await stage.decide(promoted, APPROVE, JEAN)
    return promoted


async def cancelled_while_scheduled(stage: Stage) -> Promoted:
    """Approved, and withdrawn by an administrator before its date."""
    promoted = await stage.submit(request=details(scheduled_date=await stage.now() + timedelta(days=3)))
    await stage.decide(promoted, APPROVE, JEAN)
    await stage.decide(promoted, CANCEL, ADA)
    return promoted


async def failed(stage: Stage) -> Promoted:
    """Failed in AWX, and never retried."""
    stage.awx.faults(life=["failed"])
    return await _approved(stage)


async def failed_and_retried(stage: Stage) -> Promoted:
    """Failed in AWX, deployed by its second attempt."""
    stage.awx.faults(life=["failed"])
    promoted = await _approved(stage)
    await stage.until(promoted, State.FAILED)
    await stage.decide(promoted, RETRY, PIERRE)
    return promoted


async def launch_refused(stage: Stage) -> Promoted:
    """AWX refuses the launch; the retry after mending it deploys."""
    stage.awx.template(ask_variables_on_launch=False)
    promoted = await _approved(stage)
    await stage.until(promoted, State.FAILED)
    stage.awx.template(ask_variables_on_launch=True)
    await stage.decide(promoted, RETRY, JEAN)
    return promoted


async def lost_answer(stage: Stage) -> Promoted:
    """The launch's answer is lost, and there is no job: AWX is asked once more."""
    stage.awx.faults(launch=["cut"])
    return await _approved(stage)


async def lost_answer_with_a_job(stage: Stage) -> Promoted:
    """The launch's answer is lost, and its job is found."""
    stage.awx.faults(launch=["commit-then-cut"])
    return await _approved(stage)


async def never_answered(stage: Stage) -> Promoted:
    """No launch is answered: the outcome is unknown."""
    stage.awx.faults(launch=["cut", "cut", "cut"])
    return await _approved(stage)


async def not_now(stage: Stage) -> Promoted:
    """The gateway asks to wait."""
    stage.awx.faults(launch=["too-many"])
    return await _approved(stage)


async def reported(stage: Stage) -> Promoted:
    """AWX's callback cuts the wait for the next look short, and comes twice."""
    stage.awx.faults(life=["stuck-running"])
    promoted = await _approved(stage)
    await stage.until(promoted, State.DEPLOYING)
    stage.awx.until_status(1, "running")
    stage.awx.control("POST", "finish", json={"job": 1})
    await stage.report(promoted, 1, "successful")
    await stage.report(promoted, 1, "successful")
    return promoted


async def edited_by_hand(stage: Stage) -> Promoted:
    """A person edits the ticket's file while it is pending, and puts it back: the decision waits for that."""
    promoted = await stage.submit()
    ticket = await promoted.query(Promotion.ticket)
    good = stage.file(ticket)
    person_commits(stage.git, {ticket.path: good.replace("2.1.0", "6.6.6")})
    await promoted.signal("reject", await stage.decision(promoted, REJECT, JEAN))
    await stage.until(promoted, State.REJECTED)
    person_commits(stage.git, {ticket.path: good})
    return promoted


async def queued_behind_another(stage: Stage) -> Promoted:
    """Another ticket of the same target deploys first."""
    stage.awx.faults(life=["stuck-running"])
    first = await stage.submit(id="PR-2026-0009", key="9" * 64)
    await stage.decide(first, APPROVE, JEAN)
    await stage.until(first, State.DEPLOYING)
    promoted = await _approved(stage)
    await asyncio.sleep(0.5)
    stage.awx.until_status(1, "running")
    stage.awx.control("POST", "finish", json={"job": 1})
    return promoted


async def approver_without_role(stage: Stage) -> Promoted:
    """Jean approves, and the tenant is gone before the date comes: the approval lapses, and nobody gives it anew."""
    promoted = await scheduled(stage)
    person_commits(stage.git, {"tenants/tenant-finance.yaml": None})
    await stage.until(promoted, State.PENDING)
    await stage.decide(promoted, CANCEL, PIERRE)
    return promoted


async def held_and_released(stage: Stage) -> Promoted:
    """Held before its date, released before it, and deployed at it."""
    promoted = await scheduled(stage)
    await stage.decide(promoted, HOLD, ADA)
    await stage.decide(promoted, RELEASE, JEAN)
    return promoted


async def held_in_line_and_cancelled(stage: Stage) -> Promoted:
    """Held while it waits behind another, which cuts its look short; withdrawn from there."""
    stage.awx.faults(life=["stuck-running"])
    first = await stage.submit(id="PR-2026-0009", key="9" * 64)
    await stage.decide(first, APPROVE, JEAN)
    await stage.until(first, State.DEPLOYING)
    promoted = await _approved(stage)
    await asyncio.sleep(0.5)
    await stage.decide(promoted, HOLD, JEAN)
    await stage.decide(promoted, CANCEL, PIERRE)
    await first.terminate()
    return promoted


async def retried_in_vain(stage: Stage) -> Promoted:
    """Failed; another version went there meanwhile; the retry lapses, and deploys once it is approved anew."""
    stage.awx.faults(life=["failed"])
    promoted = await _approved(stage)
    await stage.until(promoted, State.FAILED)
    other = Target(type=TargetType.API, name="payment-api", version="2.1.1")
    fix = await stage.submit(id="PR-2026-0009", key="9" * 64, target=other)
    await stage.decide(fix, APPROVE, JEAN)
    await fix.result()
    await stage.decide(promoted, RETRY, PIERRE)
    await stage.until(promoted, State.PENDING)
    await stage.decide(promoted, APPROVE, JEAN)
    return promoted


async def superseded(stage: Stage) -> Promoted:
    """A newer version is approved, where that closes older requests."""
    stage.let_newer_close_older()
    promoted = await stage.submit()
    newer = Target(type=TargetType.API, name="payment-api", version="2.2.0")
    other = await stage.submit(id="PR-2026-0009", key="9" * 64, target=newer)
    await stage.decide(other, APPROVE, JEAN)
    await stage.hint(promoted)
    return promoted


async def resumed(stage: Stage) -> Promoted:
    """The engine has lost it: a failed one goes on from the record, is retried, and deploys."""
    stage.awx.faults(life=["failed"])
    promoted = await _approved(stage)
    await stage.until(promoted, State.FAILED)
    await stage.lose(promoted)
    again = await stage.resume(promoted.id)
    await stage.decide(again, RETRY, PIERRE)
    return again


async def restored(stage: Stage) -> Promoted:
    """The engine has lost it while it was held before its date: it goes on from all that the record proves of it."""
    promoted = await stage.submit(request=details(scheduled_date=await stage.now() + 3 * SOON))
    await stage.decide(promoted, APPROVE, JEAN)
    await stage.decide(promoted, HOLD, ADA)
    await stage.lose(promoted)
    again = await stage.restore(promoted.id)
    await stage.decide(again, RELEASE, JEAN)
    return again


async def outlived_its_key(stage: Stage) -> Promoted:
    """Approved while Git is away, with a key that is revoked meanwhile: taken back, and decided by nobody."""
    promoted = await stage.submit(decide_by=await stage.now() + 3 * SOON)
    made = await stage.decision(promoted, APPROVE, JEAN)
    with stage.git_away():
        approving = asyncio.create_task(promoted.execute_update(Promotion.approve, made, id=made.id))
        await stage.until(promoted, State.APPROVED)
        person_commits(stage.git.with_suffix(".away"), key_file(revoked=datetime.now(UTC)))
    await asyncio.wait({approving})
    assert approving.exception() is not None
    return promoted


URGENT = {"role": "cpi", "answerWithin": "P3D"}
"""What a rule says of emergencies on stage."""


async def declare(stage: Stage, promoted: Promoted) -> None:
    """Jean launches alone, past the votes and the freeze of the stage's rule."""
    at = (await stage.now()).replace(microsecond=0)
    said = {"at": at, "comment": "Payments are down since nine", "answer_by": at + timedelta(days=3)}
    await stage.decide(promoted, DecisionAction.EMERGENCY, JEAN, **said)


async def emergency(stage: Stage) -> Promoted:
    """Declared by one person in a freeze, deployed, and owed an answer: a debt from here on."""
    two = [{"role": "cpi", "count": 2}]
    closed = [freeze(datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC) + timedelta(days=2))]
    person_commits(stage.git, rule("urgent", approvals=two, freezes=closed, emergency=URGENT))
    promoted = await stage.submit()
    await declare(stage, promoted)
    await stage.until(promoted, State.DEPLOYED)
    return promoted


async def failed_emergency(stage: Stage) -> Promoted:
    """Declared, failed in AWX, and ratified: nothing is tried again after that."""
    stage.awx.faults(life=["failed"])
    person_commits(stage.git, rule("urgent", emergency=URGENT))
    promoted = await stage.submit()
    await declare(stage, promoted)
    await stage.until(promoted, State.FAILED)
    await stage.until_taken(promoted, DecisionAction.RATIFY, ALICE)
    return promoted


async def voted_for_another(stage: Stage) -> Promoted:
    """Approved by somebody to whom Jean handed his vote; deployed."""
    await handed(stage)
    promoted = await stage.submit()
    await votes(stage, promoted)
    return promoted


async def rejected_for_another(stage: Stage) -> Promoted:
    """Rejected by them."""
    await handed(stage)
    promoted = await stage.submit()
    await votes(stage, promoted, action=REJECT)
    return promoted


async def verified(stage: Stage) -> Promoted:
    """Deployed once its target's own check held, by the second attempt: the first one was ill."""
    application = Application(503)
    async with serving(application) as address:
        name_check(stage.git, {"http": {"url": address}} | QUICK)
        promoted = await _approved(stage)
        await stage.until(promoted, State.FAILED)
        await stage.until_recorded(promoted)
        application.statuses = [200]
        await stage.decide(promoted, RETRY, PIERRE)
        await stage.until(promoted, State.DEPLOYED)
    return promoted


PATHS: dict[str, Scene] = {
    scene.__name__.replace("_", "-"): scene
    for scene in (
        deployed,
        voted_for_another,
        rejected_for_another,
        approved_by_signal,
        refused_signal,
        asked_by_a_service_account,
        rejected,
        cancelled,
        expired,
        scheduled,
        cancelled_while_scheduled,
        failed,
        failed_and_retried,
        launch_refused,
        lost_answer,
        lost_answer_with_a_job,
        never_answered,
        not_now,
        reported,
        edited_by_hand,
        queued_behind_another,
        approver_without_role,
        held_and_released,
        held_in_line_and_cancelled,
        retried_in_vain,
        superseded,
        resumed,
        restored,
        outlived_its_key,
        failed_emergency,
        verified,
    )
}
"""Every path by its name."""


async def come_to_rest(stage: Stage, promoted: Promoted) -> None:
    """Return when the promotion has ended; a failed one waits for a retry, and rests once that is recorded."""
    while True:
        ticket = await promoted.query(Promotion.ticket)
        if ticket.state is State.FAILED and stage.actions(promoted.id)[-1] in {"failed", "ratified"}:
            return
        if ticket.state in CLOSED:
            await promoted.result()
            return
        await asyncio.sleep(0.05)
