"""Keys in the record: published, followed, rotated with an overlap; files that are none bless nothing."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import cli
from domain.decision import DecisionAction
from domain.errors import Unproven
from record.errors import RecordUnavailable
from record.signing.keys import KeyReader
from record.signing.proofs import Proofs
from record.signing.rotation import publish, rotate
from record.signing.signatures import KeyUnusable, Signer, new_key, private_text, signed
from tests.domain.builders import JEAN, NOW, decision, pending
from tests.record.building import bare, git, opened, person_commits, publish_key
from tests.signing import KEY, key_file

DAY = timedelta(days=1)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    path = bare(tmp_path / "record.git")
    publish_key(path)
    return path


def test_a_rotation_publishes_the_new_key_and_ends_the_old_one_later(repository: Path, tmp_path: Path) -> None:
    """One commit by the service; the private half is its owner's alone, and never in the repository."""
    file = tmp_path / "keys" / "private.json"
    said = rotate(str(repository), "main", file, NOW, DAY)
    signer, reader = Signer(file), KeyReader(opened(repository, tmp_path))
    old, _ = reader.current().known[KEY.thumbprint()]
    new, _ = reader.current().known[signer.kid]
    assert (old.retired, new.created, new.retired) == (NOW + DAY, NOW, None)
    assert signer.kid in said
    assert KEY.thumbprint() in said
    assert file.stat().st_mode & 0o077 == 0
    assert git(repository, "log", "-1", "--format=%an <%ae>", "main") == "Prodgate <prodgate@cab-i.com>"
    secret = json.loads(file.read_text())["d"]
    assert secret not in git(repository, "show", "main")


def test_both_keys_are_accepted_during_the_overlap_and_the_new_one_after_it(repository: Path, tmp_path: Path) -> None:
    """APIs that still hold the old key go on working until it ends."""
    file, ticket = tmp_path / "private.json", pending()
    rotate(str(repository), "main", file, NOW, DAY)
    proofs, signer = Proofs.of(opened(repository, tmp_path)), Signer(file)
    for at, old_is_good in ((NOW, True), (NOW + DAY - timedelta(seconds=1), True), (NOW + DAY, False)):
        made = decision(ticket, DecisionAction.APPROVE, JEAN, at=at)
        proofs.check_decision(signer.sign(made), ticket.id, at)
        if old_is_good:
            proofs.check_decision(signed(made, KEY), ticket.id, at)
        else:
            with pytest.raises(Unproven, match="not in use"):
                proofs.check_decision(signed(made, KEY), ticket.id, at)


def test_a_running_api_signs_with_the_new_key_as_soon_as_its_file_is_there(repository: Path, tmp_path: Path) -> None:
    """No restart; a file that is gone or half written leaves the old key in force."""
    file = tmp_path / "private.json"
    rotate(str(repository), "main", file, NOW, DAY)
    signer, made = Signer(file), decision(pending(), DecisionAction.APPROVE, JEAN)
    first = signer.sign(made)
    rotate(str(repository), "main", file, NOW, DAY)
    second = signer.sign(made)
    assert first.proof != second.proof
    for broken in (lambda: file.write_text("{"), file.unlink):
        broken()
        assert signer.sign(made) == second


def test_a_worker_learns_a_new_key_from_the_remote_when_it_meets_it(repository: Path, tmp_path: Path) -> None:
    """Its clone was fetched before the rotation; nobody restarts it."""
    clone = opened(f"file://{repository}", tmp_path)
    clone.fetch()
    reader, new = KeyReader(clone), new_key()
    assert set(reader.current().known) == {KEY.thumbprint()}
    publish(f"file://{repository}", "main", new, NOW, NOW + DAY)
    assert new.thumbprint() not in reader.current().known
    clone._remote._fetched = float("-inf")  # type: ignore[union-attr]  # as if seconds had passed since
    assert new.thumbprint() in reader.with_key(new.thumbprint()).known


def test_keys_are_known_while_the_repository_is_away(repository: Path, tmp_path: Path) -> None:
    """Decisions taken meanwhile are still proven; their commits wait."""
    reader = KeyReader(opened(repository, tmp_path))
    known = reader.current()
    repository.rename(tmp_path / "away.git")
    assert reader.with_key(KEY.thumbprint()) is known


@pytest.mark.parametrize(
    "text",
    ["{", "{}", '{"kid": "me", "x": "AAAA", "created": "2020-01-01T00:00:00Z"}'],
    ids=["no JSON", "no key", "a kid that is not its own"],
)
def test_a_file_that_is_no_key_blesses_nothing(repository: Path, tmp_path: Path, text: str) -> None:
    """The others stay in force; the log says which file."""
    person_commits(repository, {"keys/me.json": text, "keys/README.md": "Keys"})
    assert set(KeyReader(opened(repository, tmp_path)).current().known) == {KEY.thumbprint()}


def test_a_key_can_not_go_by_another_ones_name(repository: Path, tmp_path: Path) -> None:
    """A kid is its key's own thumbprint."""
    path, text = next(iter(key_file(new_key()).items()))
    stolen = json.loads(text or "") | {"kid": KEY.thumbprint()}
    person_commits(repository, {path: json.dumps(stolen)})
    assert set(KeyReader(opened(repository, tmp_path)).current().known) == {KEY.thumbprint()}


def test_a_key_that_ended_is_not_revived_by_a_second_file(repository: Path, tmp_path: Path) -> None:
    """One key, one file: a copy without the end counts for nothing, and does not keep people from rotating."""
    (text,) = key_file().values()
    person_commits(repository, {**key_file(retired=NOW), "keys/zz.json": text, "keys/folder.json/x": "x"})
    reader = KeyReader(opened(repository, tmp_path))
    assert reader.current().known[KEY.thumbprint()][0].retired == NOW
    rotate(str(repository), "main", tmp_path / "private.json", NOW, DAY)
    assert set(reader.current().known) == {KEY.thumbprint(), Signer(tmp_path / "private.json").kid}


@pytest.mark.parametrize("text", ["", "{}", '{"kty": "oct", "k": "AAAA"}', json.dumps(KEY.as_dict(private=False))])
def test_a_file_that_can_not_sign_is_refused_at_the_start(tmp_path: Path, text: str) -> None:
    """The sentence names the file and the command that makes one."""
    file = tmp_path / "private.json"
    file.write_text(text)
    with pytest.raises(KeyUnusable, match="prodgate keys rotate"):
        Signer(file)
    with pytest.raises(KeyUnusable, match="can't be read"):
        Signer(tmp_path / "nothing")


def test_a_repository_without_the_branch_takes_no_key(tmp_path: Path) -> None:
    """The old private key, if any, stays in force."""
    file = tmp_path / "private.json"
    file.write_text(private_text(KEY))
    with pytest.raises(RecordUnavailable, match="can't be published"):
        rotate(str(bare(tmp_path / "empty.git")), "main", file, datetime.now(UTC), DAY)
    assert Signer(file).kid == KEY.thumbprint()


def test_the_command_makes_the_first_key_and_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`prodgate keys rotate`, with the settings that the API has."""
    repository, file = bare(tmp_path / "record.git"), tmp_path / "private.json"
    person_commits(repository, {"README.md": "hello"})
    monkeypatch.setenv("PRODGATE_GIT_REPO", str(repository))
    monkeypatch.setenv("PRODGATE_SIGNING_KEY", str(file))
    assert cli.main(["keys", "rotate"]) == 0
    first = Signer(file).kid
    assert cli.main(["keys", "rotate", "--overlap", "0.5"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert first in said[1]
    known = KeyReader(opened(repository, tmp_path)).current().known
    ends = known[first][0].retired
    assert ends is not None
    assert timedelta(minutes=25) < ends - datetime.now(UTC) <= timedelta(minutes=30)
    assert cli.main(["verify", str(repository)]) == 0
    monkeypatch.setenv("PRODGATE_GIT_REPO", str(tmp_path / "nothing"))
    assert cli.main(["keys", "rotate"]) == 1
