"""Where the time of an event goes: each stage of the way by itself, over the same traffic."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.stopwatch import Stopwatch
from bench.table import show, sizes
from bench.traffic import Step, history, router, steps, stitcher
from schemas.codec import decode
from sinks.lake import Lake
from streams.journey.effects import Effects
from streams.journey.entries import Entry, GenesisEntry, TickEntry, pack, unpack
from streams.journey.routing import RouteOut
from throughline.backfill import COMMIT_EVERY
from throughline.driver import CHANNEL
from throughline.memory import look_for_cycles_seldom


class Profile:
    """One partition carried through its history by hand, with a stopwatch for each stage."""

    def __init__(self, lake: Lake) -> None:
        self.took: defaultdict[str, Stopwatch] = defaultdict(Stopwatch)
        self.bytes_of_log = 0
        self.events = 0
        self._router, self._stitcher, self._lake = router(), stitcher({}), lake
        self._offset = 0
        self._out = Effects()
        self._write([GenesisEntry(1)])
        lake.watermarks(0, 1)

    def run(self, taken: list[Step]) -> None:
        since = 0
        for step in taken:
            if isinstance(step, int):
                self._write([TickEntry(1, [CHANNEL], step, True)])
                continue
            with self.took["(decode, alone)"]:
                for record in step:
                    decode(record.value or b"")
            routed = RouteOut()
            with self.took["route, decoding included"]:
                self._router.route(step, routed)
            self.events += len(step)
            self._write(routed.log.get(0, []))
            since += len(step)
            if since >= COMMIT_EVERY:
                self._commit()
                since = 0
        self._commit()

    def _write(self, entries: list[Entry]) -> None:
        """A record of the log, and those that follow from it."""
        while entries:
            with self.took["pack for the log"]:
                packed = pack.encode(entries)
            self.bytes_of_log += len(packed)
            with self.took["unpack from the log"]:
                read = unpack.decode(packed)
            with self.took["stitch and decide"]:
                self._stitcher.take(self._offset, read, self._out)
            self._offset += 1
            entries = self._out.log.pop(0, [])

    def _commit(self) -> None:
        with self.took["commit: rows and states"]:
            self._stitcher.commit(self._out)
        with self.took["lake"]:
            for table, rows in self._out.rows.items():
                self._lake.append(table, 0, 1, rows)
            self._lake.flush({(0, 1): self._stitcher.moment.offset})
        self._out = Effects()


def main() -> None:
    given = sizes(str(__doc__), events=100_000)
    reading = Stopwatch()
    with history(given) as file, TemporaryDirectory(prefix="throughline-bench-") as folder:
        with reading:
            taken = steps(file)
        look_for_cycles_seldom()
        profile = Profile(Lake(Path(folder) / "lake"))
        profile.run(taken)
    stages = {"read in the order of arrival": reading, **profile.took}
    total = Stopwatch()
    for name, took in stages.items():
        if not name.startswith("("):
            total.wall += took.wall
            total.processor += took.processor
    rows = [
        (name, f"{took.wall / profile.events * 1e6:.2f}", f"{took.processor / profile.events * 1e6:.2f}")
        for name, took in {**stages, "all": total}.items()
    ]
    show((f"stage, over {profile.events:,} events", "µs an event", "µs of processor"), rows)
    print(f"{profile.bytes_of_log / profile.events:,.0f} bytes of journey.log an event.\n")


if __name__ == "__main__":
    main()
