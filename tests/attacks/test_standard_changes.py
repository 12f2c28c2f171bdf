"""Standard changes by a history that somebody poisoned, and approvals that no rule gave."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from domain import coverage, lifecycle
from domain.change import Change
from record.audit.verify import verify
from record.files.writing import text_of
from record.index.reader import Index
from tests.domain.builders import JEAN, MINUTE, PIERRE
from tests.past import DAY, EVERYDAY, NOW, History
from tests.record.audit.test_verify import TENANT
from tests.record.building import after, bare, git, number, opened, person_commits
from tests.record.facts.test_line import PLATFORM
from tests.record.people.test_directory import tenant
from tests.rules import rule
from tests.signing import key_file, service_key_file

OTHERS = tenant(
    "tenant-retail", f"email: {PIERRE.email}, name: Pierre, role: devops", f"email: {JEAN.email}, name: Jean, role: cpi"
)
PEOPLE = tenant(
    "tenant-finance",
    f"email: {PIERRE.email}, name: Pierre, role: devops",
    f"email: {JEAN.email}, name: Jean, role: cpi",
)
ALIAS = "p.durand@cab-i.com"
BOSS = "boss@cab-i.com"
ADMINS = f"  members:\n    - {{email: {BOSS}, name: Boss, role: cpi_admin}}\n"
TWICE = PEOPLE.replace("name: Pierre, role: devops", f"name: Pierre, role: cpi, aliases: [{ALIAS}]")
OURS = {
    "apis/payment-api.yaml": "apiVersion: apim.cab-i.com/v1\nkind: Api\n"
    "metadata: {name: payment-api, tenant: tenant-finance}\nspec: {version: 2.0.1}\n"
}


@asynccontextmanager
async def told(tmp_path: Path, *, signs: bool) -> AsyncIterator[History]:
    """A record of its own; `signs` tells that it has a key of the service."""
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    key = service_key_file() if signs else {}
    people = {TENANT: PEOPLE, "tenants/tenant-retail.yaml": OTHERS}
    files = {**key_file(), **key, **people, "platform.yaml": PLATFORM + ADMINS, **EVERYDAY}
    person_commits(repository.path, files, at=NOW - 100 * DAY)
    index = Index(repository, tmp_path / "index.sqlite")
    yield History.of(repository, index, signs=signs)
    index.close()
    await repository.close()


@pytest.fixture
async def history(tmp_path: Path) -> AsyncIterator[History]:
    async with told(tmp_path, signs=True) as history:
        yield history


@pytest.fixture
async def unsigned(tmp_path: Path) -> AsyncIterator[History]:
    async with told(tmp_path, signs=False) as history:
        yield history


async def test_what_went_well_is_approved_and_launched(history: History) -> None:
    """With the entry as the gate makes it."""
    await history.well()
    ticket = await history.ask("2.0.2", NOW)
    assert history.said(ticket)
    approved = await history.approve_anyway(ticket)
    await history.run(approved)
    assert history.broken == []
    assert list(verify(history.repository.path, since=git(history.repository.path, "rev-parse", "main~2"))) == []


Poison = Callable[[History], Awaitable[None]]


async def _failed(history: History) -> None:
    await history.well()
    await history.deploy("2.0.2", 5, "failed")


async def _retried(history: History) -> None:
    """It failed first, and succeeded when it was tried again."""
    await history.deploy("2.0.0", 20)
    failed = await history.deploy("2.0.1", 10, "failed")
    await history.run(await history.record(after(failed, "retried")))


async def _versions(history: History) -> None:
    """The same version again and again, in another spelling too."""
    for days, version in ((20, "2.0.1"), (15, "2.0.1"), (10, "v2.0.1")):
        await history.deploy(version, days)


async def _minutes(history: History) -> None:
    """All in one afternoon."""
    for turn, version in enumerate(("2.0.0", "2.0.1", "2.0.2", "2.0.3")):
        await history.deploy(version, 0.4 - turn / 100)


async def _another_tenants(history: History) -> None:
    """The target was another tenant's, and came over."""
    for days, version in ((20, "2.0.0"), (10, "2.0.1")):
        await history.deploy(version, days, tenant="tenant-retail")
    person_commits(history.repository.path, OURS, at=NOW - 5 * DAY)


async def _by_rule(history: History) -> None:
    """What a rule approved is no reason to approve more."""
    await history.deploy("2.0.0", 92.9)
    await history.deploy("2.0.1", 92)
    for days, version in ((8, "2.0.2"), (3.5, "2.0.3")):
        await history.run(await history.approve_anyway(await history.ask(version, NOW - days * DAY)))


async def _case(history: History) -> None:
    """It failed under its name in capitals, which is the same target."""
    await history.well()
    await history.deploy("2.0.2", 5, "failed", name="Payment-API")


async def _another_targets(history: History) -> None:
    """What went well is another one, whose name begins alike."""
    await history.deploy("2.0.0", 20, name="payment-api2")
    await history.deploy("2.0.1", 10, name="payment-apis")
    await history.deploy("2.0.1", 4)


async def _hidden(history: History) -> None:
    """The failed request is moved to a number of its own, out of the way."""
    await history.well()
    failed = await history.deploy("2.0.2", 5, "failed")
    moved = failed.path.replace(failed.id, number(999))
    person_commits(history.repository.path, {failed.path: None, moved: text_of(failed)}, at=NOW - 4 * DAY)


async def _gone(history: History) -> None:
    """The failed request is taken out of the branch."""
    await history.well()
    failed = await history.deploy("2.0.2", 5, "failed")
    person_commits(history.repository.path, {failed.path: None}, at=NOW - 4 * DAY)


async def _rewritten(history: History) -> None:
    """The failed request is said to be of another target."""
    await history.well()
    failed = await history.deploy("2.0.2", 5, "failed")
    other = text_of(failed).replace("name: payment-api", "name: other-api")
    person_commits(history.repository.path, {failed.path: other}, at=NOW - 4 * DAY)


async def _alone(history: History) -> None:
    """Small changes, again and again, that one person asks for by one address and approves by the other."""
    files = {TENANT: TWICE}
    person_commits(history.repository.path, files, at=NOW - 50 * DAY)
    for days, version in ((20, "2.0.0"), (15, "2.0.1"), (10, "2.0.2")):
        asked = await history.ask(version, NOW - days * DAY, by=ALIAS)
        await history.run(await history.approve(asked, PIERRE.email))


async def _went_back(history: History) -> None:
    """AWX said that the last one was deployed, but it did harm: people went back to the version before it."""
    await history.well()
    await history.deploy("2.0.2", 5)
    await history.deploy("2.0.1", 4)


async def _long_ago(history: History) -> None:
    await history.deploy("2.0.0", 99)
    await history.deploy("2.0.1", 98)


POISONS = (
    _failed,
    _retried,
    _versions,
    _minutes,
    _another_tenants,
    _another_targets,
    _by_rule,
    _case,
    _hidden,
    _gone,
    _rewritten,
    _alone,
    _went_back,
    _long_ago,
)


@pytest.mark.parametrize("poison", POISONS, ids=lambda each: each.__name__.strip("_"))
async def test_a_poisoned_history_approves_nothing(history: History, poison: Poison) -> None:
    """Neither does the gate, nor does `verify` let an approval pass that was signed all the same."""
    await poison(history)
    before = history.broken
    ticket = await history.ask("2.0.4", NOW)
    assert not history.said(ticket)
    await history.approve_anyway(ticket)
    assert history.broken == [*before, "not-standard"]


async def test_a_deployment_that_nothing_proves_counts_for_nothing(history: History) -> None:
    """Somebody pushes a request that says it was deployed, in the service's name, without its signature."""
    await history.deploy("2.0.0", 20)
    ticket = await history.approve(await history.ask("2.0.1", NOW - 10 * DAY))
    launched = after(ticket, "deploying", "system", job_id="awx-job-9")
    for each in (launched, after(launched, "deployed", "system", job_id="awx-job-9")):
        change = Change(ticket=each, base=history.revisions[each.id], actor_name="Prodgate")
        history.revisions[each.id] = (await history.repository.record(change)).revision
    before = history.broken
    assert not history.said(await history.ask("2.0.2", NOW))
    assert set(before) == {"not-signed"}


async def test_a_failure_takes_the_privilege_until_people_have_approved_anew(history: History) -> None:
    """By itself, and gives it back by itself."""
    await _failed(history)
    assert not history.said(await history.ask("2.0.3", NOW))
    await history.deploy("2.0.4", 3)
    assert not history.said(await history.ask("2.0.5", NOW))
    await history.deploy("2.0.6", 2)
    assert history.said(await history.ask("2.0.7", NOW))


async def test_what_failed_meanwhile_makes_the_approval_lapse(history: History) -> None:
    """And its launch is named, where somebody launches it all the same."""
    await history.well()
    dated = await history.approve_anyway(await history.ask("2.0.4", NOW))
    await history.deploy("2.0.2", -1, "failed")
    history.gate.index.catch_up()
    reason = coverage.lapse(dated, history.lines.grounds_of(dated), None, NOW + 2 * DAY)
    assert reason is not None
    assert reason.startswith("No rule approves it any more; the target has 0 clean deployments within 90 days")
    assert history.broken == []
    await history.record(after(dated, "deploying", "system", NOW + 2 * DAY, job_id="awx-job-77"))
    assert history.broken == ["not-standard"]


@pytest.mark.parametrize("changed", [{"standard": False}, {"standard": {"deployments": 3, "within": "P90D"}}], ids=str)
async def test_a_rule_that_was_changed_approves_nothing_by_its_old_words(
    history: History, changed: dict[str, object]
) -> None:
    await history.well()
    person_commits(history.repository.path, rule("everyday", **changed), at=NOW - DAY)
    await history.approve_anyway(await history.ask("2.0.2", NOW))
    assert history.broken == ["not-standard"]


async def test_whoever_names_another_rule_is_named(history: History) -> None:
    await history.well()
    await history.approve_anyway(await history.ask("2.0.2", NOW), "another")
    assert history.broken == ["not-standard"]


async def test_a_person_who_calls_themselves_the_service_is_named(history: History) -> None:
    """An approval by a rule that the API's key signed: it is a key for people."""
    await history.well()
    ticket = await history.ask("2.0.2", NOW)
    approved = lifecycle.approve_by_rule(ticket, "everyday", "It went well", NOW + MINUTE)
    proof = history.proof(after(ticket, "approved"))
    change = Change(ticket=approved, base=history.revisions[ticket.id], actor_name="Prodgate", proof=proof)
    await history.repository.record(change)
    assert "signature-not-valid" in history.broken


async def test_what_the_service_did_not_sign_yet_counts_for_nothing(unsigned: History) -> None:
    """Nor is anything standard before it does: nobody could prove such an approval."""
    await unsigned.well()
    assert not unsigned.said(await unsigned.ask("2.0.2", NOW))
    person_commits(unsigned.repository.path, service_key_file(), at=NOW)
    unsigned.signs = True
    assert not unsigned.said(await unsigned.ask("2.0.3", NOW + MINUTE))
    await unsigned.approve_anyway(await unsigned.ask("2.0.4", NOW + 2 * MINUTE))
    assert unsigned.broken == ["not-standard"]


async def test_a_rule_that_can_not_be_read_approves_and_launches_nothing(history: History) -> None:
    """Neither a new request, nor one that it had approved: that waits until somebody mends the file."""
    await history.well()
    approved = await history.approve_anyway(await history.ask("2.0.2", NOW))
    person_commits(history.repository.path, {"rules/everyday.yaml": "kind: Nothing\n"})
    assert not history.said(await history.ask("2.0.3", NOW))
    assert history.lines.grounds_of(approved).target.faults


async def test_a_contract_that_nobody_could_compare_approves_nothing(history: History) -> None:
    """The owners name the documents, and whoever serves them lets them be away while the request is sent."""
    named = "  contract: {staging: 'https://staging.test/openapi.json', production: 'https://prod.test/openapi.json'}\n"
    described = OURS["apis/payment-api.yaml"].replace("spec: {version: 2.0.1}", f"spec:\n  version: 2.0.1\n{named}")
    person_commits(history.repository.path, {"apis/payment-api.yaml": described}, at=NOW - 30 * DAY)
    await history.well()
    ticket = await history.ask("2.0.2", NOW)
    assert not history.said(ticket)
    await history.approve_anyway(ticket)
    assert history.broken == ["not-standard"]


async def _rejected(history: History) -> None:
    """People rejected it, for it was asked for with more impact; it comes again with less."""
    asked = await history.ask("2.0.2", NOW - DAY)
    await history.record(after(asked, "rejected", JEAN.email, reason="It breaks the night's batch"))


async def _cancelled_by_another(history: History) -> None:
    """An admin withdraws what its requester asked for."""
    await history.record(after(await history.ask("2.0.2", NOW - DAY), "cancelled", BOSS))


async def _withdrawn_under_hold(history: History) -> None:
    """An approver holds what a rule approved; its requester withdraws it and asks anew."""
    approved = await history.approve_anyway(await history.ask("2.0.2", NOW - DAY))
    held = await history.record(after(approved, "held", JEAN.email, reason="It breaks the night's batch"))
    await history.record(after(held, "cancelled", PIERRE.email))


async def _held(history: History) -> None:
    """An approver holds what a rule approved; its requester asks for the next version meanwhile."""
    approved = await history.approve_anyway(await history.ask("2.0.2", NOW - DAY))
    await history.record(after(approved, "held", JEAN.email, reason="It breaks the night's batch"))


@pytest.mark.parametrize("stopped", [_rejected, _cancelled_by_another, _withdrawn_under_hold, _held])
async def test_what_people_stopped_is_approved_by_no_rule(history: History, stopped: Poison) -> None:
    """Neither as it was, nor under the next number, until people let production past it."""
    await history.well()
    await stopped(history)
    for version, minutes in (("2.0.2", 0), ("2.0.3", 1)):
        ticket = await history.ask(version, NOW + minutes * MINUTE)
        assert not history.said(ticket)
        await history.approve_anyway(ticket)
        assert history.broken == ["not-standard"] * (minutes + 1)


async def test_what_people_stopped_stands_in_the_way_of_nothing_else(history: History) -> None:
    """Of no older version, of nothing once production is past it; nor does what its requester withdrew."""
    await history.well()
    await history.record(after(await history.ask("2.0.2", NOW - 2 * DAY), "cancelled", PIERRE.email))
    asked = await history.ask("3.0.0", NOW - 2 * DAY)
    await history.record(after(asked, "rejected", JEAN.email, reason="Not before the audit"))
    assert history.said(await history.ask("2.0.3", NOW - 2 * DAY))
    asked = await history.ask("2.0.4", NOW - 2 * DAY)
    await history.record(after(asked, "rejected", JEAN.email, reason="Not before the audit"))
    await history.deploy("2.0.5", 1)
    await history.approve_anyway(await history.ask("2.0.6", NOW))
    assert history.broken == []


async def test_whoever_may_not_ask_any_more_launches_nothing(history: History) -> None:
    """A rule asks nobody else: its requester's leaving makes the approval lapse, and `verify` names a launch."""
    await history.well()
    approved = await history.approve_anyway(await history.ask("2.0.2", NOW))
    left = PEOPLE.replace("role: devops", "role: viewer")
    person_commits(history.repository.path, {TENANT: left}, at=NOW + MINUTE)
    history.gate.index.catch_up()
    reason = coverage.lapse(approved, history.lines.grounds_of(approved), None, NOW + 60 * MINUTE)
    assert reason == f"{PIERRE.email}, who asked for it, may not any more; the request has to be approved again"
    assert history.broken == []
    await history.record(after(approved, "deploying", "system", NOW + 60 * MINUTE, job_id="awx-job-77"))
    assert history.broken == ["not-standard"]


async def test_a_hold_is_in_the_way_of_others_alone(history: History) -> None:
    """Whoever releases it again finds the approval as it was."""
    await history.well()
    approved = await history.approve_anyway(await history.ask("2.0.2", NOW - DAY))
    held = await history.record(after(approved, "held", JEAN.email, reason="Not before the batch has run"))
    history.gate.index.catch_up()
    assert coverage.lapse(held, history.lines.grounds_of(held), None, NOW) is None
    released = await history.record(after(held, "released", JEAN.email, reason="The batch has run by now"))
    await history.run(released)
    assert history.said(await history.ask("2.0.3", NOW))
    assert history.broken == []


async def test_verify_since_a_commit_counts_alike(history: History) -> None:
    """What its requester approved by another address is no clean deployment there either."""
    await _alone(history)
    ticket = await history.ask("2.0.4", NOW)
    since = git(history.repository.path, "rev-parse", "main")
    await history.approve_anyway(ticket)
    assert [each.rule for each in verify(history.repository.path, since=since)] == ["not-standard"]


async def test_a_rule_that_is_gone_makes_its_approvals_lapse(history: History) -> None:
    """The launch asks the rules as they are then."""
    await history.well()
    approved = await history.approve_anyway(await history.ask("2.0.2", NOW))
    person_commits(history.repository.path, {"rules/everyday.yaml": None})
    history.gate.index.catch_up()
    reason = coverage.lapse(approved, history.lines.grounds_of(approved), None, NOW + MINUTE)
    assert reason == "No rule approves it any more; the request has to be approved again"
