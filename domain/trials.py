"""Trials of a change of the company's rules: what is taken, and the two ways in which one has no report."""

from typing import Annotated

from pydantic import Field, StringConstraints

from domain.errors import RuleViolation
from domain.values import Frozen

MOST_FILES, LONGEST_FILE = 50, 64_000
"""Files of a change, and characters of one."""

RulePath = Annotated[str, StringConstraints(pattern=r"^rules/[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.yaml$")]
"""The path of a rule's file in the record."""

RuleChanges = Annotated[
    dict[RulePath, Annotated[str, StringConstraints(max_length=LONGEST_FILE)] | None],
    Field(min_length=1, max_length=MOST_FILES, json_schema_extra={"additionalProperties": False}),
]
"""The texts of files by their paths; None for one that goes."""


class RuleFault(Frozen):
    """A fault of a file of rules, as `prodgate lint` names it; `line` is None where it can't be told."""

    path: str
    line: int | None
    sentence: str


class RulesFaulty(RuleViolation):
    """The rules with the change can't be read: merged, it would stop everything."""

    sentence = "The rules have a fault"

    def __init__(self, sentence: str | None = None, *, faults: tuple[RuleFault, ...] = ()) -> None:
        said = "; ".join(f"{each.path}:{each.line or 1}: {each.sentence}" for each in faults[:5])
        super().__init__(sentence or said)
        self.faults = faults


class TrialTooLarge(RuleViolation):
    sentence = "The trial takes more time or memory than one may here: try it from a later day on"
