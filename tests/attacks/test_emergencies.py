"""Emergencies that nobody may declare, answers that nobody may give, and approvals that pretend to be one."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.change import Change, Proof
from domain.signing import counts_from
from domain.ticket import PromotionRequest
from record.facts.identities import Identities
from record.facts.known import KnownRecord
from record.index.reader import Index
from record.signing.keys import KeyReader
from record.signing.signatures import sealed
from tests.domain.builders import JEAN, MINUTE, PIERRE
from tests.past import DAY, NOW, History
from tests.record.audit.test_verify import TENANT
from tests.record.building import after, bare, git, opened, person_commits
from tests.record.facts.test_line import PLATFORM
from tests.record.people.test_directory import tenant
from tests.rules import freeze, rule
from tests.signing import KEY, claims_for, key_file, service_key_file

CLAIRE, ALIAS = "claire.moreau@cab-i.com", "j.dupont@cab-i.com"
PEOPLE = tenant(
    "tenant-finance",
    f"email: {PIERRE.email}, name: Pierre, role: devops",
    f"email: {PIERRE.email}, name: Pierre, role: cpi",
    f"email: {JEAN.email}, name: Jean, role: cpi, aliases: [{ALIAS}]",
    f"email: {CLAIRE}, name: Claire, role: cpi",
    "email: dora@cab-i.com, name: Dora, role: devops",
)
WITHIN = timedelta(days=3)
WHY, BECAUSE = "Payments are down since nine", "It could not wait for two"
URGENT = {"role": "cpi", "answerWithin": "P3D", "stopAfterOverdue": True}
TWO = [{"role": "cpi", "count": 2}]
ENDLESS = freeze(NOW - 60 * DAY, NOW + 60 * DAY)
RULES = rule("everyday", approvals=TWO, freezes=[ENDLESS], emergency=URGENT)


@pytest.fixture
async def history(tmp_path: Path) -> AsyncIterator[History]:
    """A record whose rules ask for two people, let nothing be launched, and let one cpi launch in an emergency."""
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    files = {**key_file(), **service_key_file(), TENANT: PEOPLE, "platform.yaml": PLATFORM, **RULES}
    person_commits(repository.path, files, at=NOW - 100 * DAY)
    index = Index(repository, tmp_path / "index.sqlite")
    yield History.of(repository, index)
    index.close()
    await repository.close()


async def declare(history: History, ticket: PromotionRequest, by: str = JEAN.email, **fields: Any) -> PromotionRequest:
    """As whoever stole the API's key would, where no gate would."""
    at = ticket.last.at + MINUTE
    given: dict[str, Any] = {"comment": WHY, "emergency": True, "answer_by": at + WITHIN}
    return await history.record(after(ticket, "approved", by, at, **(given | fields)))


async def launched(
    history: History, version: str = "2.0.1", at: datetime = NOW, by: str = JEAN.email, end: str = "deployed"
) -> PromotionRequest:
    """An emergency that was declared and launched."""
    return await history.run(await declare(history, await history.ask(version, at), by), end)


async def answer(history: History, ticket: PromotionRequest, by: str, said: str = "ratified") -> PromotionRequest:
    return await history.record(after(ticket, said, by, reason=BECAUSE))


@pytest.mark.parametrize("end", ["deployed", "failed"])
@pytest.mark.parametrize("said", ["ratified", "refuted"])
async def test_an_emergency_passes_votes_and_a_freeze_and_is_answered_for(
    history: History, end: str, said: str
) -> None:
    """By somebody else; the audit proves all of it."""
    await answer(history, await launched(history, end=end), CLAIRE, said)
    assert history.broken == []


@pytest.mark.parametrize(
    ("by", "broken"),
    [
        (PIERRE.email, ["self-approval", "emergency-not-allowed"]),
        ("dora@cab-i.com", ["no-role", "emergency-not-allowed"]),
        ("nobody@cab-i.com", ["no-role", "emergency-not-allowed"]),
    ],
    ids=["requester", "no role", "unknown"],
)
async def test_whoever_may_not_declare_one_is_named(history: History, by: str, broken: list[str]) -> None:
    """However they signed it; the requester's role helps nobody."""
    await declare(history, await history.ask("2.0.1", NOW), by)
    found = history.broken
    assert set(found) <= set(broken)
    assert found[0] == broken[0]


async def test_the_requester_declares_none_by_an_alias(history: History) -> None:
    """Jean asks by one address and declares by the other."""
    await declare(history, await history.ask("2.0.1", NOW, by=ALIAS), JEAN.email)
    assert "self-approval" in history.broken


async def test_no_rule_no_emergency(history: History) -> None:
    """Neither where a rule never had one, nor where a more specific one says no; not when it is launched, either."""
    never = rule("payments", match={"names": ["payment-api"]}, emergency=False)
    declared = await declare(history, await history.ask("2.0.1", NOW))
    person_commits(history.repository.path, never, at=NOW + 5 * MINUTE)
    late = NOW + 30 * MINUTE
    await history.record(after(declared, "deploying", "system", late, job_id="awx-job-1"))
    assert history.broken == ["emergency-not-allowed"]
    await declare(history, await history.ask("2.0.2", NOW + 40 * MINUTE))
    assert history.broken == ["emergency-not-allowed", "emergency-not-allowed"]


async def test_whoever_is_not_in_the_group_declares_none(history: History) -> None:
    platform = f"{PLATFORM}  groups:\n    on-call: [{CLAIRE}]\n"
    group = {"group": "on-call", "answerWithin": "P3D"}
    person_commits(
        history.repository.path, {"platform.yaml": platform, **rule("everyday", emergency=group)}, at=NOW - DAY
    )
    await declare(history, await history.ask("2.0.1", NOW), CLAIRE)
    assert history.broken == []
    await declare(history, await history.ask("2.0.2", NOW), JEAN.email)
    assert history.broken == ["emergency-not-allowed"]


@pytest.mark.parametrize("by", [JEAN.email, ALIAS], ids=["declarer", "alias"])
async def test_whoever_declared_it_does_not_answer(history: History, by: str) -> None:
    """By no address."""
    await answer(history, await launched(history), by)
    assert history.broken == ["own-emergency"]


async def test_the_requester_does_not_answer(history: History) -> None:
    await answer(history, await launched(history), PIERRE.email)
    assert history.broken == ["self-approval"]


async def test_nobody_answers_without_the_right(history: History) -> None:
    await answer(history, await launched(history), "dora@cab-i.com")
    assert history.broken == ["no-role"]


async def test_a_usual_approvals_signature_makes_no_emergency(history: History) -> None:
    """Nor does an emergency's signature make an approval, which others then complete."""
    ticket = await history.ask("2.0.1", NOW)
    at = ticket.last.at + MINUTE
    forged = after(ticket, "approved", JEAN.email, at, comment=WHY, emergency=True, answer_by=at + WITHIN)
    attempt, round_ = counts_from(forged)
    tip = git(history.repository.path, "rev-parse", "main")
    claims = claims_for(forged, attempt=attempt, round=round_, tip=tip, answer_by=None)
    proof = Proof(jws=sealed(claims, KEY), message=claims.message)
    change = Change(ticket=forged, base=history.revisions[ticket.id], actor_name="Jean", proof=proof)
    await history.repository.record(change)
    assert "signed-for-something-else" in history.broken


async def test_a_longer_time_to_answer_than_the_rule_gives_is_named(history: History) -> None:
    """Who may change the date owes nothing for ever."""
    await declare(history, await history.ask("2.0.1", NOW), answer_by=NOW + 60 * DAY)
    assert history.broken == ["emergency-date"]


async def test_an_overdue_answer_stops_further_emergencies_of_the_tenant(history: History) -> None:
    """Until somebody gave it."""
    owing = await launched(history, at=NOW - 10 * DAY)
    await declare(history, await history.ask("2.0.2", NOW - 8 * DAY))
    assert history.broken == []
    await declare(history, await history.ask("2.0.3", NOW - 6 * DAY))
    assert history.broken == ["emergency-stopped"]
    await history.record(after(owing, "ratified", CLAIRE, NOW - 5 * DAY, reason=BECAUSE))
    await declare(history, await history.ask("2.0.4", NOW - 4 * DAY))
    assert history.broken == ["emergency-stopped"]


async def test_an_emergency_is_not_launched_after_its_answer_was_due(history: History) -> None:
    """A retry, or one that stood in line for days."""
    failed = await launched(history, at=NOW - 5 * DAY, end="failed")
    retried = await history.record(after(failed, "retried", JEAN.email, NOW - DAY))
    await history.record(after(retried, "deploying", "system", NOW - DAY + MINUTE, job_id="awx-job-7"))
    assert history.broken == ["emergency-late"]


async def test_an_emergency_does_not_carry_the_next_approval_of_its_request(history: History) -> None:
    """It lapsed before its launch: whoever approves then needs the others again, and waits for the freeze."""
    declared = await declare(history, await history.ask("2.0.1", NOW))
    lapsed = await history.record(
        after(declared, "lapsed", "system", reason="It covers it no more", decide_by=NOW + 30 * DAY)
    )
    approved = await history.record(after(lapsed, "approved", CLAIRE))
    assert history.broken == ["votes-missing"]
    await history.run(approved)
    assert set(history.broken) == {"votes-missing", "frozen"}


async def test_votes_of_before_are_no_answer(history: History) -> None:
    """Whoever voted for it may still answer, as somebody else than who declared it."""
    voted = await history.record(after(await history.ask("2.0.1", NOW), "endorsed", CLAIRE))
    await answer(history, await history.run(await declare(history, voted)), CLAIRE)
    assert history.broken == []


async def test_an_answer_by_hand_leaves_the_debt(history: History) -> None:
    """Somebody pushes an answer that nobody signed: the gates go on waiting for one."""
    owing = await launched(history)
    change = Change(
        ticket=after(owing, "ratified", CLAIRE, reason=BECAUSE), base=history.revisions[owing.id], actor_name="Claire"
    )
    await history.repository.record(change)
    assert history.broken == ["not-signed"]
    history.gate.index.catch_up()
    facts = history.lines.controls.of_ticket(owing)
    assert [each.ticket_id for each in facts.debts] == [owing.id]
    assert facts.declarer is not None


async def test_what_an_emergency_deployed_makes_no_privilege(history: History) -> None:
    """It is no clean deployment of a standard change, ratified or not; and it is in production."""
    await answer(history, await launched(history, "2.0.1", NOW - 20 * DAY), CLAIRE)
    await answer(history, await launched(history, "2.0.2", NOW - 10 * DAY), CLAIRE)
    history.gate.index.catch_up()
    ticket = await history.ask("2.0.3", NOW)
    history.gate.index.catch_up()
    assert not [each for each in history.gate.past(ticket, NOW) if each.clean]
    assert history.lines.controls.of_ticket(ticket).production == "2.0.2"


NEW_NAME = "jean.martin@cab-i.com"


async def signed_in(history: History, ticket: PromotionRequest, subject: str) -> PromotionRequest:
    """The ticket's last act, recorded as signed by that sign-in."""
    attempt, round_ = counts_from(ticket)
    tip = git(history.repository.path, "rev-parse", "main")
    claims = claims_for(ticket, attempt=attempt, round=round_, tip=tip, sub=subject, answer_by=ticket.last.answer_by)
    proof = Proof(jws=sealed(claims, KEY), message=claims.message)
    change = Change(ticket=ticket, base=history.revisions[ticket.id], actor_name="Jean", proof=proof)
    history.revisions[ticket.id] = (await history.repository.record(change)).revision
    return ticket


async def test_a_new_address_makes_nobody_else_of_the_declarer(history: History) -> None:
    """Jean marries, and their entry has the new address alone: the sign-in is the one that declared it."""
    asked = await history.ask("2.0.1", NOW)
    at = asked.last.at + MINUTE
    declared = after(asked, "approved", JEAN.email, at, comment=WHY, emergency=True, answer_by=at + WITHIN)
    owing = await history.run(await signed_in(history, declared, "jean-1"))
    renamed = PEOPLE.replace(f"email: {JEAN.email}, name: Jean, role: cpi, aliases: [{ALIAS}]", "email: " + NEW_NAME)
    person_commits(history.repository.path, {TENANT: renamed.replace(NEW_NAME, f"{NEW_NAME}, name: Jean, role: cpi")})

    history.gate.index.catch_up()
    known = KnownRecord(
        history.repository,
        history.gate.index,
        history.lines.controls,
        keys := KeyReader(history.repository),
        Identities(history.repository, history.gate.index, keys),
    )
    known.start()
    try:
        declarer = known.target(owing).declarer
    finally:
        known.close()
    assert declarer is not None
    assert "subject jean-1" in declarer.identities

    await signed_in(history, after(owing, "ratified", NEW_NAME, reason=BECAUSE), "jean-1")
    assert history.broken == ["own-emergency"]
