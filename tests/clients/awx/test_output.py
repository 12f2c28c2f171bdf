"""A job's output in a ticket: its end, without colours and without secrets."""

import time

import pytest

from clients.awx.output import OUTPUT_BYTES, excerpt, masked, plain, tail
from domain.awx_answers import REASON_CHARACTERS


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("password=hunter2 done", "password=**** done"),
        ("db_password: hunter2", "db_password: ****"),
        ('{"token": "abc def", "port": 5}', '{"token": ****, "port": 5}'),
        (r"\"api_key\": \"abc\", \"port\": 5", r"\"api_key\": ****, \"port\": 5"),
        ("Authorization: Bearer eyJhbGciOi.abc.def", "Authorization: Bearer ****"),
        ("clone https://bot:gh_123@git.example/repo", "clone https://****@git.example/repo"),
        ("-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\nok", "****\nok"),
        ("-----BEGIN PRIVATE KEY-----\nabc", "****"),
        ("tokens.of-awx = abc, left = 5", "tokens.of-awx = ****, left = 5"),
        ('token="a"secret="b"', "token=****secret=****"),
        ("nothing to hide: 5 tasks ok", "nothing to hide: 5 tasks ok"),
    ],
)
def test_what_looks_like_a_secret_is_masked(text: str, shown: str) -> None:
    """Keys keep their names, values go."""
    assert masked(text) == shown


def test_known_secrets_are_masked_wherever_they_stand() -> None:
    """The longest first, so that none is left in half; empty ones mask nothing."""
    assert masked("xx-abcdef-yy abc", ["abc", "abcdef", ""]) == "xx-****-yy ****"


@pytest.mark.parametrize(
    "part", ["a", "token", "a.", "-", "s3cret=", "x://", "token=\\", " ", "bearer ", "-----BEGIN "]
)
def test_a_line_without_end_holds_nobody_up(part: str) -> None:
    """Masking takes as long as the output is: the worker waits for it."""
    output, began = part * (256 * 1024 // len(part)), time.process_time()
    masked(output)
    assert time.process_time() - began < 20


def test_colours_and_control_characters_go() -> None:
    """Line ends become one kind."""
    assert plain("\x1b[0;31mfatal\x1b[0m: \x1b]0;title\x07no\x00\r\nway\rback\ttab") == "fatal: no\nway\nback\ttab"


def test_a_tail_begins_with_a_whole_character() -> None:
    """Four bytes of `aé` twice: the first, cut in half, is dropped."""
    assert (tail("aéaé", 5), tail("aéaé", 2), tail("short", 100)) == ("éaé", "é", "short")


def test_an_excerpt_is_the_sentence_and_the_end_of_the_output() -> None:
    """Both masked, both cut to what a ticket may keep."""
    assert excerpt("It failed.", "line 1\r\nkey hunter22\n", ["hunter22"]) == "It failed.\n\nline 1\nkey ****"
    assert excerpt("It failed.", " \n", []) == "It failed."
    head, end = excerpt("a" * 2 * REASON_CHARACTERS, "b" * 2 * OUTPUT_BYTES, []).split("\n\n")
    assert (len(head), len(end)) == (REASON_CHARACTERS - OUTPUT_BYTES, OUTPUT_BYTES)
