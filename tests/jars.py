"""Fetches the servers that tests run on Java, by Maven, once."""

import fcntl
import shutil
import subprocess
from pathlib import Path


def fetched(pom: Path, into: Path) -> Path:
    """The folder with the jars that a pom names."""
    into.mkdir(exist_ok=True)
    with (into / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = into / "pom.xml"
        if not done.exists() or done.read_text() != pom.read_text():
            command = ["mvn", "--quiet", "--batch-mode", "--file", str(pom)]
            goal = ["dependency:copy-dependencies", f"-DoutputDirectory={into / 'lib'}"]
            subprocess.run([*command, *goal], check=True)
            shutil.copy(pom, done)
    return into / "lib"
