"""Attack 9: what was approved for later brought an old version back, long after newer ones had been deployed."""

from datetime import timedelta
from pathlib import Path

import pytest

from domain import coverage
from domain.decision import DecisionAction
from domain.errors import ProductionChanged
from domain.lifecycle import apply, check
from domain.targets import TargetFacts
from domain.ticket import Action, State
from record.facts.line import LineReader
from record.index.reader import Index
from record.people.directory import DirectoryReader
from tests.domain.builders import JEAN, NOW, decision, pending
from tests.record.audit.test_verify import PEOPLE, TENANT, rules
from tests.record.audit.test_verify_line import DAY, Request, approved, deployed
from tests.record.building import bare, opened, person_commits
from tests.record.facts.test_line import PLATFORM
from tests.signing import key_file


async def test_an_approval_for_later_does_not_cover_what_it_never_saw(tmp_path: Path) -> None:
    """2.0.0 for tomorrow, then a security fix and 2.1.1 at once: the first lapses, and who launches it is found out."""
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    person_commits(repository.path, {**key_file(), TENANT: PEOPLE, "platform.yaml": PLATFORM})
    index = Index(repository, tmp_path / "index.sqlite")
    lines = LineReader.of(repository, DirectoryReader(repository), index)
    old = await approved(repository, 1, "2.0.0", scheduled_date=NOW + DAY)
    assert coverage.lapse(old.ticket, lines.grounds_of(old.ticket), None, NOW + DAY) is None
    for ordinal, version in ((2, "2.1.0-security-fix"), (3, "2.1.1")):
        await deployed(await approved(repository, ordinal, version))
    reason = coverage.lapse(old.ticket, lines.grounds_of(old.ticket), None, NOW + DAY)
    assert reason is not None
    assert "PR-2026-0002 to 2.1.0-security-fix" in reason
    await (await old.does("due", NOW + DAY)).does("deploying")
    assert rules(repository.path) == ["not-covered"]
    index.close()
    await repository.close()


async def test_an_approval_does_not_hold_for_ever(tmp_path: Path) -> None:
    """Seven days after the request was due nobody remembers what they saw."""
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    person_commits(repository.path, {**key_file(), TENANT: PEOPLE, "platform.yaml": PLATFORM})
    index = Index(repository, tmp_path / "index.sqlite")
    lines = LineReader.of(repository, DirectoryReader(repository), index)
    request: Request = await approved(repository, 1, scheduled_date=NOW + DAY)
    grounds = lines.grounds_of(request.ticket)
    assert coverage.lapse(request.ticket, grounds, None, NOW + 8 * DAY) is None
    assert coverage.lapse(request.ticket, grounds, None, NOW + 8 * DAY + timedelta(seconds=1)) is not None
    index.close()
    await repository.close()


def test_who_was_shown_an_older_production_looks_again() -> None:
    """The page was open while somebody else's version went to production."""
    ticket, facts = pending(), TargetFacts(controlled=True, production="2.1.1", open_catalogue=True)
    with pytest.raises(ProductionChanged):
        check(ticket, decision(ticket, DecisionAction.APPROVE, JEAN, production="2.0.0"), NOW, target=facts)


def test_an_approved_request_that_waits_for_its_turn_is_withdrawn() -> None:
    """Until AWX is asked for the job."""
    ticket = pending()
    ticket = apply(ticket, decision(ticket, DecisionAction.APPROVE, JEAN), NOW)
    withdrawn = apply(ticket, decision(ticket, DecisionAction.CANCEL, JEAN), NOW)
    assert (withdrawn.state, withdrawn.last.action) == (State.CANCELLED, Action.CANCELLED)
