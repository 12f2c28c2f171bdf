"""Preferences as a value: bounded, without contradictions, known again by their revision."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from domain.announcement import Event
from domain.preferences import (
    DEFAULTS,
    MOST_FILTERS,
    MOST_SNOOZED,
    Digest,
    MailTime,
    Preferences,
    SavedFilter,
    Snooze,
)
from tests.domain.builders import NOW


def test_whoever_chose_nothing_is_mailed_at_once() -> None:
    """An event that a later release adds, too."""
    assert {DEFAULTS.mailed(event) for event in Event} == {MailTime.NOW}


def test_an_event_is_mailed_when_the_person_says() -> None:
    """The others stay as they are."""
    chosen = Preferences(mail={Event.CREATED: MailTime.DIGEST, Event.STARTED: MailTime.OFF}, digest=Digest(daily=True))
    assert chosen.mailed(Event.CREATED) is MailTime.DIGEST
    assert chosen.mailed(Event.STARTED) is MailTime.OFF
    assert chosen.mailed(Event.FAILED) is MailTime.NOW


TWICE = Snooze(ticket="PR-2026-0001", until=NOW)
REFUSED = {
    "an event for a digest that never comes": {"mail": {"request-created": "digest"}},
    "an event that there is not": {"mail": {"request-forgotten": "now"}},
    "a digest at 24 o'clock": {"digest": {"daily": True, "hour": 24}},
    "two filters of one name": {"filters": [{"name": "mine", "query": ""}, {"name": " mine ", "query": "?q=a"}]},
    "one request snoozed twice": {"snoozed": [TWICE, TWICE]},
    "a filter without a name": {"filters": [{"name": " ", "query": ""}]},
    "a query without end": {"filters": [{"name": "mine", "query": "q" * 501}]},
    "too many filters": {"filters": [{"name": str(each), "query": ""} for each in range(MOST_FILTERS + 1)]},
    "too many snoozed requests": {
        "snoozed": [Snooze(ticket=f"PR-2026-{each:04}", until=NOW) for each in range(1, MOST_SNOOZED + 2)]
    },
    "a key that is not known": {"slack": {}},
}


@pytest.mark.parametrize("said", REFUSED.values(), ids=REFUSED)
def test_what_makes_no_sense_is_refused(said: dict[str, object]) -> None:
    """Before anything is kept."""
    with pytest.raises(ValidationError):
        Preferences.model_validate(said)


def test_the_largest_preferences_fit_where_a_payload_does() -> None:
    """They stay small enough for the engine, and for a file that is read at each mail."""
    full = Preferences(
        mail=dict.fromkeys(Event, MailTime.OFF),
        filters=tuple(SavedFilter(name=f"{each:060}", query="é" * 500) for each in range(MOST_FILTERS)),
        snoozed=tuple(
            Snooze(ticket=f"PR-2026-{each:09}", until=NOW) for each in range(100_000_000, 100_000_000 + MOST_SNOOZED)
        ),
    )
    assert len(full.model_dump_json(indent=1).encode()) < 100_000


def test_another_choice_is_another_revision() -> None:
    """The same one is the same after it was written and read."""
    chosen = Preferences(snoozed=(TWICE,))
    assert Preferences.model_validate_json(chosen.model_dump_json()).revision == chosen.revision
    later = Snooze(ticket=TWICE.ticket, until=NOW + timedelta(hours=1))
    assert len({DEFAULTS.revision, chosen.revision, Preferences(snoozed=(later,)).revision}) == 3
