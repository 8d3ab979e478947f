"""The pipeline in one process, without a broker: the same core, with lists for topics.

It serves the backfill (history straight to the lake) and the tests, which stop it between any two steps of a commit, take its
memory away and let it go on from what was durable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from schemas.tables import SignalRow
from streams.journey.effects import Effects
from streams.journey.entries import Entry, GenesisEntry, Instant, TickEntry, pack
from streams.journey.routing import RouteOut, Router, Source
from streams.journey.rules import Rules
from streams.journey.stitch import Stitcher

CHANNEL = "history"
"""The one channel whose ticks make the driver's clock."""
ENTRIES = 2_000
"""At most so many entries in a record of the log."""


class Sink(Protocol):
    """Where rows go; ``sinks.lake.Lake`` is one."""

    def watermarks(self, partition: int, epoch: int) -> None: ...
    def append(self, table: str, partition: int, epoch: int, rows: list[tuple[int, bytes]]) -> None: ...
    def flush(self, through: dict[tuple[int, int], int]) -> None: ...


class Crash(Exception):
    """Raised by a test between two steps: what was not durable is gone."""


class Driver:
    """Routes records, keeps journey.log in lists, stitches every partition, commits into a sink.

    Deterministic: the same calls end in the same rows. ``keep_log`` keeps the log, packed as it would be on a broker, for going
    on after a crash; without it a record is let go when it is read.
    """

    def __init__(
        self,
        sink: Sink,
        rules: Rules,
        hash_identifier: Callable[[str, str], str],
        *,
        partitions: int = 1,
        epoch: int = 1,
        keep_log: bool = False,
    ) -> None:
        self.sink = sink
        self.router = Router(partitions, rules, hash_identifier)
        self.logs: list[list[bytes | list[Entry] | None]] = [[] for _ in range(partitions)]
        self.read = [0] * partitions
        self.committed = [0] * partitions
        self.changelogs: list[dict[str, bytes]] = [{} for _ in range(partitions)]
        self.signals: list[SignalRow] = []
        self.counts = Effects().counts
        self._rules, self._epoch, self._keep_log = rules, epoch, keep_log
        self._write({partition: [GenesisEntry(epoch)] for partition in range(partitions)})
        self._start()

    def _start(self) -> None:
        partitions = len(self.logs)
        self.stitchers = [
            Stitcher(partition, partitions, [CHANNEL], self._rules, dict(self.changelogs[partition]))
            for partition in range(partitions)
        ]
        self.read = list(self.committed)
        self._effects = [Effects() for _ in range(partitions)]
        for partition in range(partitions):
            self.sink.watermarks(partition, self._epoch)

    def feed(self, records: Iterable[Source]) -> None:
        """Route records and stitch all that follows from them."""
        routed = RouteOut()
        self.router.route(records, routed)
        self.counts["received"] += routed.events
        self.counts["dead_letters"] += len(routed.dead_letters)
        self._write(routed.log)
        self.run()

    def tick(self, at: Instant, *, replay: bool = True) -> None:
        """Everything that arrived before ``at`` has been fed."""
        self._write({partition: [TickEntry(1, [CHANNEL], at, replay)] for partition in range(len(self.logs))})
        self.run()

    def run(self) -> None:
        """Stitch until every partition has read its log to the end."""
        while any(self.read[partition] < len(log) for partition, log in enumerate(self.logs)):
            for partition in range(len(self.logs)):
                self.run_partition(partition)

    def run_partition(self, partition: int, records: int | None = None) -> None:
        """Stitch what stands in one partition's log now, at most so many records."""
        log, stitcher, out = self.logs[partition], self.stitchers[partition], self._effects[partition]
        end = len(log) if records is None else min(len(log), self.read[partition] + records)
        while self.read[partition] < end:
            offset = self.read[partition]
            record = log[offset]
            assert record is not None
            if isinstance(record, bytes):
                stitcher.process(offset, record, out)
            else:
                stitcher.take(offset, record, out)
            self.read[partition] = offset + 1
            if not self._keep_log:
                log[offset] = None
        self._write(out.log)
        out.log = {}
        self.signals.extend(out.signals)
        out.signals.clear()

    def commit(self, after_step: Callable[[str], None] = lambda step: None) -> None:
        """Make durable what was stitched, in this order; a crash between two steps loses and doubles nothing.

        1. journey.log and signals (here: already in their lists)
        2. the lake
        3. the changelog, the clocks last
        4. the offsets
        """
        after_step("log")
        for stitcher, out in zip(self.stitchers, self._effects, strict=True):
            stitcher.commit(out)
            for table, rows in out.rows.items():
                self.sink.append(table, stitcher.partition, stitcher.epoch, rows)
        self.sink.flush({(stitcher.partition, stitcher.epoch): stitcher.moment.offset for stitcher in self.stitchers})
        after_step("lake")
        for changelog, out in zip(self.changelogs, self._effects, strict=True):
            for name, packed in out.states:
                if packed is None:
                    changelog.pop(name, None)
                else:
                    changelog[name] = packed
                after_step("changelog")
        self.committed = list(self.read)
        after_step("offset")
        for out in self._effects:
            self.counts.update(out.counts)
        self._effects = [Effects() for _ in self.logs]

    def crash(self) -> None:
        """Lose everything that was not durable, and go on from what was."""
        self._start()

    def _write(self, entries: dict[int, list[Entry]]) -> None:
        for partition, batch in entries.items():
            for start in range(0, len(batch), ENTRIES):
                record = batch[start : start + ENTRIES]
                self.logs[partition].append(pack.encode(record) if self._keep_log else record)
