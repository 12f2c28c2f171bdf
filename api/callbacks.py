"""The answers to callbacks of AWX."""

from enum import StrEnum

from domain.values import Frozen


class CallbackOutcome(StrEnum):
    NOTED = "noted"
    IGNORED = "ignored"


class CallbackAnswer(Frozen):
    """The outcome of a callback: its promotion looks at the job now, or it concerns none that waits."""

    outcome: CallbackOutcome
