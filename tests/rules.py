"""Files of rules, as a company would write them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import yaml


def rule(name: str, **spec: Any) -> dict[str, str]:
    """One rule as its file in the record, by path."""
    file = {"apiVersion": "apim.cab-i.com/v1", "kind": "Rules", "metadata": {"name": name}, "spec": spec}
    return {f"rules/{name}.yaml": yaml.safe_dump(file)}


def freeze(since: datetime, until: datetime, reason: str = "The books are closed", **more: Any) -> dict[str, Any]:
    """A freeze between two times, in UTC."""
    return {"starts": _wall(since), "ends": _wall(until), "reason": reason, **more}


def frozen(now: datetime, days: int = 2, **match: Any) -> dict[str, str]:
    """A rule by which nothing is launched from an hour ago on, for some days."""
    freezes = [freeze(now - timedelta(hours=1), now + timedelta(days=days))]
    return rule("year-end", freezes=freezes, **({"match": match} if match else {}))


def _wall(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None, second=0, microsecond=0).isoformat(timespec="minutes")


def two_of_cpi(**match: Any) -> dict[str, str]:
    """A rule by which two people approve."""
    return rule("two", approvals=[{"role": "cpi", "count": 2}], **({"match": match} if match else {}))
