"""The fast writer of tickets and the domain's own agree to the byte."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import yaml
from domain.errors import MalformedTicket
from domain.ticket import PromotionRequest
from record.files import reading
from record.files.text import text_of
from tests.domain.builders import HISTORIES, details, pending, ticket_in
from tests.domain.test_yaml_identity import tickets

LETTERS = "aZ09 \n\t\"'\\:#-|>&*!%@`{}[],?.~=yéß\u00a0\u00ad\u2028\u0085\ufeff🚀"


@given(tickets())
@settings(deadline=None)
def test_any_ticket_is_written_as_the_domain_writes_it(ticket: PromotionRequest) -> None:
    """Hostile text included."""
    assert text_of(ticket) == yaml.dump(ticket)


@given(st.text(LETTERS, min_size=1, max_size=40))
@settings(deadline=None, max_examples=500)
def test_any_mix_of_lines_is_written_as_the_domain_writes_it(text: str) -> None:
    """Spaces, empty lines and indicators wherever they may stand."""
    ticket = pending(request=details(release_notes=f"{text}.", rollback_plan=f".{text}", justification="x" * 20 + text))
    assert text_of(ticket) == yaml.dump(ticket)


@pytest.mark.parametrize("name", ["on", "Yes", "1e3", "null", "nulls", "true", "y", "n", "off-peak", "0x10", "A.b_c-D"])
def test_names_that_yaml_takes_for_something_else_are_quoted(name: str) -> None:
    """A target called `on` stays text."""
    ticket = ticket_in("deployed", target={"type": "api", "name": name, "version": name})
    assert text_of(ticket) == yaml.dump(ticket)


@given(tickets())
@settings(deadline=None)
def test_any_file_is_read_as_the_domain_reads_it(ticket: PromotionRequest) -> None:
    """In our own form, and with what a hand may change in it."""
    text = yaml.dump(ticket)
    assert reading.load(text.encode()) == ticket
    by_hand = text.replace("kind: PromotionRequest", "kind:   'PromotionRequest'  # by hand")
    assert reading.load(by_hand.encode()) == ticket


@pytest.mark.parametrize("state", HISTORIES)
def test_ordinary_tickets_take_the_fast_way(state: str) -> None:
    """The short cut is taken in every state, and for text of several lines."""
    ticket = ticket_in(
        state, request=details(rollback_plan="1. Stop\n\n2. Go back", justification="Because\n we must do it")
    )
    assert reading._as_written(yaml.dump(ticket).encode()) == ticket


@pytest.mark.parametrize("broken", [b"", b"][", b"\xff", b"kind: PromotionRequest\n"])
def test_what_is_no_ticket_is_refused_by_the_domain(broken: bytes) -> None:
    """The short cut never decides that a file is wrong."""
    with pytest.raises(MalformedTicket):
        reading.load(broken)
