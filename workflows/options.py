"""Timeouts and retries of every activity, and the limits of a promotion's waits, each with its reason."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

RETRY_WINDOW = timedelta(days=30)
"""The time a failed promotion waits to be retried before its workflow ends: open workflows cost the server memory."""

LAUNCHES = 3
"""The most requests to AWX for one attempt's job when answers are lost: once more only where there surely is none. A
worker that is killed loses an answer, too, and two in a row happened in a long run with a kill every four seconds."""

REPORTS_KEPT = 100
"""The number of AWX reports that are remembered to drop repeats; a real job sends three."""

NOT_NOW_FIRST, NOT_NOW_MOST = timedelta(seconds=5), timedelta(minutes=5)
"""The wait before AWX is asked again after it certainly took nothing; doubled up to the longest."""


TAKEN_BACK = frozenset({"KeyEnded", "StaleDecision", "Unproven", "Unvouched", "PasskeyRequired", "PasskeyInvalid"})
"""The failures of a commit for which a promotion goes on from the record: any other one is the code's, and waits."""


def not_now(times: int) -> timedelta:
    """The wait after AWX said 'not now' this many times in a row (from 0)."""
    return min(NOT_NOW_FIRST * (1 << min(times, 10)), NOT_NOW_MOST)


WATCHED = timedelta(days=1)
"""The time the watch over AWX looks back: far enough for a weekend's night, few enough jobs to read each time."""

HEARTBEAT = timedelta(seconds=10)
"""A worker that is silent this long is dead, and its activities are done by another; beats come every third of it."""


def recording(summary: str) -> workflow.ActivityConfig:
    """A commit takes milliseconds, with a push seconds; Git being down is waited for, however long."""
    return workflow.ActivityConfig(
        start_to_close_timeout=timedelta(seconds=60),
        heartbeat_timeout=HEARTBEAT,
        retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=15)),
        summary=summary,
    )


def checking(summary: str) -> workflow.LocalActivityConfig:
    """A signature takes a millisecond, an unknown key a look at the Git server; a record that is away is waited for."""
    return workflow.LocalActivityConfig(
        start_to_close_timeout=timedelta(seconds=10),
        retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=15)),
        summary=summary,
    )


def looking(summary: str) -> workflow.ActivityConfig:
    """Reading is harmless, so it is repeated until there is an answer; retries write no history and hold no slot."""
    return workflow.ActivityConfig(
        start_to_close_timeout=timedelta(minutes=5),
        heartbeat_timeout=HEARTBEAT,
        retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1)),
        summary=summary,
    )


def verifying(summary: str) -> workflow.ActivityConfig:
    """One look takes seconds and is one try: the activity says when the next is due, and what it saw goes with it."""
    return workflow.ActivityConfig(
        start_to_close_timeout=timedelta(minutes=1),
        heartbeat_timeout=3 * HEARTBEAT,
        retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1)),
        summary=summary,
    )


def calling(summary: str) -> workflow.ActivityConfig:
    """A person waits for the answer, and asks again themselves; a receiver gets 15 s of it."""
    return workflow.ActivityConfig(
        start_to_close_timeout=timedelta(seconds=20),
        schedule_to_close_timeout=timedelta(seconds=25),
        retry_policy=RetryPolicy(maximum_attempts=1),
        summary=summary,
    )


def peeking(summary: str) -> workflow.ActivityConfig:
    """Somebody waits for their request's number meanwhile; the activity asks GitLab for 8 s, and tells it by itself."""
    return workflow.ActivityConfig(
        start_to_close_timeout=timedelta(seconds=10),
        schedule_to_close_timeout=timedelta(seconds=12),
        retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_attempts=2),
        summary=summary,
    )


def comparing(summary: str) -> workflow.ActivityConfig:
    """Somebody waits for their request's number meanwhile; the activity reads for 5 s, compares for 8, and tells it."""
    return workflow.ActivityConfig(
        start_to_close_timeout=timedelta(seconds=15),
        schedule_to_close_timeout=timedelta(seconds=17),
        retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_attempts=2),
        summary=summary,
    )


def leading(summary: str) -> workflow.ActivityConfig:
    """A leader works for a shift of hours and ends by itself; whoever leads no more is replaced as soon as its silence
    shows, however often.
    """
    return workflow.ActivityConfig(
        start_to_close_timeout=timedelta(days=1),
        heartbeat_timeout=HEARTBEAT,
        retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=10)),
        summary=summary,
    )


def launching(summary: str) -> workflow.ActivityConfig:
    """Never retried by the engine: whether a lost launch made a job has to be looked up first.

    AWX may work on one request for 120 s; the heartbeat tells a killed worker from a slow AWX long before that.
    """
    return workflow.ActivityConfig(
        start_to_close_timeout=timedelta(seconds=150),
        heartbeat_timeout=HEARTBEAT,
        retry_policy=RetryPolicy(maximum_attempts=1),
        summary=summary,
    )


def rendering(summary: str) -> workflow.ActivityConfig:
    """A tenant's documents take seconds each, and are given up after 150; a store that is away is waited for.

    It is asked again every half minute: who waits for a report looks at it.
    """
    return workflow.ActivityConfig(
        start_to_close_timeout=timedelta(minutes=10),
        heartbeat_timeout=HEARTBEAT,
        retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=30)),
        summary=summary,
    )


PARTS_AT_ONCE = 2
"""The parts of a report that are under way together: each takes a processor for itself, and promotions go on beside."""
