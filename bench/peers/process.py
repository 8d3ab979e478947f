"""A peer's process under observation: what it says, the processor it takes, the memory it fills (Linux)."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from bench.stopwatch import family
from schemas.failures import Stop
from throughline.leash import Leashed

LOOK_EVERY = 0.02
"""Seconds: how exactly a mark is seen."""
_TICKS = os.sysconf("SC_CLK_TCK")
FINEST = 1 / _TICKS
"""Seconds of processor: the system counts no finer."""


@dataclass(frozen=True)
class Moment:
    """How far a process was on the wall's clock and on the processor's, in seconds."""

    wall: float
    processor: float

    def since(self, other: Moment) -> Moment:
        return Moment(self.wall - other.wall, self.processor - other.processor)


class Slow(Stop):
    """It is at work, and has been for longer than anybody waits."""


class Watched:
    """A child process; its standard output is in ``log``."""

    def __init__(self, command: Sequence[str], log: Path, environment: Mapping[str, str]) -> None:
        self.log = log
        self.begun = perf_counter()
        self.child = Leashed(command, log, {**os.environ, "PYTHONUNBUFFERED": "1", **environment})

    def now(self) -> Moment:
        return Moment(perf_counter() - self.begun, processor(self.child.pid))

    @property
    def peak_bytes(self) -> int:
        """The most memory it has held at once."""
        return peak(self.child.pid)

    async def mark(self, number: int, within: float) -> Moment:
        """When it said so. Raises ``Stop`` where it ended before, ``Slow`` where it did not in so many seconds."""
        word = f"mark {number}\n".encode()
        while word not in self.log.read_bytes():
            after = perf_counter() - self.begun
            if not self.child.running:
                raise Stop(f"ended without mark {number} after {after:.0f} s; its log says why: {self.log}")
            if after > within:
                raise Slow(f"no mark {number} after {after:.0f} s: {self.log}")
            await asyncio.sleep(LOOK_EVERY)
        return self.now()

    async def finish(self, within: float) -> float:
        """Asks it to stop and waits for it, killing it where it does not; all the seconds of processor it has had."""
        os.kill(self.child.pid, signal.SIGTERM)
        deadline = perf_counter() + within
        while not ended(self.child.pid) and perf_counter() < deadline:
            await asyncio.sleep(LOOK_EVERY)
        had = processor(self.child.pid)
        self.child.kill()
        return had


def ended(process: int) -> bool:
    """Whether a child has ended; until somebody asks how, the system keeps its numbers."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


def processor(process: int) -> float:
    """Seconds that a process, its threads and its children, also those that have ended, have had, in user and system mode."""
    return sum(_had(each) for each in ([process] if ended(process) else family(process)))


def peak(process: int) -> int:
    """Bytes, those of the processes that it has started with it."""
    return sum(_peak(each) for each in family(process))


def _had(process: int | str) -> float:
    behind_its_name = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(int(each) for each in behind_its_name[11:15]) / _TICKS


def _peak(process: int | str) -> int:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
