"""What workers hold in memory while things break around them."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from bench.stopwatch import family
from tests.faults.stage import Slot

SAMPLE_EVERY = 5.0
"""Seconds."""
GROWN_AFTER = 120.0
"""Seconds in which a process takes what it needs: slopes are told of what comes after."""


@dataclass(frozen=True)
class Life:
    """One worker process."""

    worker: int
    seconds: float
    begin_mb: float
    end_mb: float
    mb_per_minute: float
    """By least squares."""

    def __str__(self) -> str:
        return (
            f"worker {self.worker}, {self.seconds / 60:.1f} min: {self.begin_mb:.0f} MB at first, {self.end_mb:.0f} MB at the "
            f"end, {self.mb_per_minute:+.2f} MB a minute"
        )


class Memory:
    """Samples of every worker's resident memory."""

    def __init__(self) -> None:
        self._samples: dict[tuple[int, int], list[tuple[float, float]]] = defaultdict(list)

    async def watch(self, slots: Iterable[Slot]) -> None:
        """For ever."""
        slots = list(slots)
        while True:
            for slot in slots:
                if slot.worker is not None and (megabytes := resident_mb(slot.worker.process.pid)):
                    self._samples[slot.number, slot.worker.process.pid].append((monotonic(), megabytes))
            await asyncio.sleep(SAMPLE_EVERY)

    def lives(self) -> list[Life]:
        """Of processes that lived for long enough to tell, from when they had what they need."""
        grown = ((number, [s for s in samples if s[0] - samples[0][0] >= GROWN_AFTER]) for (number, _), samples in self._each())
        return [_life(number, samples) for number, samples in grown if len(samples) > 60 / SAMPLE_EVERY]

    def _each(self) -> Iterable[tuple[tuple[int, int], list[tuple[float, float]]]]:
        return self._samples.items()


def resident_mb(pid: int) -> float:
    """Of a process and of those that it has started; 0 where there is no such process any more."""
    try:
        return sum(_resident_mb(each) for each in family(pid))
    except OSError:
        return 0.0


def _resident_mb(pid: int | str) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    line = next((line for line in status.splitlines() if line.startswith("VmRSS:")), "")
    return int(line.split()[1]) / 1024 if line else 0.0


def _life(worker: int, samples: list[tuple[float, float]]) -> Life:
    times, sizes = [at - samples[0][0] for at, _ in samples], [size for _, size in samples]
    middle, mean = sum(times) / len(times), sum(sizes) / len(sizes)
    spread = sum((at - middle) ** 2 for at in times)
    slope = sum((at - middle) * (size - mean) for at, size in zip(times, sizes, strict=True)) / spread
    return Life(worker, times[-1], sizes[0], sizes[-1], slope * 60)
