"""The record as Prometheus sees it; the composition root registers the collector."""

from collections.abc import Iterable

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from record.facts.controls import Controls
from record.git.repository import Repository


class FaultCollector(Collector):
    """Tells of the files of the record that take rights away now, one series a file."""

    def __init__(self, controls: Controls) -> None:
        self._controls = controls

    def collect(self) -> Iterable[Metric]:
        """`prodgate_record_faults` is 1 for each file that can't be used as it is; its log line says why."""
        faults = GaugeMetricFamily("prodgate_record_faults", "Files of the record that can't be used", labels=["file"])
        for path in sorted({fault.path for fault in self._controls.faults()}):
            faults.add_metric([path], 1)
        yield faults

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand, so that registering reads no file."""
        return ()


class RecordCollector(Collector):
    """Reads the numbers when they are scraped: nothing is counted twice, nothing is kept."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    def collect(self) -> Iterable[Metric]:
        """`prodgate_record_remote_up` is 0 while changes wait for a Git remote; the log has the reason."""
        repository = self._repository
        up = 0 if repository.remote_failure else 1
        yield GaugeMetricFamily("prodgate_record_remote_up", "Whether the Git remote could be reached", value=up)
        yield GaugeMetricFamily("prodgate_record_waiting", "Changes waiting to be written", value=repository.waiting)
        yield CounterMetricFamily("prodgate_record_changes", "Changes answered", value=repository.written)
        yield CounterMetricFamily("prodgate_record_groups", "Groups written together", value=repository.groups)

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand, so that registering reads no file."""
        return ()
