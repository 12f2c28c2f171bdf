"""The engine's clock: it dates what a worker writes into the record, for the worker's own may be wrong."""

import time
from datetime import timedelta

from temporalio import activity

from record.git.writer import Clock


def engine_clock(asked: activity.Info) -> Clock:
    """The time by the engine's clock, whenever it is asked for; made where the activity begins.

    Not the time at which the activity was scheduled: while workers are away it may wait for hours.
    """
    since = time.monotonic()
    return lambda: asked.started_time + timedelta(seconds=time.monotonic() - since)
