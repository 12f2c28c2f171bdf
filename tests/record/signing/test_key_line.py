"""Keys by position: each commit is judged by the keys that the first-parent line has right before it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import OKPKey

from domain.errors import KeyEnded, Unproven
from domain.signing import SERVICE_TYPE, ServiceClaims, history_digest
from record.errors import RecordUnavailable
from record.git.repository import open_repository
from record.signing.keys import KeyLine, KeyReader
from record.signing.signatures import KeyClass, Keys, new_key, sealed
from tests.domain.builders import NOW, pending
from tests.record.building import bare, git, person_commits
from tests.signing import KEY, claims_for, key_file

SERVICE, OTHER = new_key(), new_key()
MINUTE = timedelta(minutes=1)
SAID = sealed(claims_for(pending()), KEY)


class Branch:
    """A branch, and one follower of its keys that sees each commit come."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.line = KeyLine(path)

    def commits(self, files: dict[str, str | None]) -> int:
        """Commits; the number of the commit on the line."""
        self.line.move_to(tip := person_commits(self.path, files))
        return int(git(self.path, "rev-list", "--count", "--first-parent", tip))

    def before(self, position: int) -> Keys:
        """The keys before that commit: the same for who follows, and for who comes later."""
        fresh, known = KeyLine(self.path), self.line.before(position)
        fresh.move_to(git(self.path, "rev-parse", "main"))
        assert fresh.before(position) == known
        return known

    def merges(self, side: str, files: dict[str, str | None]) -> int:
        """Merges a side branch of that first parent's, with these files on it; the number of the merge."""
        git(self.path, "update-ref", "refs/heads/kept", "main")
        git(self.path, "update-ref", "refs/heads/main", side)
        beside = person_commits(self.path, files)
        git(self.path, "update-ref", "refs/heads/main", "kept")
        tree = git(self.path, "merge-tree", "--write-tree", "kept", beside)
        merge = git(self.path, "commit-tree", tree, "-p", "kept", "-p", beside, "-m", "Merge")
        git(self.path, "update-ref", "refs/heads/main", merge)
        self.line.move_to(merge)
        return int(git(self.path, "rev-list", "--count", "--first-parent", merge))


@pytest.fixture
def branch(tmp_path: Path) -> Branch:
    """One commit with the people's key, and one with something else."""
    made = Branch(bare(tmp_path / "record.git"))
    assert made.commits(key_file()) == 1
    assert made.commits({"README.md": "hello"}) == 2
    return made


def service_file(**fields: Any) -> dict[str, str | None]:
    return key_file(SERVICE, key_class="service", **fields)


def act(key: OKPKey = SERVICE, typ: str = SERVICE_TYPE) -> str:
    """A signature of the service."""
    ticket = pending()
    claims = ServiceClaims(
        id="an-act-1",
        ticket=ticket.id,
        digest=ticket.digest,
        action=ticket.last.action,
        attempt=1,
        round=ticket.round,
        history=history_digest(ticket),
        tip=None,
        at=NOW,
    )
    return jws.serialize_compact(
        {"alg": "Ed25519", "kid": key.thumbprint(), "typ": typ}, claims.model_dump_json(), key, algorithms=["Ed25519"]
    )


def proves(keys: Keys, token: str = SAID) -> bool:
    try:
        keys.claims(token)
    except Unproven:
        return False
    return True


def test_a_key_counts_from_the_commit_after_the_one_that_brings_it(branch: Branch) -> None:
    """One that comes with a commit, or later, blesses nothing of it."""
    assert not proves(branch.before(1))
    assert proves(branch.before(2))
    assert proves(branch.line.current())


def test_neither_class_of_keys_signs_for_the_other(branch: Branch) -> None:
    """A token is known by its own type, too."""
    switch = branch.commits(service_file())
    assert not branch.before(switch).signs_service
    keys = branch.before(switch + 1)
    assert keys.signs_service
    assert keys.acts(act()).id == "an-act-1"
    refused = {"people's key": act(KEY), "people's type": act(typ="prodgate-decision+jws"), "a decision": SAID}
    for token in refused.values():
        with pytest.raises(Unproven):
            keys.acts(token)
    for token in (act(), act(typ="prodgate-decision+jws"), sealed(claims_for(pending()), SERVICE)):
        with pytest.raises(Unproven):
            keys.claims(token)


def test_before_the_service_signs_a_key_ends_by_time(branch: Branch) -> None:
    """As it was: what is recorded already keeps the rules of its time."""
    branch.commits(key_file(retired=NOW + MINUTE))
    assert proves(branch.line.current())
    branch.commits(key_file(retired=NOW))
    assert not proves(branch.line.current())


def test_once_the_service_signs_a_key_ends_by_the_commit_that_retires_it(branch: Branch) -> None:
    """Whatever time its holder writes, and though a later commit takes the end back."""
    branch.commits(service_file())
    retired = branch.commits(key_file(retired=NOW + 1_000 * MINUTE))
    branch.commits(key_file())
    assert proves(branch.before(retired))
    for position in (retired + 1, retired + 2):
        with pytest.raises(KeyEnded, match="was retired"):
            branch.before(position).claims(SAID)


def test_a_key_that_was_retired_by_time_proves_nothing_after_the_switch(branch: Branch) -> None:
    branch.commits(key_file(retired=NOW + 1_000 * MINUTE))
    switch = branch.commits(service_file())
    assert proves(branch.before(switch))
    assert not proves(branch.before(switch + 1))


def test_a_revoked_key_proves_nothing_from_the_commit_that_says_so(branch: Branch) -> None:
    """Before the service signs, too; and no later commit revives it."""
    revoked = branch.commits(key_file(revoked=NOW))
    branch.commits(key_file())
    assert proves(branch.before(revoked))
    with pytest.raises(KeyEnded, match="was revoked"):
        branch.before(revoked + 2).claims(SAID)


def test_a_revocation_reaches_back_to_the_commit_that_it_names(branch: Branch) -> None:
    """Readers hear of it with the next look; a later one that names a later commit gives nothing back."""
    second = git(branch.path, "rev-parse", "main")
    third = branch.commits({"README.md": "bye"})
    assert proves(branch.before(third))
    branch.commits(key_file(revoked=NOW, revoked_from=second))
    assert proves(branch.before(2))
    assert not proves(branch.before(third))
    branch.commits(key_file(revoked=NOW, revoked_from=git(branch.path, "rev-parse", "main")))
    assert not proves(branch.before(third))


def test_a_revocation_from_a_commit_beside_the_line_takes_everything(branch: Branch) -> None:
    """It names no place: a fault takes rights away."""
    beside = git(branch.path, "commit-tree", "main^{tree}", "-p", "main^", "-m", "Beside")
    branch.commits(key_file(revoked=NOW, revoked_from=beside))
    assert not proves(branch.before(2))


def test_a_key_that_is_removed_proves_nothing_after_and_never_comes_back(branch: Branch) -> None:
    branch.commits(service_file())
    removed = branch.commits({f"keys/{KEY.thumbprint()}.json": None})
    branch.commits(key_file())
    assert proves(branch.before(removed))
    with pytest.raises(KeyEnded, match="was removed"):
        branch.before(removed + 2).claims(SAID)


def test_a_file_that_is_broken_grants_nothing_until_it_is_mended(branch: Branch) -> None:
    """Nobody said that the key ends."""
    branch.commits(service_file())
    broken = branch.commits({f"keys/{KEY.thumbprint()}.json": "{"})
    mended = branch.commits(key_file())
    assert [proves(branch.before(each + 1)) for each in (broken, mended)] == [False, True]


def test_a_key_never_changes_its_class(branch: Branch) -> None:
    """Whoever tries has ended it, and has not made the service sign."""
    changed = branch.commits(key_file(key_class="service"))
    keys = branch.before(changed + 1)
    assert not keys.signs_service
    with pytest.raises(Unproven):
        keys.acts(act(KEY))
    branch.commits(key_file())
    with pytest.raises(KeyEnded, match="changed its class"):
        branch.line.current().claims(SAID)


def test_a_key_by_a_side_branch_counts_from_the_merge_on(branch: Branch) -> None:
    """The side's commits are one change of the line: none of them is judged by what another of them says."""
    before = branch.commits({"README.md": "before"})
    merge = branch.merges(git(branch.path, "rev-parse", "main^"), key_file(OTHER))
    token = sealed(claims_for(pending()), OTHER)
    assert merge == before + 1
    assert not proves(branch.before(merge), token)
    assert proves(branch.before(merge + 1), token)


def test_a_forged_signature_in_the_name_of_an_ended_key_is_forged(branch: Branch) -> None:
    """Only what the key did sign has outlived it: somebody is told to decide again for that."""
    branch.commits(key_file(revoked=NOW))
    head, payload, signature = SAID.split(".")
    with pytest.raises(Unproven) as refused:
        branch.line.current().claims(f"{head}.{payload}.{signature[::-1]}")
    assert not isinstance(refused.value, KeyEnded)


def test_where_keys_are_named_no_other_one_proves_anything(branch: Branch) -> None:
    """The record's other keys still say that the service signs: an audit asks for no less because it believes less."""
    branch.commits({**service_file(), **key_file(OTHER)})
    believing = KeyLine(branch.path, [OTHER.thumbprint()])
    believing.move_to(git(branch.path, "rev-parse", "main"))
    keys = believing.current()
    assert set(keys.known) == {OTHER.thumbprint()}
    assert keys.signs_service


def test_another_line_is_read_anew(branch: Branch) -> None:
    """A branch that was put back has the keys that it has now."""
    kept = git(branch.path, "rev-parse", "main")
    branch.commits(key_file(revoked=NOW))
    git(branch.path, "update-ref", "refs/heads/main", kept)
    branch.line.move_to(kept)
    assert proves(branch.line.current())
    assert branch.commits(service_file()) == 3


def test_every_class_has_its_word(branch: Branch) -> None:
    """A file from before says none, and is a person's."""
    branch.commits(service_file())
    known = branch.line.current().known
    assert known[KEY.thumbprint()][0].key_class is KeyClass.PEOPLE
    assert known[SERVICE.thumbprint()][0].key_class is KeyClass.SERVICE


def test_a_line_that_can_not_be_read_does_not_forget_that_the_service_signs(branch: Branch, tmp_path: Path) -> None:
    """Or else what the service did would need no signature while the repository goes away."""
    position = branch.commits(key_file(SERVICE, key_class=KeyClass.SERVICE))
    reader = KeyReader(open_repository(str(branch.path), "main", tmp_path / "data"))
    assert reader.before(position + 1).signs_service
    tip = person_commits(branch.path, {"more": "text"})
    lost = branch.path / "objects" / tip[:2] / tip[2:]
    lost.unlink()
    with pytest.raises(RecordUnavailable):
        reader.current()
    branch.path.rename(tmp_path / "away")
    assert reader.before(position + 1).signs_service
