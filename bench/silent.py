"""`prodgate` of whatever checkout, but `up` starts no mailbox, so that no channel is on: run by that checkout's Python.

A setting can't say so: `up` takes an empty one as not given, and then starts its stand-in.
"""

import cli
from demo import layout


class SilentDemo(layout.Demo):
    """The demo without mail."""

    @property
    def has_mailbox(self) -> bool:
        return False


if __name__ == "__main__":
    layout.Demo = SilentDemo  # type: ignore[misc]  # `up` builds the one that it finds there
    cli.main()
