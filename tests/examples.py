"""Says how many examples Hypothesis draws: in CI the same ones each time, so another run there finds nothing new."""

import os

SHARE_IN_CI = 4


def examples(number: int) -> int:
    """That many on somebody's machine, where each run draws others; a share of them in CI."""
    return number // SHARE_IN_CI if os.environ.get("CI") == "true" else number
