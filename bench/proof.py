"""Measures what proving costs: `python -m bench.proof --verify --tickets 100000` audits a record that it makes."""

import argparse
import resource
import sys
import time
from pathlib import Path

from bench.signed_record import ACTS, signed_record
from record.audit.verify import RecordAudit

_MB = 1_024


def verify(folder: Path, tickets: int) -> int:
    """Audit a record of that many promotions, made once; 1 where it is not clean."""
    path = folder / f"signed-{tickets}.git"
    done = folder / f"signed-{tickets}.complete"
    if not done.exists():
        begun = time.perf_counter()
        signed_record(path, tickets)
        done.touch()
        sys.stdout.write(f"made {tickets * ACTS} acts in {time.perf_counter() - begun:.0f} s\n")
    audit, begun = RecordAudit(path), time.perf_counter()
    found = sum(1 for _ in audit.violations())
    taken = time.perf_counter() - begun
    judge, readers = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    for line in audit.report.lines():
        sys.stdout.write(f"{line}\n")
    for name, used in (("judge", judge), ("readers", readers)):
        sys.stdout.write(f"{name}: {used.ru_maxrss // _MB} MB at most, {used.ru_utime + used.ru_stime:.0f} CPU s\n")
    sys.stdout.write(f"{found} violations, {taken:.0f} s\n")
    return 1 if found else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.proof", description=__doc__)
    parser.add_argument("--verify", action="store_true", help="audit a record")
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp"), help="where records are kept")  # noqa: S108
    asked = parser.parse_args()
    return verify(asked.folder, asked.tickets) if asked.verify else 0


if __name__ == "__main__":
    sys.exit(main())
