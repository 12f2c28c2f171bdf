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
from record.signing.rotation import KeyBranch, KeyRefused
from record.signing.signatures import KeyClass, KeyUnusable, Signer, new_key, private_text, signed
from tests.domain.builders import JEAN, NOW, decision, pending
from tests.record.building import bare, git, opened, person_commits, publish_key
from tests.signing import KEY, key_file

DAY = timedelta(days=1)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    path = bare(tmp_path / "record.git")
    publish_key(path)
    return path


def test_a_rotation_publishes_the_new_key_and_ends_nothing_yet(repository: Path, tmp_path: Path) -> None:
    """One commit by the service; the private half is its owner's alone, and never in the repository."""
    file = tmp_path / "keys" / "private.json"
    older = KeyBranch.at(str(repository), "main").rotate(file, NOW, DAY)
    signer, reader = Signer(file), KeyReader(opened(repository, tmp_path))
    old, _ = reader.current().known[KEY.thumbprint()]
    new, _ = reader.current().known[signer.kid]
    assert (old.retired, new.created, new.retired) == (None, NOW, None)
    assert older == (KEY.thumbprint(),)
    assert file.stat().st_mode & 0o077 == 0
    assert git(repository, "log", "-1", "--format=%an <%ae>", "main") == "Prodgate <prodgate@cab-i.com>"
    secret = json.loads(file.read_text())["d"]
    assert secret not in git(repository, "show", "main")


def test_an_older_key_is_good_until_a_commit_retires_it(repository: Path, tmp_path: Path) -> None:
    """APIs that still hold it go on working until then; without an overlap the new one's commit does."""
    branch, file, ticket = KeyBranch.at(str(repository), "main"), tmp_path / "private.json", pending()
    made = decision(ticket, DecisionAction.APPROVE, JEAN)
    proofs = Proofs.of(opened(repository, tmp_path))
    branch.rotate(file, NOW, DAY)
    proofs.check_decision(Signer(file).sign(made), ticket.id, made.at)
    proofs.check_decision(signed(made, KEY), ticket.id, made.at)
    assert branch.retire(NOW) == (KEY.thumbprint(),)
    with pytest.raises(Unproven, match="not in use"):
        proofs.check_decision(signed(made, KEY), ticket.id, made.at)
    earlier = Signer(file).sign(made)
    branch.rotate(file, NOW, timedelta())
    with pytest.raises(Unproven, match="not in use"):
        proofs.check_decision(earlier, ticket.id, made.at)
    proofs.check_decision(Signer(file).sign(made), ticket.id, made.at)


def test_the_only_key_is_retired_by_force_alone(repository: Path, tmp_path: Path) -> None:
    """Nobody could decide any more."""
    branch = KeyBranch.at(str(repository), "main")
    for kids in ([KEY.thumbprint()], [], ["nobody's"]):
        with pytest.raises(KeyRefused):
            branch.retire(NOW, kids)
    branch.rotate(tmp_path / "worker.json", NOW, DAY, KeyClass.SERVICE)
    with pytest.raises(KeyRefused, match="rotate"):
        branch.retire(NOW, [KEY.thumbprint()])
    assert branch.retire(NOW, [KEY.thumbprint()], force=True) == (KEY.thumbprint(),)


def test_a_revocation_names_a_commit_of_the_line_and_is_said_once(repository: Path) -> None:
    """A commit that is none would take everything the key ever signed."""
    branch, kid = KeyBranch.at(str(repository), "main"), KEY.thumbprint()
    first = git(repository, "rev-parse", "main")
    beside = git(repository, "commit-tree", "main^{tree}", "-m", "Beside")
    git(repository, "update-ref", "refs/heads/beside", beside)
    for since in (beside, "nothing", "--all"):
        with pytest.raises(KeyRefused, match="line"):
            branch.revoke(kid, NOW, since)
    branch.revoke(kid, NOW, reason="It was in a backup <of ours>")
    assert "in a backup" in git(repository, "log", "-1", "--format=%b", "main")
    with pytest.raises(KeyRefused, match="already"):
        branch.revoke(kid, NOW)
    branch.revoke(kid, NOW, first[:10])
    assert [key.revoked_from for key in branch.listed()] == [first]


def test_a_running_api_signs_with_the_new_key_as_soon_as_its_file_is_there(repository: Path, tmp_path: Path) -> None:
    """No restart; a file that is gone or half written leaves the old key in force."""
    file = tmp_path / "private.json"
    KeyBranch.at(str(repository), "main").rotate(file, NOW, DAY)
    signer, made = Signer(file), decision(pending(), DecisionAction.APPROVE, JEAN)
    first = signer.sign(made)
    KeyBranch.at(str(repository), "main").rotate(file, NOW, DAY)
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
    KeyBranch.at(f"file://{repository}", "main").publish(new, NOW, KeyClass.PEOPLE, retire=False)
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
    KeyBranch.at(str(repository), "main").rotate(tmp_path / "private.json", NOW, DAY)
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
    with pytest.raises(RecordUnavailable, match="Nothing can be committed"):
        KeyBranch.at(str(bare(tmp_path / "empty.git")), "main").rotate(file, datetime.now(UTC), DAY)
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
    assert cli.main(["keys", "retire"]) == 1
    assert cli.main(["keys", "rotate", "--overlap", "0.5"]) == 0
    assert f"prodgate keys retire {first}" in capsys.readouterr().out
    assert cli.main(["keys", "retire", first]) == 0
    monkeypatch.setenv("PRODGATE_WORKER_KEY", str(tmp_path / "worker.json"))
    assert cli.main(["keys", "rotate", "--class", "service"]) == 0
    assert cli.main(["keys", "revoke", Signer(file).kid, "--from", "main", "--reason", "stolen"]) == 0
    said = capsys.readouterr().out
    assert "prodgate keys rotate --class people --overlap 0" in said
    assert "prodgate verify" in said
    assert cli.main(["keys", "list"]) == 0
    *people, service = (line.split() for line in capsys.readouterr().out.splitlines())
    assert {each[0] for each in people} == {"people"}
    assert first in {each[1] for each in people}
    assert service[0] == "service"
    assert cli.main(["verify", str(repository)]) == 2  # no ticket: nothing to prove
    monkeypatch.setenv("PRODGATE_GIT_REPO", str(tmp_path / "nothing"))
    for verb in (["rotate"], ["retire"], ["list"], ["revoke", first]):
        assert cli.main(["keys", *verb]) == 1


def test_a_key_whose_name_begins_like_an_option_is_named_like_any_other(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One in 64 does: a kid is base64 of a hash."""
    key = next(key for key in iter(new_key, None) if key.thumbprint().startswith("-"))
    person_commits(repository, key_file(key))
    monkeypatch.setenv("PRODGATE_GIT_REPO", str(repository))
    assert cli.main(["verify", str(repository), "--key", key.thumbprint()]) == 2
    assert f"Key {key.thumbprint()} (people) proved 0 acts" in capsys.readouterr().out
    assert cli.main(["keys", "retire", KEY.thumbprint(), "--class", "people"]) == 0
    assert cli.main(["keys", "revoke", key.thumbprint(), "--from", "main", "--reason", "stolen"]) == 0
