"""What a worker counts of itself, and Prometheus' view of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

PREFIX = "throughline"
COMMIT_BUCKETS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
NEVER_TICKED = -1
MICROSECONDS = 1_000_000


class Counts:
    """Counters that only grow, kept as plain numbers: the loop that adds to them is the hot one."""

    def __init__(self) -> None:
        self.records: Counter[str] = Counter()
        self.dead_letters = 0
        self.stitched: Counter[str] = Counter()
        self.signals: Counter[tuple[str, str]] = Counter()
        self.commits = 0
        self.abandoned = 0

    def routed(self, topic: str, records: int) -> None:
        self.records[topic] += records


@dataclass
class PartitionStatus:
    """How one partition of journey.log stands, as its stitcher says."""

    partition: int
    clock: int
    """The firing clock, µs; ``NEVER_TICKED`` before the first tick."""
    held_back_by: str | None
    hold_back: int
    """How far the slowest channel is behind the furthest, µs."""
    subjects: int
    state_bytes: int


def partition_status(partition: int, status: Mapping[str, Any]) -> PartitionStatus:
    """A stitcher's own words as numbers."""
    channel, behind = status["held_back_by"] or (None, 0)
    return PartitionStatus(partition, status["firing_clock"], channel, behind, status["states"], status["bytes"])


@dataclass
class Gauges:
    """What is looked up when somebody asks."""

    lag: Callable[[], Iterable[tuple[str, int, int]]]
    """(topic, partition, records behind the end)"""
    partitions: Callable[[], Iterable[PartitionStatus]]
    counts: Counts
    commit_seconds: Histogram = field(init=False)
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    def __post_init__(self) -> None:
        self.commit_seconds = Histogram(
            f"{PREFIX}_commit_seconds", "Time of a step of a commit.", ["step"], buckets=COMMIT_BUCKETS, registry=self.registry
        )
        self.registry.register(_Worker(self))


class _Worker(Collector):
    """Prometheus' families, made from the numbers above at each scrape."""

    def __init__(self, gauges: Gauges) -> None:
        self._gauges = gauges

    def collect(self) -> Iterable[Metric]:
        yield from _counters(self._gauges.counts)
        lag = GaugeMetricFamily(f"{PREFIX}_lag_records", "Records behind the end.", labels=["topic", "partition"])
        for topic, partition, behind in self._gauges.lag():
            lag.add_metric([topic, str(partition)], behind)
        yield lag
        yield from _partitions(list(self._gauges.partitions()))


def _counters(counts: Counts) -> Iterable[Metric]:
    records = CounterMetricFamily(f"{PREFIX}_records", "Records routed, by source topic.", labels=["topic"])
    for topic, number in sorted(counts.records.items()):
        records.add_metric([topic], number)
    yield records
    stitched = CounterMetricFamily(f"{PREFIX}_stitched", "What came out of journey.log, by what it was.", labels=["what"])
    for what, number in sorted(counts.stitched.items()):
        stitched.add_metric([what], number)
    yield stitched
    signals = CounterMetricFamily(f"{PREFIX}_signals", "Signals published.", labels=["kind", "status"])
    for labels, number in sorted(counts.signals.items()):
        signals.add_metric(list(labels), number)
    yield signals
    yield CounterMetricFamily(f"{PREFIX}_dead_letters", "Records refused.", value=counts.dead_letters)
    yield CounterMetricFamily(f"{PREFIX}_commits", "Commits completed.", value=counts.commits)
    yield CounterMetricFamily(
        f"{PREFIX}_abandoned", "Partitions dropped before a commit, to be read again.", value=counts.abandoned
    )


def _partitions(statuses: list[PartitionStatus]) -> Iterable[Metric]:
    clock = GaugeMetricFamily(f"{PREFIX}_clock_seconds", "Firing clock, epoch seconds.", labels=["partition"])
    held = ["partition", "channel"]
    hold = GaugeMetricFamily(f"{PREFIX}_clock_hold_back_seconds", "Slowest source behind the furthest.", labels=held)
    subjects = GaugeMetricFamily(f"{PREFIX}_subjects", "Subjects in the state.", labels=["partition"])
    size = GaugeMetricFamily(f"{PREFIX}_state_bytes", "Packed state.", labels=["partition"])
    for status in statuses:
        partition = str(status.partition)
        if status.clock > NEVER_TICKED:
            clock.add_metric([partition], status.clock / MICROSECONDS)
        hold.add_metric([partition, status.held_back_by or ""], status.hold_back / MICROSECONDS)
        subjects.add_metric([partition], status.subjects)
        size.add_metric([partition], status.state_bytes)
    return [clock, hold, subjects, size]
