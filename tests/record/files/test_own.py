"""Our own form is read by one expression; it must never find what the strict reader does not."""

import pytest

from domain.ticket import State
from record.files.own import read_own
from record.files.reading import MAX_BYTES, read_strictly
from record.files.writing import text_of
from tests.domain.builders import EXAMPLE, pending, ticket_in


@pytest.mark.parametrize("state", State)
def test_what_we_write_is_read_by_one_expression(state: State) -> None:
    """Or every rebuild would take the slow way, and nobody would see it."""
    written = text_of(ticket_in(state)).encode()
    assert read_own(written) == read_strictly(written)


@pytest.mark.parametrize("notes", ["- one\n- two\n", "- one\n- two", "a\n\n  b\n \nc", "one line"])
def test_notes_of_one_line_and_of_several_are_read(notes: str) -> None:
    """With a line break at the end and without, with empty lines and lines further to the right."""
    ticket = pending()
    request = ticket.spec.request.model_copy(update={"release_notes": notes})
    ticket = ticket.model_copy(update={"spec": ticket.spec.model_copy(update={"request": request})})
    assert read_own(text_of(ticket).encode()) == ticket


@pytest.mark.parametrize(
    "data",
    [
        EXAMPLE.replace("\n", "\r\n"),
        EXAMPLE.replace(": null", ":"),
        EXAMPLE.replace("name: payment-api", "name: payment-api  # ours"),
        EXAMPLE.replace("name: payment-api", "name: other-api\n    name: payment-api"),
        EXAMPLE.replace("name: payment-api", "name: !!str payment-api"),
        EXAMPLE + "\n",
        EXAMPLE + "more: than a ticket\n",
        EXAMPLE.replace("  id:", "id:"),
        "    - action: created\n",
        "x",
        "",
    ],
    ids=lambda text: repr(text[-24:]),
)
def test_every_other_form_is_left_to_the_strict_reader(data: str) -> None:
    """A file that we would have written in another way says what YAML says, not what the expression found."""
    assert read_own(data.encode()) is None


@pytest.mark.parametrize("unit", [" ", "a", "a:", "a: |\n", "\n", "a: |\n  x\n", 'a: "', "- a: ", " |", "  a:\n"])
def test_no_file_takes_longer_than_its_length(unit: str) -> None:
    """Of a file as large as any ticket the expression looks at each place a few times, or this would never end."""
    assert read_own((unit * MAX_BYTES)[:MAX_BYTES].encode()) is None
