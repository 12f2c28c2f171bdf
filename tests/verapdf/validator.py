"""veraPDF, the validator of the PDF Association, as Maven fetches it.

python -m tests.verapdf.validator    # fetches the jars
"""

import subprocess
from collections.abc import Iterable
from pathlib import Path

from tests.jars import fetched

HERE = Path(__file__).parent


def fetch() -> Path:
    """The folder with veraPDF's jars."""
    return fetched(HERE / "pom.xml", HERE.parent.parent / ".verapdf")


def failing(flavour: str, files: Iterable[Path]) -> list[str]:
    """What veraPDF says of the files that are not of the flavour, such as `3a` or `ua1`; nothing where all are."""
    # A run of seconds repays neither the second compiler nor collectors on threads of their own.
    quick = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
    command = ["java", "-Xmx512m", *quick, "-cp", f"{fetch()}/*", "org.verapdf.apps.GreenfieldCliWrapper"]
    wanted = list(files)
    said = subprocess.run(
        [*command, "--flavour", flavour, "--format", "text", "-v", *wanted], capture_output=True, text=True, check=False
    )
    passed = {line.split()[1] for line in said.stdout.splitlines() if line.startswith("PASS ")}
    return [] if passed == {str(file) for file in wanted} else [said.stdout + said.stderr]


if __name__ == "__main__":
    fetch()
