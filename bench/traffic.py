"""What the benchmarks feed on: a simulated shop's traffic, with all that is late, twice or broken in it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from streams.journey.hashing import IdentifierHash
from streams.journey.routing import Router, Source
from streams.journey.rules import Rules
from streams.journey.stitch import Stitcher
from throughline.arrivals import History, with_ticks
from throughline.backfill import batches
from throughline.driver import CHANNEL
from throughline.simulator import World, write

EVENTS_PER_SHOPPER = 16
RULES = Rules()
HASH = IdentifierHash(b"a key for measuring only")

Step = list[Source] | int
"""Records to feed, or a moment to tick."""


@contextmanager
def history(given: Namespace) -> Iterator[Path]:
    """The file named on the command line, else about so many simulated events of two weeks; gone afterwards."""
    if given.history is not None:
        yield given.history
        return
    with TemporaryDirectory(prefix="throughline-bench-") as folder:
        file = Path(folder) / "events.jsonl"
        write(World(shoppers=max(1, given.events // EVENTS_PER_SHOPPER)), file, file.with_suffix(".truth"))
        yield file


def steps(file: Path) -> list[Step]:
    """The history as the backfill takes it, in memory."""
    return list(batches(with_ticks(History([file]))))


def router() -> Router:
    return Router(1, RULES, HASH)


def stitcher(states: dict[str, bytes]) -> Stitcher:
    """The one partition of a log, over these states."""
    return Stitcher(0, 1, [CHANNEL], RULES, states)
