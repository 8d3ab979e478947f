"""A benchmark's command line and its answer: a table that a README can take as it is."""

from __future__ import annotations

import os
import platform
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Sequence
from pathlib import Path


def sizes(words: str, **defaults: int) -> Namespace:
    """The sizes to measure with, each a flag with a default; ``--history`` names events to take instead of simulated ones."""
    parser = ArgumentParser(description=words)
    for name, default in defaults.items():
        parser.add_argument(f"--{name}", type=int, default=default, metavar="N", help=f"default: {default:,}")
    parser.add_argument("--history", type=Path, metavar="FILE", help="events as JSON lines (default: simulated ones)")
    return parser.parse_args()


def show(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """The table, under the command that made it."""
    named = Path(sys.argv[0]).stem
    print("`" + " ".join(["python -m", f"bench.{named}", *sys.argv[1:]]) + "`\n")
    for row in (columns, ["---"] * len(columns), *rows):
        print("| " + " | ".join(map(str, row)) + " |")
    print(flush=True)


def machine() -> str:
    """Where this was measured, and how busy that was already."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{_processor()}, {cores} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f} at the start"


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    lines = described.read_text().splitlines() if described.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
