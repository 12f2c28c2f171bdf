"""Draws rules of a company: who approves, when nothing is launched, and for which requests that holds."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.domain.builders import FINANCE

BEGINNINGS = ("2026-03-02T09:30", "2026-03-28T20:00", "2026-10-24T20:00")
"""An ordinary day, and the evenings before clocks change in Paris."""

MATCHES: tuple[dict[str, Any], ...] = (
    {},
    {"tenants": [FINANCE]},
    {"types": ["api"]},
    {"impacts": ["low", "high"]},
    {"impacts": ["critical"]},
    {"names": ["payment-*"]},
    {"names": ["Payment-API"]},
    {"names": ["*"], "tenants": [FINANCE]},
    {"names": ["other"]},
)
CPI, SECURITY, NETWORK = {"role": "cpi"}, {"group": "security"}, {"group": "network"}
APPROVALS: tuple[list[dict[str, Any]] | None, ...] = (
    None,
    [CPI],
    [CPI | {"count": 2}],
    [CPI | {"count": 3}],
    [CPI, SECURITY],
    [SECURITY, NETWORK],
    [{"role": "cpi_admin"}, CPI],
    [CPI, SECURITY, NETWORK],
)
EVERY = (None, "FREQ=DAILY", "FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=SA,SU,MO")
ZONES = ("UTC", "Europe/Paris", "America/New_York")


@st.composite
def periods(draw: st.DrawFn, begins: datetime) -> dict[str, Any]:
    """A period about two days before and after, to the half hour."""
    starts = begins + timedelta(minutes=30 * draw(st.integers(-96, 96)))
    ends = starts + timedelta(minutes=draw(st.sampled_from([30, 240, 1_200])))
    every = draw(st.sampled_from(EVERY))
    said = {"starts": starts.isoformat(timespec="minutes"), "ends": ends.isoformat(timespec="minutes")}
    return said | {"zone": draw(st.sampled_from(ZONES))} | ({"every": every} if every else {})


@st.composite
def specs(draw: st.DrawFn, begins: datetime) -> dict[str, Any]:
    """What one rule says; `begins` is a time without a zone, about which its calendars lie."""
    found = {"match": draw(st.sampled_from(MATCHES)), "approvals": draw(st.sampled_from(APPROVALS))}
    if draw(st.integers(0, 2)) == 0:
        found["freezes"] = [{**draw(periods(begins)), "reason": "The books are closed"}]
    if draw(st.integers(0, 4)) == 0:
        found["windows"] = draw(st.lists(periods(begins), min_size=1, max_size=2))
    return {key: said for key, said in found.items() if said}
