"""Tests of what the people of a delegation are told, and when."""

from datetime import timedelta

import pytest

from domain.delegation_notices import DelegationEvent, DelegationNotes, due, may_be_due
from domain.preferences import Digest, MailTime, Preferences
from tests.delegating import delegation
from tests.domain.builders import NOW

GIVER, DELEGATE, ADMIN = "jean@cab-i.com", "claire@cab-i.com", "alice@cab-i.com"
DAY = timedelta(days=1)
GIVEN = delegation(GIVER, DELEGATE, NOW, since=NOW + DAY, until=NOW + 7 * DAY)
BEGUN = DelegationNotes().with_(DelegationEvent.BEGUN, DELEGATE)
BEGINS = (DelegationEvent.BEGUN, DELEGATE)


def test_the_delegate_is_told_once_while_it_stands() -> None:
    """Neither before it begins nor after its end; by whatever form of the address it was noted."""
    for days, expected in ((0, []), (1, [BEGINS]), (6, [BEGINS]), (7, [])):
        assert list(due(GIVEN, DelegationNotes(), NOW + days * DAY, DAY)) == expected
    assert list(due(GIVEN, DelegationNotes().with_(DelegationEvent.BEGUN, "CLAIRE@cab-i.com"), NOW + DAY, DAY)) == []


@pytest.mark.parametrize(
    ("by", "notes", "to"),
    [
        (GIVER, BEGUN, [DELEGATE]),
        (DELEGATE, BEGUN, [GIVER]),
        (ADMIN, BEGUN, [GIVER, DELEGATE]),
        (GIVER, DelegationNotes(), []),
        (ADMIN, DelegationNotes(), [GIVER]),
        (ADMIN, BEGUN.with_(DelegationEvent.WITHDRAWN, GIVER), [DELEGATE]),
    ],
)
def test_an_early_end_is_told_to_the_others(by: str, notes: DelegationNotes, to: list[str]) -> None:
    """To the delegate where they heard of it; to nobody what they did, nor anything twice, nor after a time."""
    ended = GIVEN.ended_by(by, NOW + 2 * DAY)
    assert list(due(ended, notes, NOW + 2 * DAY, DAY)) == [(DelegationEvent.WITHDRAWN, each) for each in to]
    assert list(due(ended, notes, NOW + 3 * DAY, DAY)) == []


def test_what_may_be_due_is_found_without_its_notes() -> None:
    """Whatever is due may be."""
    for given in (GIVEN, GIVEN.ended_by(ADMIN, NOW + 2 * DAY), GIVEN.ended_by(ADMIN, NOW)):
        for hours in range(0, 24 * 9, 6):
            now = NOW + timedelta(hours=hours)
            assert may_be_due(given, now, DAY) or not list(due(given, BEGUN, now, DAY))


def test_no_digest_has_what_is_told_of_delegations() -> None:
    """It comes at once, or not at all."""
    daily = Digest(daily=True)
    assert Preferences(digest=daily, mail={DelegationEvent.BEGUN: MailTime.OFF}).mailed(DelegationEvent.BEGUN)
    with pytest.raises(ValueError, match="digest, which has none of it"):
        Preferences(digest=daily, mail={DelegationEvent.WITHDRAWN: MailTime.DIGEST})
