"""The houses of the API's tests, for attacks through the same door."""

from tests.api.conftest import house, own_house

__all__ = ["house", "own_house"]
