"""The rules that a soak runs under, by families of targets: two votes, a freeze that ends halfway, and emergencies."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.record.building import person_commits
from tests.rules import freeze, rule

FROZEN_FROM = timedelta(hours=1)


def laws(record: Path, thaws_in: timedelta) -> None:
    """Have the record hold them, as one reviewed commit."""
    now = datetime.now(UTC)
    closed = freeze(now - FROZEN_FROM, now) | {"ends": f"{now + thaws_in:%Y-%m-%dT%H:%M:%S}"}  # not by whole minutes
    for_ever = freeze(now - FROZEN_FROM, now + timedelta(days=30), "Nobody may launch but in an emergency")
    person_commits(
        record,
        {
            **rule("two", match={"names": ["two-*"]}, approvals=[{"role": "cpi", "count": 2}]),
            **rule("thaw", match={"names": ["thaw-*"]}, freezes=[closed]),
            **rule(
                "urgent",
                match={"names": ["urgent-*"]},
                freezes=[for_ever],
                approvals=[{"role": "cpi", "count": 2}],
                emergency={"role": "cpi", "answerWithin": "P1D"},
            ),
        },
        "Have rules for votes, freezes and emergencies",
    )
