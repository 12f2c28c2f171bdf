"""Signed notes, against what other implementations signed."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from record.signing.notes import NotANote, NoteUnproven, SignedNote, VerifierKey, signed_note

# The example of Go's golang.org/x/mod/sumdb/note, made by that package.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_PRIVATE = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_NOTE = (
    GO_TEXT
    + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()

ELIXIR = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
ELIXIR_NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()
"""The example of another implementation, in Elixir."""


def test_a_note_is_signed_as_go_signs_it() -> None:
    """Byte for byte, by the same key: Ed25519 leaves nothing to chance."""
    private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(GO_PRIVATE.split("+", 4)[4])[1:])
    assert signed_note(GO_TEXT, "PeterNeumann", private) == GO_NOTE


@pytest.mark.parametrize(("key", "note"), [(GO_KEY, GO_NOTE), (ELIXIR, ELIXIR_NOTE)])
def test_notes_of_other_implementations_are_read_and_checked(key: str, note: bytes) -> None:
    """The key is spelled as they spell it."""
    verifier = VerifierKey.read(key)
    assert str(verifier) == key
    assert SignedNote.read(note).signed_by([verifier]) == verifier


def test_a_note_that_was_changed_is_forged() -> None:
    """By a letter of its text; and it is refused whole where one known key's line is wrong beside a good one."""
    keys = [VerifierKey.read(GO_KEY)]
    with pytest.raises(NoteUnproven, match="forged"):
        SignedNote.read(GO_NOTE.replace(b"cryptography", b"cryptographie")).signed_by(keys)
    wrong = GO_NOTE.splitlines(keepends=True)[-1].replace(b"ZJku", b"AAAA")
    with pytest.raises(NoteUnproven, match="forged"):
        SignedNote.read(GO_NOTE + wrong).signed_by(keys)


def test_lines_of_unknown_keys_are_passed_over() -> None:
    """Witnesses may sign beside us; a name alone is no key."""
    both = GO_NOTE + ELIXIR_NOTE.splitlines(keepends=True)[-1]
    assert SignedNote.read(both).signed_by([VerifierKey.read(GO_KEY)]).name == "PeterNeumann"
    other = VerifierKey("PeterNeumann", bytes(32))
    with pytest.raises(NoteUnproven, match="no key that is believed"):
        SignedNote.read(GO_NOTE).signed_by([other])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text\n",
        b"text\n\n",
        b"text\n\n-- name AAAA\n",
        GO_NOTE[:-1],
        GO_NOTE.replace(b"If", b"\x07f"),
        GO_NOTE.replace(b"\n", b"\r\n"),
        b"\xff" + GO_NOTE,
        b"x" * 300_000 + GO_NOTE,
    ],
)
def test_what_is_no_note_is_refused(data: bytes) -> None:
    """In one sentence, whatever it is."""
    with pytest.raises(NotANote):
        SignedNote.read(data)


@given(st.binary(max_size=300))
def test_nothing_passes_for_a_note_by_chance(data: bytes) -> None:
    """And nothing makes the reader fall."""
    with pytest.raises((NotANote, NoteUnproven)):
        SignedNote.read(data).signed_by([VerifierKey.read(GO_KEY)])


@pytest.mark.parametrize("text", ["", "name", "a+b+c", GO_KEY.replace("c74f20a3", "c74f20a4"), GO_KEY[:-4]])
def test_what_is_no_verifier_key_is_refused(text: str) -> None:
    """A wrong id says that something was mistyped."""
    with pytest.raises(NotANote):
        VerifierKey.read(text)
