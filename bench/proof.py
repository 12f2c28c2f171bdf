"""Measures the cost of proving.

`python -m bench.proof` writes promotions with the service's signatures and without, in turn, and adds a checkpoint;
`python -m bench.proof --verify --tickets 100000` audits a record that it makes.
"""

import argparse
import resource
import shutil
import sys
import time
from pathlib import Path
from statistics import median

import pygit2

from bench.signed_record import ACTS, PeoplesSigners, Signers, signed_record
from record.audit.reading import bound_memory
from record.audit.verify import RecordAudit
from record.facts.tree import ActTree

GROUP = 32
"""Acts that are committed together, as of so many writers at once."""

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
    bound_memory()
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


def commits(folder: Path, tickets: int, turns: int) -> int:
    """Print the CPU time that one promotion's four commits take, signed and not, and that a checkpoint adds."""
    spent = dict[str, list[float]]()
    for turn in range(turns):
        for name, signers in (("not signed", PeoplesSigners()), ("signed", Signers())):
            path = folder / f"proof-{turn}-{name.replace(' ', '-')}.git"
            begun = time.process_time()
            signed_record(path, tickets, signers, group=GROUP)
            spent.setdefault(name, []).append((time.process_time() - begun) / tickets * 1_000)
            if name == "signed":
                spent.setdefault("its checkpoint", []).append(_checkpoint(path) / tickets * 1_000)
            shutil.rmtree(path)
    figures = {name: median(each) for name, each in spent.items()}
    for name, each in figures.items():
        sys.stdout.write(f"{name:16} {each:7.2f} ms of CPU a promotion\n")
    added = figures["signed"] - figures["not signed"] + figures["its checkpoint"]
    sys.stdout.write(f"proof adds       {added:7.2f} ms; {ACTS} commits each, {GROUP} in a group, {turns} turns\n")
    return 0


def _checkpoint(path: Path) -> float:
    """The CPU seconds that reading a record's acts into the tree takes."""
    git = pygit2.Repository(str(path))
    begun, tree = time.process_time(), ActTree(git)
    for _ in tree.read(str(git.head.target)):
        pass
    return time.process_time() - begun


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.proof", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--verify", action="store_true", help="audit a record")
    parser.add_argument("--tickets", type=int, default=2_000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp"), help="where records are kept")  # noqa: S108
    asked = parser.parse_args()
    if asked.verify:
        return verify(asked.folder, asked.tickets)
    return commits(asked.folder, asked.tickets, asked.turns)


if __name__ == "__main__":
    sys.exit(main())
