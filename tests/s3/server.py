"""A real S3 server for tests: S3Proxy over a folder, which checks signatures and conditions as Amazon's own does.

python -m tests.s3.server    # fetches the jars
"""

import socket
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from clients.s3.outlet import Bucket
from tests.e2e.stack import free_ports, until
from tests.jars import fetched

HERE = Path(__file__).parent
KEY_ID, SECRET = "gate", "s3cret"
CONFIG = """
s3proxy.endpoint=http://127.0.0.1:{port}
s3proxy.authorization=aws-v2-or-v4
s3proxy.identity={key_id}
s3proxy.credential={secret}
jclouds.provider=filesystem-nio2
jclouds.filesystem.basedir={data}
"""


def fetch() -> Path:
    """The folder with S3Proxy's jars."""
    return fetched(HERE / "pom.xml", HERE.parent.parent / ".s3")


@dataclass
class S3Server:
    """The server over a folder; each folder in that is a bucket. It keeps its port when it is started again."""

    folder: Path
    port: int = field(default_factory=lambda: free_ports(1)[0])
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        (self.folder / "data").mkdir(exist_ok=True)
        config = self.folder / "s3proxy.conf"
        config.write_text(CONFIG.format(port=self.port, key_id=KEY_ID, secret=SECRET, data=self.folder / "data"))
        command = ["java", "-Xmx128m", "-XX:TieredStopAtLevel=1", "-DLOG_LEVEL=warn", "-cp", f"{fetch()}/*"]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "org.gaul.s3proxy.Main", "--properties", str(config)], stdout=log, stderr=log
            )
        until("the S3 server listens", self._listens, 60)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def bucket(self, name: str, secret: str = SECRET) -> Bucket:
        """A new bucket, and the way into it."""
        (self.folder / "data" / name).mkdir(parents=True, exist_ok=True)
        return Bucket(name, "gate/main", endpoint=f"http://127.0.0.1:{self.port}", key_id=KEY_ID, secret=secret)

    def objects(self, bucket: str) -> dict[str, bytes]:
        """What the bucket holds, by key."""
        folder = self.folder / "data" / bucket
        return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}

    def _listens(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "log").read_text()[-2_000:]
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


if __name__ == "__main__":
    print(fetch())  # noqa: T201  a command prints
