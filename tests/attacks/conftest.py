"""Houses for attacks: the same as the API's tests have."""

from tests.api.conftest import house, own_house

__all__ = ["house", "own_house"]
