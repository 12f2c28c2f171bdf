"""The follower that makes checkpoints: when, of what, who gets them, whoever dies, is away or was replaced."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from pathlib import Path

import pygit2
import pytest
from joserfc.jwk import OKPKey

from activities.checkpoints import Checkpoints, CheckpointSetup
from activities.leading import Lease, LeaseLost
from clients.folder.outlet import FolderOutlet
from clients.outlet import Allowed, Outlet
from domain.checkpoint import Checkpoint, SignedCheckpoint
from domain.merkle import CompactRange, leaf_hash
from record.audit.checkpoints import check
from record.errors import BranchRewritten, JournalMoved
from record.signing.checkpoints import proven_checkpoint, signed
from record.signing.keys import KeyReader
from record.signing.signatures import Signer, new_key, private_text
from record.trail.repository import open_trail
from tests.board import Clock
from tests.domain.builders import pending
from tests.record.building import Story, bare, git, number, opened, person_commits, publish_key
from tests.record.noting import ORIGIN, service_key
from tests.record.trail.trails import entry, kept
from tests.signing import key_file

HOUR = timedelta(hours=1)
REF = "refs/checkpoints/main"


class Held(Lease):
    """A lease that lasts until the test ends it."""

    def __init__(self) -> None:
        self.lost = False
        self.details = None

    def check(self) -> None:
        if self.lost:
            raise LeaseLost("somebody else leads")


@dataclass
class Archive:
    """A record, its worker's key, a folder for checkpoints, and a clock."""

    git: Path
    folder: Path
    key: OKPKey = field(default_factory=new_key)
    clock: Clock = field(default_factory=Clock)
    remote: bool = False
    audit: Path | None = None
    _leaders: int = 0

    def __post_init__(self) -> None:
        self.out.mkdir()
        self.use(self.key)

    @property
    def out(self) -> Path:
        return self.folder / "archive"

    def use(self, key: OKPKey) -> None:
        """Have the worker sign with this key from now on."""
        (self.folder / "worker.new").write_text(private_text(key))
        (self.folder / "worker.new").replace(self.folder / "worker.jwk")

    @asynccontextmanager
    async def leading(self, *outlets: Outlet) -> AsyncIterator["asyncio.Task[None]"]:
        """A process that leads until the context ends, with the folder as its outlet unless others are given."""
        self._leaders += 1
        place = f"file://{self.git}" if self.remote else self.git
        repository = opened(place, self.folder / f"leader-{self._leaders}")
        given: Sequence[Outlet] = outlets or (FolderOutlet(self.out),)
        setup = CheckpointSetup(
            repository, KeyReader(repository), Signer(self.folder / "worker.jwk"), "main", ORIGIN, UTC, given,
            audit=open_trail(str(self.audit), self.folder) if self.audit else None,
            now=self.clock.now, look_every=0.05,
        )  # fmt: skip
        task = asyncio.create_task(Checkpoints(setup).follow(Held()))
        try:
            yield task
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, BranchRewritten, JournalMoved):
                await task
            await repository.close()

    async def promoted(self, index: int) -> None:
        writing = opened(self.git, self.folder / "writer")
        await (await Story(writing, pending(id=number(index))).create()).then("approved")
        await writing.close()

    def notes(self) -> list[bytes]:
        """The files of the outlet, by time; whole ones, as whoever reads the folder sees them."""
        return [path.read_bytes() for path in sorted(self.out.glob("*.checkpoint"))]

    def said(self, *keys: OKPKey) -> list[Checkpoint]:
        return [proven_checkpoint(note, keys or [self.key]) for note in self.notes()]

    def state(self) -> dict[str, object]:
        read: dict[str, object] = json.loads(git(self.git, "show", f"{REF}:state.json"))
        return read

    def clean(self) -> bool:
        """Tells whether every checkpoint that was handed out agrees with the record."""
        notes = [("note", note) for note in self.notes()]
        return not list(check(pygit2.Repository(str(self.git)), git(self.git, "rev-parse", "main"), notes))


@pytest.fixture
async def archive(tmp_path: Path) -> Archive:
    repository = bare(tmp_path / "gitops.git")
    publish_key(repository)
    found = Archive(repository, tmp_path)
    service_key(repository, found.key)
    await found.promoted(1)
    return found


async def until(true: Callable[[], bool], seconds: float = 90) -> None:
    for _ in range(round(seconds / 0.02)):
        if true():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never came true")


async def test_each_hour_one_checkpoint_says_what_the_record_has(archive: Archive) -> None:
    """The first at once; none while nothing changes; for hours that were missed, one."""
    async with archive.leading():
        await until(lambda: len(archive.notes()) == 1)
        archive.clock.ahead += HOUR
        await asyncio.sleep(0.5)
        assert len(archive.notes()) == 1
        await archive.promoted(2)
        await until(lambda: len(archive.notes()) == 2)
        await archive.promoted(3)
        await asyncio.sleep(0.5)
        assert len(archive.notes()) == 2
    archive.clock.ahead += 5 * HOUR
    async with archive.leading():
        await until(lambda: len(archive.notes()) == 3)
    first, second, third = (each.size for each in archive.said())
    assert first == 2 < second <= 4, "the hour was over: the first of the two commits may have been seen alone"
    assert third == 6
    assert archive.said()[-1].tip == git(archive.git, "rev-parse", "main")
    assert archive.clean()


async def test_a_worker_that_takes_over_reads_nothing_twice(archive: Archive) -> None:
    """It goes on from the hashes in the journal: what came before needs not be there in its memory."""
    async with archive.leading():
        await until(lambda: len(archive.notes()) == 1)
    await archive.promoted(2)
    archive.clock.ahead += HOUR
    async with archive.leading():
        await until(lambda: len(archive.notes()) == 2)
    assert archive.state()["number"] == 2
    assert len(archive.state()["hashes"]) == archive.said()[-1].size.bit_count()  # type: ignore[arg-type]
    assert archive.clean()


async def test_every_clone_can_have_the_checkpoints(archive: Archive) -> None:
    """They stand on the remote, on a ref beside the branch, each as it was handed out."""
    archive.remote = True
    async with archive.leading():
        await until(lambda: len(archive.notes()) == 1 and archive.state()["handed"] != {})
    assert git(archive.git, "show", f"{REF}:0000/0000001.checkpoint").encode() + b"\n" == archive.notes()[0]
    async with archive.leading():  # another machine
        await asyncio.sleep(0.5)
    assert archive.state()["number"] == 1


async def test_a_checkpoint_that_was_signed_alone_is_handed_out_by_the_next_worker(
    archive: Archive,
) -> None:
    """The journal has it first; the outlet gets those very bytes, though the hour is another by then."""
    archive.out.rmdir()
    async with archive.leading():
        await until(lambda: git(archive.git, "for-each-ref", REF) != "")
    archive.out.mkdir()
    archive.clock.ahead += timedelta(minutes=10)
    async with archive.leading():
        await until(lambda: len(archive.notes()) == 1)
    assert git(archive.git, "show", f"{REF}:0000/0000001.checkpoint").encode() + b"\n" == archive.notes()[0]


@dataclass
class Slow:
    """An outlet that never answers."""

    name: str = "slow"
    asked: int = 0

    async def hand_out(self, signed: SignedCheckpoint, allowed: Allowed) -> None:
        del signed, allowed
        self.asked += 1
        raise RuntimeError("a fault of its own")

    async def close(self) -> None:
        """Nothing is held."""


async def test_an_outlet_that_was_away_for_a_day_catches_up_and_delays_no_other(archive: Archive) -> None:
    """In order, from where it was; the others had theirs at the hour."""
    share = archive.folder / "share"
    share.mkdir()
    broken = Slow()
    async with archive.leading(FolderOutlet(archive.out), FolderOutlet(share), broken):
        await until(lambda: len(archive.notes()) == 1 and len(list(share.glob("*.checkpoint"))) == 1)
        await until(lambda: f"folder:{share}" in str(archive.state()["handed"]))
        share.rename(archive.folder / "away")
        for hour in range(2, 5):
            archive.clock.ahead += HOUR
            await archive.promoted(hour)
            await until(lambda hour=hour: len(archive.notes()) == hour)  # type: ignore[misc]
        (archive.folder / "away").rename(share)
        await until(lambda: len(list(share.glob("*.checkpoint"))) == 4)
    assert [path.read_bytes() for path in sorted(share.glob("*.checkpoint"))] == archive.notes()
    assert broken.asked > 3
    assert archive.clean()


async def test_a_new_outlet_begins_with_the_newest_checkpoint(archive: Archive) -> None:
    """A year of them is in the journal, for whoever wants it."""
    async with archive.leading():
        await until(lambda: len(archive.notes()) == 1)
        await archive.promoted(2)
        archive.clock.ahead += HOUR
        await until(lambda: len(archive.notes()) == 2)
    late = archive.folder / "late"
    late.mkdir()
    async with archive.leading(FolderOutlet(late)):
        await until(lambda: len(list(late.glob("*.checkpoint"))) == 1)
    assert [path.read_bytes() for path in late.glob("*.checkpoint")] == archive.notes()[-1:]


async def test_a_key_that_is_rotated_between_two_checkpoints_breaks_nothing(archive: Archive) -> None:
    """The old one is retired by the record; the new one signs, once the record has it, and not before."""
    new = new_key()
    async with archive.leading():
        await until(lambda: len(archive.notes()) == 1)
        archive.use(new)
        person_commits(archive.git, key_file(archive.key, key_class="service", retired="2026-01-01T00:00:00Z"))
        archive.clock.ahead += HOUR
        await asyncio.sleep(0.5)
        assert len(archive.notes()) == 1
        service_key(archive.git, new)
        await until(lambda: len(archive.notes()) == 2)
    assert [each.size for each in archive.said(archive.key, new)] == [2, 2]
    assert archive.clean()


async def test_a_key_whose_revocation_was_taken_back_signs_no_checkpoint(archive: Archive) -> None:
    """Whoever may push can undo what the file says, and not the key's end."""
    async with archive.leading():
        await until(lambda: len(archive.notes()) == 1)
        person_commits(archive.git, key_file(archive.key, key_class="service", revoked="2026-01-01T00:00:00Z"))
        person_commits(archive.git, key_file(archive.key, key_class="service"))
        archive.clock.ahead += HOUR
        await asyncio.sleep(0.5)
        assert len(archive.notes()) == 1


async def test_a_clock_that_is_set_back_stops_no_checkpoint(archive: Archive) -> None:
    """Their order is that of their sizes."""
    async with archive.leading():
        await until(lambda: len(archive.notes()) == 1)
        await archive.promoted(2)
        archive.clock.ahead -= timedelta(days=1)
        await until(lambda: len(archive.notes()) == 2)
    assert sorted(each.size for each in archive.said()) == [2, 4]
    assert archive.clean()


async def test_nothing_is_signed_that_goes_against_a_checkpoint_before_it(archive: Archive) -> None:
    """A branch that was set back stops the follower, until a person has looked."""
    async with archive.leading():
        await until(lambda: len(archive.notes()) == 1)
    git(archive.git, "update-ref", "refs/heads/main", "main~1")
    person_commits(archive.git, {"README.md": "another history"})
    archive.clock.ahead += HOUR
    async with archive.leading() as task:
        with pytest.raises(BranchRewritten):
            await asyncio.wait_for(asyncio.shield(task), 40)
    assert len(archive.notes()) == 1


@pytest.mark.parametrize("lie", ["hashes", "note", "handed"])
async def test_whoever_writes_into_the_journal_has_nothing_signed(archive: Archive, lie: str) -> None:
    """Hashes of acts that never were, or a checkpoint of their own: the tree is read anew from the first commit.

    And an outlet that is said to have what is yet to come gets it all the same.
    """
    async with archive.leading():
        await until(lambda: len(archive.notes()) == 1 and archive.state()["handed"] != {})
    state, path = archive.state(), "0000/0000001.checkpoint"
    forged = {"state.json": json.dumps(state | {"hashes": ["ab" * 32]})}
    if lie == "handed":
        forged = {"state.json": json.dumps(state | {"handed": {f"folder:{archive.out}": 2}})}
    if lie == "note":
        forged = {path: archive.notes()[0].decode().replace("\n2\n", "\n3\n")}
    _push_into(archive.git, forged)
    await archive.promoted(2)
    archive.clock.ahead += HOUR
    async with archive.leading():
        await until(lambda: len(archive.notes()) == 2)
    assert archive.said()[-1].size == 4
    assert archive.clean()


async def test_whoever_has_a_retired_key_has_nothing_signed(archive: Archive) -> None:
    """Three acts that never were, with a good signature, in the journal: the next key signs what the branch has."""
    async with archive.leading():
        await until(lambda: len(archive.notes()) == 1)
    new, tree = new_key(), CompactRange()
    archive.use(new)
    service_key(archive.git, new)
    person_commits(archive.git, key_file(archive.key, key_class="service", retired="2026-01-01T00:00:00Z"))
    for act in (b"a", b"b", b"c"):
        tree.append(leaf_hash(act))
    said = archive.said()[0].model_copy(update={"size": 3, "root": tree.root.hex()})
    hashes = [each.hex() for each in tree.hashes]
    note = signed(said, archive.key).decode()
    _push_into(
        archive.git, {"0000/0000001.checkpoint": note, "state.json": json.dumps({"number": 1, "hashes": hashes})}
    )
    await archive.promoted(2)
    archive.clock.ahead += HOUR
    async with archive.leading():
        await until(lambda: len(archive.notes()) == 2)
    assert archive.said(new, archive.key)[-1].size == 4


def _push_into(repository: Path, files: dict[str, str]) -> None:
    """Change the journal as somebody does who may push."""
    lines = [f"commit {REF}", "committer Eve <eve@cab-i.com> 1790000000 +0000", "data 0", "", f"from {REF}^0"]
    for path, text in files.items():
        lines += [f"M 100644 inline {path}", f"data {len(text.encode())}", text]
    git(repository, "fast-import", "--quiet", stdin="\n".join([*lines, ""]))


async def test_a_checkpoint_names_where_the_audit_trail_stood(archive: Archive) -> None:
    """Each month's commit; while the trail is away, as it was last; the hour after, a new entry is reason enough."""
    archive.audit = bare(archive.folder / "audit.git")
    kept(archive.audit, archive.folder, entry(1))
    async with archive.leading():
        await until(lambda: len(archive.notes()) == 1)
        kept(archive.audit, archive.folder, entry(2))
        archive.clock.ahead += HOUR
        await until(lambda: len(archive.notes()) == 2)
        away = archive.audit.rename(archive.folder / "away.git")
        person_commits(archive.git, {"README.md": "more"})
        archive.clock.ahead += HOUR
        await until(lambda: len(archive.notes()) == 3)
    first, second, third = archive.said()
    commits = git(away, "rev-list", "--reverse", "refs/audit/2026-03").splitlines()
    assert [[(each.month, each.commit) for each in said.audit] for said in (first, second, third)] == [
        [("2026-03", commits[0])],
        [("2026-03", commits[1])],
        [("2026-03", commits[1])],
    ]
    assert archive.clean()
