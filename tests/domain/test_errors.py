"""The tree of rules that can be broken."""

import inspect
import re

import pytest

from domain import errors
from domain.errors import RuleViolation, from_name

CLASSES = {
    name: kind for name, kind in vars(errors).items() if inspect.isclass(kind) and issubclass(kind, RuleViolation)
}


def test_the_docstring_draws_the_tree() -> None:
    """Whoever reads the module's first lines knows every rule, each once, with its parent."""
    drawn = re.findall(r"^([│├└─ ]*)(\w+)(?: {2,}\S.*)?$", (errors.__doc__ or "").split("\n\n", 1)[1], re.MULTILINE)
    assert sorted(name for _, name in drawn) == sorted(CLASSES)
    below = {name for name, kind in CLASSES.items() if RuleViolation not in (kind, kind.__base__)}
    assert {name for branch, name in drawn if branch.startswith("│")} == below


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_each_violation_survives_the_way_through_another_process(name: str) -> None:
    """A class name, a sentence and its values are enough to raise the same refusal on the other side."""
    restored = from_name(name, "The sentence", {"state": "approved"})
    assert restored is not None
    assert restored.params == {"state": "approved"}
    assert type(restored) is CLASSES[name]
    assert str(restored) == "The sentence"


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_each_violation_has_a_sentence_of_its_own(name: str) -> None:
    """Raised bare, it still tells a person what the rule is."""
    assert str(CLASSES[name]()) == CLASSES[name].sentence
    assert len({kind.sentence for kind in CLASSES.values()}) == len(CLASSES)


def test_any_other_error_is_not_a_violation() -> None:
    """A crash that crossed the same boundary is not mistaken for a broken rule."""
    assert from_name("ValueError", "boom") is None
    assert from_name("", "") is None
