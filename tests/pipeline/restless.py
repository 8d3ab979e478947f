"""A driver that reads its partitions in any order, a few records at a time, and may crash anywhere."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from sinks.lake import Lake
from streams.journey.hashing import IdentifierHash
from streams.journey.rules import Rules
from throughline.driver import Crash, Driver
from throughline.memory_sink import MemorySink

HASH = IdentifierHash(b"pipeline")


class Restless(Driver):
    """``lot`` draws which partition is read next; ``crashes`` is the chance to crash before each time one is read.

    ``patience`` is how often it reads each time it is asked to, until it is told to ``catch_up``: meanwhile events and ticks pile
    up in the logs, and one partition is far behind another. The first is read least.
    """

    def __init__(
        self,
        partitions: int = 1,
        lot: Random | None = None,
        crashes: float = 0.0,
        rules: Rules | None = None,
        lake: Lake | None = None,
        patience: int | None = None,
    ) -> None:
        self._lot = lot
        self._crashes = crashes
        self._patience = patience
        self.memory = MemorySink()
        super().__init__(lake or self.memory, rules or Rules(), HASH, partitions=partitions, keep_log=True)

    def run(self) -> None:
        if self._lot is None:
            return super().run()
        reads = 0
        while (behind := self._behind()) and (self._patience is None or reads < self._patience):
            if self._lot.random() < self._crashes:
                raise Crash
            chosen = self._lot.choice(behind)
            if self._patience is None or chosen > 0 or self._lot.random() < 0.1:
                self.run_partition(chosen, self._lot.randint(1, 3))
            reads += 1
        return None

    def hurry(self, patience: int) -> None:
        """From now on read only so often each time."""
        self._patience = patience

    def catch_up(self) -> None:
        """Read all that stands in the logs."""
        self._patience = None
        self.run()

    def _behind(self) -> list[int]:
        return [partition for partition, log in enumerate(self.logs) if self.read[partition] < len(log)]

    def survive(self, action: Callable[[], None]) -> None:
        """Do it; after a crash go on from what was durable. Crashes no more until all that stands in the log is read."""
        try:
            action()
        except Crash:
            self.crash()
            self._crashes, crashes = 0.0, self._crashes
            self.run()
            self._crashes = crashes
