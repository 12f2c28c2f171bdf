"""Measures what a record of signed promotions takes, and says what ten years of it would.

    python -m bench.growth [--sizes 500,2000,8000] [--folder DIR]

Each size is made by the product's own writer, four signed commits a promotion, and packed as Git would. What ten years
take is the difference of the two largest sizes, a promotion, times the promotions: a straight line, so that what grows
faster shows as a difference between the lines of two runs with other sizes.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from bench.cost import cpu_taken
from bench.signed_record import signed_record
from record.audit.verify import RecordAudit
from record.git.repository import open_repository
from record.index.reader import Index

A_DAY = (10, 100, 1_000)
DAYS = 3_650
_MB = 1_000_000


class Took(NamedTuple):
    """The figures of one record; times are seconds, of the clock for a clone and of processors for the rest."""

    repository_mb: float
    clone: float
    index_mb: float
    rebuild: float
    start: float
    verify: float


NAMES = ("repository, MB", "clone, s", "index, MB", "rebuild, CPU s", "start of the index, CPU s", "verify, CPU s")


def size_of(folder: Path) -> float:
    """Megabytes of all files below the folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / _MB


def measured(path: Path, folder: Path) -> Took:
    """The figures of one record."""
    clone = folder / "clone.git"
    begun = time.perf_counter()
    subprocess.run(["git", "clone", "-q", "--bare", "--no-local", path, clone], check=True)
    cloned = time.perf_counter() - begun
    file = folder / "index.sqlite"
    record = open_repository(str(path), "main", folder)
    index = Index(record, file)
    rebuild = cpu_taken(index.catch_up)
    index.close()
    index = Index(record, file)
    start = cpu_taken(index.catch_up)
    index.close()
    audit = RecordAudit(path)
    verify = cpu_taken(lambda: [None for _ in audit.violations()])
    return Took(size_of(path / "objects"), cloned, file.stat().st_size / _MB, rebuild, start, verify)


def show(title: str, took: Took) -> None:
    sys.stdout.write(f"\n{title}\n")
    for name, each in zip(NAMES, took, strict=True):
        sys.stdout.write(f"  {name:28} {each:14,.2f}\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.growth", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="500,2000,8000", help="promotions in each record, smallest first")
    parser.add_argument("--folder", type=Path, default=None, help="where records are made; a folder that goes, if none")
    asked = parser.parse_args()
    sizes, found = [int(size) for size in asked.sizes.split(",")], dict[int, Took]()
    for size in sizes:
        with tempfile.TemporaryDirectory(dir=asked.folder) as made:
            found[size] = measured(signed_record(Path(made) / "record.git", size), Path(made))
        show(f"{size:,} promotions, {4 * size:,} commits", found[size])
    small, large = sizes[-2:]
    pairs = zip(found[small], found[large], strict=True)
    each = Took._make((after - before) / (large - small) for before, after in pairs)
    for rate in A_DAY:
        count = rate * DAYS
        more = Took._make(now + one * (count - large) for now, one in zip(found[large], each, strict=True))
        show(f"Ten years at {rate:,} a day, {count:,} promotions: the line through {small:,} and {large:,}", more)


if __name__ == "__main__":
    main()
