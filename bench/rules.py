"""`prodgate rules try` over a record of any size: the time it takes, with its own processes, by the wall's clock.

    python -m bench.rules [--folder DIR] [--tickets 100000] [--rules 20]

The change holds a weekly freeze, a daily window, and rules of votes; the bar is a minute for 100,000 tickets.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import yaml

from bench.record_data import TARGETS, TENANTS, repository

BAR = 60.0
"""Seconds for 100,000 tickets."""
_WEEKEND = {"starts": "2026-01-02T18:00", "ends": "2026-01-05T06:00", "every": "FREQ=WEEKLY", "zone": "Europe/Paris"}
_NIGHT = {"starts": "2026-01-01T06:00", "ends": "2026-01-01T20:00", "every": "FREQ=DAILY", "zone": "Europe/Paris"}


def _rule(number: int) -> dict[str, Any]:
    """One rule of a company: the first freezes weekends for all, each other asks for votes for one of its targets."""
    if number == 0:
        return {"freezes": [_WEEKEND | {"reason": "Nobody is here on weekends"}]}
    match = {"names": [TARGETS[number % len(TARGETS)]], "tenants": [TENANTS[number % len(TENANTS)]]}
    return {"match": match, "approvals": [{"role": "cpi", "count": 2}], "windows": [_NIGHT], "strand": "allow"}


def written(folder: Path, count: int) -> list[Path]:
    """The files of the change."""
    files = []
    for number in range(count):
        name = f"rule-{number}"
        file = {"apiVersion": "apim.cab-i.com/v1", "kind": "Rules", "metadata": {"name": name}, "spec": _rule(number)}
        files.append(folder / f"{name}.yaml")
        files[-1].write_text(yaml.safe_dump(file), encoding="utf-8")
    return files


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(".data/bench"), help="where repositories are made and kept")
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--rules", type=int, default=20)
    asked = parser.parse_args()
    folder: Path = asked.folder.resolve()  # git is started in other folders
    folder.mkdir(parents=True, exist_ok=True)
    record, files = repository(folder, asked.tickets), written(folder, asked.rules)
    taken, processors, said = _timed(
        [sys.executable, "-m", "cli", "rules", "try", str(record), *map(str, files), "--json"]
    )
    print(f"{said['requests']:,} tickets, {said['launches']:,} launches, {asked.rules} rules: {taken:.1f} s")
    print(f"  of all processors: {processors:.1f} s; stopped by the change: {said['total']['changed']:,}")
    print(f"  the bar for 100,000: {BAR:.0f} s")


def _timed(command: list[str]) -> tuple[float, float, Any]:
    """Seconds by the clock and of the processors, and what the command says."""
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    said = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    processors = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - started, processors, said


if __name__ == "__main__":
    main()
