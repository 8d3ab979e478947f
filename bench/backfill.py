"""How fast history comes into the lake, in one process and without a broker: read, judged, stitched, decided, written."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from bench.stopwatch import Stopwatch
from bench.table import show, sizes
from bench.traffic import HASH, RULES, history
from sinks.lake import Lake
from throughline.backfill import backfill


def main() -> None:
    given = sizes(str(__doc__), events=200_000)
    with history(given) as file, TemporaryDirectory(prefix="throughline-bench-") as folder, Stopwatch() as took:
        report = backfill([file], Lake(Path(folder) / "lake"), RULES, HASH)
    show(
        ("records", "signals", "seconds", "events/s", "events/s of processor"),
        [
            (
                f"{report.received:,}",
                f"{report.signals:,}",
                f"{took.wall:.1f}",
                f"{report.received / took.wall:,.0f}",
                f"{report.received / took.processor:,.0f}",
            )
        ],
    )


if __name__ == "__main__":
    main()
