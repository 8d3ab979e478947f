"""Two clocks: what it took, and what of that the processor was ours."""

from __future__ import annotations

import os
from pathlib import Path
from time import perf_counter, process_time
from types import TracebackType
from typing import Self


class Stopwatch:
    """Sums the time spent inside ``with``, as often as it is entered. Processor time counts all threads of this process."""

    def __init__(self) -> None:
        self.wall = 0.0
        self.processor = 0.0
        self._begun = (0.0, 0.0)

    def __enter__(self) -> Self:
        self._begun = perf_counter(), process_time()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.wall += perf_counter() - self._begun[0]
        self.processor += process_time() - self._begun[1]


def resident(process: int | str = "self") -> int:
    """Bytes of memory that this process, or another one, holds now together with those it has started (Linux).

    A page that several share is counted once among them: each has its part of it (PSS).
    """
    return sum(_proportional(each) for each in family(process))


def processor_of(process: int) -> float:
    """Seconds of processor that another process and those it has started have had so far (Linux)."""
    return sum(_stat(each) for each in family(process))


def family(process: int | str) -> list[int | str]:
    """A process and those that it has started and that run, and those that these have."""
    begun = [child for thread in Path(f"/proc/{process}/task").iterdir() for child in (thread / "children").read_text().split()]
    return [process, *(each for child in begun for each in family(int(child)))]


def _proportional(process: int | str) -> int:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def _stat(process: int | str) -> float:
    behind_its_name = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(behind_its_name[11]) + int(behind_its_name[12])) / os.sysconf("SC_CLK_TCK")
