"""The contest: ``python -m bench.peers`` measures, ``python -m bench.peers --page`` writes the page from what was measured.

Needs Java 17 and Maven for the broker and two of the peers. Peers take turns, run by run, so that whatever else the machine does
slows all of them.
"""

from __future__ import annotations

import asyncio
from argparse import ArgumentParser, Namespace
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.peers import page, results, trials
from bench.peers.rivals import NAMES
from throughline.apache import ApacheKafka, fetch

Trial = Callable[[str, Namespace, Path], Awaitable[results.Found]]
TRIALS: dict[str, Trial] = {
    "throughput": trials.throughput,
    "latency": trials.latency,
    "recovery": trials.recovery,
    "customers": trials.customers,
    "partitions": trials.partitions,
}


async def measure(given: Namespace) -> None:
    """On return what was found stands in the results; of each trial, in the place of what stood there."""
    for name in given.trials:
        with TemporaryDirectory(prefix="throughline-peers-") as folder, ApacheKafka(Path(folder) / "kafka", fetch()) as kafka:
            found = await TRIALS[name](kafka.address, given, Path(folder))
        results.keep(name, given, found)


def arguments() -> Namespace:
    parser = ArgumentParser(prog="python -m bench.peers", description=__doc__)
    parser.add_argument("--events", type=int, default=100_000, metavar="N", help="about so many events (default: 100,000)")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="of each peer over all events (default: 5)")
    parser.add_argument("--only", nargs="+", choices=NAMES, default=list(NAMES), metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--trials", nargs="+", choices=list(TRIALS), default=list(TRIALS), metavar="NAME", help=", ".join(TRIALS))
    parser.add_argument("--page", action="store_true", help="only write the page and its plots from what was measured")
    return parser.parse_args()


def main() -> None:
    given = arguments()
    if not given.page:
        asyncio.run(measure(given))
    page.write()


if __name__ == "__main__":
    main()
