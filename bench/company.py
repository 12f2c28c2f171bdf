"""The company's systems around a measured product: an AWX of its own, and channels that all products share.

AWX is the demo's simulator, which counts requests. Mail goes over SMTP to the demo's mailbox, which `prodgate up`
starts; Slack is the tests' stand-in over HTTP, in this process; Kafka is the real broker of the tests.
"""

import asyncio
import contextlib
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from tests.e2e.stack import free_ports, until
from tests.kafka.broker import Broker
from tests.slack import TOKEN, SlackStandIn

ROOT = Path(__file__).parent.parent
PARTITIONS = 3
SECRET = "bench"  # noqa: S105  opens nothing but what is started here


@contextmanager
def process(log: Path, ready: str | None, module: str, *arguments: object) -> Iterator[int]:
    """One of this checkout's modules as a process; its id, as soon as the address answers."""
    with log.open("wb") as output:
        command = [sys.executable, "-m", module, *map(str, arguments)]
        started = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)
    try:
        if ready is not None:
            until(f"{module} serves {ready}; its log is {log}", lambda: _answers(ready))
        yield started.pid
    finally:
        started.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            started.wait(10)
        started.kill()
        started.wait()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5, trust_env=False).is_success
    except httpx.HTTPError:
        return False


@dataclass(frozen=True)
class Awx:
    """The simulated AWX of one product."""

    port: int

    @property
    def settings(self) -> dict[str, str]:
        return {
            "PRODGATE_AWX_URL": f"http://127.0.0.1:{self.port}/api/",
            "PRODGATE_AWX_TOKEN": SECRET,
            "PRODGATE_AWX_CALLBACK_SECRET": SECRET,
            "PRODGATE_AWX_REQUEST_LIFETIME": "10",
        }

    def requests(self) -> Counter[str]:
        """Counts the requests that came so far, by method and path."""
        answer = httpx.get(f"http://127.0.0.1:{self.port}/control/requests", trust_env=False)
        return Counter(answer.raise_for_status().json())


@contextmanager
def awx(folder: Path, api_port: int, job_seconds: float) -> Iterator[Awx]:
    """An AWX in a new folder, whose callbacks go to the API at that port."""
    folder.mkdir()
    (port,) = free_ports(1)
    callback = f"http://127.0.0.1:{api_port}/v1/webhooks/awx/job-complete"
    arguments = ["--port", port, "--token", SECRET, "--template", "Deploy to PROD", "--seconds", job_seconds]
    arguments += ["--callback-url", callback, "--callback-secret", SECRET, "--state", folder / "awx.db"]
    ready = f"http://127.0.0.1:{port}/api/v2/ping/"
    with process(folder / "awx.log", ready, "demo.awx", *arguments):
        yield Awx(port)


@dataclass(frozen=True)
class Channels:
    """Mail, Slack and Kafka, where they are on."""

    slack: SlackStandIn | None = None
    kafka: str | None = None
    topics: AIOKafkaConsumer | None = None

    def program(self, python: Path) -> tuple[str, ...]:
        """The command that starts the checkout that the Python belongs to."""
        silent = (str(python), "-P", str(ROOT / "bench" / "silent.py"))
        return silent if self.slack is None else (str(python.with_name("prodgate")),)

    def settings(self, topic: str) -> dict[str, str]:
        """The settings that tell a product of them; mail it has by itself."""
        if self.slack is None or self.kafka is None:
            return {}
        return {
            "PRODGATE_SLACK_TOKEN": TOKEN,
            "PRODGATE_SLACK_API_URL": self.slack.url,
            "PRODGATE_KAFKA_BROKERS": self.kafka,
            "PRODGATE_KAFKA_TOPIC": topic,
        }

    async def told(self, topic: str) -> Counter[str]:
        """Counts the calls that came to Slack, and the events that came to the topic."""
        if self.slack is None or self.topics is None:
            return Counter()
        ends = await self.topics.end_offsets([TopicPartition(topic, each) for each in range(PARTITIONS)])
        return Counter({"Slack calls": len(self.slack.calls), "Kafka events": sum(ends.values())})


@asynccontextmanager
async def channels(folder: Path, topics: Iterable[str]) -> AsyncIterator[Channels]:
    """A workspace, and a broker with the topics."""
    broker = await asyncio.to_thread(_broker, folder)
    try:
        await asyncio.to_thread(broker.start)
        await _make(broker.address, topics)
        async with SlackStandIn().open() as slack, AIOKafkaConsumer(bootstrap_servers=broker.address) as consumer:
            yield Channels(slack, broker.address, consumer)
    finally:
        await asyncio.to_thread(broker.stop)


def _broker(folder: Path) -> Broker:
    folder.mkdir()
    return Broker(folder)


async def _make(broker: str, topics: Iterable[str]) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker)
    await admin.start()
    await admin.create_topics([NewTopic(each, PARTITIONS, 1) for each in topics])
    await admin.close()
