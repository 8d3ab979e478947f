"""History to the lake, without a broker: the same core as live, over files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from msgspec import Struct

from streams.journey.entries import Instant
from streams.journey.routing import Source
from streams.journey.rules import Rules
from throughline.arrivals import Arrival, History, with_ticks
from throughline.driver import Driver, Sink
from throughline.memory import look_for_cycles_seldom

BATCH = 2_000
"""Records routed and stitched at once."""
COMMIT_EVERY = 200_000
"""Records between two commits: files of the lake are made of so many events, and memory holds their rows until then."""


class BackfillReport(Struct):
    """What became of the history."""

    received: int
    events: int
    duplicates: int
    dead_letters: int
    late: int
    signals: int
    through: Instant | None
    """The last tick."""


def backfill(
    files: Sequence[Path],
    sink: Sink,
    rules: Rules,
    hash_identifier: Callable[[str, str], str],
    *,
    partitions: int = 1,
    until: Instant | None = None,
    commit_every: int = COMMIT_EVERY,
    progress: Callable[[int], None] = lambda records: None,
) -> BackfillReport:
    """Fold the history of these files into the lake; on return all of it is durable.

    Time passes as it did: up to the last arrival, or to ``until`` if that is later. The log that a backfill stands for is named
    by the last arrival, so the same history again is recognised and written once. Raises ``Stop`` for a file that is not there.
    """
    history = History(files)
    look_for_cycles_seldom()
    with FlushBehind(sink) as behind:
        driver = Driver(behind, rules, hash_identifier, partitions=partitions, epoch=history.end // 1_000)
        return _run(driver, history, until, commit_every, progress)


class FlushBehind:
    """Lets the core go on while what it has made is written: each flush waits for the one before. On leaving, all are done."""

    def __init__(self, sink: Sink) -> None:
        self.watermarks, self.append, self._flush = sink.watermarks, sink.append, sink.flush
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="flush")
        self._writing: Future[None] | None = None

    def flush(self, through: dict[tuple[int, int], int]) -> None:
        self._wait()
        self._writing = self._writer.submit(self._flush, through)

    def _wait(self) -> None:
        if self._writing is not None:
            self._writing.result()

    def __enter__(self) -> FlushBehind:
        return self

    def __exit__(self, *error: object) -> None:
        with self._writer:
            self._wait()


def _run(
    driver: Driver, history: History, until: Instant | None, commit_every: int, progress: Callable[[int], None]
) -> BackfillReport:
    signals, since = 0, 0
    for batch in batches(with_ticks(history)):
        if isinstance(batch, list):
            driver.feed(batch)
            since += len(batch)
            progress(len(batch))
        else:
            driver.tick(batch)
        signals += len(driver.signals)
        driver.signals.clear()
        if since >= commit_every:
            driver.commit()
            since = 0
    through = max(history.end, until or 0)
    driver.tick(through)
    driver.commit()
    signals += len(driver.signals)
    counts = driver.counts
    return BackfillReport(
        received=counts["received"],
        events=counts["events"],
        duplicates=counts["duplicates"],
        dead_letters=counts["dead_letters"] + counts["conflicts"],
        late=counts["late"],
        signals=signals,
        through=through or None,
    )


def batches(arrivals: Iterable[Arrival | Instant]) -> Iterable[list[Source] | Instant]:
    """Records in batches, cut where a tick stands between them."""
    batch: list[Source] = []
    for arrival in arrivals:
        if isinstance(arrival, int):
            if batch:
                yield batch
                batch = []
            yield arrival
            continue
        batch.append(Source(arrival.topic, 0, arrival.number, arrival.at, arrival.value))
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
