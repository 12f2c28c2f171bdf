"""The revocation list in the record: written by anybody who may, read by whoever follows."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from domain.sessions import LONGEST_LIFE, Revocation
from record.errors import RecordUnavailable
from record.git.sessions import REVOKED, RevokedFollower, path_of, revoke
from tests.domain.builders import MINUTE, NOW
from tests.record.building import bare, git, opened, person_commits


def entry(number: int, minutes: float = 0) -> Revocation:
    return Revocation.by_hand(NOW + minutes * MINUTE, "", jti=f"t-{number}")


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    path = bare(tmp_path / "gitops.git")
    person_commits(path, {"README.md": "The record"})
    return path


def names(follower: RevokedFollower) -> list[str]:
    found, whole = follower.news()
    assert whole
    return [str(each.jti) for each in found]


@pytest.mark.parametrize("remote", [False, True])
def test_what_one_writes_the_others_read_once(shared: Path, tmp_path: Path, remote: bool) -> None:
    """From a repository on this disk, or as the clone was fetched last."""
    where = f"file://{shared}" if remote else shared
    writing, reading = opened(where, tmp_path / "worker"), opened(where, tmp_path / "api")
    reading.fetch()
    follower = RevokedFollower(reading)
    assert names(follower) == []
    for number in range(3):
        revoke(writing, entry(number, number))
    reading.fetch()
    assert names(follower) == ["t-0", "t-1", "t-2"]
    assert names(follower) == []
    revoke(writing, entry(3, 2))
    revoke(writing, entry(3, 2))
    reading.fetch()
    assert names(follower) == ["t-2", "t-3"], "of the file that changed, whose others are known"
    assert names(RevokedFollower(reading)) == ["t-0", "t-1", "t-2", "t-3"]


def test_writers_at_once_lose_nothing(shared: Path, tmp_path: Path) -> None:
    """Workers and commands, each with a clone of its own."""
    writers = [opened(f"file://{shared}", tmp_path / str(number)) for number in range(4)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda number: revoke(writers[number % 4], entry(number)), range(12)))
    assert sorted(names(RevokedFollower(opened(shared, tmp_path / "api")))) == sorted(f"t-{each}" for each in range(12))


def size(shared: Path) -> int:
    return len(git(shared, "ls-tree", "-r", "--name-only", REVOKED).splitlines())


def test_the_list_stays_as_small_as_what_was_revoked_lately(shared: Path, tmp_path: Path) -> None:
    """A minute that comes round again, with what nobody can show any more, is written anew."""
    repository = opened(shared, tmp_path)
    for number in range(60):
        revoke(repository, entry(number, number * 12 * 60))  # thirty days, an entry every twelve hours
    assert size(shared) == 16
    found, _ = RevokedFollower(repository).news()
    newest = max(each.at for each in found)
    kept = {str(each.jti) for each in found}
    assert kept >= {f"t-{number}" for number in range(60) if newest - entry(number, number * 720).at < LONGEST_LIFE}


def test_a_file_that_somebody_damaged_hides_none_of_the_others(shared: Path, tmp_path: Path) -> None:
    """The list is not known whole until that is mended, and nothing can be added to that file."""
    repository = opened(shared, tmp_path)
    journal = repository.journal(REVOKED)
    journal.open()
    journal.append({path_of(entry(1)): b"{nonsense"}, "By hand")
    revoke(repository, entry(2, 1))
    follower = RevokedFollower(repository)
    found, whole = follower.news()
    assert ([each.jti for each in found], whole) == (["t-2"], False)
    with pytest.raises(RecordUnavailable, match="can't be read"):
        revoke(repository, entry(3))
    journal.open()
    journal.append({path_of(entry(1)): b"[]"}, "Mended")
    assert names(follower) == ["t-2"]


def test_a_journal_that_began_anew_is_read_on(shared: Path, tmp_path: Path) -> None:
    """Where what it was at before has been thrown away, all of it is read."""
    repository = opened(shared, tmp_path)
    revoke(repository, entry(1))
    follower = RevokedFollower(repository)
    assert names(follower) == ["t-1"]
    git(shared, "update-ref", "-d", REVOKED)
    git(shared, "gc", "--quiet", "--prune=now")
    revoke(repository, entry(2, 1))
    assert names(follower) == ["t-2"]


def test_a_repository_that_is_gone_says_so(shared: Path, tmp_path: Path) -> None:
    """An empty list is not the same as none."""
    follower = RevokedFollower(opened(shared, tmp_path))
    shared.rename(tmp_path / "away.git")
    with pytest.raises(RecordUnavailable):
        follower.news()


def test_an_entry_names_somebody() -> None:
    """And reaches as far ahead as the provider's clock may be."""
    with pytest.raises(ValueError, match="names neither"):
        Revocation.by_hand(NOW, "")
    assert entry(0).until - entry(0).at == timedelta(seconds=30)
