"""The record writes, refuses and keeps."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.change import Change
from record.errors import RecordConflict, RecordUnavailable, TicketExists
from record.files.writing import text_of
from record.git.repository import Repository, open_repository
from tests.domain.builders import JEAN, NOW, PIERRE, details, pending
from tests.record.building import Story, after, bare, git, number, opened, person_commits

PATH = "requests/prod/2026/03/PR-2026-0001.yaml"


@pytest.fixture
async def repository(tmp_path: Path) -> AsyncIterator[Repository]:
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    yield repository
    await repository.close()


def created(**fields: object) -> Change:
    return Change(ticket=pending(**fields), base=None, actor_name="Pierre Durand")


async def test_a_transition_is_one_commit_with_the_ticket_to_the_byte(repository: Repository) -> None:
    """The file is exactly what the domain dumps, and nothing else is in the repository."""
    recorded = await repository.record(created())
    assert git(repository.path, "cat-file", "blob", f"main:{PATH}") + "\n" == text_of(pending())
    assert git(repository.path, "rev-parse", f"main:{PATH}") == recorded.revision
    assert git(repository.path, "ls-tree", "-r", "--name-only", "main") == PATH
    assert git(repository.path, "fsck", "--strict", "--full", "--no-dangling") == ""


async def test_a_commit_says_who_when_and_what(repository: Repository) -> None:
    """Author and author date are the person's, the message is a subject and trailers, the proof the last."""
    await (await Story(repository).create()).then("approved", "deploying")
    log = git(repository.path, "log", "--reverse", "--format=%an <%ae> %at, %cn: %s", "main")
    at = int(NOW.timestamp())
    assert log.splitlines() == [
        f"pierre.durand <pierre.durand@cab-i.com> {at}, Prodgate: PR-2026-0001: created payment-api 2.1.0",
        f"Jean Dupont <jean.dupont@cab-i.com> {at + 60}, Prodgate: PR-2026-0001: approved payment-api 2.1.0",
        f"Prodgate <prodgate@cab-i.com> {at + 120}, Prodgate: PR-2026-0001: deploying payment-api 2.1.0",
    ]
    trailers = git(repository.path, "log", "-1", "--format=%(trailers)", "main~1")
    *said, signature = trailers.splitlines()
    assert said == [
        "Request-Id: PR-2026-0001",
        "Action: approved",
        "Tenant: tenant-finance",
        "Actor: jean.dupont@cab-i.com",
    ]
    assert signature.startswith("Signature: ey")
    assert "Signature:" not in git(repository.path, "log", "-1", "--format=%(trailers)", "main")


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("Eve\nActor: admin@cab-i.com", "Eve Actor: admin@cab-i.com"),
        ("Eve <admin@cab-i.com>", "Eve admin@cab-i.com"),
        ("\u202eevE\u0000", "evE"),
        ("<>", "Unnamed"),
        ("José 🚀", "José 🚀"),
    ],
)
async def test_a_hostile_name_stays_a_name(repository: Repository, typed: str, written: str) -> None:
    """A display name can't add an address, a line or a trailer to the commit."""
    await repository.record(Change(ticket=pending(), base=None, actor_name=typed))
    assert git(repository.path, "log", "-1", "--format=%an|%ae", "main") == f"{written}|{PIERRE.email}"
    assert git(repository.path, "fsck", "--strict", "--full", "--no-dangling") == ""


async def test_free_text_never_reaches_the_message(repository: Repository) -> None:
    """A person's words stand in the file alone."""
    change = created(request=details(justification="Reviewed-by: nobody at all\n\nActor: admin@cab-i.com"))
    await repository.record(change)
    assert "admin" not in git(repository.path, "log", "-1", "--format=%B", "main")


async def test_what_arrives_together_is_written_together(repository: Repository) -> None:
    """Many writers at once need far fewer packs than commits, and each gets a commit of its own."""
    changes = [created(id=number(index)) for index in range(1, 201)]
    recorded = await asyncio.gather(*map(repository.record, changes))
    assert len({each.revision for each in recorded}) == 200
    assert git(repository.path, "rev-list", "--count", "main") == "200"
    assert len(list((repository.path / "objects/pack").glob("*.pack"))) < 20
    assert git(repository.path, "fsck", "--strict", "--full", "--no-dangling") == ""


async def test_the_same_change_again_is_the_same_commit(repository: Repository) -> None:
    """A repeat, at once or later, alone or together with others, adds nothing."""
    first, again = await asyncio.gather(repository.record(created()), repository.record(created()))
    assert first == again == await repository.record(created())
    assert git(repository.path, "rev-list", "--count", "main") == "1"


async def test_a_repeat_that_comes_after_the_next_transition_is_still_a_repeat(repository: Repository) -> None:
    """A late retry of 'created' finds itself in the approved ticket's history."""
    first = await repository.record(created())
    approved = Change(ticket=after(pending(), "approved"), base=first.revision, actor_name="Jean")
    await repository.record(approved)
    assert await repository.record(created()) == first
    assert git(repository.path, "rev-list", "--count", "main") == "2"


async def test_a_number_is_never_given_twice(repository: Repository) -> None:
    """Another ticket with the number is refused, in the same month and in any other of the year."""
    await repository.record(created())
    with pytest.raises(TicketExists, match="PR-2026-0001 already exists"):
        await repository.record(created(request=details(rollback_plan="Another plan")))
    with pytest.raises(TicketExists, match="2026/03/PR-2026-0001"):
        await repository.record(created(at=NOW.replace(month=7)))
    assert git(repository.path, "rev-list", "--count", "main") == "1"


async def test_a_file_edited_by_hand_stops_its_ticket_and_no_other(repository: Repository) -> None:
    """The conflict is a sentence; another ticket in the same group goes on; putting the file back heals it."""
    story = await Story(repository).create()
    original = text_of(story.ticket)
    person_commits(repository.path, {PATH: original.replace("payment-api", "refund-api")})
    change = Change(ticket=after(story.ticket, "approved"), base=story.revision, actor_name="Jean")
    stopped, other = await asyncio.gather(
        repository.record(change), repository.record(created(id=number(2))), return_exceptions=True
    )
    assert isinstance(stopped, RecordConflict)
    assert "waits for a person" in str(stopped)
    assert not isinstance(other, BaseException)
    person_commits(repository.path, {PATH: original})
    await repository.record(change)
    assert "approved" in git(repository.path, "log", "-1", "--format=%s", "main")


async def test_a_file_removed_by_hand_is_a_conflict(repository: Repository) -> None:
    """A ticket is never written anew from the engine's memory."""
    story = await Story(repository).create()
    person_commits(repository.path, {PATH: None, "README.md": "hello"})
    with pytest.raises(RecordConflict, match="is gone"):
        await story.then("approved")


@pytest.mark.parametrize(
    ("entry", "refused"),
    [
        (f"160000 {'1' * 40} {PATH}", TicketExists),
        (f"120000 inline {PATH}", TicketExists),
        (f"100755 inline {PATH}", TicketExists),
        (f"100644 inline {PATH}/x", TicketExists),
        ("100644 inline requests/prod/2026", RecordUnavailable),
        (f"160000 {'1' * 40} requests", RecordUnavailable),
    ],
    ids=["repository", "link", "program", "folder", "file for a folder", "repository for a folder"],
)
async def test_nothing_is_written_beside_something_else_of_that_name(
    repository: Repository, entry: str, refused: type[Exception]
) -> None:
    """A folder with one name twice is no folder to Git; what a person put there stays, until a person takes it away."""
    data = "" if entry.startswith("160000") else "data 1\nx\n"
    script = f"commit refs/heads/main\ncommitter M <m@cab-i.com> now\ndata 0\nM {entry}\n{data}"
    git(repository.path, "fast-import", "--quiet", "--date-format=now", stdin=script)
    with pytest.raises(refused):
        await repository.record(created())
    assert git(repository.path, "rev-list", "--count", "main") == "1"
    person_commits(repository.path, {entry.rpartition(" ")[2]: None})
    await repository.record(created())
    assert git(repository.path, "fsck", "--strict", "--full", "--no-dangling") == ""


async def test_commits_of_people_to_other_files_are_kept(repository: Repository) -> None:
    """A commit that lands between two groups stays in the history and its files in the tree."""
    story = await Story(repository).create()
    for index in range(5):
        person_commits(repository.path, {f"apis/service-{index}.yaml": f"replicas: {index}\n"})
        await Story(repository, pending(id=number(index + 2))).create()
    await story.then("approved")
    assert len(git(repository.path, "ls-tree", "-r", "--name-only", "main").splitlines()) == 11
    assert git(repository.path, "rev-list", "--count", "main") == "12"


async def test_two_processes_on_one_folder_lose_nothing(tmp_path: Path) -> None:
    """Two repositories opened on one path write a hundred tickets each, interleaved with a person's commits."""
    path = bare(tmp_path / "record.git")
    writers = [opened(path, tmp_path), opened(path, tmp_path)]
    stories = [Story(writers[index % 2], pending(id=number(index))) for index in range(1, 101)]

    async def walk(story: Story) -> None:
        await (await story.create()).then("approved", "deploying", "deployed")

    people = asyncio.to_thread(lambda: [person_commits(path, {"a.txt": str(turn)}) for turn in range(5)])
    await asyncio.gather(people, *map(walk, stories))
    assert git(path, "rev-list", "--count", "main") == "405"
    assert git(path, "fsck", "--strict", "--full", "--no-dangling") == ""
    for writer in writers:
        await writer.close()


async def test_closing_writes_what_waits_and_takes_no_more(tmp_path: Path) -> None:
    """A graceful stop loses nothing that was asked for."""
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    waiting = [asyncio.create_task(repository.record(created(id=number(index)))) for index in range(1, 30)]
    await asyncio.sleep(0)
    await repository.close()
    assert len(await asyncio.gather(*waiting)) == 29
    with pytest.raises(RecordUnavailable, match="closed"):
        await repository.record(created())


def test_only_a_bare_repository_is_opened(tmp_path: Path) -> None:
    """A folder without Git and a repository with a working tree are refused with a sentence."""
    with pytest.raises(RecordUnavailable, match="no Git repository"):
        open_repository(str(tmp_path), "main", tmp_path)
    git(tmp_path, "init", "--quiet", str(tmp_path / "work"))
    with pytest.raises(RecordUnavailable, match="working tree"):
        open_repository(str(tmp_path / "work"), "main", tmp_path)


async def test_a_lock_that_git_holds_is_waited_for(repository: Repository) -> None:
    """A person's push holds the branch's lock for a moment; the writer waits and then lands."""
    await repository.record(created())
    lock = repository.path / "refs/heads/main.lock"
    lock.touch()
    waiting = asyncio.create_task(repository.record(created(id=number(2))))
    await asyncio.sleep(0.2)
    assert not waiting.done()
    lock.unlink()
    await waiting


async def test_a_branch_known_only_to_packed_refs_is_found(repository: Repository) -> None:
    """Git's housekeeping moves branches into one file."""
    await Story(repository).create()
    git(repository.path, "pack-refs", "--all")
    await Story(repository, pending(id=number(2))).create()
    assert git(repository.path, "rev-list", "--count", "main") == "2"
    assert JEAN.name not in git(repository.path, "log", "--format=%an", "main")


async def test_a_seal_that_breaks_fails_its_own_change_alone(repository: Repository) -> None:
    """Whatever it raises: its neighbours in the group are written, and so is what comes after it."""

    def breaks(change: Change, _tip: str | None) -> Change:
        raise ValueError(f"{change.ticket.id} can't be sealed")

    def asked(each: int) -> Change:
        return Change(ticket=pending(id=number(each)), base=None, actor_name=PIERRE.name)

    first, second = await asyncio.gather(
        repository.record(asked(1), breaks), repository.record(asked(2)), return_exceptions=True
    )
    assert isinstance(first, RecordUnavailable)
    assert not isinstance(second, BaseException)
    assert (await repository.record(asked(3))).revision
