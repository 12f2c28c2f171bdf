"""Clones of one remote: pushes that are refused, a remote that is down, and what a clone must not believe."""

import asyncio
import threading
import time
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import pygit2
import pytest
from prometheus_client import CollectorRegistry

from domain.change import Change
from record.audit.verify import verify
from record.errors import RecordConflict, RecordUnavailable, TicketExists
from record.git.remote import Remote, git_environment, is_url
from record.git.repository import open_repository
from record.index.reader import Index
from record.metrics import RecordCollector
from tests.domain.builders import details, pending
from tests.record.building import NOBODY, Story, after, bare, git, number, opened, person_commits
from tests.record.git.test_crash import missing, start
from tests.record.writing import ACTIONS

TICKETS = 60
PATH = "requests/prod/2026/03/PR-2026-0001.yaml"


def created(**fields: object) -> Change:
    return Change(ticket=pending(**fields), base=None, actor_name="Pierre")


async def test_a_write_is_on_the_remote_when_it_is_answered(tmp_path: Path) -> None:
    """An empty remote gets its first commits, by a clone that was made on the way."""
    remote = bare(tmp_path / "remote.git")
    repository = opened(f"file://{remote}", tmp_path)
    await repository.record(created())
    assert git(remote, "log", "--format=%s", "main") == "PR-2026-0001: created payment-api 2.1.0"
    assert repository.tip() == git(remote, "rev-parse", "main")
    await repository.close()


async def test_a_refused_push_is_rebuilt_on_what_others_wrote(tmp_path: Path) -> None:
    """A person's commit and another worker's stay; conflicts are judged by the remote, not by an old clone."""
    remote = bare(tmp_path / "remote.git")
    one, two = (open_repository(f"file://{remote}", "main", tmp_path / name) for name in ("one", "two"))
    story = await Story(one).create()
    person_commits(remote, {"README.md": "hello"})
    await Story(two, pending(id=number(2))).create()
    with pytest.raises(TicketExists):
        await two.record(created(request=details(rollback_plan="Another plan")))
    await Story(two, story.ticket, story.revision).then("approved")
    with pytest.raises(RecordConflict):
        await one.record(Change(ticket=after(story.ticket, "rejected"), base=story.revision, actor_name="Jean"))
    assert await one.record(created()) == await two.record(created())
    assert git(remote, "rev-list", "--count", "main") == "4"
    await one.close()
    await two.close()


async def test_a_remote_that_is_down_is_waited_for(tmp_path: Path) -> None:
    """Opening does not need it, writing says why it can't, and goes on when it is back."""
    remote = tmp_path / "remote.git"
    repository = opened(f"file://{remote}", tmp_path)
    for _ in range(2):
        with pytest.raises(RecordUnavailable, match="can't be reached"):
            await repository.record(created())
    assert "can't be reached" in (repository.remote_failure or "")
    registry = CollectorRegistry()
    registry.register(RecordCollector(repository))
    assert registry.get_sample_value("prodgate_record_remote_up") == 0
    assert repository.tip() is None
    bare(remote)
    await repository.record(created())
    assert repository.remote_failure is None
    assert registry.get_sample_value("prodgate_record_remote_up") == 1
    assert registry.get_sample_value("prodgate_record_changes_total") == 1
    assert git(remote, "rev-list", "--count", "main") == "1"
    await repository.close()


async def test_a_rewritten_remote_is_not_followed(tmp_path: Path) -> None:
    """A commit that a remote had accepted and has no more is a reason to stop, not to forget."""
    remote = bare(tmp_path / "remote.git")
    repository = opened(f"file://{remote}", tmp_path)
    await (await Story(repository).create()).then("approved")
    tip = repository.tip()
    git(remote, "update-ref", "refs/heads/main", "main~1")
    person_commits(remote, {"README.md": "another history"})
    with pytest.raises(RecordUnavailable, match="rewritten"):
        repository.fetch()
    with pytest.raises(RecordUnavailable, match="rewritten"):
        await repository.record(created(id=number(2)))
    assert repository.tip() == tip
    await repository.close()


async def test_a_hook_that_refuses_is_a_reason_that_people_can_read(tmp_path: Path) -> None:
    """The remote's own words stand in the error."""
    remote = bare(tmp_path / "remote.git")
    hook = remote / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho 'the branch is protected' >&2\nexit 1\n")
    hook.chmod(0o755)
    repository = opened(f"file://{remote}", tmp_path)
    with pytest.raises(RecordUnavailable, match="the branch is protected"):
        await repository.record(created())
    hook.unlink()
    await repository.record(created())
    await repository.close()


async def test_a_fetch_beside_a_push_whose_answer_is_lost_leaves_a_whole_clone(tmp_path: Path) -> None:
    """It finds the commit's objects in the pack of the push, and asks the remote for none of them."""
    remote = bare(tmp_path / "remote.git")
    repository = opened(f"file://{remote}", tmp_path)
    story = await Story(repository).create()
    hook = remote / "hooks" / "post-receive"
    hook.write_text(f'#!/bin/sh\nenv -i PATH="$PATH" git -C {repository.path} fetch --quiet origin\nkill -9 $PPID\n')
    hook.chmod(0o755)
    approved = Change(ticket=after(story.ticket, "approved"), base=story.revision, actor_name="Jean")
    with pytest.raises(RecordUnavailable):
        await repository.record(approved)
    hook.unlink()
    assert git(repository.path, "rev-parse", "refs/remotes/origin/main") == git(remote, "rev-parse", "main")
    git(repository.path, "fsck", "--connectivity-only")
    await repository.record(approved)
    assert git(remote, "rev-list", "--count", "main") == "2"
    await repository.close()


async def test_an_index_on_another_clone_follows_within_its_interval(tmp_path: Path) -> None:
    """One process writes; the other sees it without being asked, and at once when it asks the remote."""
    remote = bare(tmp_path / "remote.git")
    one, two = (open_repository(f"file://{remote}", "main", tmp_path / name) for name in ("one", "two"))
    index = Index(two, tmp_path / "two" / "index.sqlite")
    story = await Story(one).create()
    index.catch_up(fetch=True)
    assert index.get(story.ticket.id) == story.ticket
    before = index.wait_for_change(None, 0)
    index.follow(every=0.1)
    await story.then("approved")
    assert await asyncio.to_thread(index.wait_for_change, before, 60) != before
    assert index.get(story.ticket.id) == story.ticket
    index.close()
    await one.close()
    await two.close()


def test_a_token_stays_out_of_the_url_and_the_command_line() -> None:
    """It travels in the environment, for its own host alone."""
    environment = git_environment("https://git.cab-i.com/apim.git", "s3cret")
    assert environment["GIT_CONFIG_KEY_0"] == "http.https://git.cab-i.com/apim.git.extraHeader"
    assert "s3cret" not in str(environment)
    assert "GIT_CONFIG_COUNT" not in git_environment("https://git.cab-i.com/apim.git", None)


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("https://git.cab-i.com/apim.git", True),
        ("ssh://git@git.cab-i.com/apim.git", True),
        ("git@git.cab-i.com:apim.git", True),
        ("file:///srv/apim.git", True),
        ("/srv/apim.git", False),
        ("data/apim.git", False),
    ],
)
def test_locations_are_told_apart(location: str, url: bool) -> None:
    """A path is used as it is, a URL is cloned."""
    assert is_url(location) is url


def test_three_writers_with_three_clones_lose_nothing(tmp_path: Path) -> None:
    """Four commits a ticket, a person's commits in between: all there, each in its order."""
    remote = bare(tmp_path / "remote.git")
    git(remote, "config", "gc.auto", "0")  # how a host packs its own repository is not tested here
    bounds = [1, TICKETS // 3, 2 * TICKETS // 3, TICKETS + 1]
    writers = [
        start(f"file://{remote}", tmp_path, first, last, at_once=20, name=f"writer-{first}")
        for first, last in pairwise(bounds)
    ]
    commits, theirs = 0, None
    while any(writer.poll() is None for writer in writers):
        # On top of somebody else's alone: on a busy machine a push takes longer than any pause between two would be.
        branch = pygit2.Repository(str(remote)).references.get("refs/heads/main")
        if branch is None or str(branch.target) != theirs:
            theirs = person_commits(remote, {f"apis/{commits % 7}.yaml": f"replicas: {commits}\n"})
            commits += 1
        time.sleep(0.5)
    assert [writer.returncode for writer in writers] == [0, 0, 0]
    for first in bounds[:-1]:
        assert missing(remote, (tmp_path / f"writer-{first}.txt").read_text()) == []
    log = git(
        remote, "log", "--reverse", "--format=%(trailers:key=Request-Id,valueonly)%(trailers:key=Action,valueonly)"
    )
    words, stories = log.split(), defaultdict[str, list[str]](list)
    for ticket, action in zip(words[::2], words[1::2], strict=True):
        stories[ticket].append(action)
    assert len(stories) == TICKETS
    assert {tuple(actions) for actions in stories.values()} == {("created", *ACTIONS)}
    assert int(git(remote, "rev-list", "--count", "main")) == 4 * TICKETS + commits
    assert git(remote, "fsck", "--strict", "--full", "--no-dangling") == ""
    assert {violation.rule for violation in verify(remote)} <= NOBODY


@pytest.fixture
def noted(tmp_path: Path) -> tuple[Remote, Path]:
    """A clone that notes a journal of its remote's, and the lock that a push holds on that note for a moment."""
    shared, clone = tmp_path / "shared.git", tmp_path / "clone.git"
    bare(shared)
    tree = git(shared, "write-tree")
    for ref in ("refs/heads/main", "refs/outbox/mail"):
        git(shared, "update-ref", ref, git(shared, "commit-tree", "-m", "Tell", tree))
    lock = clone / "refs" / "fetched" / "outbox" / "mail.lock"
    remote = Remote(clone, f"file://{shared}", "main", None)
    lock.parent.mkdir(parents=True)
    lock.touch()
    return remote, lock


def test_a_fetch_outlives_a_push_of_the_same_clone(noted: tuple[Remote, Path]) -> None:
    """Git waits a tenth of a second for the lock, so the first fetch fails."""
    remote, lock = noted
    end = threading.Timer(0.15, lock.unlink)
    end.start()
    remote.fetch()
    end.join()
    assert remote.failure is None


def test_a_note_that_stays_locked_is_named(noted: tuple[Remote, Path]) -> None:
    """A killed process may leave its lock, which somebody has to take away."""
    remote, _ = noted
    with pytest.raises(RecordUnavailable, match=r"cannot lock ref 'refs/fetched/outbox/mail'.*mail\.lock"):
        remote.fetch()
