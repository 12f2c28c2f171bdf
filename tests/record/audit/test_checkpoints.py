"""What checkpoints show of a branch that is clean by itself: set back, cut off, written anew, or signed by a thief."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pygit2
import pytest

from record.audit.checkpoints import check
from record.audit.verify import RecordAudit, verify
from record.signing.checkpoints import verifier
from record.signing.notes import NotANote
from record.signing.signatures import new_key
from tests.domain.builders import pending
from tests.record.building import Story, bare, git, number, opened, person_commits, publish_key
from tests.record.noting import ORIGIN, checkpoint_of, service_key
from tests.signing import key_file


@pytest.fixture
async def record(tmp_path: Path) -> Path:
    """A record of three promotions."""
    found = bare(tmp_path / "gitops.git")
    publish_key(found)
    await _promotions(found, tmp_path, 1, 2, 3)
    return found


async def _promotions(repository: Path, tmp_path: Path, *numbers: int) -> None:
    writing = opened(repository, tmp_path)
    for each in numbers:
        story = await Story(writing, pending(id=number(each))).create()
        await story.then("approved", "deploying", "deployed")
    await writing.close()


def rules(repository: Path, *notes: bytes, keys: Sequence[str] = (), tip: str = "main") -> list[str]:
    """The rules that these checkpoints show broken, which an audit of the branch finds alike while it reads it."""
    named = [("note", note) for note in notes]
    found = check(pygit2.Repository(str(repository)), git(repository, "rev-parse", tip), named, keys)
    rules = [each.rule for each in found]
    for since in (None, f"{tip}~1"):
        audit = RecordAudit(repository, since, branch=tip, keys=keys, checkpoints=named)
        assert [each.rule for each in audit.violations() if each.ticket == "note"] == rules
    return rules


async def test_a_branch_that_goes_on_agrees_with_every_checkpoint_of_it(record: Path, tmp_path: Path) -> None:
    """Those at its tip, before it, and before a merge."""
    key = service_key(record)
    notes = [checkpoint_of(record, key, f"main~{back}") for back in (0, 5, 8)]
    aside = bare(tmp_path / "aside.git")
    git(aside, "fetch", "--quiet", record.as_uri(), "main:main")
    await _promotions(aside, tmp_path / "aside", 4)
    git(record, "fetch", "--quiet", aside.as_uri(), "main:side")
    person_commits(record, {"README.md": "x"})
    merge = git(record, "commit-tree", "side^{tree}", "-p", "main", "-p", "side", "-m", "Merge")
    git(record, "update-ref", "refs/heads/main", merge)
    assert rules(record, *notes, checkpoint_of(record, key)) == []
    await _promotions(record, tmp_path, 5)
    assert rules(record, *notes, checkpoint_of(record, key, "main~4"), checkpoint_of(record, key)) == []


async def test_a_branch_that_was_set_back_is_named_where_the_clone_still_has_the_commit(record: Path) -> None:
    """As after a forced push, in the clone of whoever had fetched before."""
    key = service_key(record)
    git(record, "branch", "before")
    note = checkpoint_of(record, key)
    person_commits(record, {"README.md": "x"})
    git(record, "update-ref", "refs/heads/main", "before~0")
    assert rules(record, note) == []
    git(record, "update-ref", "refs/heads/main", "before~3")
    assert rules(record, note, keys=[str(verifier(ORIGIN, key))]) == ["rolled-back"]


async def test_a_branch_whose_last_commits_are_gone_is_named(record: Path, tmp_path: Path) -> None:
    """A fresh clone never had them: the number of acts tells. What is left is clean by itself."""
    key = service_key(record)
    await _promotions(record, tmp_path, 4)
    note = checkpoint_of(record, key)
    git(record, "update-ref", "refs/heads/main", "main~2")
    fresh = bare(tmp_path / "fresh.git")
    git(fresh, "fetch", "--quiet", record.as_uri(), "main:main")
    assert rules(fresh, note) == ["truncated"]


async def test_a_history_written_anew_by_a_thief_of_every_key_is_named_by_an_old_checkpoint_alone(
    record: Path, tmp_path: Path
) -> None:
    """Good signatures, as many acts, nothing for an audit to find; the checkpoint lay where the thief could not go."""
    key = service_key(record)
    note = checkpoint_of(record, key)
    anew = bare(tmp_path / "anew.git")
    publish_key(anew)
    await _promotions(anew, tmp_path, 5, 6, 7)
    service_key(anew, key)
    assert rules(anew, checkpoint_of(anew, key)) == []
    assert {each.rule for each in verify(anew)} == {each.rule for each in verify(record)}
    assert rules(anew, note) == ["rewritten"]


async def test_a_checkpoint_outlives_the_key_that_the_thief_leaves_out(record: Path, tmp_path: Path) -> None:
    """By the record alone it proves nothing, which is a violation too; by the key that its keeper named, it does."""
    key = service_key(record)
    note = checkpoint_of(record, key)
    anew = bare(tmp_path / "anew.git")
    publish_key(anew)
    service_key(anew)
    await _promotions(anew, tmp_path, 5, 6, 7)
    assert rules(anew, note) == ["checkpoint-forged"]
    assert rules(anew, note, keys=[str(verifier(ORIGIN, key))]) == ["rewritten"]


async def test_a_line_that_a_merge_turned_is_named(record: Path) -> None:
    """Every commit is still there, yet the branch's line no longer passes it."""
    key = service_key(record)
    note = checkpoint_of(record, key)
    tip, tree = git(record, "rev-parse", "main~4"), git(record, "rev-parse", "main^{tree}")
    turned = git(record, "commit-tree", tree, "-p", tip, "-p", git(record, "rev-parse", "main"), "-m", "Turn")
    git(record, "update-ref", "refs/heads/main", turned)
    assert rules(record, note) == ["rewritten"]


@pytest.mark.parametrize("false", [{"size": 11}, {"root": "00" * 32}])
async def test_a_checkpoint_that_says_other_acts_than_its_commit_has_is_forged(
    record: Path, false: dict[str, Any]
) -> None:
    """Whoever stole the worker's key can sign it, and prove by it what never was."""
    key = service_key(record)
    assert rules(record, checkpoint_of(record, key, **false)) == ["checkpoint-forged"]


async def test_only_the_services_keys_sign_checkpoints(record: Path) -> None:
    """Neither a stranger's, nor one of the class that signs what people do."""
    stranger, people = new_key(), new_key()
    person_commits(record, key_file(people), "Know another key of the API")
    for key in (stranger, people):
        assert rules(record, checkpoint_of(record, key)) == ["checkpoint-forged"]


@pytest.mark.parametrize("how", ["retired", "revoked"])
async def test_a_key_proves_the_checkpoints_from_before_its_end(record: Path, how: str) -> None:
    """By the commit that ended it, whatever its file says later: whoever may push could take the end back."""
    key = service_key(record)
    before = checkpoint_of(record, key)
    person_commits(record, key_file(key, key_class="service", **{how: "2026-11-01T00:00:00Z"}), "End it")
    after = checkpoint_of(record, key)
    for _ in range(2):
        assert rules(record, before) == []
        assert rules(record, after) == ["checkpoint-forged"]
        service_key(record, key)
    git(record, "branch", "here")
    elsewhere = checkpoint_of(record, key, tip=person_commits(record, {"README.md": "x"}))
    git(record, "update-ref", "refs/heads/main", "here")
    assert rules(record, elsewhere) == ["rolled-back" if how == "retired" else "checkpoint-forged"]


async def test_checkpoints_before_and_after_a_rotation_both_hold(record: Path, tmp_path: Path) -> None:
    """The key that was retired signed the first one; `--key` by kid believes one of them alone."""
    old = service_key(record)
    first = checkpoint_of(record, old)
    person_commits(record, key_file(old, key_class="service", retired="2026-11-29T09:00:00Z"), "Retire it")
    new = service_key(record)
    await _promotions(record, tmp_path, 4)
    second = checkpoint_of(record, new)
    assert rules(record, first, second) == []
    assert rules(record, first, second, keys=[new.thumbprint()]) == ["checkpoint-forged"]


async def test_what_is_no_checkpoint_is_refused(record: Path) -> None:
    """It is a mistake of whoever asks, not a violation."""
    service_key(record)
    for note in (b"", b"hello\n", b"a\n1\n\n\xe2\x80\x94 a AAAAAAAA\n"):
        with pytest.raises(NotANote):
            rules(record, note)
