"""The revocation list in memory: what it refuses, and for how long it remembers."""

import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.sessions import IssuedToken, Revocation
from record.facts.revoked import RevokedSessions
from record.git.sessions import revoke
from tests.domain.builders import MINUTE, NOW
from tests.record.building import bare, opened, person_commits

DAY = timedelta(hours=24)
ISSUER, OTHER = "https://id.example", "https://other.example"
JEAN = frozenset({"jean@cab-i.com"})


class Now:
    """A clock that a test moves."""

    at = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    path = bare(tmp_path / "gitops.git")
    person_commits(path, {"README.md": "The record"})
    return path


@pytest.fixture
def sessions(shared: Path, tmp_path: Path) -> RevokedSessions:
    return RevokedSessions(opened(shared, tmp_path / "api"), DAY, Now())


def token(minutes: float = -1, **changes: Any) -> IssuedToken:
    given = {"issuer": ISSUER, "subject": "jean", "issued_at": NOW + minutes * MINUTE}
    return IssuedToken.model_validate(given | changes)


def ended(**named: str) -> Revocation:
    return Revocation.model_validate({"at": NOW, "until": NOW, **named})


@pytest.mark.parametrize(
    ("entry", "refused", "goes_on"),
    [
        ({"jti": "a"}, {"jti": "a"}, {"jti": "b"}),
        ({"jti": "a", "issuer": OTHER}, {"jti": "a", "issuer": OTHER}, {"jti": "a"}),
        ({"sid": "s"}, {"sid": "s"}, {"sid": "t"}),
        ({"sid": "s", "subject": "jean", "issuer": ISSUER}, {"sid": "s", "subject": "ann"}, {"sid": "t"}),
        ({"sid": "s", "subject": "jean", "issuer": ISSUER}, {}, {"subject": "ann"}),
        ({"subject": "jean", "issuer": ISSUER}, {"sid": "t"}, {"subject": "ann"}),
        ({"subject": "jean", "issuer": ISSUER}, {}, {"issuer": OTHER}),
    ],
    ids=str,
)
def test_an_entry_refuses_what_it_names(
    sessions: RevokedSessions, entry: dict[str, str], refused: dict[str, Any], goes_on: dict[str, Any]
) -> None:
    """And nothing else: the same name of another issuer is another's."""
    sessions.add(ended(**entry))
    assert sessions.refuses(token(**refused), frozenset())
    assert not sessions.refuses(token(**goes_on), frozenset())


def test_a_person_is_meant_by_any_address_and_up_to_then(sessions: RevokedSessions) -> None:
    """However it is spelled; what they are issued afterwards counts."""
    sessions.add(ended(person="JEAN@cab-i.com"))
    assert sessions.refuses(token(), JEAN | {"old@cab-i.com"})
    assert sessions.refuses(token(0), JEAN)
    assert not sessions.refuses(token(1), JEAN)
    assert not sessions.refuses(token(), frozenset({"ann@cab-i.com"}))


def test_of_two_entries_the_later_counts(sessions: RevokedSessions) -> None:
    """In whichever order they are read."""
    early = Revocation.model_validate({"at": NOW, "until": NOW - MINUTE, "person": "jean@cab-i.com"})
    for entry in (ended(person="jean@cab-i.com"), early):
        sessions.add(entry)
    assert sessions.refuses(token(0), JEAN)


async def test_an_entry_from_the_future_keeps_nobody_out(shared: Path, tmp_path: Path) -> None:
    """Whoever may push can sign people out, as of now; they sign in again, at an API that goes on running too."""
    now = Now()
    sessions = RevokedSessions(opened(shared, tmp_path / "api"), DAY, now)
    for far in (timedelta(hours=1), timedelta(days=30_000)):
        ahead = {"at": NOW + far, "until": NOW + far, "person": "jean@cab-i.com"}
        revoke(opened(shared, tmp_path / "thief"), Revocation.model_validate(ahead))
        assert sessions.refuses(token(), JEAN)
        assert not sessions.refuses(token(1), JEAN)


def test_what_no_token_is_old_enough_for_is_forgotten(shared: Path, tmp_path: Path) -> None:
    """Memory holds what a lifetime of tokens can need, whatever was ever revoked."""
    now = Now()
    sessions = RevokedSessions(opened(shared, tmp_path / "api"), DAY, now)
    for hour in range(24 * 10):
        now.at = NOW + timedelta(hours=hour)
        sessions.add(Revocation.by_hand(now.at, "", jti=f"t-{hour}"))
    assert 24 <= len(sessions._until) <= 26
    assert len(sessions._ages) == len(sessions._until)


def test_a_question_costs_the_same_whatever_is_on_the_list(sessions: RevokedSessions) -> None:
    """A thousand times as many entries, and a thousand questions do not take this thread ten times as long."""
    costs = []
    for entries in (10, 10_000):
        for number in range(entries):
            sessions.add(ended(jti=f"t-{number}"))
        started = time.thread_time()
        for _ in range(1_000):
            assert not sessions.refuses(token(jti="x", sid="y"), JEAN)
        costs.append(time.thread_time() - started)
    assert costs[1] < 10 * costs[0]


def test_the_list_is_certain_while_the_record_can_be_read(shared: Path, tmp_path: Path) -> None:
    """And for the time that what was known counts; what is on it stays refused."""
    sessions = RevokedSessions(opened(shared, tmp_path / "api"), DAY, Now(), known_for=3)
    assert not sessions.certain(), "nothing was read yet"
    revoke(opened(shared, tmp_path / "worker"), ended(jti="a"))
    sessions.follow()
    assert sessions.certain()
    shared.rename(tmp_path / "away.git")
    assert sessions.refuses(token(jti="a"), frozenset())
    time.sleep(3.1)
    assert not sessions.certain()
    assert sessions.refuses(token(jti="a"), frozenset())
    (tmp_path / "away.git").rename(shared)
    sessions.follow()
    assert sessions.certain()


def test_a_remote_that_is_away_makes_the_list_uncertain(shared: Path, tmp_path: Path) -> None:
    """Somebody may have been put on it since the last fetch."""
    repository = opened(f"file://{shared}", tmp_path / "api")
    sessions = RevokedSessions(repository, DAY, Now(), known_for=3)
    repository.fetch()
    sessions.follow()
    assert sessions.certain()
    time.sleep(3.1)
    sessions.follow()
    assert not sessions.certain()
    repository.fetch()
    assert sessions.certain()
