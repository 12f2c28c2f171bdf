"""Time-stamps against OpenSSL's authority: which hold, which don't, and which answers are none."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from record.signing.time_stamps import LARGEST, NotStamped, check_answer, read_roots, request_for, stamped_at
from tests.tsa import Authority

NOTE = b"prodgate.example.com/main\n4711\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa") / "one")


def test_a_time_stamp_tells_by_when_the_note_was_there(authority: Authority) -> None:
    """In UTC."""
    answer = authority.reply(request_for(NOTE).as_bytes())
    at = stamped_at(answer, NOTE, read_roots(authority.root.read_bytes()))
    assert abs(at - datetime.now(UTC)) < timedelta(minutes=1)
    assert at.tzinfo is UTC


def test_a_chain_is_read_in_whatever_order_it_is(tmp_path: Path) -> None:
    """OpenSSL writes it as it was given, which is DER's order for some certificates alone."""
    for each in range(4):
        authority, asked = Authority(tmp_path / str(each), chain=True), request_for(NOTE)
        answer = authority.reply(asked.as_bytes())
        check_answer(asked, answer)
        stamped_at(answer, NOTE, read_roots(authority.root.read_bytes()))


def test_an_answer_to_the_question_is_one(authority: Authority) -> None:
    asked = request_for(NOTE)
    check_answer(asked, authority.reply(asked.as_bytes()))


@pytest.mark.parametrize(
    "what", ["another question", "other bytes", "a refusal", "an unknown status", "garbage", "too much"]
)
def test_what_is_no_answer_to_the_question_is_refused(authority: Authority, tmp_path: Path, what: str) -> None:
    """Each with its sentence."""
    asked, strict = request_for(NOTE), Authority(tmp_path / "strict", digests="sha256")
    answer, why = {
        "another question": (authority.reply(request_for(NOTE).as_bytes()), "another question"),
        "other bytes": (authority.reply(request_for(b"other").as_bytes()), "another question"),
        "a refusal": (strict.reply(asked.as_bytes()), "stamps nothing"),
        "an unknown status": (bytes.fromhex("30053003020106"), "status 6"),
        "garbage": (b"<html>", "no answer"),
        "too much": (b"0" * (LARGEST + 1), "larger"),
    }[what]
    with pytest.raises(NotStamped, match=why):
        check_answer(asked, answer)


@pytest.mark.parametrize(
    "what", ["another note", "another root", "a changed byte", "out of date", "a refusal", "garbage"]
)
def test_a_time_stamp_that_does_not_hold_is_refused(authority: Authority, tmp_path: Path, what: str) -> None:
    """Whatever is wrong with it: the note, who signed, the signature, the certificate's dates."""
    answer, root, note = authority.reply(request_for(NOTE).as_bytes()), authority.root, NOTE
    match what:
        case "another note":
            note = NOTE + b"x"
        case "another root":
            root = Authority(tmp_path / "other").root
        case "a changed byte":
            answer = answer[:-20] + bytes([answer[-20] ^ 1]) + answer[-19:]
        case "out of date":
            old = Authority(tmp_path / "old", valid=(timedelta(days=-9), timedelta(days=-8)))
            answer, root = old.reply(request_for(NOTE).as_bytes()), old.root
        case "a refusal":
            strict = Authority(tmp_path / "strict", digests="sha256")
            answer, root = strict.reply(request_for(NOTE).as_bytes()), strict.root
        case _:
            answer = b"<html>"
    with pytest.raises(NotStamped):
        stamped_at(answer, note, read_roots(root.read_bytes()))


def test_no_changed_bytes_hold(authority: Authority) -> None:
    """Each byte of a time-stamp, one at a time."""
    answer = authority.reply(request_for(NOTE).as_bytes())
    roots = read_roots(authority.root.read_bytes())
    held = []
    for place in range(len(answer)):
        changed = answer[:place] + bytes([answer[place] ^ 0x01]) + answer[place + 1 :]
        try:
            held.append((place, stamped_at(changed, NOTE, roots)))
        except NotStamped:
            continue
    assert {at for _, at in held} <= {stamped_at(answer, NOTE, roots)}, "none tells another time"


def test_a_root_that_is_none_is_refused() -> None:
    with pytest.raises(NotStamped, match="no certificate"):
        read_roots(b"hello")
