"""A real Kafka broker for tests: Apache Kafka in KRaft mode, its jars fetched by Maven once and kept in `.kafka/`.

    python -m tests.kafka.broker    # fetches the jars

It listens three times: without security, with TLS and a login (SASL/PLAIN), and with TLS for those who show a
certificate of its authority.
"""

import contextlib
import signal
import socket
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import trustme
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from tests.e2e.stack import free_ports, until
from tests.jars import fetched

HERE = Path(__file__).parent
USER, PASSWORD = "gate", "s3cret"
CLUSTER = "cHJvZGdhdGUtdGVzdHMhIQ"

CONFIG = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:{plain},SASL_SSL://127.0.0.1:{secure},SSL://127.0.0.1:{mutual},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{advertised},SASL_SSL://127.0.0.1:{secure},SSL://127.0.0.1:{mutual}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,SSL:SSL,CONTROLLER:PLAINTEXT
sasl.enabled.mechanisms=PLAIN
listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \\
  user_{user}="{password}";
ssl.keystore.type=PEM
ssl.keystore.location={keystore}
ssl.truststore.type=PEM
ssl.truststore.location={truststore}
listener.name.ssl.ssl.client.auth=required
log.dirs={data}
num.partitions=3
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
"""


def fetch() -> Path:
    """The folder with Kafka's jars. Tests fail without them: nothing stands in for a broker."""
    return fetched(HERE / "pom.xml", HERE.parent.parent / ".kafka")


@dataclass
class Broker:
    """The broker in a folder, on ports that stay its own when it is stopped and started again.

    `advertised` is where clients without security are sent, such as a proxy; 0 for the broker itself.
    """

    folder: Path
    ports: tuple[int, ...] = field(default_factory=lambda: tuple(free_ports(4)))
    advertised: int = 0
    _process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.ca_bundle = self.folder / "ca.pem"
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(self.ca_bundle))
        issued = authority.issue_cert("127.0.0.1")
        key = load_pem_private_key(issued.private_key_pem.bytes(), None)
        chain = b"".join(each.bytes() for each in issued.cert_chain_pems)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + chain
        (self.folder / "broker.pem").write_bytes(pem)
        self.client_certificate = self.folder / "client.pem"
        shown = authority.issue_cert("gate@cab-i.com")
        shown.private_key_and_cert_chain_pem.write_to_path(str(self.client_certificate))
        plain, secure, controller, mutual = self.ports
        self._config.write_text(
            CONFIG.format(
                plain=plain,
                advertised=self.advertised or plain,
                secure=secure,
                controller=controller,
                mutual=mutual,
                user=USER,
                password=PASSWORD,
                keystore=self.folder / "broker.pem",
                truststore=self.ca_bundle,
                data=self.folder / "data",
            )
        )
        format_ = self._java("kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", str(self._config))
        subprocess.run(format_, check=True, capture_output=True)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.ports[0]}"

    @property
    def secure_address(self) -> str:
        return f"127.0.0.1:{self.ports[1]}"

    @property
    def mutual_address(self) -> str:
        return f"127.0.0.1:{self.ports[3]}"

    @property
    def _config(self) -> Path:
        return self.folder / "server.properties"

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._java("kafka.Kafka", str(self._config)), stdout=log, stderr=log, start_new_session=True
            )
        try:
            until("the broker listens", self._listens)
        except AssertionError:
            self.kill()  # what never listens would be a process that nobody stops
            raise

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """End it in order, as an operator would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(20)
            self.kill()

    def _listens(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "log").read_text()[-2_000:]
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.ports[0])) == 0

    @staticmethod
    def _java(main: str, *arguments: str) -> list[str]:
        quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
        return ["java", "-Xmx256m", "-XX:TieredStopAtLevel=1", quiet, "-cp", f"{fetch()}/*", main, *arguments]


if __name__ == "__main__":
    print(fetch())  # noqa: T201  a command prints
