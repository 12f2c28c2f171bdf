"""The record as Prometheus sees it; the composition root registers the collector."""

import time
from collections import Counter
from collections.abc import Callable, Iterable

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from record.facts.controls import Controls
from record.git.repository import Repository
from record.index.reader import Index

MOST_FILES = 200
"""Faulty files with series of their own; whoever may commit makes as many as they like."""


class FaultCollector(Collector):
    """Tells of the files of the record that take rights away now, one series a file, but for `MOST_FILES`."""

    def __init__(self, controls: Controls) -> None:
        self._controls = controls

    def collect(self) -> Iterable[Metric]:
        """`prodgate_record_faults` is 1 for each file that can't be used as it is; its log line says why."""
        faults = GaugeMetricFamily("prodgate_record_faults", "Files of the record that can't be used", labels=["file"])
        paths = sorted({fault.path for fault in self._controls.faults()})
        for path in paths[:MOST_FILES]:
            faults.add_metric([path], 1)
        if more := paths[MOST_FILES:]:
            faults.add_metric(["others"], len(more))
        yield faults

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand, so that registering reads no file."""
        return ()


MOST_TENANTS = 200
"""Tenants with series of their own; those that come after, by name, are one together."""


class PromotionCollector(Collector):
    """Tells of the promotions in the record, as the index counted them when it read the last commit."""

    def __init__(self, index: Index, now: Callable[[], float] = time.time) -> None:
        self._index = index
        self._now = now

    def collect(self) -> Iterable[Metric]:
        """The promotions by state, tenant and impact; of those that wait for a decision, their votes and the oldest's
        age."""
        standing = self._index.standing
        if standing is None:
            return
        named = frozenset(sorted({tenant for _, tenant, _ in standing.tickets})[:MOST_TENANTS])
        counts: Counter[tuple[str, str, str]] = Counter()
        for (state, tenant, impact), count in standing.tickets.items():
            counts[state, tenant if tenant in named else "others", impact] += count
        promotions = GaugeMetricFamily(
            "prodgate_promotions", "Promotions in the record", labels=["state", "tenant", "impact"]
        )
        for kind, count in counts.items():
            promotions.add_metric(kind, count)
        yield promotions
        voted = GaugeMetricFamily(
            "prodgate_pending_by_votes",
            "Requests that wait for a decision, by the votes that they have",
            labels=["votes"],
        )
        for votes, count in sorted(standing.voted.items()):
            voted.add_metric([str(votes)], count)
        yield voted
        overdue = sum(until <= self._now() for until in standing.owed)
        debts = GaugeMetricFamily("prodgate_debts", "Emergencies that wait for an answer", labels=["state"])
        debts.add_metric(["open"], len(standing.owed) - overdue)
        debts.add_metric(["overdue"], overdue)
        yield debts
        oldest = standing.oldest_pending
        age = 0.0 if oldest is None else max(0.0, self._now() - oldest)
        told = "Age of the oldest request that waits for a decision, 0 where none does"
        yield GaugeMetricFamily("prodgate_oldest_pending_seconds", told, value=age)

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
