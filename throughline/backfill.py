"""History to the lake, without a broker: the same core as live, over files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from msgspec import Struct

from streams.journey.entries import Instant
from streams.journey.routing import Source
from streams.journey.rules import Rules
from throughline.arrivals import Arrival, History, with_ticks
from throughline.driver import Driver, Sink

BATCH = 2_000
"""Records routed and stitched at once."""
COMMIT_EVERY = 200_000
"""Records between two commits: files of the lake are made of so many events."""


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
    progress: Callable[[int], None] = lambda records: None,
) -> BackfillReport:
    """Fold the history of these files into the lake; on return all of it is durable.

    Time passes as it did: up to the last arrival, or to ``until`` if that is later. The log that a backfill stands for is named
    by the last arrival, so the same history again is recognised and written once. Raises ``Stop`` for a file that is not there.
    """
    history = History(files)
    driver = Driver(sink, rules, hash_identifier, partitions=partitions, epoch=history.end // 1_000)
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
        if since >= COMMIT_EVERY:
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
