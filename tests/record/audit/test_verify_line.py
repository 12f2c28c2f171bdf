"""The audit of a target's line, of dates, and of what an approval covered; it leaves older requests alone."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.change import Change, Proof
from domain.ticket import BY_PEOPLE, Target, TargetType
from record.audit.line_checks import PATIENCE
from record.audit.verify import verify
from record.git.repository import Repository
from record.signing.signatures import sealed
from tests.domain.builders import JEAN, MINUTE, NOW, PIERRE, details, pending
from tests.record.audit.test_verify import PEOPLE, TENANT, rules
from tests.record.building import after, bare, git, number, opened, person_commits
from tests.record.facts.test_line import PLATFORM, moved
from tests.signing import KEY, claims_for, key_file

DAY = timedelta(days=1)
REASON = "Production was changed"


@pytest.fixture
async def repository(tmp_path: Path) -> AsyncIterator[Repository]:
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    person_commits(repository.path, {**key_file(), TENANT: PEOPLE, "platform.yaml": PLATFORM})
    yield repository
    await repository.close()


class Request:
    """A request of payment-api that a gate which checks nothing takes through transitions."""

    def __init__(
        self, repository: Repository, ordinal: int, version: str = "2.1.0", at: datetime = NOW, **asked: Any
    ) -> None:
        target = Target(type=TargetType.API, name="payment-api", version=version)
        self.repository = repository
        self.revision: str | None = None
        self.ticket = pending(id=number(ordinal), at=at, target=target, request=details(**asked))

    async def created(self, **claims: Any) -> "Request":
        await self._record(claims)
        return self

    async def does(self, action: str, at: datetime | None = None, **given: Any) -> "Request":
        """One transition, a minute after the last one unless told when; `claims` are what was signed besides."""
        claims = given.pop("claims", {})
        by = PIERRE.email if action == "cancelled" else JEAN.email if action in BY_PEOPLE else "system"
        given = ({"job_id": f"awx-job-{self.ticket.id[-1]}"} if action == "deploying" else {}) | given
        self.ticket = after(self.ticket, action, by, at, **given)
        await self._record(claims)
        return self

    async def _record(self, signed: dict[str, Any]) -> None:
        proof = None
        if self.ticket.last.by != "system":
            claims = claims_for(self.ticket, **signed)
            proof = Proof(jws=sealed(claims, KEY), message=claims.message)
        change = Change(ticket=self.ticket, base=self.revision, actor_name="Jean Dupont", proof=proof)
        self.revision = (await self.repository.record(change)).revision


async def approved(repository: Repository, ordinal: int, version: str = "2.1.0", **asked: Any) -> Request:
    return await (await Request(repository, ordinal, version, **asked).created()).does("approved")


async def deployed(request: Request, at: datetime | None = None) -> Request:
    return await (await request.does("deploying", at)).does("deployed")


async def test_the_usual_ways_are_clean(repository: Repository) -> None:
    """One after the other, dated, held and released, lapsed and approved anew, failed and retried."""
    await deployed(await approved(repository, 1))
    dated = await approved(repository, 2, "2.2.0", scheduled_date=NOW + DAY)
    held = await approved(repository, 3, "2.3.0")
    await (await held.does("held")).does("released")
    failed = await (await held.does("deploying")).does("failed")
    await (await failed.does("retried")).does("deploying")
    await failed.does("deployed", NOW + DAY)
    await dated.does("lapsed", NOW + DAY, reason=REASON, decide_by=NOW + 2 * DAY)
    await dated.does("approved", claims={"production": "2.3.0"})
    await deployed(await dated.does("due"))
    expired = await Request(repository, 4).created(decide_by=NOW + DAY)
    await expired.does("expired", NOW + DAY)
    assert rules(repository.path) == []


async def test_what_was_approved_for_later_does_not_bring_an_old_version_back(repository: Repository) -> None:
    """Newer versions were approved and deployed meanwhile: the approver did not know of them."""
    old = await approved(repository, 1, "2.0.0", scheduled_date=NOW + DAY)
    await deployed(await approved(repository, 2, "2.1.0-security-fix"))
    await (await old.does("due", NOW + DAY)).does("deploying")
    (found,) = verify(repository.path)
    assert (found.ticket, found.rule) == (number(1), "not-covered")
    assert found.sentence.endswith("PR-2026-0002 changed production to 2.1.0-security-fix after the approval")


async def test_what_was_approved_before_was_seen_coming(repository: Repository) -> None:
    """The later approval covers its request, though production is another then."""
    first, second = await approved(repository, 1), await approved(repository, 2, "2.2.0")
    await deployed(first)
    await deployed(second)
    assert rules(repository.path) == []


async def test_an_approval_gets_old(repository: Repository) -> None:
    """Seven days after it was due, or what the platform says; the look may have been some minutes before."""
    week = NOW + MINUTE + 7 * DAY
    await deployed(await approved(repository, 1), week + 9 * MINUTE)
    assert rules(repository.path) == []
    await deployed(await approved(repository, 2, "2.2.0"), week + 11 * MINUTE)
    assert rules(repository.path) == ["not-covered"]
    person_commits(repository.path, {"platform.yaml": f"{PLATFORM}  approvalValidFor: 30d\n"})
    await deployed(await approved(repository, 3, "2.3.0"), week + 11 * MINUTE)
    assert rules(repository.path) == ["not-covered"]


SHOWN = {"": False, "2.0.0": True, "2.1.0": True, "2.2.0": False, "9.0.0": False}
"""Versions that an approver may have been shown: what is in production, what is about to be deployed; no other."""


@pytest.mark.parametrize("shown", SHOWN)
async def test_an_approver_was_shown_production_as_it_was(repository: Repository, shown: str) -> None:
    """Or what was about to come; neither what was there long before, nor what nobody had approved."""
    await deployed(await approved(repository, 1, "1.0.0"))
    await deployed(await approved(repository, 2, "2.0.0"))
    await approved(repository, 3, "2.1.0", at=NOW + DAY)
    await Request(repository, 4, "2.2.0").created()
    last = await Request(repository, 5, "2.3.0", at=NOW + DAY).created()
    await last.does("approved", claims={"production": shown})
    assert rules(repository.path) == ([] if SHOWN[shown] else ["shown-wrongly"])


async def test_what_was_production_minutes_ago_may_have_been_shown(repository: Repository) -> None:
    """Whoever looks, looks before they decide."""
    await deployed(await approved(repository, 1, "1.0.0"))
    await deployed(await approved(repository, 2, "2.0.0", at=NOW + DAY))
    for ordinal, later in ((3, 9 * MINUTE), (4, 20 * MINUTE)):
        request = await Request(repository, ordinal, f"3.{ordinal}.0", at=NOW + DAY + later).created()
        await request.does("approved", NOW + DAY + 3 * MINUTE + later, claims={"production": "1.0.0"})
    assert [each.ticket for each in verify(repository.path)] == [number(4)]


Tale = Callable[[Repository], Any]


async def _at_once(repository: Repository) -> None:
    first, second = await approved(repository, 1), await approved(repository, 2)
    await first.does("deploying")
    await second.does("deploying", NOW + DAY)


async def _overtaken(repository: Repository) -> None:
    await approved(repository, 1)
    await (await approved(repository, 2)).does("deploying", NOW + MINUTE + PATIENCE / 2)


async def _passed(repository: Repository) -> None:
    await approved(repository, 1)
    await (await approved(repository, 2)).does("deploying", NOW + MINUTE + PATIENCE)


async def _without_due(repository: Repository) -> None:
    await (await approved(repository, 1, scheduled_date=NOW + DAY)).does("deploying", NOW + DAY)


async def _before_its_date(repository: Repository) -> None:
    await (await (await approved(repository, 1, scheduled_date=NOW + DAY)).does("due", NOW + DAY / 2)).does("deploying")


async def _without_a_reason(repository: Repository) -> None:
    await (await approved(repository, 1)).does("lapsed")


async def _expired_early(repository: Repository) -> None:
    await (await Request(repository, 1).created(decide_by=NOW + DAY)).does("expired", NOW + DAY / 2)


async def _expired_early_after_a_lapse(repository: Repository) -> None:
    request = await Request(repository, 1).created(decide_by=NOW + DAY)
    await (await request.does("approved")).does("lapsed", reason=REASON, decide_by=NOW + 3 * DAY)
    await request.does("expired", NOW + 2 * DAY)


async def _superseded_by_nobodys_leave(repository: Repository) -> None:
    older = await approved(repository, 1)
    await approved(repository, 2, "2.2.0")
    await older.does("superseded", superseded_by=number(2))


def _superseding(version: str, named: int = 2, at_first: bool = False) -> Tale:
    async def tell(repository: Repository) -> None:
        person_commits(repository.path, {"platform.yaml": f"{PLATFORM}  supersede: true\n"})
        if at_first:
            await approved(repository, 2, version)
        older = await Request(repository, 1).created()
        if not at_first:
            await approved(repository, 2, version)
        await older.does("superseded", superseded_by=number(named))

    return tell


TALES: dict[str, tuple[Tale, list[str]]] = {
    "two at once": (_at_once, ["two-at-once"]),
    "somebody overtaken": (_overtaken, ["out-of-turn"]),
    "somebody passed whose promotion may not run": (_passed, []),
    "a dated one without its entry": (_without_due, ["not-in-line"]),
    "a date that had not come": (_before_its_date, ["too-early", "too-early"]),
    "a lapse that says nothing": (_without_a_reason, ["lapsed-without-reason"]),
    "no time to decide": (_expired_early, ["too-early"]),
    "no time to decide anew": (_expired_early_after_a_lapse, ["too-early"]),
    "closed where nothing closes": (_superseded_by_nobodys_leave, ["not-superseded"]),
    "closed by a newer one": (_superseding("2.2.0"), []),
    "closed by an older one": (_superseding("2.0.0"), ["not-superseded"]),
    "closed by nobody": (_superseding("2.2.0", named=7), ["not-superseded"]),
    "closed by one that was there before": (_superseding("2.2.0", at_first=True), ["not-superseded"]),
}


@pytest.mark.parametrize("tale", TALES)
async def test_a_gate_that_did_not_keep_the_rules_is_found_out(repository: Repository, tale: str) -> None:
    """And one that did, or may have, is not."""
    tell, expected = TALES[tale]
    await tell(repository)
    assert rules(repository.path) == expected


@pytest.mark.parametrize("tale", [tale for tale, (tell, _) in TALES.items() if tell.__name__ != "tell"])
async def test_older_requests_keep_the_rules_of_their_time(tmp_path: Path, tale: str) -> None:
    """Those that were there before the switch."""
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    before = PLATFORM.replace("controls: 2", "controls: 1")
    person_commits(repository.path, {**key_file(), TENANT: PEOPLE, "platform.yaml": before})
    tell, _ = TALES[tale]
    await tell(repository)
    assert rules(repository.path) == []
    await repository.close()


async def test_a_start_takes_order_for_granted(repository: Repository) -> None:
    """Everything before the commit to start from is known, but not who came first then."""
    first, second = await approved(repository, 1), await approved(repository, 2)
    dated = await approved(repository, 3, "2.0.0", scheduled_date=NOW + DAY)
    start = git(repository.path, "rev-parse", "main")
    await second.does("deploying", NOW + MINUTE)
    await first.does("deploying", NOW + MINUTE)
    assert rules(repository.path, start) == ["two-at-once"]
    await second.does("deployed")
    await deployed(await approved(repository, 4, "2.2.0"), NOW + DAY)
    await (await dated.does("due", NOW + DAY)).does("deploying")
    assert "not-covered" in rules(repository.path, start)


async def test_a_merge_that_puts_the_line_beside_itself_is_named(repository: Repository) -> None:
    """It gives everybody another place; a merge the usual way does not."""
    before = git(repository.path, "rev-parse", "main")
    await approved(repository, 1)
    after_it = git(repository.path, "rev-parse", "main")
    aside = moved(repository.path, before, before)
    moved(repository.path, after_it, after_it, aside)
    assert rules(repository.path) == []
    turned = moved(repository.path, after_it, aside, git(repository.path, "rev-parse", "main"))
    assert [(each.commit, each.rule) for each in verify(repository.path)] == [(turned, "line-turned")]
