"""Checkpoints are stamped by an authority, whatever it answers in between, and auditors judge what was kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from activities.time_stamps import TimeStampOutlet
from cli import main
from clients.folder.outlet import FolderOutlet
from clients.tsa import TimeStampAuthority
from record.facts.time_stamps import keep_time_stamp, path_of, time_stamps_ref
from record.signing.checkpoints import verifier
from record.signing.time_stamps import LARGEST, request_for
from tests.activities.test_checkpoints import HOUR, Archive, archive, until
from tests.domain.builders import pending
from tests.record.building import Story, git, number, opened
from tests.record.noting import ORIGIN
from tests.tsa import Authority

__all__ = ["archive"]
REF = time_stamps_ref("main")


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[Authority]:
    with Authority(tmp_path / "tsa").serving() as found:
        yield found


def outlets(archive: Archive, authority: Authority) -> tuple[FolderOutlet, TimeStampOutlet]:
    repository = opened(archive.git, archive.folder / "stamps")
    return FolderOutlet(archive.out), TimeStampOutlet(TimeStampAuthority(authority.url, LARGEST), repository, "main")


def stamped(archive: Archive) -> int:
    """The number of time-stamps that are kept."""
    if not git(archive.git, "for-each-ref", REF):
        return 0
    return len(git(archive.git, "ls-tree", "-r", "--name-only", REF).splitlines())


async def test_each_checkpoint_is_stamped(
    archive: Archive, authority: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And judged in a clone, by the authority's root alone."""
    async with archive.leading(*outlets(archive, authority)):
        await until(lambda: stamped(archive) == 1)
        await archive.promoted(2)
        archive.clock.ahead += HOUR
        await until(lambda: stamped(archive) == 2)
    asked = ["checkpoints", "stamps", "--repo", str(archive.git), "--tsa-root"]
    assert main([*asked, str(authority.root)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert all("stamped 2" in line for line in lines)
    assert main([*asked, str(Authority(tmp_path / "other").root)]) == 1
    assert "2 time-stamps do not hold" in capsys.readouterr().err


@pytest.mark.parametrize("fault", ["error", "garbage", "large", "other data", "again", "slow"])
async def test_an_authority_that_answers_badly_keeps_nobody_waiting(
    archive: Archive, authority: Authority, fault: str
) -> None:
    """The checkpoint is made and handed out elsewhere; it is stamped once the authority is well."""
    authority.fault, authority.asked = fault, [request_for(b"another note").as_bytes()]
    async with archive.leading(*outlets(archive, authority)):
        await until(lambda: len(archive.notes()) == 1)
        if fault != "slow":
            await until(lambda: archive.state()["handed"] == {f"folder:{archive.out}": 1})
            assert stamped(archive) == 0
        authority.fault = "none"
        await until(lambda: stamped(archive) == 1)
    assert archive.clean()


async def test_an_authority_that_is_away_is_asked_again(archive: Archive, tmp_path: Path) -> None:
    """By whoever leads by then."""
    authority = Authority(tmp_path / "tsa")
    with authority.serving():
        pass
    async with archive.leading(*outlets(archive, authority)):
        await until(lambda: len(archive.notes()) == 1)
    assert stamped(archive) == 0
    with authority.serving():
        async with archive.leading(*outlets(archive, authority)):
            await until(lambda: stamped(archive) == 1)


async def test_what_somebody_pushed_for_a_time_stamp_is_told(
    archive: Archive, authority: Authority, capsys: pytest.CaptureFixture[str]
) -> None:
    """A checkpoint without one is told, too, and is no fault."""
    async with archive.leading():
        await until(lambda: len(archive.notes()) == 1)
    asked = ["checkpoints", "stamps", "--repo", str(archive.git), "--tsa-root", str(authority.root)]
    assert main(asked) == 0
    assert "no time-stamp" in capsys.readouterr().out
    note = archive.notes()[0]
    repository = opened(archive.git, archive.folder / "pusher")
    keep_time_stamp(repository, "main", note, authority.reply(request_for(b"another note").as_bytes()))
    keep_time_stamp(repository, "main", note, authority.reply(request_for(note).as_bytes()))
    assert git(archive.git, "ls-tree", "-r", "--name-only", REF) == path_of(note)
    assert main(asked) == 1
    assert "does not hold" in capsys.readouterr().out


async def test_a_receipt_has_the_time_stamp_of_its_checkpoint(
    archive: Archive, authority: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It has to hold where a root is named, and is not judged without one."""
    writing = opened(archive.git, tmp_path / "writer")
    story = await Story(writing, pending(id=number(9))).create()
    await story.then("rejected")
    await writing.close()
    async with archive.leading(*outlets(archive, authority)):
        await until(lambda: stamped(archive) == 1)
    file = tmp_path / "receipt.json"
    assert main(["receipt", story.ticket.id, "--repo", str(archive.git), "--out", str(file)]) == 0
    asked = ["verify", "--receipt", str(file), "--key", str(verifier(ORIGIN, archive.key))]
    assert main(asked) == 0
    assert "not judged" in capsys.readouterr().out
    assert main([*asked, "--tsa-root", str(authority.root)]) == 0
    assert "by the time-stamping authority" in capsys.readouterr().out
    assert main([*asked, "--tsa-root", str(Authority(tmp_path / "other").root)]) == 1
    git(archive.git, "update-ref", "-d", REF)
    assert main(["receipt", story.ticket.id, "--repo", str(archive.git), "--out", str(file)]) == 0
    assert main([*asked, "--tsa-root", str(authority.root)]) == 1
    assert "it has no time-stamp" in capsys.readouterr().err


def test_a_root_beside_a_clone_is_not_passed_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command that judges the time-stamps of a clone is named."""
    with pytest.raises(SystemExit) as ended:
        main(["verify", str(tmp_path), "--tsa-root", str(tmp_path / "root.pem")])
    assert ended.value.code == 2
    assert "checkpoints stamps" in capsys.readouterr().err
