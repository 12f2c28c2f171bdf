"""`make bench`: every measurement, side by side in one run. `--quick` leaves out the 100,000 tickets."""

import argparse
import subprocess
import sys


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="repositories of 0 and 10,000 tickets only")
    quick = parser.parse_args().quick
    for module, arguments in (
        ("bench.promotions", []),
        ("bench.record", ["--sizes", "0,10000"] if quick else []),
        ("bench.console", []),
    ):
        # Each in a process of its own: what one leaves in memory is no burden for the next.
        subprocess.run([sys.executable, "-m", module, *arguments], check=True)


if __name__ == "__main__":
    main()
