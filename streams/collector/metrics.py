"""What a collector counts of itself, and Prometheus' view of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from streams.collector.taking import Taken

PREFIX = "throughline_collector"
ANSWER_BUCKETS = (0.001, 0.003, 0.01, 0.03, 0.05, 0.1, 0.3, 1.0, 3.0, 10.0)
Number = Callable[[], float]


class Meters:
    """Counters as plain numbers; what is a state is asked for when somebody looks."""

    def __init__(self, gauges: dict[str, tuple[str, Number]], counts: dict[str, tuple[str, Number]]) -> None:
        self.events: Counter[tuple[str, str, str]] = Counter()
        self.lost: Counter[tuple[str, str]] = Counter()
        self.no_event: Counter[tuple[str, str]] = Counter()
        """By sender and why: the adapters' own words, of which there are few."""
        self.answers: Counter[tuple[str, str]] = Counter()
        self.gauges = gauges
        self.counts = counts
        self.registry = CollectorRegistry()
        words = "From a request's headers to its answer."
        self.seconds = Histogram(f"{PREFIX}_answer_seconds", words, buckets=ANSWER_BUCKETS, registry=self.registry)
        self.registry.register(_Families(self))

    def took(self, sender: str, source: str, taken: Taken) -> None:
        refused = taken.refused
        if refused:
            for verdict in taken.verdicts:
                self.events[sender, source, verdict.reason or "taken"] += 1
        elif taken.verdicts:
            self.events[sender, source, "taken"] += len(taken.verdicts)
        for what, number in Counter(loss.what for loss in taken.lost).items():
            self.lost[sender, what] += number
        if refused:
            self.no_event.update((sender, loss.note) for loss in taken.lost if loss.what == "refused")


class _Families(Collector):
    def __init__(self, meters: Meters) -> None:
        self._meters = meters

    def collect(self) -> Iterable[Metric]:
        parts = ["sender", "source", "verdict"]
        events = CounterMetricFamily(f"{PREFIX}_events", "Events, by what was said of them.", labels=parts)
        for labels, number in sorted(self._meters.events.items()):
            events.add_metric(list(labels), number)
        lost = CounterMetricFamily(f"{PREFIX}_lost", "Parts of messages that stand in no event.", labels=["sender", "what"])
        for pair, number in sorted(self._meters.lost.items()):
            lost.add_metric(list(pair), number)
        answers = CounterMetricFamily(f"{PREFIX}_answers", "Requests answered.", labels=["sender", "status"])
        for pair, number in sorted(self._meters.answers.items()):
            answers.add_metric(list(pair), number)
        words = "Parts of messages that became no event and should have, by why."
        no_event = CounterMetricFamily(f"{PREFIX}_no_event", words, labels=["sender", "why"])
        for pair, number in sorted(self._meters.no_event.items()):
            no_event.add_metric(list(pair), number)
        yield from (events, lost, no_event, answers)
        for name, (words, value) in self._meters.gauges.items():
            yield GaugeMetricFamily(f"{PREFIX}_{name}", words, value=value())
        for name, (words, value) in self._meters.counts.items():
            yield CounterMetricFamily(f"{PREFIX}_{name}", words, value=value())
