"""Delegations as the branch's line proves them: nothing but a signed act gives anybody a vote."""

from datetime import timedelta
from pathlib import Path

import pytest

from domain.delegations import Delegation
from domain.errors import DelegationOver
from record.facts.delegations import DelegationBook, DelegationReader, commit_delegation
from record.git.repository import Repository, open_repository
from record.people.delegations import parse, text_of
from record.people.members import Fault
from record.signing.keys import KeyReader
from tests.delegating import change_of, delegation, hand_over, withdraw
from tests.domain.builders import JEAN, NOW, PIERRE
from tests.record.building import bare, git, person_commits
from tests.signing import KEY, WORKER_KEY, key_file, service_key_file

CLAIRE = "claire.moreau@cab-i.com"
GIVEN = delegation(CLAIRE, JEAN.email, NOW, id="0" * 32)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = bare(tmp_path / "record.git")
    person_commits(path, key_file(), at=NOW - timedelta(hours=1))
    return path


def opened(path: Path) -> Repository:
    return open_repository(str(path), "main", path.parent)


def book(path: Path) -> DelegationBook:
    """The delegations as a process reads them that has just started."""
    repository = opened(path)
    return DelegationReader(repository, KeyReader(repository)).current()


def proven(path: Path) -> list[Delegation]:
    return [each.delegation for each in book(path).proven]


def faults(path: Path) -> list[str]:
    return [each.sentence for each in book(path).faults]


@pytest.mark.parametrize(
    "given",
    [
        GIVEN,
        GIVEN.ended_by(JEAN.email, NOW + timedelta(days=1)),
        delegation(CLAIRE, JEAN.email, NOW, tenants=("tenant-finance",), reason='Été: "ici"\n\u2028\U0001f334 {{ x }}'),
    ],
    ids=["given", "withdrawn", "odd words"],
)
def test_a_file_is_read_as_it_was_written(given: Delegation) -> None:
    assert parse(given.path, text_of(given).encode()) == given


def test_a_file_of_any_other_form_is_a_fault() -> None:
    """Another giver's folder, a comment, a key that nobody knows."""
    text = text_of(GIVEN)
    for path, other in (
        (f"delegations/{JEAN.email}/{GIVEN.id}.yaml", text),
        (GIVEN.path, f"{text}# and so on\n"),
        (GIVEN.path, text.replace("spec:", "chained: true\nspec:")),
        (GIVEN.path, ""),
    ):
        assert isinstance(parse(path, other.encode()), Fault)


def test_a_signed_delegation_counts_until_it_is_withdrawn(path: Path) -> None:
    """The withdrawn one stays known: votes that were given rest on it."""
    assert book(path).proven == ()
    hand_over(path, GIVEN, sub="S")
    (found,) = book(path).proven
    assert (found.delegation, found.subject) == (GIVEN, "S")
    ended = withdraw(path, GIVEN, JEAN.email, NOW + timedelta(days=1), sub="T")
    (found,) = book(path).proven
    assert (found.delegation, found.subject) == (ended, "S")
    assert faults(path) == []


def test_a_process_that_follows_knows_what_one_that_starts_does(path: Path) -> None:
    """From no delegation on, through one, its end, a forged one and the folder's removal."""
    repository = opened(path)
    reader = DelegationReader(repository, KeyReader(repository))

    def same() -> int:
        there = reader.current()
        assert there.proven == book(path).proven
        return len(there.proven)

    forged = delegation(CLAIRE, PIERRE.email, NOW)
    assert same() == 0
    hand_over(path, GIVEN)
    assert same() == 1
    withdraw(path, GIVEN, CLAIRE, NOW + timedelta(days=1))
    person_commits(path, {forged.path: text_of(forged)})
    assert same() == 1
    person_commits(path, {forged.path: None, GIVEN.path: None})
    assert same() == 0
    hand_over(path, delegation(CLAIRE, JEAN.email, NOW))
    assert same() == 1


def test_a_file_by_hand_gives_nothing(path: Path) -> None:
    """Neither alone, nor with a signature of something else, nor by a key that signs for nobody."""
    person_commits(path, {GIVEN.path: text_of(GIVEN)})
    assert (proven(path), faults(path)) == ([], ["nobody signed it"])
    others = [
        change_of(GIVEN, tip=None, at=NOW + timedelta(seconds=1))[0].proof,
        change_of(delegation(CLAIRE, JEAN.email, NOW), tip=None)[0].proof,
        change_of(GIVEN, WORKER_KEY, tip=None)[0].proof,
        change_of(GIVEN, tip=None, email=JEAN.email)[0].proof,
    ]
    for proof in others:
        person_commits(path, {GIVEN.path: None})
        person_commits(path, {GIVEN.path: text_of(GIVEN)}, f"Forged\n\nSignature: {proof}\n")
        assert proven(path) == []
    assert len(faults(path)) == 1


def test_what_was_withdrawn_or_removed_never_comes_back(path: Path) -> None:
    """By the very commit message that proved it, the file's bytes, or after the folder was gone."""
    hand_over(path, GIVEN)
    message = git(path, "log", "-1", "--format=%B", "main")
    ended = withdraw(path, GIVEN, CLAIRE, NOW + timedelta(days=1))
    person_commits(path, {GIVEN.path: text_of(GIVEN)}, message)
    assert proven(path) == []
    person_commits(path, {GIVEN.path: None})
    person_commits(path, {GIVEN.path: text_of(GIVEN)}, message)
    assert proven(path) == []
    person_commits(path, {GIVEN.path: text_of(ended)})
    assert proven(path) == [ended]


def test_a_file_that_was_altered_counts_again_as_it_was_proven(path: Path) -> None:
    """Nothing of it counts meanwhile."""
    hand_over(path, GIVEN)
    longer = GIVEN.model_copy(update={"until": GIVEN.until + timedelta(days=9)})
    person_commits(path, {GIVEN.path: text_of(longer), "delegations/README.md": "Made by the console"})
    assert (proven(path), faults(path)) == ([], ["nobody signed it"])
    person_commits(path, {GIVEN.path: None})
    assert (proven(path), faults(path)) == ([], ["it was removed"])
    person_commits(path, {GIVEN.path: text_of(GIVEN)})
    assert (proven(path), faults(path)) == ([GIVEN], [])


def test_a_withdrawal_changes_nothing_else(path: Path) -> None:
    """Signed or not: a longer time, or another end, is no withdrawal."""
    hand_over(path, GIVEN)
    longer = GIVEN.model_copy(update={"until": GIVEN.until + timedelta(days=9)})
    forged = longer.ended_by(CLAIRE, NOW + timedelta(days=1))
    proof = change_of(forged, tip=git(path, "rev-parse", "main"))[0].proof
    person_commits(path, {GIVEN.path: text_of(forged)}, f"Withdraw\n\nSignature: {proof}\n")
    assert (proven(path), faults(path)) == ([], ["its withdrawal changes what was given"])


def test_a_signer_saw_the_line_before(path: Path) -> None:
    """Once the service signs: no commit of elsewhere, and not none."""
    person_commits(path, service_key_file())
    tree = git(path, "rev-parse", "main^{tree}")
    elsewhere = git(path, "commit-tree", "-m", "Elsewhere", tree)
    for tip in (None, elsewhere, "0" * 40):
        given = delegation(CLAIRE, JEAN.email, NOW)
        hand_over(path, given, tip=tip)
        assert proven(path) == []
    hand_over(path, GIVEN)
    assert proven(path) == [GIVEN]


def test_a_key_that_is_revoked_from_then_on_takes_its_delegations_back(path: Path) -> None:
    """Also in a process that has read them."""
    repository, before = opened(path), git(path, "rev-parse", "main")
    reader = DelegationReader(repository, KeyReader(repository))
    person_commits(path, service_key_file())
    hand_over(path, GIVEN)
    assert [each.delegation for each in reader.current().proven] == [GIVEN]
    person_commits(path, key_file(KEY, revoked=NOW, revoked_from=before))
    assert reader.current().proven == book(path).proven == ()


def test_a_merge_brings_no_delegation(path: Path) -> None:
    """It is one change of the line, whatever its side says and proves."""
    base = git(path, "rev-parse", "main")
    hand_over(path, GIVEN)
    side = git(path, "rev-parse", "main")
    git(path, "update-ref", "refs/heads/main", base)
    tree = git(path, "rev-parse", f"{side}^{{tree}}")
    merge = git(path, "commit-tree", "-p", base, "-p", side, "-m", "Merge", tree)
    git(path, "update-ref", "refs/heads/main", merge)
    assert (proven(path), faults(path)) == ([], ["nobody signed it"])


def test_an_act_is_committed_once(path: Path) -> None:
    """Asked for again it is found; one that was withdrawn is not given again, nor withdrawn twice."""
    first = hand_over(path, GIVEN)
    assert hand_over(path, GIVEN) == first
    ended = withdraw(path, GIVEN, CLAIRE, NOW + timedelta(days=1))
    assert git(path, "rev-list", "--count", "main") == "3"
    repository = opened(path)
    reader = DelegationReader(repository, KeyReader(repository))
    other = GIVEN.ended_by(JEAN.email, NOW + timedelta(days=2))
    for act in (GIVEN, other, delegation(CLAIRE, JEAN.email, NOW).ended_by(CLAIRE, NOW)):
        with pytest.raises(DelegationOver):
            commit_delegation(repository, reader, *change_of(act))
    assert hand_over(path, ended) == git(path, "rev-parse", "main")
