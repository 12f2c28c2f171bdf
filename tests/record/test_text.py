"""The fast writer of tickets and the domain's own agree to the byte."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import yaml
from domain.ticket import PromotionRequest
from record.text import text_of
from tests.domain.builders import details, pending, ticket_in
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
