"""A record edited at random: each edit is found, or means nothing. `python -m tests.mutations` makes a thousand."""

from pathlib import Path

from tests.mutations import outcomes


def test_no_random_edit_of_the_record_is_unseen(tmp_path: Path) -> None:
    """Bytes, trees, order, parents, times, trailers and keys of four promotions, and their branch."""
    found = outcomes(tmp_path, 4, 120, seed=14)
    assert [each for each in found if each[1].startswith("UNSEEN")] == []
    assert {came for _, came in found} == {"found", "no change"}
