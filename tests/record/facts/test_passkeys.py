"""Passkeys as the line brings them: the first by people, later ones confirmed, none after its end."""

import json
from collections.abc import Callable
from pathlib import Path

import pygit2
import pytest

from domain.errors import PasskeyInvalid
from domain.passkeys import Passkey
from record.audit.lint import lint
from record.facts.passkeys import PasskeyBook, PasskeyReader, PasskeysState, read_line
from record.git.plumbing import opened as plain
from record.people.members import Fault, parse
from record.signing.authenticators import Site
from tests.domain.builders import JEAN, PIERRE
from tests.passkeys import SITE, Authenticator, confirmed, files_of, passkey, service_commits
from tests.record.building import bare, git, opened, person_commits


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = bare(tmp_path / "record.git")
    person_commits(path, {"README.md": "A record"})
    return path


@pytest.fixture
def book(path: Path, tmp_path: Path) -> Callable[[], PasskeyBook]:
    """Reads the book commit by commit, and holds that a reader that starts now finds the same."""
    reader = PasskeyReader(opened(path, tmp_path))
    reader.current()

    def current() -> PasskeyBook:
        followed = reader.current()
        objects = pygit2.Repository(str(path))
        state = PasskeysState(objects)
        with plain(path) as repo:
            read_line(state, repo, git(path, "rev-parse", "main"))
        assert (state.book.counting, state.book.faults) == (followed.counting, followed.faults)
        return followed

    return current


def counts(book: PasskeyBook, made: Passkey) -> bool:
    return book.counting.get(made.id) == made


def why(book: PasskeyBook, made: Passkey) -> str:
    """The reason why the file does not count."""
    return next(fault.sentence for fault in book.faults if fault.path == made.path)


def test_a_first_passkey_counts_where_people_bring_it(path: Path, book: Callable[[], PasskeyBook]) -> None:
    """By a commit of theirs, or by a merge of what they looked at."""
    first = passkey(JEAN, Authenticator())
    assert not counts(book(), first)
    person_commits(path, files_of(first))
    assert counts(book(), first)
    assert book().of(JEAN.email, JEAN.subject, JEAN.issuer) == (first,)
    assert book().of(JEAN.email, "another", JEAN.issuer) == ()
    assert book().of(PIERRE.email, JEAN.subject, JEAN.issuer) == ()


def test_the_service_brings_no_first_one(path: Path, book: Callable[[], PasskeyBook]) -> None:
    """Whoever has all keys of the service, and its way to push, makes nobody a passkey."""
    forged = passkey(JEAN, Authenticator())
    service_commits(path, files_of(forged))
    assert not counts(book(), forged)
    assert "brought by people" in why(book(), forged)
    person_commits(path, {"README.md": "Something else"})
    assert not counts(book(), forged)


def test_a_later_one_counts_where_an_earlier_one_confirms_it(path: Path, book: Callable[[], PasskeyBook]) -> None:
    """Whoever commits it: the answer is in its file."""
    blue, red, green = Authenticator(), Authenticator(), Authenticator()
    person_commits(path, files_of(passkey(JEAN, blue)))
    second, third = confirmed(passkey(JEAN, red), blue), confirmed(passkey(JEAN, green), red)
    service_commits(path, files_of(second))
    person_commits(path, files_of(third))
    assert counts(book(), second)
    assert counts(book(), third)


def test_a_confirmation_of_something_else_brings_nothing(path: Path, book: Callable[[], PasskeyBook]) -> None:
    """Of another file, by another person's, by a key that ended, by itself, or in the same commit as its confirmer."""
    blue, red, peter = Authenticator(), Authenticator(), Authenticator()
    person_commits(path, files_of(passkey(JEAN, blue), passkey(PIERRE, peter)))
    for made in (
        confirmed(passkey(JEAN, red), blue).model_copy(update={"label": "Another"}),
        confirmed(passkey(JEAN, red), peter),
        confirmed(passkey(JEAN, red), red),
        confirmed(passkey(JEAN, red, subject="another"), blue),
    ):
        for commits in (service_commits, person_commits):
            commits(path, files_of(made))
            assert not counts(book(), made)
            assert any(word in why(book(), made) for word in ("confirm", "signature", "challenge"))


def test_one_key_is_one_persons(path: Path, book: Callable[[], PasskeyBook]) -> None:
    """Two votes by one authenticator would be one person's."""
    blue = Authenticator()
    person_commits(path, files_of(passkey(JEAN, blue)))
    again = passkey(PIERRE, blue)
    renamed = passkey(PIERRE, Authenticator(key=blue.key))
    person_commits(path, files_of(again))
    person_commits(path, files_of(renamed))
    assert counts(book(), passkey(JEAN, blue))
    assert "somebody else" in why(book(), again)
    assert "somebody else" in why(book(), renamed)


def test_what_ended_counts_no_more(path: Path, book: Callable[[], PasskeyBook]) -> None:
    """Withdrawn, removed or changed, by whomever; and the service can't put it back, though it was confirmed."""
    blue, red = Authenticator(), Authenticator()
    first = passkey(JEAN, blue)
    second = confirmed(passkey(JEAN, red), blue)
    person_commits(path, files_of(first))
    service_commits(path, files_of(second))
    service_commits(path, files_of(second.ended_by(JEAN.email, second.created_at)))
    assert not counts(book(), second)
    assert not book().faults
    service_commits(path, files_of(second))
    assert "ended before" in why(book(), second)
    person_commits(path, {second.path: None})
    person_commits(path, files_of(second))
    assert counts(book(), second)
    person_commits(path, {second.path: None})
    assert not counts(book(), second)
    service_commits(path, files_of(first.model_copy(update={"label": "Mine now"})))
    assert book().counting == {}


def test_files_that_are_none_are_named(path: Path, book: Callable[[], PasskeyBook]) -> None:
    """They prove nothing, and take nothing from the others; what documents is none."""
    first = passkey(JEAN, Authenticator())
    bad = {"passkeys/x.yaml": "kind: Passkey", "passkeys/a/b/c/d.yaml": "", "passkeys/README.md": "How to"}
    person_commits(path, {**bad, **files_of(first)})
    assert counts(book(), first)
    assert {fault.path for fault in book().faults} == {"passkeys/x.yaml", "passkeys/a/b/c"}
    person_commits(path, {"passkeys/x.yaml": None, "passkeys/a/b/c/d.yaml": None})
    assert not book().faults


def test_a_rewritten_branch_is_read_anew(path: Path, book: Callable[[], PasskeyBook]) -> None:
    """What it does not have any more counts no more."""
    first = passkey(JEAN, Authenticator())
    before = git(path, "rev-parse", "main")
    person_commits(path, files_of(first))
    assert counts(book(), first)
    git(path, "update-ref", "refs/heads/main", before)
    person_commits(path, {"README.md": "Otherwise"})
    assert not counts(book(), first)


ELSEWHERE = Site(rp_id="gate.evil.example", origin="https://gate.evil.example")


def platform(*origins: str, rp_id: str = "cab-i.com") -> dict[str, str]:
    """A platform's file that names where passkeys count; none says nothing of it."""
    said = f"  passkeys: {{rpId: {rp_id}, origins: {json.dumps(origins)}}}\n" if origins else ""
    return {"platform.yaml": f"apiVersion: apim.cab-i.com/v1\nkind: Platform\nspec:\n  controls: 1\n{said}"}


NAMED = platform(SITE.origin, rp_id=SITE.rp_id)


def test_a_passkey_of_an_address_that_the_record_does_not_name_counts_nothing(
    path: Path, book: Callable[[], PasskeyBook]
) -> None:
    """Whoever commits it, and whatever address the service's settings have."""
    person_commits(path, NAMED)
    foreign, right = passkey(JEAN, Authenticator(site=ELSEWHERE)), passkey(PIERRE, Authenticator())
    person_commits(path, files_of(foreign, right))
    assert "spec.passkeys" in why(book(), foreign)
    assert (counts(book(), foreign), counts(book(), right)) == (False, True)
    assert [fault.path for fault in lint(path)] == [foreign.path]


def test_an_address_that_is_named_later_ends_what_was_made_elsewhere(
    path: Path, book: Callable[[], PasskeyBook]
) -> None:
    """From that commit on, and until the record says otherwise: a new first one is brought by people."""
    old, new = passkey(JEAN, Authenticator(site=ELSEWHERE)), passkey(JEAN, Authenticator())
    person_commits(path, files_of(old))
    assert book().of(JEAN.email, JEAN.subject, JEAN.issuer) == (old,)
    person_commits(path, NAMED)
    assert book().of(JEAN.email, JEAN.subject, JEAN.issuer) == ()
    person_commits(path, files_of(new))
    assert book().of(JEAN.email, JEAN.subject, JEAN.issuer) == (new,)
    person_commits(path, {"platform.yaml": "spec: ["})
    assert book().of(JEAN.email, JEAN.subject, JEAN.issuer) == (new,)
    person_commits(path, platform())
    assert len(book().of(JEAN.email, JEAN.subject, JEAN.issuer)) == 2


def test_none_of_another_address_confirms_a_further_one(path: Path, book: Callable[[], PasskeyBook]) -> None:
    """Nor does one that counts confirm one of another address."""
    device, away = Authenticator(), Authenticator(site=ELSEWHERE)
    person_commits(path, {**NAMED, **files_of(passkey(JEAN, device))})
    further = confirmed(passkey(JEAN, away), device)
    service_commits(path, files_of(further))
    assert not counts(book(), further)
    with pytest.raises(PasskeyInvalid, match=r"spec\.passkeys"):
        book().check_confirmed(further)


@pytest.mark.parametrize(
    "said",
    [
        {"rpId": "cab-i.com", "origins": []},
        {"rpId": "cab-i.com"},
        {"rpId": "cab-i.com", "origins": ["https://cab-i.com.evil.example"]},
        {"rpId": "cab-i.com", "origins": ["https://evilcab-i.com"]},
        {"rpId": "cab-i.com", "origins": ["https://gate.cab-i.com/"]},
        {"rpId": "https://cab-i.com", "origins": ["https://cab-i.com"]},
        {"rpId": "cab-i.com", "origins": ["*"]},
        {"rpId": "cab-i.com", "origins": ["https://gate.cab-i.com"], "orgins": []},
    ],
)
def test_addresses_that_can_t_be_are_a_fault_with_its_line(said: dict[str, object]) -> None:
    """What is misspelled names nothing: it is refused, and what stood before holds."""
    text = f"{platform()['platform.yaml']}  passkeys: {json.dumps(said)}\n"
    read = parse("platform.yaml", text.encode())
    assert isinstance(read, Fault)
    assert read.line == 5
